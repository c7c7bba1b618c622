"""Clients that send too much, half, slowly or never, and clients that do not read: each is refused or ended, and holds nobody up."""

import json
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from urllib.parse import urlencode

import pytest

from tests.conftest import Server
from tests.faults.beside import LARGE, RUNAWAY, answers_beside, ask, connect, lookup

pytestmark = pytest.mark.live

DIRECT = b"POST /sparql HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\nContent-Type: application/sparql-query\r\n"
Start = Callable[..., Server]

CHUNKED = DIRECT + b"Transfer-Encoding: chunked\r\n\r\n"


def answer(connection: socket.socket) -> tuple[int, bytes]:
    """The status and the body of the answer that comes through a connection; the server closes it or says how much there is."""
    content = b""
    while b"\r\n\r\n" not in content:
        if not (piece := connection.recv(65536)):
            return 0, content
        content += piece
    head, _, body = content.partition(b"\r\n\r\n")
    length = next((int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")), 0)
    while len(body) < length and (piece := connection.recv(65536)):
        body += piece
    return int(head.split()[1]), body


def metric(server: Server, name: str) -> float:
    (line,) = [line for line in server.ask("/metrics").text.splitlines() if line.startswith(f"{name} ")]
    return float(line.split()[1])


def chunk(content: bytes) -> bytes:
    return f"{len(content):x}\r\n".encode() + content + b"\r\n"


def test_a_body_in_chunks_is_read_whole(tried: Server) -> None:
    with connect(tried, CHUNKED + chunk(b"SELECT (1 AS ?x)") + chunk(b" {}") + b"0\r\n\r\n") as connection:
        assert answer(connection) == (200, b"x\r\n1\r\n")


def test_a_body_in_chunks_over_the_limit_is_refused_and_not_cut(tried: Server) -> None:
    comment = b"#" + b"x" * 65534 + b"\n"
    with connect(tried, CHUNKED + chunk(b"SELECT (1 AS ?x) {}")) as connection:
        for _ in range(17):
            connection.sendall(chunk(comment))
        connection.sendall(chunk(b"LIMIT 0") + b"0\r\n\r\n")
        status, body = answer(connection)
    assert (status, json.loads(body)["limit"]) == (413, 2**20)


@pytest.mark.parametrize(
    "half",
    [
        CHUNKED + chunk(b"SELECT (1 AS ?x) {}"),
        CHUNKED + b"40\r\nSELECT (1 AS ?x) {}",
        CHUNKED + chunk(b"SELECT (1 AS ?x) {}") + b"zz\r\n",
        DIRECT + b"Content-Length: 40\r\n\r\nSELECT (1 AS ?x) {}",
    ],
)
def test_a_body_that_breaks_off_is_not_run(tried: Server, half: bytes) -> None:
    with connect(tried, half) as connection:
        connection.shutdown(socket.SHUT_WR)
        status, body = answer(connection)
    assert status in {0, 400}, body
    assert b"x\r\n1" not in body


@pytest.fixture(scope="module")
def hasty(start: Start, chain: tuple[str, ...]) -> Server:
    """A service that waits for nobody for long."""
    return start(*chain, "--body-deadline", "1", "--bodies-limit", "8 MiB", "--header-deadline", "1", "--send-deadline", "2")


@pytest.mark.parametrize("head", [CHUNKED, DIRECT + b"Content-Length: 100\r\n\r\n"])
def test_a_body_that_drips_has_an_end(hasty: Server, head: bytes) -> None:
    with connect(hasty, head) as connection:
        began = time.monotonic()
        connection.settimeout(0.1)
        status, body = 0, b""
        while time.monotonic() < began + 20:
            try:
                connection.sendall(chunk(b"S") if head is CHUNKED else b"S")
                status, body = answer(connection)
                break
            except TimeoutError:
                continue
    assert status == 408, body
    assert time.monotonic() - began > 0.9


def test_bodies_that_are_being_read_take_a_bounded_memory_together(hasty: Server) -> None:
    part = DIRECT + b"Content-Length: 1000000\r\n\r\n" + b"#" * 900_000
    with ExitStack() as connections:
        many = [connections.enter_context(connect(hasty, part)) for _ in range(16)]
        statuses = {answer(connection)[0] for connection in many}
    assert statuses == {408, 503}


def test_a_long_address_and_large_headers_are_refused(tried: Server) -> None:
    long = tried.ask("/sparql?" + urlencode({"query": "ASK {} #" + "x" * 33_000}))
    assert (long.status, json.loads(long.body)["limit"]) == (414, 32 * 2**10)
    large = tried.ask("/health", Accept='"' * 20_000)
    assert (large.status, json.loads(large.body)["limit"]) == (431, 16 * 2**10)
    many = tried.ask("/health", "GET", None, **{f"X-{number}": "x" * 300 for number in range(80)})
    assert many.status == 431
    with connect(tried, b"GET / HTTP/1.1\r\nHost: x\r\nX: ") as connection:
        sent = 0
        try:
            while sent < 10_000_000:
                connection.sendall(b"x" * 65536)
                sent += 65536
        except OSError:
            pass
    # The server does not go on reading a head that it will not take.
    assert sent < 5_000_000


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /health HTTP/1.1\r\n\r\n", 400),
        (b"GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"GET /health HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
        (b"GET /health HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
        (b"GET /health HTTP/1.1\r\nHost: \r\n\r\n", 400),
        (b"GET /health HTTP/1.1\r\nHost: [::1]:8000\r\n\r\n", 200),
        (b"GET /health HTTP/1.1\r\nHost: example.org\r\n\r\n", 200),
        (b"GET /health HTTP/1.0\r\n\r\n", 200),
    ],
)
def test_a_request_says_for_which_host_it_is(tried: Server, head: bytes, status: int) -> None:
    with connect(tried, head) as connection:
        assert answer(connection)[0] == status


def test_people_are_refused_with_a_page(tried: Server) -> None:
    answer = tried.ask("/things?q=" + "x" * 40_000, Accept="text/html,application/xhtml+xml,*/*;q=0.8")
    assert (answer.status, answer.headers["content-type"]) == (414, "text/html; charset=utf-8")
    assert "the most is 32768" in answer.text


def test_one_connection_is_not_many(tried: Server) -> None:
    """HTTP/2 by prior knowledge (RFC 9113, section 3.3): its streams, none of which is read, would look like one quiet connection."""
    with connect(tried, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9)) as connection:
        assert connection.recv(100)[:12] in {b"", b"HTTP/1.1 400", b"HTTP/1.1 505"}


@pytest.mark.alone
def test_halves_of_heads_have_an_end_and_shut_nobody_out(hasty: Server, idle: Server) -> None:
    with answers_beside(hasty, idle), ExitStack() as connections:
        began = time.monotonic()
        many = [connections.enter_context(connect(hasty, b"GET /sparql HTTP/1.1\r\nHost: x\r\nX")) for _ in range(1500)]
        for connection in many:
            connection.settimeout(20)
            answer(connection)
        assert time.monotonic() - began < 20


@pytest.mark.alone
def test_readers_that_do_not_read_silence_nobody_and_have_an_end(hasty: Server, idle: Server) -> None:
    request = b"GET /downloads/dataset.nq HTTP/1.1\r\nHost: x\r\n\r\n"
    new = [
        f"GET /sparql?{urlencode({'query': f'{LARGE} # {number}'})} HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\n\r\n".encode()
        for number in range(4)
    ]
    with answers_beside(hasty, idle), ExitStack() as connections:
        many = [connections.enter_context(connect(hasty, what)) for what in [request] * 190 + new]
        until = time.monotonic() + 20
        # Nobody has closed a connection here; what is given up is given up by the service, and its files go with it.
        while metric(hasty, "graph_readers_given_up_total") < 4 or metric(hasty, "graph_spooled_bytes") > 0:
            assert time.monotonic() < until, "clients that read nothing are waited for"
            time.sleep(0.2)
        assert len(many) == 194
    assert lookup(hasty, 3) is True


def test_a_query_whose_client_has_gone_is_ended(tried: Server) -> None:
    target = urlencode({"query": f"{RUNAWAY} # left alone", "timeout": "5"})
    with connect(tried, f"GET /sparql?{target} HTTP/1.1\r\nHost: x\r\n\r\n".encode()):
        time.sleep(1)
        assert "graph_queries_running 1.0" in tried.ask("/metrics").text
    until = time.monotonic() + 3
    while "graph_queries_running 0.0" not in tried.ask("/metrics").text:
        assert time.monotonic() < until, "the query goes on"
        time.sleep(0.05)
    assert ask(tried, "ASK {}")[0] == 406
