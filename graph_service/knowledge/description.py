"""The service description: what the endpoint says about itself, counted from the snapshot.

SPARQL 1.1 Service Description; VoID for the figures.
"""

from collections.abc import Iterator

import pyoxigraph as ox

from graph_service.knowledge.snapshot import Snapshot
from graph_service.words.names import GRAPH_INFERRED, RDF, SD, VOID, XSD

_FORMATS = "http://www.w3.org/ns/formats/"
_WRITES = (
    "SPARQL_Results_JSON",
    "SPARQL_Results_XML",
    "SPARQL_Results_CSV",
    "SPARQL_Results_TSV",
    "Turtle",
    "N-Triples",
    "RDF_XML",
    "JSON-LD",
)


def describe_service(snapshot: Snapshot, endpoint: str, union: bool) -> Iterator[ox.Triple]:
    """The description of the SPARQL service at `endpoint` (its URL) over a snapshot. `union`: what its default graph is."""
    service, dataset, default = (ox.NamedNode(endpoint + part) for part in ("#service", "#dataset", "#default-graph"))

    def say(subject: ox.NamedNode, predicate: str, object_: ox.NamedNode | ox.Literal) -> ox.Triple:
        return ox.Triple(subject, ox.NamedNode(predicate), object_)

    def graph(node: ox.NamedNode, size: int) -> Iterator[ox.Triple]:
        yield say(node, RDF + "type", ox.NamedNode(SD + "Graph"))
        yield say(node, VOID + "triples", ox.Literal(str(size), datatype=ox.NamedNode(XSD + "integer")))

    yield say(service, RDF + "type", ox.NamedNode(SD + "Service"))
    yield say(service, SD + "endpoint", ox.NamedNode(endpoint))
    yield say(service, SD + "supportedLanguage", ox.NamedNode(SD + "SPARQL11Query"))
    for name in _WRITES:
        yield say(service, SD + "resultFormat", ox.NamedNode(_FORMATS + name))
    if union:
        yield say(service, SD + "feature", ox.NamedNode(SD + "UnionDefaultGraph"))
    regime = "OWL-RDF-Based" if GRAPH_INFERRED in snapshot.graphs else "Simple"
    yield say(service, SD + "defaultEntailmentRegime", ox.NamedNode(f"http://www.w3.org/ns/entailment/{regime}"))
    if regime != "Simple":
        yield say(service, SD + "defaultSupportedEntailmentProfile", ox.NamedNode("http://www.w3.org/ns/owl-profile/RL"))
    yield say(service, SD + "defaultDataset", dataset)
    yield say(dataset, RDF + "type", ox.NamedNode(SD + "Dataset"))
    yield say(dataset, SD + "defaultGraph", default)
    yield from graph(default, snapshot.triples if union else 0)
    for number, (iri, size) in enumerate(snapshot.graphs.items()):
        named, content = (ox.NamedNode(f"{endpoint}#{part}-{number}") for part in ("named-graph", "graph"))
        yield say(dataset, SD + "namedGraph", named)
        yield say(named, RDF + "type", ox.NamedNode(SD + "NamedGraph"))
        yield say(named, SD + "name", ox.NamedNode(iri))
        yield say(named, SD + "graph", content)
        yield from graph(content, size)
