"""What follows: the OWL 2 RL closure of ontology and data, by owlrl.

owlrl closes everything, axiomatic triples and the ontology's own consequences included. Kept is what is new about instances and is
no tautology: subjects that are things or concepts, never the ontology's classes and properties, literals or blank nodes.
"""

from collections.abc import Iterable

import owlrl
import pyoxigraph as ox
import rdflib

from graph_service.errors import BuildError
from graph_service.words.names import DCTERMS, OWL, RDF, RDFS, SKOS, XSD

_ERROR = rdflib.URIRef("http://www.daml.org/2002/03/agents/agent-ont#error")
_LANGUAGES = (RDF, RDFS, OWL, XSD)

#: What the ontology says about its terms to people. Nothing follows from it, and owlrl's time grows fast with every triple.
_FOR_PEOPLE = frozenset(
    {f"{RDFS}{name}" for name in ("label", "comment", "isDefinedBy", "seeAlso")}
    | {f"{SKOS}{name}" for name in ("definition", "example", "scopeNote", "note", "editorialNote", "notation")}
    | {f"{DCTERMS}{name}" for name in ("title", "description", "license", "creator", "created", "modified")}
)
_TERM_KINDS = frozenset(
    ox.NamedNode(OWL + name)
    for name in ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty", "Ontology", "Restriction", "AllDisjointClasses")
)
_TYPE = ox.NamedNode(RDF + "type")
_TRIVIAL_TYPES = frozenset(ox.NamedNode(iri) for iri in (OWL + "Thing", RDFS + "Resource", OWL + "NamedIndividual"))


def close(ontology: Iterable[ox.Quad], data: Iterable[ox.Quad]) -> list[ox.Triple]:
    """The triples about instances that follow from ontology and data together and that neither says, sorted.

    Raises BuildError if the two contradict each other, with owlrl's description of each clash.
    """
    axioms = {quad.triple for quad in ontology if quad.predicate.value not in _FOR_PEOPLE}
    facts = {quad.triple for quad in data}
    graph = rdflib.Graph()
    graph.parse(data=ox.serialize(axioms | facts, format=ox.RdfFormat.N_TRIPLES), format="nt")
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics, axiomatic_triples=False, datatype_axioms=False).expand(graph)
    clashes = sorted({str(message) for message in graph.objects(None, _ERROR)})
    if clashes:
        raise BuildError("The graph contradicts itself. " + " ".join(clashes), clashes=clashes)
    terms = {triple.subject for triple in axioms if triple.predicate == _TYPE and triple.object in _TERM_KINDS}
    # owlrl also writes triples with a literal for a subject, which no RDF syntax can say.
    for literal in [subject for subject in graph.subjects(unique=True) if isinstance(subject, rdflib.Literal)]:
        graph.remove((literal, None, None))
    closed = ox.parse(graph.serialize(format="nt", encoding="utf-8"), ox.RdfFormat.N_TRIPLES)
    new = (quad.triple for quad in closed if _tells_something(quad, terms))
    return sorted((triple for triple in new if triple not in axioms and triple not in facts), key=str)


def _tells_something(quad: ox.Quad, terms: set[ox.NamedNode | ox.BlankNode | ox.Triple]) -> bool:
    subject, predicate, object_ = quad.subject, quad.predicate, quad.object
    return (
        isinstance(subject, ox.NamedNode)
        and not isinstance(object_, ox.BlankNode)
        and subject not in terms
        and not subject.value.startswith(_LANGUAGES)
        and not (predicate == _TYPE and object_ in _TRIVIAL_TYPES)
        and not (predicate.value == OWL + "sameAs" and subject == object_)
    )
