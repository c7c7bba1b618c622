"""The query operation of the SPARQL 1.1 Protocol, case by case: what may be asked how, on which dataset, and what is refused."""

import json
from collections.abc import Callable
from urllib.parse import quote, urlencode

import pytest

from tests.conftest import Answer, Server

pytestmark = pytest.mark.live

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
NAMES = [f"http://example.org/{number}" for number in (1, 2, 3)]


@pytest.fixture(scope="module")
def plain(start: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory) -> Server:
    """A service over three named graphs of one triple each, and one more in no graph."""
    data = tmp_path_factory.mktemp("protocol") / "data.trig"
    graphs = "\n".join(f"<{name}> {{ <{name}> <http://example.org/p> <{name}> }}" for name in NAMES)
    data.write_text(f"{graphs}\n<http://example.org/0> <http://example.org/p> <http://example.org/0> .")
    flags = ("--ontology", "none", "--queries", "none", "--reasoning", "none", "--default-graph", "plain")
    return start("--data", str(data), *flags)


@pytest.fixture(scope="module")
def overlapping(start: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory) -> Server:
    """A service over three named graphs that say one triple together, and one each for itself."""
    data = tmp_path_factory.mktemp("overlapping") / "data.trig"
    data.write_text(
        "\n".join(f"<{name}> {{ <{name}> <http://example.org/p> 1 . <http://example.org/all> <http://example.org/p> 2 }}" for name in NAMES)
    )
    return start("--data", str(data), "--ontology", "none", "--queries", "none", "--reasoning", "none")


def forms(query: str, parameters: str = "") -> dict[str, Callable[[Server], Answer]]:
    """The three ways to send a query, each with dataset parameters."""
    more = f"&{parameters}" if parameters else ""
    return {
        "get": lambda server: server.ask(f"/sparql?{urlencode({'query': query})}{more}"),
        "form": lambda server: server.ask("/sparql", "POST", f"{urlencode({'query': query})}{more}".encode(), Content_Type=FORM),
        "direct": lambda server: server.ask(f"/sparql?{parameters}", "POST", query.encode(), Content_Type=QUERY),
    }


def truth(answer: Answer) -> bool:
    assert answer.status == 200, answer.text
    return bool(json.loads(answer.body)["boolean"])


def default(*names: str) -> str:
    return "&".join(f"default-graph-uri={quote(name)}" for name in names)


def named(*names: str) -> str:
    return "&".join(f"named-graph-uri={quote(name)}" for name in names)


ONE, TWO, THREE = NAMES


@pytest.mark.parametrize("way", ["get", "form", "direct"])
@pytest.mark.parametrize(
    ("query", "parameters", "expected"),
    [
        ("ASK {}", "", True),
        (f"ASK {{ <{ONE}> ?p ?o }}", default(ONE), True),
        (f"ASK {{ <{TWO}> ?p ?o }}", default(ONE), False),
        (f"ASK {{ <{ONE}> ?p ?o . <{TWO}> ?p ?x }}", default(ONE, TWO), True),
        (f"ASK {{ GRAPH ?g {{ <{ONE}> ?p ?o }} GRAPH ?h {{ <{TWO}> ?q ?x }} }}", named(ONE, TWO), True),
        (f"ASK {{ GRAPH ?g {{ <{THREE}> ?p ?o }} }}", named(ONE, TWO), False),
        (f"ASK {{ <{ONE}> ?p ?o }}", named(ONE), False),
        ("ASK { GRAPH ?g { ?s ?p ?o } }", default(ONE), False),
        (f"ASK {{ <{THREE}> ?p ?o . GRAPH <{ONE}> {{ ?s ?p ?x }} }}", f"{default(THREE)}&{named(ONE, TWO)}", True),
        # The protocol's dataset wins over the query's own (section 2.1.4).
        (f"ASK FROM <{THREE}> {{ <{ONE}> ?p ?o }}", default(ONE), True),
        (f"ASK FROM <{THREE}> {{ <{THREE}> ?p ?o }}", default(ONE), False),
        (f"ASK FROM NAMED <{THREE}> {{ GRAPH ?g {{ <{THREE}> ?p ?o }} }}", named(ONE), False),
        (f"ASK FROM <{THREE}> {{ <{THREE}> ?p ?o }}", "", True),
    ],
)
def test_every_way_to_ask_sees_the_dataset_that_is_chosen(plain: Server, way: str, query: str, parameters: str, expected: bool) -> None:
    assert truth(forms(query, parameters)[way](plain)) is expected


@pytest.mark.parametrize(
    ("query", "parameters", "count"),
    [
        (f"SELECT (COUNT(*) AS ?n) FROM <{ONE}> FROM <{TWO}> {{ ?s ?p ?o }}", "", 3),
        (
            "BASE <http://example.org/> PREFIX e: <> SELECT (COUNT(*) AS ?n) FROM e:1 FROM e:1 FROM <2> FROM NAMED <1> { ?s ?p ?o }",
            "",
            3,
        ),
        (f"SELECT (COUNT(*) AS ?n) FROM <{ONE}> FROM NAMED <{TWO}> {{ ?s ?p ?o }}", "", 2),
        ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", default(ONE, TWO), 3),
        ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", default(ONE, TWO, THREE), 4),
        ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", default(TWO, THREE), 3),
        ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", default(ONE, ONE), 2),
        ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", default(ONE), 2),
        ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", default(ONE, "http://example.org/none"), 2),
        ("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", named(ONE, TWO) + "&" + default(ONE, TWO), 4),
        ("SELECT (COUNT(?g) AS ?n) { GRAPH ?g {} }", default(ONE, TWO), 0),
    ],
)
def test_a_triple_of_two_default_graphs_counts_once(overlapping: Server, query: str, parameters: str, count: int) -> None:
    """The default graph is the RDF merge of the graphs that are named for it (SPARQL 1.1 Query, section 13.2.1)."""
    answer = forms(query, parameters)["get"](overlapping)
    assert [row["n"]["value"] for row in json.loads(answer.body)["results"]["bindings"]] == [str(count)]


@pytest.mark.parametrize("way", ["get", "form", "direct"])
@pytest.mark.parametrize(
    ("query", "media"),
    [
        ("SELECT * { ?s ?p ?o }", {"application/sparql-results+xml", "application/sparql-results+json", "text/csv"}),
        ("ASK {}", {"application/sparql-results+xml", "application/sparql-results+json"}),
        ("DESCRIBE <http://example.org/0>", {"text/turtle", "application/rdf+xml", "application/n-triples"}),
        ("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", {"text/turtle", "application/rdf+xml", "application/n-triples"}),
    ],
)
def test_without_a_wish_each_kind_of_result_comes_in_a_standard_format(plain: Server, way: str, query: str, media: set[str]) -> None:
    answer = forms(query)[way](plain)
    assert answer.status == 200
    assert answer.headers["content-type"].split(";")[0] in media


@pytest.mark.parametrize(
    ("path", "method", "body", "media"),
    [
        ("/sparql?query=ASK%20%7B%7D&query=SELECT%20*%20%7B%7D", "GET", None, None),
        ("/sparql?query=ASK%20%7B%7D", "PUT", b"", None),
        ("/sparql", "POST", b"query=ASK%20%7B%7D", "text/plain"),
        ("/sparql", "POST", b"ASK {}", "text/plain"),
        ("/sparql", "POST", "ASK { ?s ?p 'é' }".encode("utf-16"), QUERY),
        ("/sparql?query=ASK%20%7B", "GET", None, None),
        ("/sparql", "POST", b"ASK {}", "application/x-sparql"),
    ],
    ids=["two queries", "wrong method", "form of another type", "query of another type", "not UTF-8", "no SPARQL", "unknown type"],
)
def test_what_breaks_the_protocol_is_refused(plain: Server, path: str, method: str, body: bytes | None, media: str | None) -> None:
    headers = {"Content_Type": media} if media else {}
    assert 400 <= plain.ask(path, method, body, **headers).status < 500


def test_relative_iris_are_resolved_against_the_endpoint(plain: Server) -> None:
    for answer in (way(plain) for way in forms("SELECT (<other> AS ?iri) {}").values()):
        assert json.loads(answer.body)["results"]["bindings"][0]["iri"]["value"] == f"{plain.url}/other"
