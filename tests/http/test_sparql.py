"""The SPARQL endpoint on the wire: every way to ask, every form of answer."""

import csv
import io
import json
from collections.abc import Callable
from urllib.parse import quote, urlencode

import pytest
import rdflib

from tests.conftest import Server

pytestmark = pytest.mark.live

FORM = "application/x-www-form-urlencoded"
COUNTRIES = """PREFIX lc: <https://w3id.org/labcoop/ns#> PREFIX project: <https://w3id.org/labcoop/id/project/>
SELECT ?place WHERE { project:fair-recruitment-central-america lc:worksNationallyIn ?place } ORDER BY ?place"""
EXPECTED = [f"https://w3id.org/labcoop/id/place/{code}" for code in ("CRI", "GTM", "HND")]


def get(query: str, **parameters: str) -> str:
    return "/sparql?" + urlencode({"query": query, **parameters})


def places(body: bytes) -> list[str]:
    return [row["place"]["value"] for row in json.loads(body)["results"]["bindings"]]


def test_a_query_may_come_by_get(server: Server) -> None:
    answer = server.ask(get(COUNTRIES))
    assert (answer.status, answer.headers["content-type"]) == (200, "application/sparql-results+json")
    assert places(answer.body) == EXPECTED


def test_a_query_may_come_as_a_form(server: Server) -> None:
    answer = server.ask("/sparql", "POST", urlencode({"query": COUNTRIES}).encode(), Content_Type=FORM)
    assert places(answer.body) == EXPECTED


@pytest.mark.parametrize("media", ["application/sparql-query", "application/sparql-query; charset=UTF-8"])
@pytest.mark.parametrize("method", ["POST", "QUERY"])
def test_a_query_may_be_the_body(server: Server, media: str, method: str) -> None:
    assert places(server.ask("/sparql", method, COUNTRIES.encode(), Content_Type=media).body) == EXPECTED


def test_both_slash_forms_answer_without_a_redirect(server: Server) -> None:
    answer = server.ask("/sparql/", "POST", urlencode({"query": COUNTRIES}).encode(), Content_Type=FORM)
    assert places(answer.body) == EXPECTED


def test_percent_signs_are_decoded_once(server: Server) -> None:
    answer = server.ask(get("SELECT ('100%25' AS ?x) {}"))
    assert json.loads(answer.body)["results"]["bindings"][0]["x"]["value"] == "100%25"


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("application/sparql-results+json", "application/sparql-results+json"),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
    ],
)
def test_a_table_comes_in_the_accepted_format(server: Server, accept: str, content_type: str) -> None:
    answer = server.ask(get(COUNTRIES), Accept=accept)
    assert answer.headers["content-type"] == content_type
    assert "accept" in answer.headers["vary"].lower()
    assert all(place in answer.text for place in EXPECTED)


def test_a_table_as_csv_is_csv(server: Server) -> None:
    answer = server.ask(get(COUNTRIES), Accept="text/csv")
    assert list(csv.reader(io.StringIO(answer.text))) == [["place"], *([place] for place in EXPECTED)]


@pytest.mark.parametrize(
    ("accept", "syntax"),
    [("text/turtle", "turtle"), ("application/n-triples", "nt"), ("application/rdf+xml", "xml"), ("application/ld+json", "json-ld")],
)
def test_a_graph_comes_in_the_accepted_format(server: Server, accept: str, syntax: str) -> None:
    query = "CONSTRUCT WHERE { <https://w3id.org/labcoop/id/place/CRI> ?p ?o }"
    answer = server.ask(get(query), Accept=accept)
    assert answer.headers["content-type"].split(";")[0] == accept
    assert (
        rdflib.URIRef("https://w3id.org/labcoop/id/place/CRI"),
        rdflib.RDFS.label,
        rdflib.Literal("Costa Rica", lang="fr"),
    ) in rdflib.Graph().parse(data=answer.text, format=syntax)


def test_the_kind_of_result_decides_and_not_accept_alone(server: Server) -> None:
    answer = server.ask(get("DESCRIBE <https://w3id.org/labcoop/id/place/CRI>"), Accept="application/sparql-results+xml,*/*")
    assert answer.headers["content-type"] == "text/turtle; charset=utf-8"


def test_a_format_parameter_that_is_known_beats_accept(server: Server) -> None:
    assert server.ask(get(COUNTRIES, format="csv"), Accept="application/json").headers["content-type"].startswith("text/csv")
    assert server.ask(get(COUNTRIES, format="nonsense"), Accept="text/csv").headers["content-type"].startswith("text/csv")


@pytest.mark.parametrize(("query", "truth"), [("ASK {}", True), ("ASK { <urn:x:none> ?p ?o }", False)])
def test_a_truth_is_true_or_false(server: Server, query: str, truth: bool) -> None:
    assert json.loads(server.ask(get(query)).body)["boolean"] is truth


def test_a_truth_has_no_csv(server: Server) -> None:
    assert server.ask(get("ASK {}"), Accept="text/csv").status == 406


def test_a_dataset_may_be_chosen_by_the_protocol(server: Server) -> None:
    graph = "https://w3id.org/labcoop/graph/news-2022"
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    whole = int(json.loads(server.ask(get(count)).body)["results"]["bindings"][0]["n"]["value"])
    news = int(json.loads(server.ask(get(count) + "&default-graph-uri=" + quote(graph)).body)["results"]["bindings"][0]["n"]["value"])
    by_from = int(
        json.loads(server.ask(get(f"SELECT (COUNT(*) AS ?n) FROM <{graph}> {{ ?s ?p ?o }}")).body)["results"]["bindings"][0]["n"]["value"]
    )
    named = json.loads(server.ask(get("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }") + "&named-graph-uri=" + quote(graph)).body)
    assert 0 < news == by_from < whole
    assert [row["g"]["value"] for row in named["results"]["bindings"]] == [graph]


def test_the_default_graph_is_the_union_and_each_triple_is_in_it_once(server: Server) -> None:
    count = "SELECT (COUNT(*) AS ?n) {{ {} }}"
    union, distinct = (
        int(json.loads(server.ask(get(count.format(part))).body)["results"]["bindings"][0]["n"]["value"])
        for part in ("?s ?p ?o", "SELECT DISTINCT ?s ?p ?o { GRAPH ?g { ?s ?p ?o } }")
    )
    assert union == distinct > 10_000


def test_what_is_inferred_can_be_left_out(server: Server) -> None:
    query = "PREFIX lc: <https://w3id.org/labcoop/ns#> SELECT ?place { ?project lc:coversPlace ?place }"
    assert len(places(server.ask(get(query)).body)) > 20
    assert places(server.ask(get(query, infer="false")).body) == []
    graphs = json.loads(server.ask(get("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }", infer="false")).body)["results"]["bindings"]
    assert {row["g"]["value"].rsplit("/", 1)[1] for row in graphs} == {"news-2022", "brochure-2023", "reference", "ontology", "description"}


def test_without_a_query_the_service_describes_itself(server: Server) -> None:
    answer = server.ask("/sparql", Accept="text/turtle")
    graph = rdflib.Graph().parse(data=answer.text, format="turtle")
    description = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
    assert set(graph.objects(None, description.endpoint)) == {rdflib.URIRef(server.sparql)}
    names = {str(name).rsplit("/", 1)[1] for name in graph.objects(None, description.name)}
    assert names == {"news-2022", "brochure-2023", "reference", "ontology", "inferred", "description"}


def test_head_answers_like_get_without_a_body(server: Server) -> None:
    answer = server.ask(get(COUNTRIES), "HEAD")
    assert (answer.status, answer.body, answer.headers["content-type"]) == (200, b"", "application/sparql-results+json")


def test_any_page_may_read_and_no_credentials_are_taken(server: Server) -> None:
    headers = server.ask(get(COUNTRIES), Origin="https://example.org").headers
    assert headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in headers


def test_a_browser_gets_a_page(server: Server) -> None:
    answer = server.ask(get(COUNTRIES), Accept="text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
    assert answer.headers["content-type"].startswith("text/html")
    assert "Costa Rica" in answer.text


def test_a_plain_default_graph_holds_only_what_is_in_no_named_graph(
    start: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory
) -> None:
    data = tmp_path_factory.mktemp("plain") / "data.trig"
    data.write_text("<http://e/a> <http://e/p> 1 . <http://e/g> { <http://e/b> <http://e/p> 2 }")
    flags = ("--data", str(data), "--ontology", "none", "--queries", "none", "--reasoning", "none")
    subjects = "SELECT ?place { ?place ?p ?o } ORDER BY ?place"
    assert places(start(*flags, "--default-graph", "plain").ask(get(subjects)).body) == ["http://e/a"]
    assert places(start(*flags).ask(get(subjects)).body) == ["http://e/a", "http://e/b"]
