"""What other servers answer, as hosts of SERVICE and as the engine: it is read elsewhere, in time, and told in our own words."""

import json
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from graph_service.engine.embedded import EmbeddedEngine
from graph_service.engine.remote.federation import Federation
from graph_service.engine.result import Query
from graph_service.errors import BadGateway, Forbidden, MalformedQuery, OutOfTime, ResultTooLarge, ServiceError
from graph_service.settings import Settings
from tests.engine import test_federation, test_remote
from tests.engine.test_federation import listening, replies

TABLE = "application/sparql-results+json"
XML = "application/sparql-results+xml"
LIMITS = Settings(workers=1, queue=8, query_deadline=3, query_memory=256 * 2**20, result_limit=2**22)

#: What the process that serves may spend on an answer, in seconds of its own.
SPENT = 0.5


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedEngine]:
    path = tmp_path_factory.mktemp("graph") / "dataset.nq"
    path.write_text("<http://e/a> <http://e/p> <http://e/b> .\n")
    engine = EmbeddedEngine(path, LIMITS)
    yield engine
    engine.close()


def hosts(engine: EmbeddedEngine, port: int, deadline: float = 3) -> Federation:
    return Federation(replace(LIMITS, service_hosts=(f"127.0.0.1:{port}",), query_deadline=deadline), engine.workers, engine.register)


def outcome(engine: EmbeddedEngine, handle: Callable[[test_federation.Handler], None], deadline: float = 3) -> ServiceError:
    """The error of a call to a server that does what a test says; this process has other work to do than to read it."""
    with listening(handle) as (port, _):
        text = f"SELECT * {{ SERVICE <http://127.0.0.1:{port}/sparql> {{ ?s ?p ?o }} }}"
        spent = time.process_time()
        with pytest.raises(ServiceError) as caught:
            hosts(engine, port, deadline).answered(Query(text))
        assert time.process_time() - spent < SPENT
    return caught.value


def nested(depth: int, media: str) -> bytes:
    if media == TABLE:
        head = '{"head":{"vars":["x"]},"results":{"bindings":[{"x":'
        iri = '{"type":"uri","value":"http://e/a"}'
        opening = f'{{"type":"triple","value":{{"subject":{iri},"predicate":{iri},"object":'
        return (head + opening * depth + iri + "}}" * depth + "}]}}").encode()
    iri = "<uri>http://e/a</uri>"
    head = '<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#"><head><variable name="x"/></head><results><result>'
    opening = f"<triple><subject>{iri}</subject><predicate>{iri}</predicate><object>"
    body = opening * depth + iri + "</object></triple>" * depth
    return f'{head}<binding name="x">{body}</binding></result></results></sparql>'.encode()


@pytest.mark.parametrize("media", [TABLE, XML])
@pytest.mark.parametrize("depth", [33, 1_000, 20_000])
def test_a_nested_answer_is_refused(engine: EmbeddedEngine, depth: int, media: str) -> None:
    error = outcome(engine, replies(200, media, nested(depth, media)))
    # The parser takes so long for the deepest that the deadline may come first.
    assert isinstance(error, BadGateway | OutOfTime if depth == 20_000 else BadGateway)
    if depth == 33:
        assert "32 levels" in error.detail


@pytest.mark.parametrize("content", [b"[" * 100_000, b'{"head":' * 100_000, b'{"head":{"vars":[]},"results":' + b"{" * 100_000])
def test_a_nested_answer_of_another_kind_is_refused(engine: EmbeddedEngine, content: bytes) -> None:
    assert isinstance(outcome(engine, replies(200, TABLE, content)), BadGateway)


@pytest.mark.parametrize("depth", [33, 1_000])
@pytest.mark.parametrize("kind", ["table", "graph", "truth"])
def test_a_nested_answer_of_the_engine_is_refused(kind: str, depth: int) -> None:
    if kind == "graph":
        triple = b"<http://e/a> <http://e/p> " + b"<<( <http://e/a> <http://e/p> " * depth + b"1" + b" )>>" * depth
        handle = test_remote.replies(200, "application/n-triples", triple.replace(b"1", b'"1"') + b" .\n")
        error = test_remote.outcome(handle, "CONSTRUCT WHERE { ?s ?p ?o }")
    elif kind == "table":
        error = test_remote.outcome(test_remote.replies(200, TABLE, nested(depth, TABLE)))
    else:
        error = test_remote.outcome(test_remote.replies(200, TABLE, b'{"head":' * depth), "ASK {}")
    assert isinstance(error, BadGateway)


def test_a_nested_answer_within_the_limit_is_taken(engine: EmbeddedEngine) -> None:
    with listening(replies(200, TABLE, nested(32, TABLE))) as (port, _):
        query = Query(f"SELECT * {{ SERVICE <http://127.0.0.1:{port}/sparql> {{ ?s ?p ?x }} }}")
        ((term,),) = engine.run(hosts(engine, port).answered(query)).rows()
    assert str(term).count("<<(") == 31  # and the term itself


def test_cells_are_counted_and_not_only_bytes(engine: EmbeddedEngine) -> None:
    names = [f"v{number}" for number in range(800)]
    content = json.dumps({"head": {"vars": names}, "results": {"bindings": [{}] * 8_000}}).encode()
    assert isinstance(outcome(engine, replies(200, TABLE, content)), ResultTooLarge | OutOfTime)


PAGE = (
    b"<html><head><title>Error</title></head><body>java.net.ConnectException: http://10.1.2.3:8890/secret "
    b"at /srv/inside/server.py line 12 <script>alert(1)</script>" + b"<style" * 8_000
)


@pytest.mark.parametrize("status", [302, 400, 401, 404, 418, 500, 502, 503, 504])
def test_an_error_page_is_not_handed_on(engine: EmbeddedEngine, status: int, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "graph_service.engine.remote.http"):
        error = outcome(engine, replies(status, "text/html", PAGE))
        remote = test_remote.outcome(test_remote.replies(status, "text/html", PAGE))
    for told in (error, remote):
        shown = told.detail + repr(told.members)
        assert not any(part in shown for part in ("10.1.2.3", "secret", "inside", "alert", "java", "<")), shown
    assert "127.0.0.1" not in remote.detail
    said = [vars(record)["said"] for record in caplog.records if record.name == "graph_service.engine.remote.http"]
    assert len(said) == 2
    assert all(len(text) <= 500 and "ConnectException" in text for text in said)


@pytest.mark.parametrize("text", ["Parse error at 3:14 of /srv/inside", "Syntax error: Encountered secret at line 3, column 14"])
def test_of_a_fault_in_the_query_the_place_is_told(engine: EmbeddedEngine, text: str) -> None:
    error = outcome(engine, replies(400, "text/plain", text.encode()))
    assert isinstance(error, MalformedQuery)
    assert error.members == {"line": 3, "column": 14}
    assert not {"inside", "secret"} & {*error.detail.split()}


@pytest.mark.parametrize("status", [200, 500])
def test_an_answer_that_drips_ends_at_the_deadline(engine: EmbeddedEngine, status: int) -> None:
    def drip(handler: test_federation.Handler) -> None:
        handler.wfile.write(f"HTTP/1.1 {status} X\r\nContent-Type: {TABLE}\r\n\r\n".encode())
        for _ in range(100):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.05)

    began = time.monotonic()
    error = outcome(engine, drip, deadline=1.2)
    assert isinstance(error, OutOfTime)
    assert "0.6 s" in error.detail
    # It would go on for five.
    assert time.monotonic() - began < 4


def test_the_time_that_is_told_is_that_of_the_whole_query(engine: EmbeddedEngine) -> None:
    def late(handler: test_federation.Handler) -> None:
        time.sleep(0.5)
        handler.answer(200, TABLE, b'{"head":{"vars":[]},"results":{"bindings":[{}]}}')

    many = " ".join(f"VALUES ?x{number} {{ {' '.join(map(str, range(100)))} }}" for number in range(9))
    with listening(late) as (port, _):
        query = Query(f"SELECT (COUNT(*) AS ?n) {{ SERVICE <http://127.0.0.1:{port}/> {{ }} {many} }}", timeout=1.2)
        query = hosts(engine, port).answered(query)
    with pytest.raises(OutOfTime) as caught:
        engine.run(query)
    assert "1.2 s" in caught.value.detail


@pytest.mark.parametrize("depth", [17, 4_000])
def test_nested_groups_are_refused_at_once(engine: EmbeddedEngine, depth: int) -> None:
    text = "SELECT * {" + "SERVICE <http://127.0.0.1:9/> {" * depth + "}" * depth + "}"
    spent = time.process_time()
    with pytest.raises(MalformedQuery):
        hosts(engine, 9).answered(Query(text))
    assert time.process_time() - spent < SPENT


@pytest.mark.parametrize("user", [":x@", "@", "a@", ":@", "a:b@"])
def test_an_address_with_a_user_is_refused(engine: EmbeddedEngine, user: str) -> None:
    with pytest.raises(Forbidden):
        hosts(engine, 9).answered(Query(f"SELECT * {{ SERVICE <http://{user}127.0.0.1:9/> {{ ?s ?p ?o }} }}"))


def test_the_folder_has_nothing_left(engine: EmbeddedEngine) -> None:
    """Files of answers are gone with the answers: what is open are the null device, connections and errors of processes."""
    opened = [link.readlink() for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    assert sum("deleted" in str(target) for target in opened) < 20
