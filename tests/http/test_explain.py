"""`/explain`: why the graph says something, for people, for programs, and as linked data."""

import json
import re
from html import unescape
from urllib.parse import urlencode

import pytest
import rdflib

from tests.conftest import Server

pytestmark = pytest.mark.live

TRIPLE = {"s": "project:triangle-in-asean", "p": "lc:hasDonorCountry", "o": "place:CAN"}
PROV = rdflib.Namespace("http://www.w3.org/ns/prov#")
LC = rdflib.Namespace("https://w3id.org/labcoop/ns#")


def address(**triple: str) -> str:
    return "/explain?" + urlencode(triple)


def test_an_inferred_triple_is_explained_down_to_the_words(server: Server) -> None:
    tree = json.loads(server.ask(address(**TRIPLE), Accept="application/json").body)
    assert tree["inferred"]
    assert tree["rule"]["axiom"].startswith("lc:hasDonorCountry owl:propertyChainAxiom")
    leaves, todo = [], [tree]
    while todo:
        step = todo.pop()
        todo += step.get("premises", [])
        leaves += [] if step["inferred"] else [step]
    words = [passage["words"] for leaf in leaves for passage in leaf["passages"]]
    assert any(said.startswith("In 2021, GAC extended its support to TRIANGLE in ASEAN until 2024") for said in words)
    assert all(leaf["graphs"] for leaf in leaves)


def test_an_asserted_triple_is_explained_by_its_passages(server: Server) -> None:
    said = {"s": "project:triangle-in-asean", "p": "lc:worksNationallyIn", "o": "place:KHM"}
    tree = json.loads(server.ask(address(**said), Accept="application/json").body)
    assert not tree["inferred"]
    assert "six countries" in tree["passages"][0]["words"]


def test_an_explanation_is_linked_data_too(server: Server) -> None:
    answer = server.ask(address(**TRIPLE), Accept="text/turtle")
    graph = rdflib.Graph().parse(data=answer.text, format="turtle")
    goal = next(graph.subjects(rdflib.RDF.predicate, LC.hasDonorCountry))
    assert len(list(graph.objects(goal, PROV.wasDerivedFrom))) == 3
    assert list(graph.objects(None, LC.evidence))


def test_people_get_a_page_with_the_words(server: Server) -> None:
    text = server.ask(address(**TRIPLE), Accept="text/html").text
    assert "In 2021, GAC extended its support to TRIANGLE in ASEAN until 2024" in unescape(text)
    assert "owl:propertyChainAxiom" in text


def test_every_inferred_value_of_a_page_leads_to_its_explanation(server: Server) -> None:
    links = [unescape(link) for link in re.findall(r'href="(/explain\?[^"]+)"', server.ask("/page/project/triangle-in-asean").text)]
    assert len(links) > 10
    for link in links:
        assert json.loads(server.ask(link, Accept="application/json").body)["inferred"]


@pytest.mark.parametrize(
    ("triple", "status"),
    [
        ({"s": "project:triangle-in-asean", "p": "lc:fundedBy", "o": "organisation:dfat"}, 404),
        ({"s": "project:triangle-in-asean", "p": "lc:fundedBy"}, 400),
        ({"s": "nonsense", "p": "lc:fundedBy", "o": "place:CAN"}, 400),
        ({"s": "place:CRI", "p": "rdfs:label", "o": '"unclosed'}, 400),
    ],
)
def test_what_cannot_be_explained_is_said(server: Server, triple: dict[str, str], status: int) -> None:
    answer = server.ask(address(**triple))
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json")


def test_people_who_ask_for_nothing_get_a_form_and_an_example(server: Server) -> None:
    page = server.ask("/explain", Accept="text/html")
    assert page.status == 200
    assert all(f'name="{part}"' in page.text for part in "spo")
    (example,) = re.findall(r'href="(/explain\?s=[^"]+)"', page.text)
    assert json.loads(server.ask(unescape(example), Accept="application/json").body)["inferred"]
    # A program that asks for nothing has made a mistake.
    assert server.ask("/explain").status == 400


def test_people_who_ask_wrongly_get_the_form_with_what_they_gave(server: Server) -> None:
    page = server.ask(address(s="place:CRI", p="rdfs:label", o='"unclosed'), Accept="text/html")
    assert page.status == 400
    assert 'value="place:CRI"' in page.text
    wrong = re.search(r'<input[^>]*name="o"[^>]*>', page.text)
    assert wrong is not None
    assert 'aria-invalid="true"' in wrong[0]
    told = json.loads(server.ask(address(s="place:CRI", p="rdfs:label", o='"unclosed')).body)
    assert told["parameter"] == "o"


def test_what_is_inferred_can_be_left_out_everywhere(server: Server) -> None:
    """On pages, in data, in canned queries and in exports, as on the endpoint itself."""
    page, stated = (server.ask(f"/page/project/triangle-in-asean{end}", Accept="text/html").text for end in ("", "?infer=false"))
    assert "/explain?" in page
    assert "/explain?" not in stated
    assert "lc:hasDonorCountry" in server.ask("/data/project/triangle-in-asean.ttl").text
    assert "lc:hasDonorCountry" not in server.ask("/data/project/triangle-in-asean.ttl?infer=false").text
    region = "/queries/projects-by-region.csv?region=asia"
    assert len(server.ask(region).text.splitlines()) > len(server.ask(region + "&infer=false").text.splitlines())
    whole, asserted = (server.ask(f"/rdf-graph-store?default{end}", Accept="application/n-triples").body for end in ("", "&infer=false"))
    assert whole.count(b"\n") > asserted.count(b"\n") > 10_000


def test_a_computed_value_is_explained_by_its_query_and_what_it_is_computed_from(server: Server) -> None:
    year = {"s": "project:triangle-in-asean", "p": "lc:startYear", "o": '"2016"^^<http://www.w3.org/2001/XMLSchema#integer>'}
    tree = json.loads(server.ask(address(**year), Accept="application/json").body)
    assert (tree["inferred"], tree["rule"]["name"]) == (True, "derivation start-year")
    assert tree["rule"]["axiom"] == "The year is that of a start date."
    (premise,) = tree["premises"]
    assert "2016" in premise["passages"][0]["words"]
    page = server.ask(address(**year), Accept="text/html").text
    assert "The year is that of a start date." in page
    wrong = {**year, "o": '"2017"^^<http://www.w3.org/2001/XMLSchema#integer>'}
    assert server.ask(address(**wrong), Accept="application/json").status == 404


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Whoever follows funded by → within organisation → government of arrives at what “has donor country” means."),
        (
            "fr",
            "En suivant financé par → au sein de l'organisation → gouvernement de, on arrive à ce que signifie « a pour pays donateur ».",
        ),
        ("es", "se llega a lo que significa «tiene como país donante»."),
    ],
)
def test_a_page_tells_the_rule_in_words_before_its_axiom(server: Server, language: str, words: str) -> None:
    page = unescape(server.ask(address(**TRIPLE), Accept="text/html", Accept_Language=language).text)
    assert words in page
    assert page.index(words) < page.index("owl:propertyChainAxiom")
