"""Blank nodes are a part of what leads to them: a page shows what is said of them, and data have it all."""

import re
from collections.abc import Callable
from html import unescape
from urllib.parse import quote

import pytest
import rdflib
from rdflib.compare import isomorphic

from tests.conftest import Server

pytestmark = pytest.mark.live

ZOO = """
@prefix : <http://example.org/zoo#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
:Vegetarian a owl:Class ;
  rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :eats ; owl:allValuesFrom [ owl:unionOf ( :Plant :Fruit ) ] ] .
:eats a owl:ObjectProperty ; rdfs:label "eats"@en .
:Plant a owl:Class ; rdfs:label "<i>plant</i>"@en .
:Fruit a owl:Class .
:round :knows _:a . _:a :knows _:b . _:b :knows _:a .
:endless :has _:l . _:l <http://www.w3.org/1999/02/22-rdf-syntax-ns#first> 1 ; <http://www.w3.org/1999/02/22-rdf-syntax-ns#rest> _:l .
:rich :has [ :of [ :of [ :of [ :of [ :of [ :of "gold" ] ] ] ] ] ] .
"""


@pytest.fixture(scope="module")
def zoo(start: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory) -> Server:
    folder = tmp_path_factory.mktemp("zoo")
    (folder / "zoo.ttl").write_text(ZOO, encoding="utf-8")
    return start("--data", str(folder), "--ontology", "none", "--queries", "none", "--reasoning", "none")


def page(server: Server, name: str) -> str:
    answer = server.ask(f"/page?iri={quote('http://example.org/zoo#' + name, safe='')}", Accept="text/html")
    assert answer.status == 200, answer.text
    return answer.text


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Vegetarian", "[owl:allValuesFrom: [owl:unionOf: (<i>plant</i>, Fruit)]; owl:onProperty: eats]"),
        ("Plant", "(<i>plant</i>, Fruit)"),
        ("round", "[knows: [knows: [knows: [knows: [knows: […]]]]]]"),
        ("endless", "(1)"),
        ("rich", "[of: [of: [of: [of: [of: […]]]]]]"),
    ],
)
def test_a_page_shows_what_is_said_of_a_node_without_a_name(zoo: Server, name: str, shown: str) -> None:
    text = page(zoo, name)
    assert "_:" not in re.sub(r"<[^>]*>", "", text)
    assert shown in unescape(text)
    assert "<i>plant" not in text


def test_data_have_the_whole_of_it(zoo: Server) -> None:
    address = f"/data.ttl?iri={quote('http://example.org/zoo#Vegetarian', safe='')}"
    got = rdflib.Graph().parse(data=zoo.ask(address).text, format="turtle")
    said = rdflib.Graph().parse(data=ZOO, format="turtle")
    vegetarian = rdflib.URIRef("http://example.org/zoo#Vegetarian")
    assert isomorphic(got.cbd(vegetarian), said.cbd(vegetarian))
    assert len(got.cbd(vegetarian)) == 10
