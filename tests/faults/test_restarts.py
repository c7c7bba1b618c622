"""The serving process dies: another one takes its place, no connection is refused meanwhile, and dying again and again ends the service."""

import json
import os
import re
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

import pytest

from graph_service.web.middleware.slow_clients import Readers
from tests.conftest import PATIENCE, Server
from tests.faults.beside import RUNAWAY, family, lookup, serving

pytestmark = pytest.mark.live

Start = Callable[..., Server]


def messages(server: Server) -> list[dict[str, object]]:
    return [json.loads(line) for line in server.log.read_text().splitlines() if line.startswith("{")]


@pytest.mark.parametrize("with_signal", [signal.SIGKILL, signal.SIGSEGV])
def test_a_serving_process_that_dies_is_replaced_and_nobody_is_refused(
    start: Start, chain: tuple[str, ...], with_signal: signal.Signals
) -> None:
    server = start(*chain)
    before = serving(server)
    os.kill(before, with_signal)
    # Until it is dead it may still accept a connection. Each of these connects while nobody serves.
    until = time.monotonic() + PATIENCE
    while before in family(server.process.pid):
        assert time.monotonic() < until
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda number: lookup(server, number), range(8))) == [True] * 8
    assert serving(server) != before
    assert server.process.poll() is None
    assert "graph_restarts_total 1.0" in server.ask("/metrics").text
    (died,) = [line for line in messages(server) if "died" in str(line["message"])]
    assert (died["level"], died["exit_status"]) == ("error", -with_signal)


def test_a_service_whose_serving_process_dies_again_and_again_ends_and_says_so(start: Start, chain: tuple[str, ...]) -> None:
    server = start(*chain, "--restarts", "2")
    for _ in range(3):
        assert server.ask("/health").status == 200
        os.kill(serving(server), signal.SIGKILL)
        time.sleep(0.3)
    assert server.process.wait(timeout=20) == 1
    last = messages(server)[-1]
    assert (last["level"], last["message"]) == ("critical", "the serving process died too often; the service ends")


def test_nothing_goes_on_serving_when_the_main_process_is_killed(start: Start, chain: tuple[str, ...]) -> None:
    server = start(*chain)
    descendants = family(server.process.pid)
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
    until = time.monotonic() + 15
    while any(Path(f"/proc/{pid}").exists() for pid in descendants):
        assert time.monotonic() < until, "a process is left"
        time.sleep(0.05)


def test_what_runs_longer_than_the_time_of_grace_is_told_when_the_service_stops(start: Start, chain: tuple[str, ...]) -> None:
    server = start(*chain, "--grace", "1", "--workers", "1", "--query-deadline", "60")
    # More than run at once: the last of them wait for a place.
    with ThreadPoolExecutor(6) as pool:
        asked = [pool.submit(server.ask, "/sparql?" + urlencode({"query": f"{RUNAWAY} # {number}"})) for number in range(6)]
        until = time.monotonic() + PATIENCE
        while sum(map(int, re.findall(r"graph_queries_(?:running|waiting) (\d+)", server.ask("/metrics").text))) < 6:
            assert time.monotonic() < until
        server.process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        answers = [future.result() for future in asked]
    assert [(answer.status, answer.headers["retry-after"]) for answer in answers] == [(503, "5")] * 6
    assert {json.loads(answer.body)["detail"] for answer in answers} == {"The service is stopping. Try again in a moment."}
    assert 1 <= time.monotonic() - began < 8
    assert server.process.wait(timeout=20) == 0


def test_the_time_of_grace_is_kept_when_all_processes_are_told_to_stop(start: Start, chain: tuple[str, ...]) -> None:
    """As systemd does it (KillMode=control-group, its default)."""
    server = start(*chain, "--grace", "1", "--query-deadline", "60")
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(server.ask, "/sparql?" + urlencode({"query": RUNAWAY}))
        until = time.monotonic() + PATIENCE
        while not re.search(r"graph_queries_running [1-9]", server.ask("/metrics").text):
            assert time.monotonic() < until
        for pid in (server.process.pid, *family(server.process.pid)):
            os.kill(pid, signal.SIGTERM)
        assert json.loads(asked.result().body)["detail"] == "The service is stopping. Try again in a moment."
    assert server.process.wait(timeout=20) == 0
    assert "worker died" not in server.log.read_text()


def test_the_time_of_grace_begins_too_when_the_main_process_is_killed(start: Start, chain: tuple[str, ...]) -> None:
    server = start(*chain, "--grace", "1", "--query-deadline", "60")
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(server.ask, "/sparql?" + urlencode({"query": RUNAWAY}))
        until = time.monotonic() + PATIENCE
        while not re.search(r"graph_queries_running [1-9]", server.ask("/metrics").text):
            assert time.monotonic() < until
        os.kill(server.process.pid, signal.SIGKILL)
        assert asked.result().status == 503
    server.process.wait()


#: The system has no room for another process, the second and the third time that one is started.
NO_ROOM = """
import sys
from multiprocessing.context import ForkProcess
from graph_service.cli import main
started, start = 0, ForkProcess.start
def limited(self):
    global started
    started += 1
    if started in (2, 3):
        raise BlockingIOError(11, "Resource temporarily unavailable")
    start(self)
ForkProcess.start = limited
sys.exit(main())
"""


def test_the_service_goes_on_when_no_process_can_be_started_for_now(start: Start, chain: tuple[str, ...]) -> None:
    server = start(*chain, program=("-c", NO_ROOM))
    os.kill(serving(server), signal.SIGKILL)
    assert lookup(server, 1) is True
    assert [line["message"] for line in messages(server)].count("no serving process could be started; it is tried again") == 2
    assert server.process.poll() is None


def test_the_looking_at_connections_goes_on_whatever_it_meets(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    looks: list[int] = []

    def look(_: Readers) -> None:
        looks.append(1)
        raise RuntimeError("something new") if len(looks) < 4 else KeyboardInterrupt

    monkeypatch.setattr(Readers, "_look", look)
    readers = Readers(8000, deadline=0.04, rate=1)
    with pytest.raises(KeyboardInterrupt):
        readers._watch()
    assert readers.failures == 3
    assert len([record for record in caplog.records if record.message == "connections could not be looked at"]) == 1
