"""A deadline counts from the moment in which a request came, through every queue: for those who ask the same, for a place, for a turn."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from graph_service.arrival import arrived
from graph_service.build.build import build
from graph_service.engine.result import Query
from graph_service.errors import Busy, OutOfTime, Unavailable
from graph_service.service.service import Service
from graph_service.settings import Settings
from graph_service.web.middleware.compute_turns import Turns
from tests.conftest import Server
from tests.faults.beside import RUNAWAY, ask, write

#: Seconds that an answer may come late, beside others on busy cores; less than a second waiting would take.
LATE = 1.4


@pytest.mark.alone
@pytest.mark.live
@pytest.mark.parametrize("volatile", [False, True], ids=["kept", "volatile"])
def test_who_ask_for_the_same_runaway_all_have_its_end_in_their_time(tried: Server, volatile: bool) -> None:
    query = f"{RUNAWAY[:-3]} && isLITERAL(NOW())) }}" if volatile else RUNAWAY

    def client(number: int) -> tuple[int, float]:
        began = time.monotonic()
        status, _ = ask(tried, f"{query} # asked by several", timeout="1.5")
        return status, time.monotonic() - began

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(client, range(4)))
    assert {status for status, _ in answers} <= {504, 503}
    assert max(seconds for _, seconds in answers) < 1.5 + LATE


@pytest.mark.alone
@pytest.mark.live
def test_what_is_waited_for_a_place_is_not_given_again_for_the_query(start: Callable[..., Server], chain: tuple[str, ...]) -> None:
    server = start(*chain, "--workers", "1", "--queue", "32", "--query-deadline", "20")

    def client(number: int) -> tuple[int, float]:
        began = time.monotonic()
        status, _ = ask(server, f"{RUNAWAY} # {number}", timeout="2")
        return status, time.monotonic() - began

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(client, range(8)))
    assert {status for status, _ in answers} <= {504, 503}
    assert 504 in {status for status, _ in answers}
    assert max(seconds for _, seconds in answers) < 2 + LATE


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    write(tmp_path / "data.ttl")
    places = {"data": (tmp_path / "data.ttl",), "queries": (), "ontology": (), "snapshots": tmp_path / "snapshots"}
    settings = replace(Settings(), reasoning="none", workers=1, query_deadline=2.0, **places)  # type: ignore[arg-type]
    with Service.open(build(settings, lambda _: None), settings) as service:
        yield service


def test_every_query_of_a_request_ends_with_the_request(service: Service) -> None:
    began = time.monotonic()
    with arrived(began - 1.5), pytest.raises(OutOfTime, match=r"had waited for 1\.5 s"):
        service.sparql(Query(RUNAWAY))
    assert time.monotonic() - began < 0.5 + LATE
    with arrived(time.monotonic() - 2.5), pytest.raises(Busy):
        service.sparql(Query("ASK {}"))
    with arrived(time.monotonic()):
        assert b"true" in service.sparql(Query("ASK {}")).read()


def test_who_has_waited_for_long_waits_no_longer_for_a_turn() -> None:
    turns = Turns(1, patience=3)
    with turns.taken(), ThreadPoolExecutor(1) as pool:

        def late() -> float:
            began = time.monotonic()
            with arrived(began - 2.9), pytest.raises(Busy), turns.taken():
                pass
            return time.monotonic() - began

        assert pool.submit(late).result() < 0.1 + LATE


def test_while_the_graph_is_loaded_again_nobody_waits_longer_than_his_time(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    workers = service.engine.workers
    check, loaded = workers._check_snapshot, threading.Event()

    def slow() -> None:
        loaded.wait(30)
        check()

    monkeypatch.setattr(workers, "_check_snapshot", slow)
    os.kill(workers.fork_server, signal.SIGKILL)
    for _ in range(3):
        began = time.monotonic()
        with pytest.raises(Unavailable, match="loaded again"):
            service.sparql(Query("ASK {}", timeout=0.3))
        assert time.monotonic() - began < 0.3 + LATE
    loaded.set()
    assert b"true" in service.sparql(Query("ASK {}")).read()
