"""The second judge: what owlrl, which runs the rules of the specification as they are written there, makes of the same triples."""

from collections.abc import Iterable

import owlrl
import pyoxigraph as ox
import rdflib

from graph_service.knowledge.closure import _tells_something
from graph_service.knowledge.terminology import is_terminology, terminology_of

_PREFIXES = """@prefix : <http://e/> . @prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""
_ERROR = rdflib.URIRef("http://www.daml.org/2002/03/agents/agent-ont#error")


def quads(turtle: str) -> list[ox.Quad]:
    """The triples of a Turtle text in which the prefixes owl, xsd, rdf, rdfs and the empty one are bound."""
    return list(ox.parse(_PREFIXES + turtle, ox.RdfFormat.TURTLE))


def triples(turtle: str) -> set[ox.Triple]:
    """The same as a set."""
    return {quad.triple for quad in quads(turtle)}


def reference(ontology: Iterable[ox.Quad], data: Iterable[ox.Quad], reasoning: str = "owl-rl") -> tuple[set[ox.Triple], list[str]]:
    """What owlrl infers (by OWL 2 RL, or RDFS), of that the part which the closure keeps, and the contradictions that it reports.

    Axioms that follow from others are not kept, though they may be of classes that the ontology only mentions.
    """
    said = {quad.triple for quad in ontology}
    facts = said | {quad.triple for quad in data}
    graph = rdflib.Graph()
    graph.parse(data=ox.serialize(facts, format=ox.RdfFormat.N_TRIPLES), format="nt")
    owlrl.DeductiveClosure(
        owlrl.RDFS_Semantics if reasoning == "rdfs" else owlrl.OWLRL_Semantics, axiomatic_triples=False, datatype_axioms=False
    ).expand(graph)
    errors = sorted(str(message) for message in graph.objects(None, _ERROR))
    for literal in [subject for subject in graph.subjects(unique=True) if isinstance(subject, rdflib.Literal)]:
        graph.remove((literal, None, None))
    terms = {triple.subject for triple in terminology_of(said)}
    closed = ox.parse(graph.serialize(format="nt", encoding="utf-8"), ox.RdfFormat.N_TRIPLES)
    kept = {quad.triple for quad in closed if _tells_something(quad.triple, terms) and not is_terminology(quad.triple)}
    return kept - facts, errors
