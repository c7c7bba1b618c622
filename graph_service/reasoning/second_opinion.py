"""A second opinion on the inferences: compares them with owlrl, which runs the specification's rules literally.

It takes minutes for what a build does in seconds, so it is used on little: the ontology, with one instance of each class and one pair of
each property, and not the data.
"""

from collections.abc import Iterable

import owlrl
import pyoxigraph as ox
import rdflib

from graph_service.rdf.namespaces import OWL
from graph_service.rdf.prefixes import curie
from graph_service.reasoning.closure import close, is_kept
from graph_service.reasoning.rdflib_graph import rdflib_graph
from graph_service.reasoning.terminology import TYPE, is_terminology, terminology_of

_ERROR = rdflib.URIRef("http://www.daml.org/2002/03/agents/agent-ont#error")

#: The most axioms of an ontology that it is used on: its time grows faster than linearly.
MOST = 5_000

#: The IRIs of the sample instances, which no ontology uses.
_THING = "urn:graph-service:thing:"


def second_opinion(ontology: Iterable[ox.Quad], data: Iterable[ox.Quad], reasoning: str = "owl-rl") -> tuple[set[ox.Triple], list[str]]:
    """What owlrl infers (by OWL 2 RL, or RDFS), filtered as a build does, and the contradictions that it reports.

    Inferred axioms are not kept, even about classes that the ontology only mentions.
    """
    said = {quad.triple for quad in ontology}
    facts = said | {quad.triple for quad in data}
    graph = rdflib_graph(facts)
    owlrl.DeductiveClosure(
        owlrl.RDFS_Semantics if reasoning == "rdfs" else owlrl.OWLRL_Semantics, axiomatic_triples=False, datatype_axioms=False
    ).expand(graph)
    errors = sorted(str(message) for message in graph.objects(None, _ERROR))
    # owlrl also produces triples with a literal as subject, which no RDF syntax has.
    for literal in [subject for subject in graph.subjects(unique=True) if isinstance(subject, rdflib.Literal)]:
        graph.remove((literal, None, None))
    terms = {triple.subject for triple in terminology_of(said)}
    closed = ox.parse(graph.serialize(format="nt", encoding="utf-8"), ox.RdfFormat.N_TRIPLES)
    kept = {quad.triple for quad in closed if is_kept(quad.triple, terms) and not is_terminology(quad.triple)}
    return kept - facts, errors


def disagreements(ontology: Iterable[ox.Quad]) -> list[str]:
    """Sentences about the inferences for one instance of each class and one pair of each object property on which owlrl and the build
    differ.
    """
    said = list(ontology)
    terminology = terminology_of(quad.triple for quad in said)
    axioms = [ox.Quad(*triple) for triple in terminology]
    things = list(_one_of_each(terminology))
    ours = set(close(axioms, things).inferred)
    theirs, _ = second_opinion(axioms, things)
    of_things = {triple for triple in ours ^ theirs if isinstance(triple.subject, ox.NamedNode) and triple.subject.value.startswith(_THING)}
    return [
        f"{'Only owlrl' if triple in theirs else 'owlrl does not'} {'infers' if triple in theirs else 'infer'} {_shown(triple)}"
        for triple in sorted(of_things, key=str)
    ]


def _one_of_each(terminology: Iterable[ox.Triple]) -> Iterable[ox.Quad]:
    for triple in sorted(set(terminology), key=str):
        if triple.predicate == TYPE and isinstance(triple.subject, ox.NamedNode) and isinstance(triple.object, ox.NamedNode):
            one, other = ox.NamedNode(f"{_THING}{triple.subject.value}"), ox.NamedNode(f"{_THING}value:{triple.subject.value}")
            if triple.object.value == OWL + "Class":
                yield ox.Quad(one, TYPE, triple.subject)
            elif triple.object.value == OWL + "ObjectProperty":
                yield ox.Quad(one, triple.subject, other)


def _shown(triple: ox.Triple) -> str:
    def show(term: object) -> str:
        value = getattr(term, "value", str(term))
        of = value.removeprefix(_THING).removeprefix("value:")
        return curie(value) if of == value else f"[a value of {curie(of)}]" if "value:" in value else f"[a thing of {curie(of)}]"

    return f"{show(triple.subject)} {show(triple.predicate)} {show(triple.object)}"
