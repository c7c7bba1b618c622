"""Short names of IRIs, and the list of things outside the service's namespace."""

import pytest

from graph_service.knowledge.outside import Outside, outside_of
from graph_service.words.names import GRAPH_INFERRED, GRAPH_ONTOLOGY, RDFS, SKOS
from graph_service.words.shortening import Shortening
from graph_service.words.terms import Literal, NamedNode, Quad

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
    assert Shortening(DECLARED).name(iri) == name


def test_prefixes_that_mean_something_else_to_the_service_are_not_offered() -> None:
    assert Shortening(DECLARED).prefixes == {"ex": "http://example.org/", "menu": "http://example.org/menu/"}


def test_what_is_stated_of_things_outside_is_known() -> None:
    def quad(iri: str, graph: str = "http://example.org/graph") -> Quad:
        return Quad(NamedNode(iri), NamedNode("http://example.org/p"), Literal("x"), NamedNode(graph))

    many = [f"http://example.org/{number}" for number in range(1000)]
    quads = [*map(quad, many), quad("https://w3id.org/labcoop/id/place/CRI"), quad("http://example.org/same", GRAPH_INFERRED)]
    outside = Outside(outside_of([*quads, *quads]))
    assert len(outside) == 1000
    assert all(iri in outside for iri in many)
    assert "https://w3id.org/labcoop/id/place/CRI" not in outside
    assert not any(f"http://example.org/{other}" in outside for other in ("same", "p", "1000", ""))
    assert "http://example.org/1" not in Outside()


def test_terms_that_an_ontology_speaks_of_in_passing_have_no_page() -> None:
    def quad(iri: str, graph: str) -> Quad:
        return Quad(NamedNode(iri), NamedNode(RDFS + "comment"), Literal("x"), NamedNode(graph))

    quads = [quad(SKOS + "note", GRAPH_ONTOLOGY), quad("http://e/Cat", GRAPH_ONTOLOGY), quad(SKOS + "broader", "http://example.org/skos")]
    outside = Outside(outside_of(quads))
    assert (SKOS + "note" in outside, "http://e/Cat" in outside, SKOS + "broader" in outside) == (False, True, True)
