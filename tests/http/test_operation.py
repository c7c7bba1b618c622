"""Running it: limits on the wire, the operator's pages, logs, a new snapshot under load, and an end without leftovers."""

import http.client
import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.conftest import PATIENCE, Server

pytestmark = pytest.mark.live

RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?a != ?i) }"
TOKEN = "let me in"

Start = Callable[..., Server]


@pytest.fixture(scope="session")
def start(launch: Start) -> Start:
    """Services as they are started: with all their processes."""
    return launch


def ask(server: Server, query: str, **parameters: str) -> tuple[int, dict[str, object]]:
    answer = server.ask("/sparql?" + urlencode({"query": query, **parameters}))
    return answer.status, json.loads(answer.body)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """Flags for a small graph, big enough for a query to run away in."""
    data = tmp_path_factory.mktemp("small") / "data.ttl"
    data.write_text("".join(f"<http://e/{n}> <http://e/p> <http://e/{n + 1}> .\n" for n in range(5000)))
    return ("--data", str(data), "--ontology", "none", "--queries", "none", "--reasoning", "none")


@pytest.fixture(scope="module")
def limited(start: Start, small: tuple[str, ...]) -> Server:
    limits = ("--query-deadline", "1", "--query-memory", "64 MiB", "--result-limit", "64 KiB")
    # The token is this server's alone: one that another test starts later must not find it.
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("GRAPH_SERVICE_OPERATOR_TOKEN", TOKEN)
        return start(*small, *limits)


def test_each_limit_has_its_status(limited: Server) -> None:
    assert ask(limited, RUNAWAY)[0] == 504
    assert ask(limited, "SELECT (COUNT(*) AS ?n) { SELECT DISTINCT ?a ?f { ?a ?b ?c . ?d ?e ?f } }", timeout="1")[0] in {504, 507}
    status, problem = ask(limited, "SELECT * { ?s ?p ?o }")
    assert (status, problem["limit"]) == (413, 65536)
    assert ask(limited, "ASK {}")[0] == 200


def test_a_client_may_ask_for_less_time(limited: Server) -> None:
    began = time.monotonic()
    assert ask(limited, RUNAWAY + " # less", timeout="0.2")[0] == 504
    less = time.monotonic() - began
    began = time.monotonic()
    assert ask(limited, RUNAWAY + " # all")[0] == 504
    assert less < time.monotonic() - began
    assert ask(limited, "ASK {}", timeout="soon")[0] == 400


def test_the_operator_lists_and_cancels_with_the_token_alone(limited: Server) -> None:
    assert limited.ask("/admin/queries").status == 401
    assert limited.ask("/admin/queries", Authorization="Bearer wrong").status == 403
    answers: list[int] = []
    thread = threading.Thread(target=lambda: answers.append(ask(limited, RUNAWAY + " # cancel me")[0]))
    thread.start()
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        listed = json.loads(limited.ask("/admin/queries", Authorization=f"Bearer {TOKEN}").body)["running"]
        # What was asked before may be ending still.
        running = [query for query in listed if "cancel me" in query["text"]]
        if running:
            assert limited.ask(f"/admin/queries/{running[0]['id']}", "DELETE", Authorization=f"Bearer {TOKEN}").status == 204
            break
        time.sleep(0.02)
    thread.join()
    assert answers == [503]
    slow = json.loads(limited.ask("/admin/queries", Authorization=f"Bearer {TOKEN}").body)["slow"]
    assert any("OutOfTime" in entry["outcome"] for entry in slow)


@pytest.mark.parametrize("path", ["/admin/queries", "/admin/queries/x", "/metrics", "/ready", "/admin/queries?x=" + "x" * 40_000])
@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "OPTIONS"])
def test_what_is_for_operators_is_kept_by_nobody_and_given_to_no_page_of_another_host(limited: Server, path: str, method: str) -> None:
    for token in ("", "wrong", TOKEN):
        answer = limited.ask(path, method, Authorization=f"Bearer {token}", Origin="https://evil.example")
        assert "no-store" in answer.headers["cache-control"], answer
        assert not [name for name in answer.headers if name.startswith("access-control-")], answer


def test_without_a_token_in_the_settings_there_is_no_such_page(server: Server) -> None:
    assert server.ask("/admin/queries", Authorization="Bearer x").status == 404


def test_a_log_line_says_how_a_request_went_and_nothing_of_who_asked(limited: Server) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    answer = limited.ask("/sparql?query=ASK%7B%7D", traceparent=f"00-{trace}-b7ad6b7169203331-01")
    assert answer.headers["x-request-id"] == trace
    deadline = time.monotonic() + PATIENCE
    while not (lines := [line for line in limited.log.read_text().splitlines() if trace in line]) and time.monotonic() < deadline:
        time.sleep(0.02)
    line = json.loads(lines[0])
    assert (line["status"], line["path"], line["method"]) == (200, "/sparql", "GET")
    assert "127.0.0.1" not in json.dumps(line)


def test_metrics_tell_what_happened(limited: Server) -> None:
    text = limited.ask("/metrics").text
    for name in (
        "graph_requests_total",
        "graph_request_seconds_bucket",
        "graph_queries_total",
        "graph_cache_total",
        "graph_snapshot_triples",
    ):
        assert name in text
    assert 'graph_queries_total{outcome="timed_out"}' in text


def test_half_a_request_and_a_client_that_breaks_off_harm_nobody(server: Server) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    for sent in (
        b"GET /sparql HT",
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: 100\r\n\r\nSELECT",
    ):
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(sent)
    connection = socket.create_connection((host, int(port)))
    connection.sendall(b"GET /downloads/dataset.nq HTTP/1.1\r\nHost: x\r\n\r\n")
    connection.recv(1000)
    connection.close()
    assert ask(server, "ASK {}")[0] == 200


def test_a_client_that_reads_slowly_gets_the_whole_and_stops_nobody(server: Server) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=60)
    connection.request("GET", "/sparql?" + urlencode({"query": "SELECT * { ?s ?p ?o }"}), headers={"Accept": "text/csv"})
    response = connection.getresponse()
    first = response.read(1000)
    assert ask(server, "ASK {} # beside a slow reader")[0] == 200
    rest = response.read()
    assert (first + rest).count(b"\r\n") > 20_000
    connection.close()


def test_a_new_snapshot_takes_over_with_no_failed_request_and_no_mixed_answer(
    start: Start, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("reload")
    data = folder / "data.ttl"

    def write(value: int) -> None:
        draft = folder / ".draft"
        draft.write_text(f"<http://e/a> <http://e/p> {value} . <http://e/b> <http://e/p> {value} .")
        draft.rename(data)

    write(0)
    server = start("--data", str(data), "--ontology", "none", "--queries", "none", "--reasoning", "none")
    seen: list[tuple[int, frozenset[str]]] = []
    stop = threading.Event()

    def client(number: int) -> None:
        turn = 0
        while not stop.is_set():
            turn += 1
            query = f"SELECT ?o {{ ?s <http://e/p> ?o }} # {number if turn % 2 else turn}"
            answer = server.ask("/sparql?" + urlencode({"query": query}))
            values = [row["o"]["value"] for row in json.loads(answer.body)["results"]["bindings"]] if answer.status == 200 else []
            seen.append((answer.status, frozenset(values)))

    clients = [threading.Thread(target=client, args=(number,)) for number in range(4)]
    for thread in clients:
        thread.start()
    try:
        for value in (1, 2):
            write(value)
            server.process.send_signal(signal.SIGHUP)
            deadline = time.monotonic() + PATIENCE
            while frozenset({str(value)}) not in {values for _, values in seen[-20:]}:
                assert time.monotonic() < deadline, "the new snapshot was not taken over"
                time.sleep(0.05)
        data.write_text("this is not Turtle")
        server.process.send_signal(signal.SIGHUP)
        time.sleep(2)
    finally:
        stop.set()
        for thread in clients:
            thread.join()
    assert {status for status, _ in seen} == {200}
    assert {len(values) for _, values in seen} == {1}
    assert seen[-1][1] == frozenset({"2"})


def test_a_port_that_is_taken_is_not_shared(
    server: Server, small: tuple[str, ...], command: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    done = command("serve", *small, "--port", server.url.rpartition(":")[2])
    assert done.returncode == 2
    assert "not possible to listen" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_end_leaves_no_process_and_finishes_what_runs(start: Start, small: tuple[str, ...]) -> None:
    server = start(*small, "--query-deadline", "20")
    ask(server, "ASK {}")
    family = _descendants(server.process.pid)
    assert len(family) >= 2
    answers: list[int] = []
    slow = "SELECT (COUNT(*) AS ?n) { { SELECT ?a { ?a ?b ?c } LIMIT 300 } ?d ?e ?f FILTER(?a != ?f) }"
    thread = threading.Thread(target=lambda: answers.append(ask(server, slow)[0]))
    thread.start()
    time.sleep(0.3)
    server.process.send_signal(signal.SIGTERM)
    server.process.wait(timeout=30)
    thread.join()
    deadline = time.monotonic() + 5
    while any(_alive(pid) for pid in family) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [pid for pid in family if _alive(pid)] == []
    assert answers == [200]


def _descendants(pid: int) -> list[int]:
    found, todo = [], [pid]
    while todo:
        parent = todo.pop()
        for task in Path(f"/proc/{parent}/task").iterdir():
            children = [int(child) for child in (task / "children").read_text().split()]
            found += children
            todo += children
    return found


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
