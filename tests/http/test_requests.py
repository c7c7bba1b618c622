"""What clients of every kind send along with a query, and the edges of headers: taken as they mean it."""

import http.client
import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from graph_service.snapshot.snapshot import Snapshot
from tests.conftest import Answer, Server

pytestmark = pytest.mark.live

FORM = "application/x-www-form-urlencoded"
JSON = "application/sparql-results+json"
CRI = "<https://w3id.org/labcoop/id/place/CRI>"
SELECT = "SELECT ?s { ?s a <https://w3id.org/labcoop/ns#Country> } LIMIT 1"
CONSTRUCT = f"CONSTRUCT {{ {CRI} ?p ?o }} WHERE {{ {CRI} ?p ?o }}"


def get(server: Server, query: str, accept: str | None = None, **parameters: object) -> Answer:
    path = "/sparql?" + urlencode({"query": query, **parameters}, doseq=True)
    return server.ask(path) if accept is None else server.ask(path, Accept=accept)


def media(answer: Answer) -> str:
    assert answer.status == 200, answer.text
    return answer.headers["content-type"].partition(";")[0]


@pytest.mark.parametrize("version", ["1.1", "1.2", "1.2-basic", "9"])
def test_a_version_of_sparql_may_be_named_as_a_parameter_or_in_media_types(server: Server, version: str) -> None:
    assert media(get(server, SELECT, version=version)) == JSON
    assert media(get(server, SELECT, f"{JSON};version={version}")) == JSON
    direct = server.ask("/sparql", "POST", SELECT.encode(), Content_Type=f"application/sparql-query;version={version}")
    assert media(direct) == JSON


def test_what_blazegraph_sends_is_a_query(server: Server) -> None:
    """Its federation puts the query into the address of a POST without a body."""
    place = urlsplit(server.url)
    for headers in ({"Content-Length": "0"}, {"Content-Length": "0", "Content-Type": FORM}):
        connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=30)
        connection.request("POST", "/sparql?" + urlencode({"query": SELECT}), headers={**headers, "Accept": JSON})
        answer = connection.getresponse()
        assert (answer.status, answer.headers["content-type"]) == (200, JSON)
        connection.close()


@pytest.mark.parametrize(("token", "expected"), [("json", JSON), ("xml", "application/sparql-results+xml"), ("text/csv", "text/csv")])
def test_what_sparqlwrapper_sends_in_three_parameters_at_once_is_honoured(server: Server, token: str, expected: str) -> None:
    assert media(get(server, SELECT, "*/*", format=token, output=token, results=token)) == expected
    assert media(get(server, SELECT, "text/csv", results=token)) == expected


def test_parameters_that_nobody_knows_are_ignored(server: Server) -> None:
    unknown = {"format": "nonsense", "nocache": "1", "should-sponge": "", "debug": "on", "reasoning": "true", "queryLn": "SPARQL"}
    assert media(get(server, SELECT, "text/csv", **unknown)) == "text/csv"


@pytest.mark.parametrize(
    ("accept", "table", "graph"),
    [
        # SPARQLWrapper, YASGUI, Jena, RDF4J, a browser's script, curl.
        ("application/sparql-results+xml,application/rdf+xml,*/*", "application/sparql-results+xml", "application/rdf+xml"),
        ("application/sparql-results+json,*/*;q=0.9", JSON, "text/turtle"),
        ("application/n-triples,*/*;q=0.9", JSON, "application/n-triples"),
        ("application/json,text/javascript,application/javascript", JSON, "application/json"),
        ("text/turtle,application/n-triples;q=0.9,application/ld+json;q=0.8,*/*;q=0.3", JSON, "text/turtle"),
        ("*/*", JSON, "text/turtle"),
        ("", JSON, "text/turtle"),
        # Edges of the header: spaces, capitals, quality of 0, wildcards of a kind, parameters, what is no media type at all.
        ("TEXT/CSV , text/turtle", "text/csv", "text/turtle"),
        ("text/csv;q=0, */*", JSON, "text/turtle"),
        ("text/*", "text/csv", "text/turtle"),
        ("application/*;q=0.5,text/*;q=0.6", "text/csv", "text/turtle"),
        ("text/csv;header=present;q=0.9,text/tab-separated-values;q=1.0,text/turtle", "text/tab-separated-values", "text/turtle"),
        (",, ;q=1,nonsense,text/csv;q=0.1,application/rdf+xml;q=0.1", "text/csv", "application/rdf+xml"),
    ],
)
def test_what_clients_accept_is_what_they_get(server: Server, accept: str, table: str, graph: str) -> None:
    assert (media(get(server, SELECT, accept)), media(get(server, CONSTRUCT, accept))) == (table, graph)


def test_several_accept_headers_are_one_list(server: Server) -> None:
    place = urlsplit(server.url)
    connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=30)
    connection.putrequest("GET", "/sparql?" + urlencode({"query": SELECT}))
    connection.putheader("Accept", "image/png")
    connection.putheader("Accept", "text/csv")
    connection.endheaders()
    answer = connection.getresponse()
    assert (answer.status, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    connection.close()


def test_text_formats_name_their_character_set(server: Server) -> None:
    for accept in ("text/csv", "text/tab-separated-values"):
        assert get(server, SELECT, accept).headers["content-type"] == f"{accept}; charset=utf-8"
    assert get(server, CONSTRUCT, "text/turtle").headers["content-type"] == "text/turtle; charset=utf-8"
    # N3 is written as Turtle, which it contains.
    assert media(get(server, CONSTRUCT, "text/n3")) == "text/n3"


def test_a_query_and_an_update_together_are_malformed(server: Server) -> None:
    both = urlencode({"query": "ASK {}", "update": "CLEAR ALL"})
    assert server.ask("/sparql", "POST", both.encode(), Content_Type=FORM).status == 400
    assert server.ask(f"/sparql?{both}").status == 400
    assert server.ask("/sparql?" + urlencode({"update": "CLEAR ALL"})).status == 403
    using = urlencode({"update": "DELETE WHERE { ?s ?p ?o }", "using-graph-uri": "http://e/g"})
    assert server.ask("/sparql", "POST", using.encode(), Content_Type=FORM).status == 403


def test_a_body_without_a_type_is_refused(server: Server) -> None:
    place = urlsplit(server.url)
    connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=30)
    connection.request("POST", "/sparql", body=b"ASK {}", headers={})
    assert connection.getresponse().status == 415
    connection.close()


def test_relative_iris_of_a_query_are_resolved_against_the_endpoint(server: Server) -> None:
    rows = json.loads(get(server, "SELECT (<../id/x> AS ?a) (<#y> AS ?b) {}").body)["results"]["bindings"]
    assert [(row["a"]["value"], row["b"]["value"]) for row in rows] == [(f"{server.url}/id/x", f"{server.sparql}#y")]


@pytest.mark.parametrize("way", ["get", "form"])
def test_variables_may_be_bound_beside_the_query(server: Server, way: str) -> None:
    given = {"query": "SELECT ?name { ?place <http://www.w3.org/2000/01/rdf-schema#label> ?name FILTER(LANG(?name) = ?lang) }"}
    given |= {"$place": CRI, "$lang": '"es"'}
    send = {
        "get": lambda: server.ask("/sparql?" + urlencode(given), Accept="text/csv"),
        "form": lambda: server.ask("/sparql", "POST", urlencode(given).encode(), Content_Type=FORM, Accept="text/csv"),
    }
    assert send[way]().text.split("\r\n")[:2] == ["name", "Costa Rica"]


@pytest.mark.parametrize("value", ["", "} DROP ALL", "<a b>", '"x', '"x" . <urn:a> <urn:b> "c"', "?y"])
def test_a_value_that_is_no_term_is_refused_and_named(server: Server, value: str) -> None:
    answer = get(server, "SELECT ?x { }", **{"$x": value})
    assert (answer.status, json.loads(answer.body)["parameter"]) == (400, "$x")


@pytest.mark.parametrize(
    ("query", "line", "column"),
    [("SELECT ?x {\n ?x ?p\n}", 3, 1), ("CONSTRUCT WHERE {\n ?x ?p }", 2, 8), ("ASK { ?x ?p 1 } GROUP", 1, 17), ("SELECT ?x {", 1, 12)],
)
def test_where_a_query_is_wrong_is_told_of_the_text_that_was_sent(server: Server, query: str, line: int, column: int) -> None:
    alone, beside = (json.loads(get(server, query, **given).body) for given in ({}, {"$x": CRI}))
    assert (beside["line"], beside["column"]) == (alone["line"], alone["column"]) == (line, column)
    assert beside["detail"] == alone["detail"]


def test_a_value_that_a_query_cannot_take_is_named(server: Server) -> None:
    answer = json.loads(get(server, "SELECT (1 AS ?x) {}", **{"$x": CRI}).body)
    assert (answer["status"], answer["parameter"]) == (400, "$x")


@pytest.mark.parametrize("iri", ["did:web:example.org:7", "info:doi/10.1/2", "tag:e.org,2024:x", "geo:1,2", "place:CRI"])
def test_an_absolute_iri_in_brackets_is_itself(server: Server, iri: str) -> None:
    assert get(server, "SELECT ?x {}", accept="text/csv", **{"$x": f"<{iri}>"}).text.split() == ["x", iri]


@pytest.mark.parametrize(
    "query",
    [
        "DESCRIBE ?x",
        "CONSTRUCT FROM <https://w3id.org/labcoop/graph/reference> WHERE { ?x ?p ?o }",
        "CONSTRUCT WHERE { ?x ?p ?o } VALUES ?o { 1 }",
    ],
)
def test_every_form_of_query_takes_values(server: Server, query: str) -> None:
    answer = get(server, query, accept="application/n-triples", **{"$x": CRI})
    assert answer.status == 200
    assert {line.split()[0] for line in answer.text.splitlines()} <= {CRI}
    assert bool(answer.body) == ("{ 1 }" not in query)


def test_a_byte_order_mark_before_a_query_is_none_of_it(server: Server) -> None:
    text = "\ufeffASK {}"
    ways = {
        "address": server.ask("/sparql?" + urlencode({"query": text})),
        "form": server.ask("/sparql", "POST", urlencode({"query": text}).encode(), Content_Type=FORM),
        "body": server.ask("/sparql", "POST", text.encode(), Content_Type="application/sparql-query"),
    }
    assert {way: answer.status for way, answer in ways.items()} == dict.fromkeys(ways, 200)


def test_a_query_may_ask_for_less_time_than_the_server_gives(server: Server) -> None:
    assert media(get(server, SELECT, timeout="5")) == JSON
    for wrong in ("soon", "-1", "0", "inf"):
        assert get(server, SELECT, timeout=wrong).status == 400


def test_an_answer_tells_how_long_its_query_took_and_which_one_it_was(server: Server) -> None:
    answer = get(server, SELECT + " # timed")
    assert re.fullmatch(r"query;dur=[0-9.]+", answer.headers["server-timing"])
    assert re.fullmatch(r"[0-9a-f]{12}", answer.headers["x-query-id"])


#: An answer of each kind, and what it is asked for with.
ANSWERS = {
    "table": ("/sparql?" + urlencode({"query": SELECT}), JSON),
    "graph": ("/sparql?" + urlencode({"query": CONSTRUCT}), "text/turtle"),
    "result page": ("/sparql?" + urlencode({"query": SELECT}), "text/html"),
    "canned": ("/queries/projects-by-country.csv?country=CRI", "*/*"),
    "canned page": ("/queries/projects-by-country?country=CRI", "text/html"),
    "page": ("/page/place/CRI", "text/html"),
    "data": ("/data/place/CRI.ttl", "*/*"),
    "named graph": ("/graph/news-2022", "text/turtle"),
    "graph store": ("/rdf-graph-store?default", "text/turtle"),
    "concept": ("/vocab/status", "text/turtle"),
    "ontology": ("/ns", "text/html"),
    "search": ("/search?q=ilo", "application/json"),
    "catalogue": ("/catalog", "text/turtle"),
    "file": ("/downloads/dataset.nt", "*/*"),
    "explanation": (
        "/explain?s=project:triangle-in-asean&p=lc:hasDonorCountry&o=place:CAN",
        "application/json",
    ),
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_a_stranger_gets_from_any_answer_to_version_licence_and_source(server: Server, snapshot: Snapshot, kind: str) -> None:
    path, accept = ANSWERS[kind]
    answer = server.ask(path, Accept=accept)
    if answer.status in {301, 302, 303, 307}:
        answer = server.ask(answer.headers["location"].removeprefix(server.url), Accept=accept)
    assert answer.status == 200, answer.text
    links: dict[str, list[str]] = {}
    for target, rel in re.findall(r'<([^>]*)>; rel="([^"]*)"', answer.headers.get("link", "")):
        links.setdefault(rel, []).append(target)
    assert links["license"] == ["https://creativecommons.org/licenses/by/4.0/"]
    version = f"{server.url}/downloads/{snapshot.id}/"
    assert version in [*links.get("via", []), *links.get("collection", [])]
    source = next(target for target in links["describedby"] if target.startswith(server.url))
    described = server.ask(source.removeprefix(server.url), Accept="text/turtle")
    assert described.status == 200
    assert "wasDerivedFrom" in described.text or "https://w3id.org/labcoop/" in described.text
    assert server.ask(version.removeprefix(server.url)).status == 200


def test_a_deprecated_query_says_since_when_until_when_and_what_to_ask_instead(start: Callable[..., Server], tmp_path: Path) -> None:
    (tmp_path / "old.rq").write_text(
        "#+ summary: Old\n#+ deprecated: {since: 2026-01-31, until: 2027-01-31, instead: new}\nSELECT ?s { ?s ?p ?o }\n"
    )
    (tmp_path / "new.rq").write_text("#+ summary: New\nSELECT ?s { ?s ?p ?o }\n")
    (tmp_path / "mine.ttl").write_text("<http://e/a> <http://e/p> 1 .")
    other = start("--data", str(tmp_path / "mine.ttl"), "--ontology", "none", "--queries", str(tmp_path), "--reasoning", "none")
    old, new = other.ask("/queries/old.csv"), other.ask("/queries/new.csv")
    # 2026-01-31 at 00:00 UTC, as a Date of Structured Fields (RFC 9745, section 2; RFC 9651, section 3.3.7).
    assert (old.status, old.headers["deprecation"]) == (200, "@1769817600")
    assert old.headers["sunset"] == "Sun, 31 Jan 2027 00:00:00 GMT"
    assert f'<{other.url}/queries/new>; rel="successor-version"' in old.headers["link"]
    assert not {"deprecation", "sunset"} & set(new.headers)
    paths = json.loads(other.ask("/openapi.json").body)["paths"]
    assert (paths["/queries/old"]["get"]["deprecated"], paths["/queries/new"]["get"].get("deprecated")) == (True, None)
