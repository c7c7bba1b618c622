"""The embedded engine under bad queries: each gets its error in time, and the next query answers."""

import errno
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from graph_service.engine.embedded import EmbeddedEngine
from graph_service.engine.result import Query, ResultKind
from graph_service.engine.wire import REFUSED, Message
from graph_service.errors import (
    Busy,
    Cancelled,
    Forbidden,
    MalformedQuery,
    MalformedRequest,
    OutOfMemory,
    OutOfTime,
    ResultTooLarge,
    ServiceError,
    Unavailable,
)
from graph_service.formats.media_types import GRAPH_FORMATS, TABLE_FORMATS
from graph_service.settings import Settings

#: Four variables over all triples crossed with all triples: runs for hours on any graph of some size.
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?a != ?i) }"
LOOKUP = "SELECT ?o { <http://e/1> <http://e/p> ?o }"

#: Seconds that an end may come late on a busy machine: less than it would be without a deadline, by hours.
LATE = 5

LIMITS = Settings(workers=2, queue=8, query_deadline=1.5, query_memory=192 * 2**20, result_limit=4 * 2**20)


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("graph") / "dataset.nq"
    path.write_text("".join(f"<http://e/{n}> <http://e/p> <http://e/{n + 1}> <http://e/g> .\n" for n in range(20_000)))
    return path


@pytest.fixture(scope="module")
def engine(graph: Path) -> Iterator[EmbeddedEngine]:
    engine = EmbeddedEngine(graph, LIMITS)
    yield engine
    engine.close()


def rows(engine: EmbeddedEngine, text: str) -> list[list[str]]:
    return [[str(term) for term in row] for row in engine.run(Query(text)).rows()]


def answers(engine: EmbeddedEngine) -> bool:
    return rows(engine, LOOKUP) == [["<http://e/2>"]]


def is_alive(group: int) -> bool:
    """Whether a process is left of an engine's, which are a group of their own."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_query_over_its_deadline_is_stopped_in_time(engine: EmbeddedEngine) -> None:
    began = time.monotonic()
    with pytest.raises(OutOfTime):
        engine.run(Query(RUNAWAY))
    assert 1.4 < time.monotonic() - began < 1.5 + LATE
    assert answers(engine)


def test_a_client_may_ask_for_less_time_and_not_for_more(engine: EmbeddedEngine) -> None:
    for timeout, at_most in ((0.2, 1.4), (1000, 1.5 + LATE)):
        began = time.monotonic()
        with pytest.raises(OutOfTime):
            engine.run(Query(RUNAWAY + f" #{timeout}", timeout=timeout))
        assert time.monotonic() - began < at_most


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?f ?c ?a",
        "SELECT (GROUP_CONCAT(?x) AS ?y) { { SELECT (CONCAT(STR(?a), STR(?d)) AS ?x) { ?a ?b ?c . ?d ?e ?f } } }",
        "SELECT DISTINCT ?a ?f { ?a ?b ?c . ?d ?e ?f }",
    ],
)
def test_a_query_over_its_memory_ends_alone(graph: Path, text: str) -> None:
    engine = EmbeddedEngine(graph, Settings(workers=1, queue=8, query_deadline=20, query_memory=64 * 2**20, result_limit=2**30))
    try:
        with pytest.raises(OutOfMemory):
            engine.run(Query(text))
        assert answers(engine)
    finally:
        engine.close()


def test_a_value_for_a_variable_that_the_query_lacks_is_refused(engine: EmbeddedEngine) -> None:
    with pytest.raises(MalformedRequest, match=r"no variable \?plase that \$plase could be a value of. Is \$place meant\?") as error:
        engine.run(Query("SELECT ?place { ?place ?p ?o }", given=[("plase", "<urn:a>")]))
    assert error.value.members["parameter"] == "$plase"
    assert list(engine.run(Query("SELECT ?place { $place ?p ?o }", given=[("place", "<urn:a>")])).rows()) == []


def test_a_result_over_its_limit_is_an_error_and_never_half_a_result(engine: EmbeddedEngine) -> None:
    with pytest.raises(ResultTooLarge) as error:
        engine.run(Query("SELECT * { ?a ?b ?c . <http://e/1> <http://e/p> ?x . VALUES ?y { 1 2 3 4 } }"))
    assert error.value.members["limit"] == LIMITS.result_limit
    assert answers(engine)


def test_a_large_result_comes_as_a_file_and_is_whole(engine: EmbeddedEngine) -> None:
    result = engine.run(Query("SELECT ?s ?o { ?s <http://e/p> ?o }"), {ResultKind.TABLE: TABLE_FORMATS[2]})
    assert not result.in_memory
    content = result.read()
    assert len(content) == result.size or result.size == 0
    assert content.count(b"\n") == 20_001
    assert answers(engine)


@pytest.mark.parametrize("format", GRAPH_FORMATS, ids=lambda f: f.name)
def test_a_graph_is_written_in_every_format(engine: EmbeddedEngine, format: object) -> None:
    wanted = next(f for f in GRAPH_FORMATS if f == format)
    query = Query("CONSTRUCT { ?s ?p ?o } { VALUES ?s { <http://e/7> } ?s ?p ?o }")
    assert b"http://e/7" in engine.run(query, {ResultKind.GRAPH: wanted}).read()


def test_a_killed_worker_is_back_at_once(engine: EmbeddedEngine) -> None:
    with pytest.raises(OutOfTime):
        engine.run(Query(RUNAWAY + " # again", timeout=0.1))
    took = []
    for _ in range(5):
        began = time.monotonic()
        assert answers(engine)
        took.append(time.monotonic() - began)
        with pytest.raises(OutOfTime):
            engine.run(Query(RUNAWAY + f" # {time.monotonic()}", timeout=0.05))
    os.kill(engine.workers.fork_server, signal.SIGKILL)
    time.sleep(0.1)
    began = time.monotonic()
    assert answers(engine)
    loaded_again = time.monotonic() - began
    assert sorted(took)[2] < loaded_again / 2


def test_runaway_queries_do_not_stop_others(engine: EmbeddedEngine, graph: Path) -> None:
    idle = EmbeddedEngine(graph, LIMITS)
    assert answers(idle)

    def run_away(number: int) -> type[Exception] | None:
        try:
            engine.run(Query(RUNAWAY + f" # {number}"))
        except ServiceError as error:
            return type(error)
        return None

    with ThreadPoolExecutor(12) as pool:
        runaways = [pool.submit(run_away, number) for number in range(12)]
        time.sleep(1.2)
        took, elsewhere = [], []
        while not all(runaway.done() for runaway in runaways):
            began = time.monotonic()
            assert answers(engine)
            took.append(time.monotonic() - began)
            began = time.monotonic()
            assert answers(idle)
            elsewhere.append(time.monotonic() - began)
        assert {runaway.result() for runaway in runaways} <= {OutOfTime, Busy}
    idle.close()
    assert took
    assert max(took) < 1.0 + max(elsewhere)


def answers_in_time(engine: EmbeddedEngine) -> bool:
    try:
        return answers(engine)
    except OutOfTime:
        return False


def test_two_hundred_runaways_from_twenty_clients_leave_an_engine_that_answers(graph: Path) -> None:
    engine = EmbeddedEngine(graph, Settings(workers=2, queue=64, query_deadline=0.6, query_memory=2**28, result_limit=2**22))

    def client(number: int) -> set[type[Exception]]:
        errors: set[type[Exception]] = set()
        for turn in range(10):
            try:
                engine.run(Query(f"{RUNAWAY} # {number % 4} {turn % 2}"))
            except ServiceError as error:
                errors.add(type(error))
        return errors

    try:
        with ThreadPoolExecutor(20) as pool:
            assert set().union(*pool.map(client, range(20))) <= {OutOfTime, Busy}
        # Where others keep the machine busy, a lookup too may be over the short deadline of this engine, but not every time.
        assert any(answers_in_time(engine) for _ in range(100))
        assert engine.register.running == []
        assert engine.waiting == 0
    finally:
        engine.close()


def test_workers_killed_at_random_give_no_wrong_answer(engine: EmbeddedEngine) -> None:
    stop = threading.Event()

    def kill() -> None:
        while not stop.wait(0.02):
            for running in engine.register.running:
                # Its process dies, and nobody has ended the query.
                running.stop(Unavailable("A test."))

    killer = threading.Thread(target=kill)
    killer.start()
    wrong, failed = [], 0
    deadline = time.monotonic() + 5
    try:
        while time.monotonic() < deadline:
            try:
                if not answers(engine):
                    wrong.append(1)
            except Unavailable:
                failed += 1
    finally:
        stop.set()
        killer.join()
    assert wrong == []
    assert answers(engine)


def test_a_full_queue_refuses_with_a_time_to_try_again(graph: Path) -> None:
    engine = EmbeddedEngine(graph, Settings(workers=1, queue=1, query_deadline=1, query_memory=2**28, result_limit=2**22))
    try:
        with ThreadPoolExecutor(8) as pool:
            futures = [pool.submit(engine.run, Query(f"{RUNAWAY} # {number}")) for number in range(8)]
            errors = [future.exception() for future in futures]
        busy = [error for error in errors if isinstance(error, Busy)]
        assert busy
        assert all(error.members["retry_after"] for error in busy)
    finally:
        engine.close()


def test_an_operator_can_list_and_cancel(engine: EmbeddedEngine) -> None:
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(engine.run, Query(RUNAWAY + " # cancel", id="mine"))
        while not engine.register.running:
            time.sleep(0.01)
        assert [(running.id, "cancel" in running.text) for running in engine.register.running] == [("mine", True)]
        assert engine.register.cancel("mine")
        assert isinstance(future.exception(), Cancelled)
    assert not engine.register.cancel("mine")
    assert answers(engine)


@pytest.mark.parametrize("allowed", [True, False])
def test_a_slow_query_is_logged_and_its_text_only_if_allowed(graph: Path, caplog: pytest.LogCaptureFixture, allowed: bool) -> None:
    engine = EmbeddedEngine(graph, replace(LIMITS, query_deadline=0.7, log_queries=allowed))
    try:
        with caplog.at_level("INFO", logger="graph_service.engine.register"), pytest.raises(OutOfTime):
            engine.run(Query(RUNAWAY, id="slow"))
        (record,) = [record for record in caplog.records if record.name == "graph_service.engine.register"]
        assert (vars(record)["query_id"], vars(record)["outcome"]) == ("slow", "OutOfTime")
        assert vars(record).get("text") == (RUNAWAY if allowed else None)
    finally:
        engine.close()


def test_a_dead_fork_server_is_replaced(engine: EmbeddedEngine) -> None:
    os.kill(engine.workers.fork_server, signal.SIGKILL)
    time.sleep(0.1)
    for _ in range(3):
        assert answers(engine)


def test_closing_leaves_no_process(graph: Path) -> None:
    engine = EmbeddedEngine(graph, LIMITS)
    assert answers(engine)
    group = engine.workers.fork_server
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(engine.run, Query(RUNAWAY + " # closing"))
        while not engine.register.running:
            time.sleep(0.01)
        engine.close()
        assert isinstance(future.exception(), ServiceError)
    for _ in range(50):
        if not is_alive(group):
            break
        time.sleep(0.05)
    assert not is_alive(group)
    with pytest.raises(Unavailable):
        engine.run(Query(LOOKUP))


def test_an_unknown_function_has_no_value_and_the_query_goes_on(engine: EmbeddedEngine) -> None:
    assert rows(engine, "SELECT ?x { VALUES ?x { 1 } FILTER(<http://e/f>(?x)) }") == []
    assert len(rows(engine, "SELECT ?x (<http://e/f>(<http://e/g>(?x)) AS ?y) { VALUES ?x { 1 2 } }")) == 2


def test_truths_are_read_in_any_case_as_keywords_are(engine: EmbeddedEngine) -> None:
    text = "SELECT (TRUE AS ?t) (fAlse AS ?f) ('TRUE' AS ?s) { ?True <http://e/p> <http://e/2> } "
    assert [row[-1] for row in rows(engine, text)] == ['"TRUE"']
    assert "True" in str(engine.run(Query("SELECT ?True { BIND(True AS ?True) }")).columns)


def test_errors_of_the_text_come_back_as_they_are(engine: EmbeddedEngine) -> None:
    with pytest.raises(MalformedQuery) as error:
        engine.run(Query("SELECT *\n{ ?s ?p }"))
    assert error.value.members["line"] == 2


#: Ways to write a call to another server, each with the address of a listening socket in it.
CALLS = [
    "SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ service <{url}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ SeRvIcE<{url}>{{ ?s ?p ?o }} }}",
    "SELECT * {{ SERVICE SILENT <{url}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ SERVICE\n<{url}>\n{{ ?s ?p ?o }} }}",
    "SELECT * {{ SERVICE\t#c\n<{url}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ #' \" SERVICE\n SERVICE <{url}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ ?s ?p ' SERVICE # ' . SERVICE <{url}> {{ ?s ?p ?o }} }}",
    'SELECT * {{ ?s ?p "it\'s" . SERVICE <{url}> {{ ?s ?p ?o }} }}',
    "SELECT * {{ ?s ?p '''a ' b''' . SERVICE <{url}> {{ ?s ?p ?o }} }}",
    'SELECT * {{ ?s ?p """a " b""" . SERVICE <{url}> {{ ?s ?p ?o }} }}',
    "SELECT * {{ ?s ?p 'a\\'' . SERVICE <{url}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ ?s ?p 'a\\\\' . SERVICE <{url}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ <http://e/#'> ?p ?o . SERVICE <{url}> {{ ?s ?p ?o }} }}",
    r"SELECT * {{ \u0053ERVICE <{url}> {{ ?s ?p ?o }} }}",
    r"SELECT * {{ S\u0045RVICE <{url}> {{ ?s ?p ?o }} }}",
    r"SELECT * {{ \U00000053ERVICE <{url}> {{ ?s ?p ?o }} }}",
    r"SELECT * {{ \u0073\u0065\u0072\u0076\u0069\u0063\u0065 <{url}> {{ ?s ?p ?o }} }}",
    r"SELECT * {{ ?s ?p 'a\u0027 . SERVICE <{url}> {{ ?s ?p ?o }} }}",
    "PREFIX service: <{url}> SELECT * {{ SERVICE service: {{ ?s ?p ?o }} }}",
    "BASE <{url}> SELECT * {{ SERVICE <> {{ ?s ?p ?o }} }}",
    "SELECT * {{ VALUES ?x {{ <{url}> }} SERVICE ?x {{ ?s ?p ?o }} }}",
    "SELECT * {{ BIND(IRI('{url}') AS ?x) SERVICE ?x {{ ?s ?p ?o }} }}",
    "SELECT * {{ OPTIONAL {{ SERVICE <{url}> {{ ?s ?p ?o }} }} }}",
    "SELECT * {{ {{ ?s ?p ?o }} UNION {{ SERVICE <{url}> {{ ?s ?p ?o }} }} }}",
    "SELECT * {{ ?s ?p ?o MINUS {{ SERVICE <{url}> {{ ?s ?p ?o }} }} }}",
    "SELECT * {{ ?s ?p ?o FILTER EXISTS {{ SERVICE <{url}> {{ ?s ?p ?o }} }} }}",
    "SELECT * {{ {{ SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }} }} }}",
    "SELECT * {{ GRAPH ?g {{ SERVICE <{url}> {{ ?s ?p ?o }} }} }}",
    "ASK {{ SERVICE <{url}> {{ ?s ?p ?o }} }}",
    "CONSTRUCT {{ ?s ?p ?o }} WHERE {{ SERVICE <{url}> {{ ?s ?p ?o }} }}",
    "DESCRIBE ?s {{ SERVICE <{url}> {{ ?s ?p ?o }} }}",
    "SELECT * FROM <{url}> {{ ?s ?p ?o }}",
    "SELECT * FROM NAMED <{url}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
    "LOAD <{url}>",
    "PREFIX a: <{url}> LOAD SILENT a: INTO GRAPH <http://e/g>",
]


def test_no_query_reaches_another_server(engine: EmbeddedEngine) -> None:
    assert len(CALLS) >= 30
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        for call in CALLS:
            try:
                result = engine.run(Query(call.format(url=url)))
                assert "FROM" in call
                assert list(result.rows()) == []
            except (Forbidden, MalformedQuery):
                pass
        with pytest.raises(TimeoutError):
            listener.accept()


def test_a_full_disk_is_said_and_never_half_a_result(engine: EmbeddedEngine) -> None:
    worker = engine.workers.take(False, time.monotonic() + 10)
    with pytest.raises(Unavailable, match="No space left"):
        engine.workers.result(worker, Message(REFUSED, os.strerror(errno.ENOSPC).encode()))
    engine.workers.give_back(worker, healthy=True)
