"""What may go wrong around a running service: after each, no wrong answer was given, nothing is left over, the next query answers."""

import json
import os
import random
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.conftest import PATIENCE, Server
from tests.faults.beside import HOG, LARGE, RUNAWAY, SIZE, ask, connect, lookup, nothing_left, seconds, workers, write
from tests.faults.conftest import LIMITS

pytestmark = pytest.mark.live

#: Seconds for which workers are killed under load.
SECONDS = float(os.environ.get("FAULT_SECONDS", "4"))

Start = Callable[..., Server]
Command = Callable[..., subprocess.CompletedProcess[str]]


def test_workers_killed_at_random_under_load(tried: Server, idle: Server) -> None:
    stop = threading.Event()
    chance = random.Random(7)

    def kill() -> int:
        killed = 0
        while not stop.wait(0.05):
            holder, *others = workers(tried) or [0]
            # The one that holds the graph takes a second to come back, and all others with it.
            victim = holder if killed % 50 == 49 else chance.choice(others or [0])
            if victim:
                os.kill(victim, signal.SIGKILL)
                killed += 1
        return killed

    def client(number: int) -> Counter[bool | None]:
        seen: Counter[bool | None] = Counter()
        while not stop.is_set():
            seen[lookup(tried, number)] += 1
        return seen

    with nothing_left(tried, idle), ThreadPoolExecutor(9) as pool:
        killer = pool.submit(kill)
        clients = [pool.submit(client, number) for number in range(8)]
        stop.wait(SECONDS)
        stop.set()
        total = sum((future.result() for future in clients), Counter[bool | None]())
        assert killer.result() > SECONDS
    assert total[False] == 0
    assert total[True] > 10 * SECONDS


def test_two_hundred_runaways_from_twenty_clients(tried: Server, idle: Server) -> None:
    def client(number: int) -> list[int]:
        return [ask(tried, f"{RUNAWAY} # {number} {turn}", timeout="0.6")[0] for turn in range(10)]

    took, elsewhere = [], []
    with nothing_left(tried, idle):
        with ThreadPoolExecutor(20) as pool:
            runaways = [pool.submit(client, number) for number in range(20)]
            while not all(runaway.done() for runaway in runaways):
                began = time.monotonic()
                assert lookup(tried, 3) is not False
                took.append(time.monotonic() - began)
                elsewhere.append(seconds(partial(lookup, idle, 3)))
                time.sleep(0.2)
        assert {status for runaway in runaways for status in runaway.result()} <= {504, 503}
    # As a rule within a second, and as much later as the machine is busy otherwise.
    assert sorted(took)[len(took) // 2] < 1.5 + sorted(elsewhere)[len(elsewhere) // 2]


def test_hogs_of_memory_end_alone(tried: Server, idle: Server) -> None:
    with nothing_left(tried, idle):
        with ThreadPoolExecutor(6) as pool:
            hogs = [pool.submit(ask, tried, f"{HOG} # {number}") for number in range(12)]
            while not all(hog.done() for hog in hogs):
                assert lookup(tried, 4) is not False
        statuses = Counter(hog.result()[0] for hog in hogs)
        assert set(statuses) <= {507, 503}
        assert statuses[507]


def test_clients_that_do_not_read_and_then_break_off(start: Start, chain: tuple[str, ...], idle: Server) -> None:
    # However slow the machine is: who waits for a turn is not out of time.
    tried = start(*chain, *LIMITS, "--query-deadline", "120")
    with nothing_left(tried, idle), ExitStack() as connections:
        unread = []
        for number in range(40):
            target = urlencode({"query": f"{LARGE} # {number % 20}"})
            request = f"GET /sparql?{target} HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\n\r\n".encode()
            unread.append(connections.enter_context(connect(tried, request)))
        for connection in unread[::4]:
            assert connection.recv(12) in {b"HTTP/1.1 200", b"HTTP/1.1 503"}
        assert lookup(tried, 5) is True
    status, body = ask(tried, LARGE)
    assert (status, body.count(b"\n")) == (200, 30 * SIZE + 1)


def test_halves_of_requests_hold_nobody_up(tried: Server, idle: Server) -> None:
    halves = [
        b"",
        b"GET /sparql HT",
        b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\n",
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: 100\r\n\r\nSELECT",
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nSEL",
    ]
    with nothing_left(tried, idle), ExitStack() as connections:
        for half in halves * 40:
            connections.enter_context(connect(tried, half))
        began = time.monotonic()
        assert [lookup(tried, number) for number in range(5)] == [True] * 5
        assert time.monotonic() - began < 3 + seconds(lambda: [lookup(idle, number) for number in range(5)])
        # Halves of bodies take memory and nothing else, so whole ones are still read.
        assert tried.ask("/sparql", "POST", b"ASK {}", Content_Type="application/sparql-query").status == 200
    assert tried.ask("/sparql", "POST", b"ASK {}", Content_Type="application/sparql-query").status == 200


def test_a_question_that_takes_long_asked_by_very_many_at_once(tried: Server, idle: Server) -> None:
    target = urlencode({"query": RUNAWAY + " # by very many", "timeout": "0.8"})
    with nothing_left(tried, idle), ExitStack() as connections:
        many = [connections.enter_context(connect(tried, f"GET /sparql?{target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())) for _ in range(300)]
        time.sleep(0.3)
        began = time.monotonic()
        assert lookup(tried, 6) is not False
        assert time.monotonic() - began < 2 + seconds(partial(lookup, idle, 6))
        assert {connection.recv(12) for connection in many} <= {b"HTTP/1.1 503", b"HTTP/1.1 504"}


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A file system of its own with little room. Skips where it may not be made."""
    place = folder / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)], capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"a file system cannot be mounted here, which takes root: {mounted.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_a_disk_that_is_full_while_results_are_spooled(start: Start, chain: tuple[str, ...], tmp_path: Path, idle: Server) -> None:
    with small_disk(tmp_path, "3m") as disk:
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("TMPDIR", str(disk))
            server = start(*chain, "--workers", "2")
        with nothing_left(server, idle):
            with ThreadPoolExecutor(4) as pool:
                answers = list(pool.map(lambda number: ask(server, f"{LARGE} # {number}"), range(8)))
            assert {status for status, _ in answers} == {503}
            assert all("No space left" in json.loads(body)["detail"] for _, body in answers)
            assert ask(server, f"{LARGE} LIMIT 10000")[1].count(b"\n") == 10_001
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(timeout=20)
        assert [*disk.iterdir()] == []


def test_a_disk_that_is_full_while_a_snapshot_is_built(start: Start, command: Command, tmp_path: Path) -> None:
    flags = write(tmp_path / "data.ttl", 500)
    with small_disk(tmp_path, "5m") as disk:
        server = start(*flags, "--snapshots", str(disk))
        kept = {path.name for path in disk.iterdir()}
        known = {name.removeprefix("last-") for name in kept}
        write(tmp_path / "data.ttl", 10_000)
        server.process.send_signal(signal.SIGHUP)
        failed = command("build", *flags, "--snapshots", str(disk))
        assert failed.returncode == 1
        assert "No space left" in failed.stderr
        assert "Traceback" not in failed.stderr
        until = time.monotonic() + PATIENCE
        while "build failed" not in server.log.read_text() and time.monotonic() < until:
            time.sleep(0.1)
        assert "No space left" in server.log.read_text()
        allowed = {f".failed-{source_set}" for source_set in known}
        while (left := {path.name for path in disk.iterdir()} - kept - allowed) and time.monotonic() < until:
            time.sleep(0.1)
        assert not left
        assert lookup(server, 400) is True
        subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
        assert command("build", *flags, "--snapshots", str(disk)).returncode == 0
        until = time.monotonic() + PATIENCE
        while lookup(server, 9_000) is not True:
            assert time.monotonic() < until, "the new snapshot was not taken over"
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(timeout=20)


def truncate(snapshot: Path) -> None:
    path = snapshot / "dumps" / "dataset.nq"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[: len(lines) // 2]))


def test_files_that_are_damaged_while_they_are_served_are_not_given_out(start: Start, tmp_path: Path) -> None:
    server = start(*write(tmp_path / "data.ttl", 2000), "--snapshots", str(tmp_path / "snapshots"))
    (snapshot,) = [path for path in (tmp_path / "snapshots").glob("[!.]*") if not path.is_symlink()]
    assert server.ask("/downloads/dataset.nq").status == 200
    truncate(snapshot)
    answer = server.ask("/downloads/dataset.nq")
    assert answer.status == 503
    assert "damaged" in json.loads(answer.body)["detail"]
    # What is in memory is whole; what is read again is not.
    assert lookup(server, 1900) is True
    for pid in workers(server):
        os.kill(pid, signal.SIGKILL)
    time.sleep(0.2)
    for _ in range(3):
        assert lookup(server, 1900) is None
