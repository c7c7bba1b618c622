"""Compact JSON-LD means what the expanded document says, as another implementation reads it."""

import json

import pyoxigraph as ox
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from pyld import jsonld

from graph_service.formats.jsonld import Compactor
from graph_service.formats.media_types import GRAPH_FORMATS, named
from graph_service.formats.rdf_writer import write_triples
from graph_service.rdf.namespaces import RDF, RDFS
from graph_service.rdf.prefixes import prefixes
from graph_service.snapshot.jsonld_context import make_context
from tests.conftest import NS, SPACE

CONTEXT = make_context(SPACE, [])["@context"]
JSON_LD = named("jsonld", GRAPH_FORMATS)

IRIS = st.one_of(
    st.sampled_from([f"{name}:thing" for name in prefixes()]),
    st.sampled_from([f"{space}thing" for space in prefixes().values()]),
    st.sampled_from(["label:x", "id:x", "type:y", "title:z", "urn:x:y", f"{prefixes()['person']}//x", "person://host/x", f"{NS}a:b"]),
).map(ox.NamedNode)
VALUES = st.one_of(IRIS, st.sampled_from([ox.Literal("a"), ox.Literal("b", language="fr")]))
PROPERTIES = st.one_of(IRIS, st.sampled_from([RDF + "type", RDFS + "label"]).map(ox.NamedNode))


def expanded(document: object) -> set[str]:
    quads = jsonld.to_rdf(document, {"documentLoader": lambda *_: LOADED, "format": "application/n-quads"})
    return {line for line in quads.splitlines() if line}


LOADED = {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": "http://e/context", "document": {"@context": CONTEXT}}


@settings(max_examples=150, deadline=None)
@given(triples=st.lists(st.builds(ox.Triple, IRIS, PROPERTIES, VALUES), min_size=1, max_size=6))
def test_no_iri_is_read_as_another(triples: list[ox.Triple]) -> None:
    assert JSON_LD is not None
    nodes = json.loads(write_triples(triples, JSON_LD))
    read = rdflib.Graph().parse(data="\n".join(expanded(Compactor(CONTEXT, "http://e/context").compact(nodes))), format="nt")
    wanted = rdflib.Graph().parse(data="".join(f"{triple} .\n" for triple in triples), format="nt")
    assert set(read) == set(wanted)


def test_a_prefix_is_left_out_only_where_it_would_confuse() -> None:
    assert JSON_LD is not None
    plain = ox.Triple(ox.NamedNode(prefixes()["place"] + "CRI"), ox.NamedNode(RDFS + "seeAlso"), ox.NamedNode(prefixes()["person"] + "x"))
    said = json.loads(write_triples([plain], JSON_LD))
    assert Compactor(CONTEXT, "http://e/context").compact(said)["@context"] == "http://e/context"
    alice = ox.Triple(plain.subject, plain.predicate, ox.NamedNode("person:alice"))
    short = Compactor(CONTEXT, "http://e/context").compact(json.loads(write_triples([plain, alice], JSON_LD)))
    assert short["@context"] == ["http://e/context", {"person": None}]
    assert [node["id"] for node in short["@graph"]] == ["place:CRI"]
