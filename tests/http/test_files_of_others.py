"""A file of somebody else's served by one command: pages, explanations, and what was read given out again."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import quote

import owlready2
import pyoxigraph as ox
import pytest
import rdflib
from rdflib.compare import isomorphic

from graph_service.sources.source_file import SourceFile
from tests.conftest import Server

PETS = """<?xml version="1.0"?>
<rdf:RDF xml:base="http://example.org/pets" xmlns:owl="http://www.w3.org/2002/07/owl#"
     xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#">
    <owl:Ontology rdf:about="http://example.org/pets"/>
    <owl:Class rdf:about="#Animal"/>
    <owl:Class rdf:about="#Cat"><rdfs:subClassOf rdf:resource="#Animal"/></owl:Class>
    <owl:NamedIndividual rdf:about="#tom"><rdf:type rdf:resource="#Cat"/><rdfs:label>Tom &lt;b&gt;</rdfs:label></owl:NamedIndividual>
</rdf:RDF>"""


def graph_of(quads: Iterable[ox.Quad]) -> rdflib.Graph:
    return rdflib.Graph().parse(data=ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES), format="nt")


@pytest.mark.live
def test_a_small_ontology_is_served_within_seconds_and_explained(start: Callable[..., Server], tmp_path: Path) -> None:
    (tmp_path / "pets.owl").write_text(PETS)
    began = time.monotonic()
    server = start(str(tmp_path / "pets.owl"))
    # Three seconds where nothing else runs; tests run beside each other.
    assert time.monotonic() - began < 10
    for path in ("/", "/things", "/ns", "/queries", "/about", "/sparql", "/downloads/", "/search?q=tom"):
        answer = server.ask(path, Accept="text/html")
        assert (path, answer.status) == (path, 200)
        assert "Tom <b>" not in answer.text
    animal, tom = (quote(f"<http://example.org/pets#{name}>") for name in ("Animal", "tom"))
    why = server.ask(f"/explain?s={tom}&p=rdf:type&o={animal}", Accept="application/json")
    assert (why.status, "cax-sco" in why.text, "graph/pets" in why.text) == (200, True, True)


@pytest.mark.live
def test_what_was_read_of_an_ontology_is_given_out_whole(start: Callable[..., Server]) -> None:
    path = Path(owlready2.__file__).parent / "ontos" / "dcterms.owl"
    server = start(str(path), "--reasoning", "none")
    given = ox.parse(server.ask("/downloads/dataset.nq").body, ox.RdfFormat.N_QUADS)
    assert isomorphic(graph_of(given), graph_of(SourceFile(path, None).quads))
