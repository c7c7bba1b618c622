"""Queries that begin on an event loop: the short ones end there, the others in a thread, and none holds the loop or loses a place."""

import asyncio
import threading
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest

from graph_service.engine.embedded import EmbeddedEngine
from graph_service.engine.pending import Begun
from graph_service.engine.result import Query, Result
from graph_service.errors import Busy, Cancelled, MalformedQuery, OutOfTime, Unavailable
from graph_service.settings import Settings
from tests.engine.test_embedded import LATE, LOOKUP, RUNAWAY

LIMITS = Settings(workers=2, queue=8, query_deadline=1.5, query_memory=192 * 2**20, result_limit=4 * 2**20)

T = TypeVar("T")


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    path = tmp_path / "dataset.nq"
    path.write_text("".join(f"<http://e/{n}> <http://e/p> <http://e/{n + 1}> <http://e/g> .\n" for n in range(3000)))
    return path


@pytest.fixture
def engine(graph: Path) -> Iterator[EmbeddedEngine]:
    engine = EmbeddedEngine(graph, LIMITS)
    engine.run(Query(LOOKUP))
    yield engine
    engine.close()


def on_loop(work: Coroutine[Any, Any, T]) -> T:
    """What the work gives, and no more than a moment at a time is taken from others on its loop: not much more than from a thread beside
    it, which the machine lets wait as well.
    """
    over = threading.Event()

    def beside() -> float:
        longest = 0.0
        while not over.is_set():
            before = time.monotonic()
            time.sleep(0.001)
            longest = max(longest, time.monotonic() - before)
        return longest

    async def watched() -> tuple[T, float]:
        done = asyncio.ensure_future(work)
        longest = 0.0
        while not done.done():
            before = time.monotonic()
            await asyncio.sleep(0.001)
            longest = max(longest, time.monotonic() - before)
        return await done, longest

    with ThreadPoolExecutor(1) as pool:
        usual = pool.submit(beside)
        try:
            given, longest = asyncio.run(watched())
        finally:
            over.set()
    assert longest < 0.4 + usual.result()
    return given


async def answered(engine: EmbeddedEngine, text: str, timeout: float | None = None) -> Result:
    begun = await engine.begin(Query(text, timeout=timeout))
    return await asyncio.to_thread(begun.finish) if isinstance(begun, Begun) else begun


def rows(result: Result) -> list[list[str]]:
    return [[str(term) for term in row] for row in result.rows()]


def is_free(engine: EmbeddedEngine) -> bool:
    """Whether all places are free, and no query is left behind."""

    async def all_at_once() -> list[Result]:
        return await asyncio.gather(*(answered(engine, LOOKUP + f"#{n}") for n in range(LIMITS.workers + 4)))

    assert [rows(result) for result in asyncio.run(all_at_once())] == [[["<http://e/2>"]]] * (LIMITS.workers + 4)
    return not engine.register.running and not engine.waiting


def test_a_short_query_needs_no_thread(engine: EmbeddedEngine) -> None:
    threads = threading.active_count()
    result = on_loop(engine.begin(Query(LOOKUP)))
    assert isinstance(result, Result)
    assert rows(result) == [["<http://e/2>"]]
    assert threading.active_count() == threads
    assert engine.counts.done == 2


def test_more_than_there_are_places_wait_without_a_thread(engine: EmbeddedEngine) -> None:
    async def all_at_once() -> list[Result]:
        return await asyncio.gather(*(answered(engine, LOOKUP + f"#{n}") for n in range(LIMITS.workers + LIMITS.queue)))

    assert [rows(result) for result in on_loop(all_at_once())] == [[["<http://e/2>"]]] * (LIMITS.workers + LIMITS.queue)
    assert is_free(engine)


def test_more_than_may_wait_are_refused(engine: EmbeddedEngine) -> None:
    async def all_at_once() -> list[object]:
        asked = (answered(engine, LOOKUP + f"#{n}") for n in range(LIMITS.workers + LIMITS.queue + 3))
        return await asyncio.gather(*asked, return_exceptions=True)

    assert sum(isinstance(outcome, Busy) for outcome in on_loop(all_at_once())) == 3
    assert engine.counts.refused == 3
    assert is_free(engine)


def test_a_long_query_goes_on_in_a_thread_where_it_is(engine: EmbeddedEngine) -> None:
    text = RUNAWAY
    began = time.monotonic()
    with pytest.raises(OutOfTime, match=r"stopped after [1-9]\.\d s"):
        on_loop(answered(engine, text))
    assert 1.4 < time.monotonic() - began < 1.5 + LATE
    assert engine.counts.timed_out == 1
    # It is known now, and does not begin on the loop.
    begun = asyncio.run(engine.begin(Query(text, timeout=0.2)))
    assert isinstance(begun, Begun)
    with pytest.raises(OutOfTime):
        begun.finish()
    assert is_free(engine)


def test_the_result_of_a_large_query_is_given(engine: EmbeddedEngine) -> None:
    assert len(rows(on_loop(answered(engine, "SELECT * { ?a ?b ?c }")))) == 3000
    assert is_free(engine)


def test_the_result_of_a_long_query_is_given(graph: Path) -> None:
    patient = EmbeddedEngine(graph, replace(LIMITS, query_deadline=60))
    try:
        text = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER(STR(?a) = STR(?f)) }"
        assert rows(on_loop(answered(patient, text))) == [['"2999"^^<http://www.w3.org/2001/XMLSchema#integer>']]
        assert [slow.outcome for slow in patient.register.slow] == ["Done"]
    finally:
        patient.close()


def test_a_query_with_less_time_is_stopped_in_time(engine: EmbeddedEngine) -> None:
    began = time.monotonic()
    with pytest.raises(OutOfTime):
        on_loop(answered(engine, RUNAWAY, timeout=0.2))
    # Less than all the time that the engine gives.
    assert time.monotonic() - began < 1.4
    assert is_free(engine)


def test_what_is_wrong_with_a_query_is_told(engine: EmbeddedEngine) -> None:
    with pytest.raises(MalformedQuery):
        on_loop(engine.begin(Query("SELECT ?x { ?x")))
    assert is_free(engine)


def test_a_worker_that_is_killed_is_replaced_and_the_query_runs_again(engine: EmbeddedEngine) -> None:
    async def killed() -> Result | Begun[Result]:
        beginning = asyncio.ensure_future(engine.begin(Query(RUNAWAY)))
        while not engine.register.running:
            await asyncio.sleep(0.001)
        # Its process dies, and nobody has ended the query.
        engine.register.running[0].stop(Unavailable("A test."))
        return await beginning

    begun = on_loop(killed())
    assert isinstance(begun, Begun)
    with pytest.raises(OutOfTime):
        begun.finish()
    assert is_free(engine)


def test_a_query_that_an_operator_ends_on_the_loop_is_ended(engine: EmbeddedEngine) -> None:
    async def cancelled() -> Result:
        asking = asyncio.ensure_future(answered(engine, RUNAWAY))
        while not engine.register.running:
            await asyncio.sleep(0.001)
        assert engine.register.cancel(engine.register.running[0].id)
        return await asking

    with pytest.raises(Cancelled):
        on_loop(cancelled())
    assert is_free(engine)


def test_what_finds_no_thread_is_dropped_with_all_it_holds(engine: EmbeddedEngine) -> None:
    for text in (RUNAWAY, LOOKUP + "# no process is at hand"):
        begun = on_loop(engine.begin(Query(text)))
        if isinstance(begun, Begun):
            begun.drop()
        assert not engine.register.running
    assert is_free(engine)


def test_a_task_that_is_cancelled_drops_its_query(engine: EmbeddedEngine) -> None:
    async def left() -> None:
        beginning = asyncio.ensure_future(engine.begin(Query(RUNAWAY)))
        while not engine.register.running:
            await asyncio.sleep(0.001)
        beginning.cancel()
        with pytest.raises(asyncio.CancelledError):
            await beginning

    on_loop(left())
    assert is_free(engine)


def test_a_query_that_begins_while_the_engine_closes_is_refused(engine: EmbeddedEngine) -> None:
    engine.close()
    with pytest.raises(Unavailable):
        on_loop(answered(engine, LOOKUP))
