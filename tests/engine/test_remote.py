"""A remote engine that is down, slow, sends rubbish or half an answer, or wants to know who is asking: what becomes of a query."""

import base64
import json
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pyoxigraph as ox
import pytest

from graph_service.engine.remote.http import Peer
from graph_service.engine.remote.layout import ASSERTED, NOTHING, STATE, UNION
from graph_service.engine.remote.server import RemoteEngine
from graph_service.engine.result import Query, ResultKind
from graph_service.errors import (
    BadGateway,
    Cancelled,
    MalformedQuery,
    NotAcceptable,
    OutOfTime,
    ResultTooLarge,
    ServiceError,
    SettingError,
    Unavailable,
)
from graph_service.settings import Settings
from tests.conftest import SPACE
from tests.ports import free_port

TABLE = "application/sparql-results+json"
TRIPLES = "application/n-triples"
ROWS = json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": [{"x": {"type": "literal", "value": "a"}}] * 3}}).encode()
CHUNK = b"29\r\n<http://e/a> <http://e/p> <http://e/b> .\n\r\n"
TRUE = b'{"head": {}, "boolean": true}'
LIMITS = Settings(workers=2, queue=2, query_deadline=2, query_memory=2**30, result_limit=2**20)
GRAPHS = ("http://e/g1", "http://e/g2", SPACE.graph_inferred)

Handle = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Does what a test says; `form` is the body of the request."""

    form = ""

    def do_POST(self) -> None:
        self.form = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.seen.append(self)  # type: ignore[attr-defined]
        if STATE.replace(":", "%3A") in self.form:
            self.answer(200, TABLE, TRUE)
        else:
            self.server.handle_query(self)  # type: ignore[attr-defined]

    def answer(self, status: int, media: str, content: bytes, length: int | None = None, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media)
        if length != -1:
            self.send_header("Content-Length", str(len(content) if length is None else length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def engine(
    handle: Handle, user: str = "", password: str = "", query: str = "", secure: ssl.SSLContext | None = None
) -> Iterator[tuple[RemoteEngine, list[Handler]]]:
    """An engine on a server that does what a test says, over TLS if it is to be `secure`, and the requests that the server has seen."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_query = handle  # type: ignore[attr-defined]
    seen: list[Handler] = []
    server.seen = seen  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=[0.02])
    address = f"http://127.0.0.1:{server.server_port}"
    if secure is not None:
        server.socket = secure.wrap_socket(server.socket, server_side=True)
        address = f"https://localhost:{server.server_port}"
    thread.start()
    made = RemoteEngine(Peer(f"{address}/sparql{query}", user, password), "id", GRAPHS, LIMITS, SPACE)
    try:
        yield made, seen
    finally:
        made.close()
        server.shutdown()
        thread.join()
        server.socket.close()


def outcome(handle: Handle, text: str = "SELECT * { ?s ?p ?o }") -> ServiceError:
    """The error of a query on a server that does what a test says."""
    with engine(handle) as (remote, _), pytest.raises(ServiceError) as caught:
        remote.run(Query(text))
    return caught.value


def replies(status: int, media: str, content: bytes, length: int | None = None, **headers: str) -> Handle:
    return lambda handler: handler.answer(status, media, content, length, **headers)


def test_a_server_that_is_down_is_unavailable_for_now() -> None:
    peer = Peer(f"http://127.0.0.1:{free_port()}/sparql")
    with closing(RemoteEngine(peer, "id", GRAPHS, LIMITS, SPACE)) as remote, pytest.raises(Unavailable) as caught:
        remote.run(Query("ASK {}"))
    assert caught.value.members["retry_after"]


def test_a_server_that_takes_no_connection_is_unavailable() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        peer = Peer(f"http://127.0.0.1:{listening.getsockname()[1]}/")
        with closing(RemoteEngine(peer, "id", GRAPHS, LIMITS, SPACE)) as remote, pytest.raises(Unavailable):
            remote.run(Query("ASK {}"))


@pytest.mark.parametrize("seconds", [None, 0.3])
def test_a_slow_server_is_given_up_at_the_deadline(seconds: float | None) -> None:
    with engine(lambda handler: time.sleep(4)) as (remote, _):
        began = time.monotonic()
        with pytest.raises(OutOfTime):
            remote.run(Query("ASK {}", timeout=seconds))
        assert time.monotonic() - began < (seconds or LIMITS.query_deadline) + 1.5
        assert remote.counts.timed_out == 1
        assert not remote.register.running


def test_a_server_that_trickles_is_given_up_at_the_deadline() -> None:
    def trickle(handler: Handler) -> None:
        handler.answer(200, TABLE, b"", length=1000)
        for _ in range(40):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.1)

    began = time.monotonic()
    assert isinstance(outcome(trickle), OutOfTime)
    assert time.monotonic() - began < LIMITS.query_deadline + 1.5


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[ssl.SSLContext, Path]:
    """What a server for `localhost` has, and the file by which it is trusted."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    key, file = tmp_path / "key.pem", tmp_path / "certificate.pem"
    make = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    subprocess.run([*make.split(), "-keyout", key, "-out", file], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, key)
    return context, file


def test_over_tls_a_trusted_server_is_asked_as_any_other(certificate: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    context, file = certificate
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with engine(lambda handler: handler.answer(200, TABLE, TRUE), secure=context) as (remote, _):
        assert bool(remote.run(Query("ASK {}")))
    with engine(lambda handler: time.sleep(4), secure=context) as (remote, _), pytest.raises(OutOfTime):
        remote.run(Query("ASK {}"))


def test_over_tls_a_server_that_nobody_vouches_for_is_not_asked(certificate: tuple[ssl.SSLContext, Path]) -> None:
    with engine(lambda handler: handler.answer(200, TABLE, TRUE), secure=certificate[0]) as (remote, seen):
        with pytest.raises(BadGateway):
            remote.run(Query("ASK {}"))
        assert not seen


def test_an_operator_cancels_a_query_that_waits_for_the_server() -> None:
    with engine(lambda handler: time.sleep(4)) as (remote, _):
        threading.Timer(0.3, lambda: remote.register.cancel("mine")).start()
        began = time.monotonic()
        with pytest.raises(Cancelled):
            remote.run(Query("ASK {}", id="mine"))
        # Its deadline is at two.
        assert time.monotonic() - began < 1.8
        assert not remote.register.cancel("mine")


@pytest.mark.parametrize(
    "handle",
    [
        replies(200, TABLE, b""),
        replies(200, TABLE, b"<html>Welcome</html>"),
        replies(200, TABLE, b"{}"),
        replies(200, TABLE, TRUE),
        replies(200, "text/html", b"<html>Welcome</html>"),
        replies(200, TABLE, ROWS[:-1]),
        replies(200, TABLE, ROWS[: len(ROWS) // 2]),
        replies(200, TABLE, ROWS[: len(ROWS) // 2], length=len(ROWS)),
        replies(200, TABLE, ROWS, length=len(ROWS) + 1),
        replies(200, TABLE, ROWS[: len(ROWS) // 2], length=-1),
        replies(302, TABLE, b"", Location="http://127.0.0.1:9/"),
        replies(404, "text/plain", b"no such thing"),
        replies(500, "text/plain", b"it broke"),
        lambda handler: handler.wfile.write(b"rubbish\r\n\r\n"),
    ],
)
def test_rubbish_or_half_a_table_is_never_an_answer(handle: Handle) -> None:
    assert isinstance(outcome(handle), BadGateway)


@pytest.mark.parametrize(
    "handle",
    [
        replies(200, TRIPLES, b"<http://e/a> <http://e/p> <http://e/b> .\n", length=100),
        replies(200, TRIPLES, b"<http://e/a> <http://e/p> <http://e/b> .\n", length=-1),
        replies(200, TRIPLES, b"<http://e/a> <http://e/p> "),
        replies(200, TABLE, ROWS),
        lambda handler: handler.answer(
            200, TRIPLES, b"29\r\n<http://e/a> <http://e/p> <http://e/b> .\n\r\n", -1, Transfer_Encoding="chunked"
        ),
    ],
)
def test_half_a_graph_is_never_an_answer(handle: Handle) -> None:
    assert isinstance(outcome(handle, "CONSTRUCT WHERE { ?s ?p ?o }"), BadGateway)


@pytest.mark.parametrize("content", [b"", b'{"head": {}, "boolean": tru', b'{"head": {}, "boolean": true', ROWS, b"{}"])
def test_half_a_truth_is_never_an_answer(content: bytes) -> None:
    assert isinstance(outcome(replies(200, TABLE, content), "ASK { ?s ?p ?o }"), BadGateway)


def test_what_a_server_says_of_itself_is_told() -> None:
    assert isinstance(outcome(replies(503, "text/plain", b"busy", Retry_After="7")), Unavailable)
    assert outcome(replies(503, "text/plain", b"busy", Retry_After="7")).members["retry_after"] == 7
    assert isinstance(outcome(replies(504, "text/plain", b"")), OutOfTime)
    assert isinstance(outcome(replies(500, "text/plain", b"Query timed out")), OutOfTime)
    error = outcome(replies(400, "text/plain", b"Parse error at 3:14"))
    assert (type(error), error.members) == (MalformedQuery, {"line": 3, "column": 14})
    error = outcome(replies(400, "text/plain", b"I do not like this dataset"))
    assert isinstance(error, BadGateway)
    assert "dataset" not in error.detail
    assert "I do not like this dataset" in error.__notes__[0]
    assert isinstance(outcome(replies(200, TABLE, ROWS, X_SPARQL_MaxRows="3")), ResultTooLarge)
    assert isinstance(outcome(replies(200, TABLE, ROWS, X_SQL_State="S1TAT")), OutOfTime)


def test_a_result_over_the_limit_is_an_error() -> None:
    assert isinstance(outcome(replies(200, TABLE, b" " * LIMITS.result_limit + ROWS)), ResultTooLarge)


def test_a_connection_that_is_broken_off_before_the_answer_is_tried_once_more() -> None:
    tries: list[int] = []

    def first_time_lucky(handler: Handler) -> None:
        tries.append(1)
        if len(tries) == 1:
            handler.connection.shutdown(socket.SHUT_RDWR)
        else:
            handler.answer(200, TABLE, ROWS)

    with engine(first_time_lucky) as (remote, _):
        assert len(list(remote.run(Query("SELECT * {}")).rows())) == 3
        tries[:] = [1, 1, 1]
    tries.clear()
    error = outcome(lambda handler: (tries.append(1), handler.connection.shutdown(socket.SHUT_RDWR))[1])  # type: ignore[func-returns-value]
    assert isinstance(error, Unavailable)
    assert len(tries) == 2


REPEATED = json.dumps(
    {
        "head": {"vars": ["x", "y"]},
        "results": {
            "bindings": [
                {"x": {"type": "literal", "value": "b\n", "xml:lang": "en"}},
                {"x": {"type": "literal", "value": "1", "datatype": "http://www.w3.org/2001/XMLSchema#integer"}},
                {"x": {"type": "literal", "value": "b\n", "xml:lang": "en"}},
                {},
                {"x": {"type": "literal", "value": "b\n"}},
                {"x": {"type": "literal", "value": "01", "datatype": "http://www.w3.org/2001/XMLSchema#integer"}},
                {},
                {"y": {"type": "literal", "value": "1", "datatype": "http://www.w3.org/2001/XMLSchema#integer"}},
            ]
        },
    }
).encode()


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("SELECT * { ?s ?p ?o }", ["b\n", "1", "b\n", None, "b\n", "01", None, None]),
        ("PREFIX e: <http://e/> SELECT\n# all\ndistinct * { ?s ?p ?o }", ["b\n", "1", None, "b\n", "01", None]),
        ("SELECT * { { SELECT DISTINCT ?s { ?s ?p ?o } } }", ["b\n", "1", "b\n", None, "b\n", "01", None, None]),
    ],
)
def test_rows_that_a_server_repeats_come_once_where_they_are_to_be_distinct(text: str, rows: list[str | None]) -> None:
    with engine(replies(200, TABLE, REPEATED)) as (remote, _):
        found = [row[0] for row in remote.run(Query(text)).rows()]
        assert [term.value if isinstance(term, ox.Literal) else term for term in found] == rows


def basic(handler: Handler) -> None:
    if handler.headers["Authorization"] == "Basic " + base64.b64encode(b"ann:hunter2").decode():
        handler.answer(200, TABLE, ROWS)
    else:
        handler.answer(401, "text/plain", b"who?", WWW_Authenticate='Basic realm="r"')


def digest(handler: Handler) -> None:
    if str(handler.headers["Authorization"]).startswith('Digest username="ann"'):
        handler.answer(200, TABLE, ROWS)
    else:
        handler.answer(401, "text/plain", b"who?", WWW_Authenticate='Digest realm="r", nonce="n", qop="auth", algorithm="MD5"')


@pytest.mark.parametrize("handle", [basic, digest])
def test_credentials_are_sent_when_they_are_asked_for(handle: Handle) -> None:
    with engine(handle, "ann", "hunter2") as (remote, seen):
        for _ in range(2):
            assert len(list(remote.run(Query("SELECT * {}")).rows())) == 3
        assert [bool(handler.headers["Authorization"]) for handler in seen] == [False, False, True, True]
    assert isinstance(outcome(handle), BadGateway)


def test_credentials_are_in_no_error() -> None:
    pair = base64.b64encode(b"ann:hunter2").decode()

    def gossip(status: int) -> Handle:
        said = f"ann:hunter2 {pair} http://ann:hunter2@db.example/ Authorization: Basic {pair} key=topsecret"
        return lambda handler: handler.answer(status, "text/plain", said.encode(), WWW_Authenticate='Basic realm="r"')

    for status in (302, 400, 401, 403, 404, 406, 418, 500, 502, 503):
        with engine(gossip(status), "ann", "hunter2", "?key=topsecret") as (remote, _), pytest.raises(ServiceError) as caught:
            remote.run(Query("SELECT * {}"))
        told = caught.value.detail + repr(caught.value.members)
        assert not any(secret in told for secret in ("hunter2", pair, "topsecret")), told


def test_credentials_are_in_no_setting_that_is_shown() -> None:
    assert "hunter2" not in repr(Settings(engine_password="hunter2"))
    with pytest.raises(SettingError) as caught:
        Settings.read({"GRAPH_SERVICE_ENGINE": "https://ann:hunter2@db.example/sparql"})
    assert "hunter2" not in caught.value.detail


@pytest.mark.parametrize(
    ("query", "default", "named"),
    [
        (Query("ASK {}"), [UNION], [*GRAPHS]),
        (Query("ASK {}", infer=False), [ASSERTED], ["http://e/g1", "http://e/g2"]),
        (Query("ASK FROM <http://e/g1> {}"), ["http://e/g1"], []),
        (Query("PREFIX e: <http://e/> ASK FROM NAMED e:g2 FROM <http://other/> {}"), [NOTHING], ["http://e/g2"]),
        (Query("ASK FROM <http://e/g1> {}", default_graphs=["http://e/g2"]), ["http://e/g2"], []),
        (Query("ASK {}", named_graphs=["http://other/"]), [NOTHING], []),
    ],
)
def test_the_dataset_goes_with_the_query_and_holds_nothing_but_the_snapshot(query: Query, default: list[str], named: list[str]) -> None:
    with engine(replies(200, TABLE, TRUE)) as (remote, seen):
        assert remote.run(query)
        form = parse_qs(seen[-1].form)
    assert (form["default-graph-uri"], form["named-graph-uri"]) == (default, [*named, NOTHING])
    assert "FROM" not in form["query"][0]


def test_a_kind_without_an_acceptable_format_is_not_asked_for() -> None:
    with engine(replies(200, TABLE, TRUE)) as (remote, seen), pytest.raises(NotAcceptable):
        remote.run(Query("ASK {}"), {ResultKind.TABLE: ResultKind.TABLE.formats[0]})
    assert not seen
