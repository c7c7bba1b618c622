"""SERVICE: a listed server is asked and its answer joined, nothing else is reached, and a server's faults are errors."""

import json
import socket
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest

from graph_service.engine.embedded import EmbeddedEngine
from graph_service.engine.pool import Workers
from graph_service.engine.register import Register
from graph_service.engine.remote.federation import Federation
from graph_service.engine.result import Query
from graph_service.errors import (
    BadGateway,
    Busy,
    Cancelled,
    Forbidden,
    MalformedQuery,
    OutOfTime,
    ResultTooLarge,
    ServiceError,
    SettingError,
    Unavailable,
)
from graph_service.settings import Settings
from tests.engine.others import Other, oxigraph
from tests.engine.test_embedded import CALLS, LIMITS
from tests.ports import free_port

TABLE = "application/sparql-results+json"
NAMES = "SELECT ?s ?name { ?s <http://e/p> ?o SERVICE <%s> { ?s <http://e/name> ?name } } ORDER BY ?s"

Handle = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Does what a test says, and keeps the queries that it is sent."""

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.server.seen.append(form["query"][0])  # type: ignore[attr-defined]
        self.server.handle_query(self)  # type: ignore[attr-defined]

    def answer(self, status: int, media: str, content: bytes, length: int | None = None, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing."""


def table(*rows: dict[str, object]) -> bytes:
    names = sorted({name for row in rows for name in row})
    return json.dumps({"head": {"vars": names}, "results": {"bindings": rows}}).encode()


@contextmanager
def listening(handle: Handle) -> Iterator[tuple[int, list[str]]]:
    """A server on loopback that does what a test says: its port, and the queries that it has seen."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_query = handle  # type: ignore[attr-defined]
    seen: list[str] = []
    server.seen = seen  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=[0.02])
    thread.start()
    try:
        yield server.server_port, seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedEngine]:
    path = tmp_path_factory.mktemp("graph") / "dataset.nq"
    path.write_text("".join(f"<http://e/{n}> <http://e/p> <http://e/{n + 1}> <http://e/g> .\n" for n in range(5)))
    engine = EmbeddedEngine(path, LIMITS)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def other() -> Iterator[Other]:
    """Oxigraph's server with names for some of the things in the graph, and for others."""
    names = "".join(f'<http://e/{n}> <http://e/name> "name {n}" .' for n in (1, 3, 9))
    with oxigraph() as server:
        request = urllib.request.Request(server.store + "?default", names.encode(), {"Content-Type": "text/turtle"}, method="PUT")
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request):
            yield server


@pytest.fixture(scope="module", autouse=True)
def workers(engine: EmbeddedEngine) -> Iterator[None]:
    _workers.append(engine.workers)
    yield
    _workers.clear()


#: The queries that wait for other servers.
REGISTER = Register()

#: Those that look at queries and read answers.
_workers: list[Workers] = []


def federation(*hosts: str, deadline: float = 4, limit: int = 2**20) -> Federation:
    return Federation(Settings(service_hosts=hosts, query_deadline=deadline, service_limit=limit, workers=1), _workers[0], REGISTER)


def answered(engine: EmbeddedEngine, hosts: Federation, text: str) -> list[list[str | None]]:
    result = engine.run(hosts.answered(Query(text)))
    return [[None if term is None else str(term) for term in row] for row in result.rows()]


def outcome(handle: Handle, text: str = NAMES, **limits: float) -> ServiceError:
    """The error of a query that calls a listed server which does what a test says."""
    with listening(handle) as (port, _), pytest.raises(ServiceError) as caught:
        federation(f"127.0.0.1:{port}", **limits).answered(Query(text % f"http://127.0.0.1:{port}/sparql"))  # type: ignore[arg-type]
    return caught.value


def replies(status: int, media: str, content: bytes, length: int | None = None, **headers: str) -> Handle:
    return lambda handler: handler.answer(status, media, content, length, **headers)


def host(other: Other) -> str:
    return other.sparql.split("/")[2]


def test_the_answer_of_a_listed_server_is_joined(engine: EmbeddedEngine, other: Other) -> None:
    rows = answered(engine, federation(host(other)), NAMES % other.sparql)
    assert rows == [["<http://e/1>", '"name 1"'], ["<http://e/3>", '"name 3"']]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("SELECT ?n {{ <http://e/1> ?p ?o OPTIONAL {{ SERVICE <{url}> {{ ?o <http://e/name> ?n }} }} }}", [[None]]),
        ("SELECT ?s {{ ?s ?p ?o MINUS {{ SERVICE <{url}> {{ ?s <http://e/name> ?n }} }} }} ORDER BY ?s LIMIT 1", [["<http://e/0>"]]),
        ("SELECT ?s {{ ?s ?p ?o FILTER EXISTS {{ SERVICE <{url}> {{ ?s <http://e/name> 'name 3' }} }} }}", [["<http://e/3>"]]),
        ("SELECT ?n {{ {{ SERVICE <{url}> {{ <http://e/9> ?p ?n }} }} UNION {{ BIND(1 AS ?n) }} }} ORDER BY ?n", None),
        (
            "PREFIX e: <http://e/> SELECT ?s {{ SERVICE <{url}> {{ SELECT ?s {{ ?s e:name ?n }} ORDER BY DESC(?n) LIMIT 1 }} }}",
            [["<http://e/9>"]],
        ),
        ("SELECT * {{ SERVICE <{url}> {{ <http://e/1> <http://e/name> 'name 1' }} }}", [[]]),
        ("SELECT * {{ SERVICE <{url}> {{ <http://e/1> <http://e/name> 'name 2' }} }}", []),
        # What stands outside is not seen inside: the group is evaluated by itself, then joined.
        ("SELECT ?s {{ ?s ?p ?o SERVICE <{url}> {{ ?s <http://e/name> ?n FILTER(BOUND(?o)) }} }}", []),
        (
            "SELECT ?s ?t {{ SERVICE <{url}> {{ ?s ?p 'name 1' }} SERVICE SILENT <{url}> {{ ?t ?p 'name 3' }} }}",
            [["<http://e/1>", "<http://e/3>"]],
        ),
        (r"SELECT ?s {{ \u0053ERVICE <{url}> {{ ?s ?p 'name 1' }} }}", [["<http://e/1>"]]),
    ],
)
def test_a_call_may_stand_where_a_pattern_may(engine: EmbeddedEngine, other: Other, text: str, rows: list[list[str | None]] | None) -> None:
    found = answered(engine, federation(host(other)), text.format(url=other.sparql))
    assert found == rows if rows is not None else len(found) == 2


def test_a_group_that_is_asked_twice_is_sent_once(engine: EmbeddedEngine) -> None:
    with listening(replies(200, TABLE, table({"x": {"type": "literal", "value": 'it\'s \\ "x" }', "xml:lang": "en"}}))) as (port, seen):
        group = f"SERVICE <http://127.0.0.1:{port}/> {{ ?x ?y ?z }}"
        rows = answered(engine, federation(f"127.0.0.1:{port}"), f"SELECT * {{ {{ {group} }} UNION {{ {group} }} }}")
    assert rows == [['"it\'s \\\\ \\"x\\" }"@en']] * 2
    assert seen == ["SELECT * { ?x ?y ?z }"]


def test_what_is_not_listed_is_refused_and_hears_nothing(engine: EmbeddedEngine, other: Other) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        port = listener.getsockname()[1]
        hosts = federation(host(other), "example.org", "127.0.0.1")
        for call in CALLS:
            for url in (f"http://127.0.0.1:{port}/", f"http://localhost:{port}/", f"http://{host(other)}@127.0.0.1:{port}/"):
                text = call.format(url=url)
                try:
                    engine.run(hosts.answered(Query(text))).close()
                    assert "FROM" in text
                except (Forbidden, MalformedQuery):
                    pass
        both = f"SELECT * {{ SERVICE <{other.sparql}> {{ ?s ?p ?o }} SERVICE SILENT <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}"
        within = f"SELECT * {{ SERVICE <{other.sparql}> {{ SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }} }}"
        for text in (both, within):
            with pytest.raises(Forbidden, match="not in the list of allowed hosts") as caught:
                hosts.answered(Query(text))
            assert caught.value.members["keyword"] == "SERVICE"
        with pytest.raises(TimeoutError):
            listener.accept()


def test_nothing_is_asked_for_a_query_that_is_refused() -> None:
    with listening(replies(200, TABLE, table())) as (port, seen):
        listed = f"SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o }}"
        for text in (f"SELECT * {{ {listed} SERVICE ?x {{ }} }}", f"INSERT {{ ?s ?p ?o }} WHERE {{ {listed} }}"):
            with pytest.raises(Forbidden):
                federation(f"127.0.0.1:{port}").answered(Query(text))
    assert seen == []


@pytest.mark.parametrize("silent", ["", "SILENT "])
def test_a_listed_name_that_leads_inside_is_refused_and_nothing_arrives(silent: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        name = f"localhost:{listener.getsockname()[1]}"
        with pytest.raises(Forbidden, match="private"):
            federation(name).answered(Query(f"SELECT * {{ SERVICE {silent}<http://{name}/> {{ ?s ?p ?o }} }}"))
        with pytest.raises(TimeoutError):
            listener.accept()


def test_a_listed_name_that_leads_inside_is_asked_if_the_address_is_listed_too() -> None:
    with listening(replies(200, TABLE, table())) as (port, seen):
        hosts = federation(f"localhost:{port}", f"127.0.0.1:{port}")
        hosts.answered(Query(f"SELECT * {{ SERVICE <http://localhost:{port}/> {{ ?s ?p ?o }} }}"))
    assert len(seen) == 1


def test_a_redirection_is_not_followed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        away = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        for status in (301, 302, 303, 307, 308):
            error = outcome(replies(status, "text/plain", b"", Location=away))
            assert isinstance(error, BadGateway)
        with pytest.raises(TimeoutError):
            listener.accept()


ROW = table({"s": {"type": "uri", "value": "http://e/1"}, "name": {"type": "literal", "value": "x"}})


@pytest.mark.parametrize(
    ("handle", "error"),
    [
        (replies(200, TABLE, b""), BadGateway),
        (replies(200, TABLE, b"<html>Welcome</html>"), BadGateway),
        (replies(200, "text/html", b"<html>Welcome</html>"), BadGateway),
        (replies(200, TABLE, b'{"head": {}, "boolean": true}'), BadGateway),
        (replies(200, TABLE, ROW[:-1]), BadGateway),
        (replies(200, TABLE, ROW, length=len(ROW) + 1), BadGateway),
        (replies(200, TABLE, ROW, X_SPARQL_MaxRows="1"), ResultTooLarge),
        (replies(200, TABLE, table({"s": {"type": "bnode", "value": "b"}})), BadGateway),
        (replies(200, TABLE, table({"s": {"type": "uri", "value": "http://x> } INJECTED {"}})), BadGateway),
        (replies(400, "text/plain", b"Parse error at 1:3"), MalformedQuery),
        (replies(401, "text/plain", b""), BadGateway),
        (replies(503, "text/plain", b""), Unavailable),
        (replies(200, TABLE, b" " * 2**21 + ROW), ResultTooLarge),
        (lambda handler: handler.wfile.write(b"rubbish\r\n\r\n"), BadGateway),
    ],
)
@pytest.mark.parametrize("silent", [False, True])
def test_a_fault_of_the_server_is_an_error_or_if_silent_binds_nothing(
    engine: EmbeddedEngine, handle: Handle, error: type[ServiceError], silent: bool
) -> None:
    if not silent:
        assert type(outcome(handle)) is error
        return
    with listening(handle) as (port, _):
        text = f"SELECT ?s ?name {{ ?s ?p <http://e/2> SERVICE SILENT <http://127.0.0.1:{port}/> {{ ?s <http://e/name> ?name }} }}"
        assert answered(engine, federation(f"127.0.0.1:{port}"), text) == [["<http://e/1>", None]]


def test_a_server_that_is_down_is_unavailable(engine: EmbeddedEngine) -> None:
    port = free_port()
    hosts = federation(f"127.0.0.1:{port}")
    with pytest.raises(Unavailable):
        hosts.answered(Query(NAMES % f"http://127.0.0.1:{port}/"))
    assert answered(engine, hosts, f"SELECT * {{ SERVICE SILENT <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}") == [[None] * 0]


def test_a_slow_server_is_given_up_in_time_for_the_rest(engine: EmbeddedEngine) -> None:
    slow: Handle = lambda handler: time.sleep(2)  # noqa: E731 - as short as the others
    began = time.monotonic()
    assert isinstance(outcome(slow, deadline=1), OutOfTime)
    # Half of its time, and not the two seconds of the other.
    assert time.monotonic() - began < 1.8
    with listening(slow) as (port, _):
        text = f"SELECT ?s {{ ?s ?p <http://e/2> SERVICE SILENT <http://127.0.0.1:{port}/> {{ ?s ?q ?o }} }}"
        assert answered(engine, federation(f"127.0.0.1:{port}", deadline=1), text) == [["<http://e/1>"]]


def test_as_many_queries_wait_for_others_as_there_are_places_and_an_operator_can_end_them() -> None:
    with listening(lambda handler: time.sleep(3)) as (port, seen):
        hosts = federation(f"127.0.0.1:{port}", deadline=6)
        query = Query(NAMES % f"http://127.0.0.1:{port}/", id="mine")
        errors: list[ServiceError] = []

        def ask() -> None:
            with pytest.raises(ServiceError) as caught:
                hosts.answered(query)
            errors.append(caught.value)

        asking = [threading.Thread(target=ask) for _ in range(2)]
        for thread in asking:
            thread.start()
        while len(seen) < len(asking):
            time.sleep(0.01)
        with pytest.raises(Busy):
            hosts.answered(query)
        assert [running.id for running in REGISTER.running] == ["mine", "mine"]
        began = time.monotonic()
        assert REGISTER.cancel("mine")
        for thread in asking:
            thread.join()
        # The answer would come after three.
        assert time.monotonic() - began < 2.5
        assert [type(error) for error in errors] == [Cancelled, Cancelled]
        assert REGISTER.running == []
        assert not REGISTER.cancel("mine")


@pytest.mark.parametrize("value", ["http://example.org", "example.org/sparql", "me@example.org", "a,,b", "example.org:port", ""])
def test_what_is_no_host_stops_the_start(value: str) -> None:
    with pytest.raises(SettingError, match="SERVICE_HOSTS"):
        Settings.read({"GRAPH_SERVICE_SERVICE_HOSTS": value})


def test_hosts_are_read_as_they_are_meant() -> None:
    settings = Settings.read({"GRAPH_SERVICE_SERVICE_HOSTS": "Example.org, 127.0.0.1:8001,[::1]:80"})
    assert settings.service_hosts == ("example.org", "127.0.0.1:8001", "[::1]:80")
    assert Settings.read({"GRAPH_SERVICE_SERVICE_HOSTS": "none"}).service_hosts == ()
