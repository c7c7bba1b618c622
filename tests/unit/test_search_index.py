"""What is found by the ends of IRIs: the words that they are put together from."""

from pathlib import Path

import pytest

from graph_service.rdf.namespaces import RDF, RDFS
from graph_service.rdf.space import Space
from graph_service.rdf.terms import Literal, NamedNode, Quad
from graph_service.search.index import write_index
from graph_service.search.search import Search, Wanted
from graph_service.sources.roles import Roles

E = "http://e/"
SPACE = Space("http://e/own/")


def quad(subject: str, predicate: str, value: NamedNode | Literal) -> Quad:
    return Quad(NamedNode(subject), NamedNode(predicate), value, NamedNode("http://e/graph"))


@pytest.fixture
def search(tmp_path: Path) -> Search:
    quads = [
        quad(E + "o#GarlicTopping", RDFS + "label", Literal("CoberturaDeAlho", language="pt")),
        *(
            quad(iri, RDF + "type", NamedNode(E + "o#Class"))
            for iri in (E + "o#XMLFile2Read", E + "o#sea_salt", E + "own/id/place/oven-room")
        ),
        quad(RDFS + "seeAlso", RDF + "type", NamedNode(E + "o#Class")),
    ]
    write_index(tmp_path / "index", SPACE, Roles(), quads, ())
    return Search(lambda: tmp_path / "index", 10)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("GarlicTopping", ["GarlicTopping"]),
        ("garlic", ["GarlicTopping"]),
        ("topping", ["GarlicTopping"]),
        ("coberturadealho", ["GarlicTopping"]),
        ("file", ["XMLFile2Read"]),
        ("salt", ["sea_salt"]),
        # What the graph names itself, and what everybody knows, has no name of that kind.
        ("oven", []),
        ("seeAlso", []),
    ],
)
def test_a_thing_is_found_by_the_words_of_its_local_name(search: Search, words: str, found: list[str]) -> None:
    assert [hit.thing.iri.rpartition("#")[2] for hit in search.find(Wanted(words)).hits] == found


def test_a_thing_is_still_called_as_somebody_says(search: Search) -> None:
    (hit,) = search.find(Wanted("garlic")).hits
    assert (hit.thing.text, "".join(piece.text for piece in hit.snippet)) == ("CoberturaDeAlho", "GarlicTopping")
