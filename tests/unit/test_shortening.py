"""Short names of IRIs, and the list of things outside the service's namespace."""

from dataclasses import replace

import pytest

from graph_service.rdf.namespaces import RDFS, SKOS, USUAL
from graph_service.rdf.prefixes import adopt, curie, prefixes, written
from graph_service.rdf.shortening import Shortening
from graph_service.rdf.terms import Literal, NamedNode, Quad, iri
from graph_service.snapshot.external_things import Outside, outside_of
from tests.conftest import SPACE

DECLARED = {
    "": "http://example.org/pizza#",
    "ex": "http://example.org/",
    "menu": "http://example.org/menu/",
    "schema": "http://schema.org/",
}


@pytest.mark.parametrize(
    ("iri", "name"),
    [
        ("http://example.org/pizza#Pizza", "Pizza"),
        ("http://example.org/menu/margherita", "menu:margherita"),
        ("http://example.org/menu", "ex:menu"),
        ("http://example.org/menu/of/today", "today"),
        ("http://schema.org/Book", "schema:Book"),
        ("https://schema.org/Book", "schema:Book"),
        ("http://xmlns.com/foaf/0.1/name", "foaf:name"),
        ("http://other.org/a#b", "b"),
        ("https://w3id.org/labcoop/a/b", "https://w3id.org/labcoop/a/b"),
    ],
)
def test_an_iri_is_written_by_the_prefix_that_says_most(iri: str, name: str) -> None:
    adopt(DECLARED)
    assert Shortening(replace(SPACE, prefixes=DECLARED)).name(iri) == name


def test_prefixes_that_mean_something_else_to_everybody_are_not_taken() -> None:
    adopt(DECLARED)
    assert prefixes() == {**USUAL, "ex": "http://example.org/", "menu": "http://example.org/menu/"}
    assert curie("http://schema.org/Book") == "http://schema.org/Book"


def test_of_two_prefixes_of_one_namespace_the_first_is_written_and_both_are_read() -> None:
    adopt({"a": "http://e/", "b": "http://e/", "c": "http://e/c/"})
    assert (curie("http://e/x"), curie("http://e/c/x"), curie("http://e/c/x/y")) == ("a:x", "c:x", "http://e/c/x/y")
    assert iri("b:x") == iri("a:x") == NamedNode("http://e/x")
    assert set(written()) == {*USUAL, "a", "c"}
    adopt({})
    assert curie("http://e/x") == "http://e/x"
    with pytest.raises(ValueError, match="known prefix"):
        iri("a:x")


def test_what_is_stated_of_things_outside_is_known() -> None:
    def quad(iri: str, graph: str = "http://example.org/graph") -> Quad:
        return Quad(NamedNode(iri), NamedNode("http://example.org/p"), Literal("x"), NamedNode(graph))

    many = [f"http://example.org/{number}" for number in range(1000)]
    quads = [*map(quad, many), quad("https://w3id.org/labcoop/id/place/CRI"), quad("http://example.org/same", SPACE.graph_inferred)]
    outside = Outside(outside_of(SPACE, [*quads, *quads]))
    assert len(outside) == 1000
    assert all(iri in outside for iri in many)
    assert "https://w3id.org/labcoop/id/place/CRI" not in outside
    assert not any(f"http://example.org/{other}" in outside for other in ("same", "p", "1000", ""))
    assert "http://example.org/1" not in Outside()


def test_terms_that_an_ontology_speaks_of_in_passing_have_no_page() -> None:
    def quad(iri: str, graph: str) -> Quad:
        return Quad(NamedNode(iri), NamedNode(RDFS + "comment"), Literal("x"), NamedNode(graph))

    quads = [
        quad(SKOS + "note", SPACE.graph_ontology),
        quad("http://e/Cat", SPACE.graph_ontology),
        quad(SKOS + "broader", "http://example.org/skos"),
    ]
    outside = Outside(outside_of(SPACE, quads))
    assert (SKOS + "note" in outside, "http://e/Cat" in outside, SKOS + "broader" in outside) == (False, True, True)
