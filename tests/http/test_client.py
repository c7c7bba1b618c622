"""The Python client: canned queries, SPARQL and files of a running service, as Python values and typed errors."""

import datetime
import hashlib
import http.server
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest
import rdflib

from graph_service.client import Client, Iri, Table, Text
from graph_service.client.frames import frame
from graph_service.errors import (
    BadGateway,
    InvalidParameter,
    MalformedQuery,
    NotFound,
    OutOfTime,
    ServiceError,
    Unavailable,
    UnknownParameter,
)
from tests.conftest import Server
from tests.ports import free_port

pytestmark = pytest.mark.live


@pytest.fixture
def client(server: Server, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return Client(server.url)


def table(answer: object) -> Table:
    assert isinstance(answer, Table)
    return answer


def test_canned_queries_are_listed_and_described(client: Client) -> None:
    names = [query.name for query in client.queries()]
    assert len(names) >= 30
    query = client.describe("projects-by-country")
    assert query.title("fr") == "Projets par pays"
    assert query.title("de") == "Projects by country"
    assert query.parameters["country"].type == "iri"
    assert not query.parameters["country"].required
    assert query.columns["project_label"].label["en"]
    assert str(query).startswith("projects-by-country(country=…")
    assert str(query).endswith("): Projects by country")
    with pytest.raises(NotFound):
        client.describe("no-such-query")


def test_rows_are_dictionaries_of_typed_values(client: Client) -> None:
    rows = table(client.run("projects-by-country", country="Costa Rica"))
    labels = [row["project_label"] for row in rows]
    assert any(str(name).startswith("Fair Recruitment in Central America") for name in labels)
    assert isinstance(rows[0]["project"], Iri)
    label = rows[0]["project_label"]
    assert isinstance(label, Text)
    assert label.language == "en"
    assert [row["project_label"] for row in rows[:1]] == labels[:1]
    assert rows.column("project_label") == labels
    assert len(table(client.run("projects-by-country", country=["Costa Rica"], infer=False))) < len(rows)


def test_values_of_each_datatype_are_pythons_own(client: Client) -> None:
    query = """PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> SELECT * { VALUES (?i ?d ?f ?b ?day ?time ?year ?s ?t ?u ?odd ?none) {
      (1 1.50 1e3 true "2023-06-05"^^xsd:date "2023-06-05T12:00:00Z"^^xsd:dateTime "2023"^^xsd:gYear "a" "é"@fr <http://e/x>
       "123456-01-01"^^xsd:date UNDEF) } }"""
    (row,) = table(client.sparql(query))
    assert row == {
        **{"i": 1, "d": Decimal("1.5"), "f": 1000.0, "b": True, "day": datetime.date(2023, 6, 5), "year": 2023},
        **{"time": datetime.datetime(2023, 6, 5, 12, tzinfo=datetime.UTC), "s": "a", "t": "é", "u": "http://e/x", "none": None},
        "odd": "123456-01-01",
    }
    assert {type(row["i"]), type(row["u"]), type(row["t"]), type(row["s"])} == {int, Iri, Text, str}


def test_pages_give_every_row_once(client: Client) -> None:
    whole = table(client.run("statements-per-passage"))
    pages = list(client.pages("statements-per-passage", page_size=25))
    assert [len(page) for page in pages[:-1]] == [25] * (len(pages) - 1)
    assert [row for page in pages for row in page] == list(whole)


def test_a_question_or_query_that_gives_a_graph_gives_a_graph(client: Client) -> None:
    graph = client.run("country-rdf", country="place:CRI")
    assert isinstance(graph, rdflib.Graph)
    assert len(graph) > 3
    triples = client.sparql(
        "CONSTRUCT { ?s ?p ?o } WHERE { <https://w3id.org/labcoop/id/organisation/ilo> ?p ?o BIND(<http://e/s> AS ?s) }"
    )
    assert isinstance(triples, rdflib.Graph)
    assert {str(s) for s in triples.subjects()} == {"http://e/s"}


def test_sparql_asks_with_and_without_what_is_inferred(client: Client) -> None:
    assert client.sparql("ASK { ?s ?p ?o }") is True
    assert client.sparql("ASK { ?s ?p <http://e/nothing> }") is False
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    every, asserted = table(client.sparql(count))[0]["n"], table(client.sparql(count, infer=False))[0]["n"]
    assert isinstance(every, int)
    assert isinstance(asserted, int)
    assert every > asserted


def test_what_is_wrong_is_an_error_of_its_own(client: Client) -> None:
    with pytest.raises(InvalidParameter) as invalid:
        client.run("projects-by-country", country="Nowhere")
    assert invalid.value.members["parameter"] == "country"
    assert "place:CRI" in invalid.value.members["allowed"]  # type: ignore[operator]
    with pytest.raises(UnknownParameter):
        client.run("projects-by-country", nation="Costa Rica")
    with pytest.raises(NotFound):
        client.run("no-such-query")
    with pytest.raises(MalformedQuery) as malformed:
        client.sparql("SELECT *\n{ ?s ?p }")
    assert malformed.value.members["line"] == 2
    with pytest.raises(Unavailable):
        Client(f"http://127.0.0.1:{free_port()}").sparql("ASK {}")


@pytest.mark.parametrize("name", ["dataset.ttl", "dataset.nq.gz"])
def test_a_download_is_whole_or_not_there(client: Client, server: Server, tmp_path: Path, name: str) -> None:
    saved = client.download(name, tmp_path)
    assert saved == tmp_path / name
    assert hashlib.sha256(saved.read_bytes()).hexdigest() == hashlib.sha256(server.ask(f"/downloads/{name}").body).hexdigest()
    assert client.download(name, tmp_path / "other").read_bytes() == saved.read_bytes()
    with pytest.raises(NotFound):
        client.download("dataset.doc", tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {name, "other"}


@contextmanager
def answering(status: int, media: str, content: bytes, length: int | None = None) -> Iterator[Client]:
    """A client of a server that gives one answer to everything."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", "0")))
            self.send_response(status)
            self.send_header("Content-Type", media)
            self.send_header("Content-Length", str(len(content) if length is None else length))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = handle_any  # noqa: N815 - the names that the library looks for

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as listening:
        thread = threading.Thread(target=listening.serve_forever, args=[0.02])
        thread.start()
        try:
            yield Client(f"http://127.0.0.1:{listening.server_address[1]}", timeout=5)
        finally:
            listening.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("status", "media", "content", "length", "error"),
    [
        (200, "text/html", b"<html>Welcome</html>", None, BadGateway),
        (200, "application/sparql-results+json", b"{}", None, BadGateway),
        (200, "application/sparql-results+json", b'{"head": {"vars": []}, "res', 100, Unavailable),
        (500, "text/html", b"<html>It broke</html>", None, BadGateway),
        (503, "text/plain", b"", None, Unavailable),
        (
            504,
            "application/problem+json",
            b'{"type": "/problems#out-of-time", "title": "", "detail": "Late.", "status": 504}',
            None,
            OutOfTime,
        ),
        (418, "application/problem+json", b'{"type": "/problems#tea", "title": "", "detail": "Tea.", "status": 418}', None, ServiceError),
    ],
)
def test_what_is_no_answer_of_such_a_service_is_an_error(
    client: Client, status: int, media: str, content: bytes, length: int | None, error: type[ServiceError]
) -> None:
    with answering(status, media, content, length) as other:
        for ask, question in ((other.sparql, "ASK {}"), (other.run, "projects")):
            with pytest.raises(ServiceError) as caught:
                ask(question)
            assert type(caught.value) is error
            assert caught.value.status == status or error in {BadGateway, Unavailable}


def test_a_frame_counts_sums_and_sorts(client: Client) -> None:
    made = frame(
        table(
            client.sparql("""PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
      SELECT * { VALUES (?i ?d ?b ?day ?t) {
        (2 1.5 true "2023-06-05"^^xsd:date "b"@en) (1 2.5 false UNDEF "a") (UNDEF UNDEF UNDEF UNDEF UNDEF) } }""")
        )
    )
    assert {name: str(kind) for name, kind in made.dtypes.items() if name != "day"} == {
        **{"i": "Int64", "d": "Float64", "b": "boolean"},
        "t": "string",
    }
    assert (made["i"].sum(), made["d"].sum(), made["b"].sum()) == (3, 4.0, 1)
    assert made["day"].max().year == 2023
    assert list(made.sort_values("t")["t"])[:2] == ["a", "b"]
    assert made.isna().sum().to_dict() == {"i": 1, "d": 1, "b": 1, "day": 2, "t": 1}
    assert list(frame(Table(["x"], [])).columns) == ["x"]
