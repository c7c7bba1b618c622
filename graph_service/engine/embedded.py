"""The embedded engine: pyoxigraph in worker processes that can be killed.

Which query may run when is told in `lanes`. A query that is over its deadline is killed with its process, and so is one that is
cancelled; the process is replaced in milliseconds. A process that dies by itself has run out of memory, as its last words tell; one
that dies without a word was killed from outside, and its query runs once more.
"""

import asyncio
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from graph_service.engine import wire
from graph_service.engine.lanes import LONG, LanePlace, Lanes
from graph_service.engine.pending import Begun
from graph_service.engine.pool import EngineLimits, Workers
from graph_service.engine.process import Process
from graph_service.engine.result import READABLE, Formats, Query, Result
from graph_service.engine.slow_queries import Slow, SlowQueries
from graph_service.engine.wire import Broken
from graph_service.errors import Busy, Cancelled, OutOfMemory, OutOfTime, ResultTooLarge, ServiceError, Unavailable
from graph_service.rdf.space import Space


@dataclass
class Running:
    """A query that is running: for the operator's list."""

    id: str
    text: str
    started: float
    worker: Process
    cancelled: bool = False
    #: The thread that waits for it, or whose event loop does.
    thread: int = field(default_factory=threading.get_ident)


@dataclass
class Counts:
    """What has happened since the start, for whoever watches."""

    done: int = 0
    timed_out: int = 0
    out_of_memory: int = 0
    too_large: int = 0
    refused: int = 0
    cancelled: int = 0
    died: int = 0
    seconds: float = 0.0


@dataclass
class _Work:
    """A query on its way: what a process is told of it, when its time began to count and when it is over, its place."""

    query: Query
    task: bytes
    began: float
    until: float
    place: LanePlace
    came: float = field(default_factory=time.monotonic)


class EmbeddedEngine:
    """Runs queries over a snapshot's N-Quads file, each in a process of its own while it runs."""

    def __init__(self, snapshot: Path, union: bool, limits: EngineLimits, sha256: str = "", space: Space | None = None) -> None:
        """`sha256` is what the file must still have when its first reader has died and another must read it, `space` is what the graph
        calls what belongs to it.
        """
        self._limits = limits
        #: The processes, for other work that is not to be done in this one.
        self.workers = Workers(snapshot, union, limits, sha256, space)
        self._lanes = Lanes(limits.workers, limits.queue)
        self._lock = threading.Lock()
        self._running: dict[str, Running] = {}
        self._slow = SlowQueries(limits.log_texts)
        self.counts = Counts()

    def run(self, query: Query, formats: Formats = READABLE) -> Result:
        """Run a query and write its result in the format given for its kind.

        Raises MalformedQuery and MalformedRequest; Forbidden for an update or a SERVICE clause; NotAcceptable if its kind has no
        format; OutOfTime, OutOfMemory and ResultTooLarge for a query over a limit; Busy if too many are waiting; Cancelled by an
        operator; Unavailable if the engine is closing or the disk is full.
        """
        work = self._work(query, formats)
        with self._counted():
            work.place.enter()
        return self._finish(work)

    async def begin(self, query: Query, formats: Formats = READABLE) -> Result | Begun[Result]:
        """Run a query without a thread for as long as it is a short one: on the event loop, which nothing keeps waiting.

        The result if it is there within LONG and small; else what needs a thread. Raises what `run` raises.
        """
        work = self._work(query, formats)
        if not work.place.is_for_short:
            return Begun(partial(self.run, query, formats))
        with self._counted():
            await work.place.enter_on_loop()
        try:
            worker = self.workers.at_hand()
            running = None if worker is None else self._told(work, worker)
        except BaseException:
            work.place.leave()
            raise
        if running is None:
            return Begun(partial(self._finish, work), work.place.leave)
        try:
            await _readable(running.worker, min(LONG, work.until - running.started))
        except BaseException:
            self._drop(work, running)
            raise
        if running.worker.has_answered:
            return self._finish(work, running)
        return Begun(partial(self._finish, work, running), partial(self._drop, work, running))

    @property
    def running(self) -> list[Running]:
        """The queries that are running, the oldest first."""
        with self._lock:
            return sorted(self._running.values(), key=lambda running: running.started)

    @property
    def slow(self) -> list[Slow]:
        """The last queries that took long, the newest first."""
        return self._slow.newest_first()

    @property
    def waiting(self) -> int:
        """How many queries wait for a place."""
        return self._lanes.waiting

    def cancel(self, id: str) -> bool:
        """End a running query; whether there was one of that id."""
        with self._lock:
            running = self._running.get(id)
            if running is not None:
                running.cancelled = True
                running.worker.kill()
        return running is not None

    def close(self) -> None:
        """End all processes. Queries that are running fail as Unavailable."""
        self.workers.close()

    def _work(self, query: Query, formats: Formats) -> _Work:
        began = query.began
        until = began + query.seconds(self._limits.deadline)
        return _Work(query, wire.write_query(query, formats), began, until, self._lanes.place(query.key, until))

    @contextmanager
    def _counted(self) -> Iterator[None]:
        try:
            yield
        except ServiceError as error:
            self.counts.refused += isinstance(error, Busy)
            self.counts.out_of_memory += isinstance(error, OutOfMemory)
            self.counts.too_large += isinstance(error, ResultTooLarge)
            raise

    def _finish(self, work: _Work, begun: Running | None = None) -> Result:
        """Bring a query to its end that has a place, from the process that has been told it if one has; and give the place back."""
        with self._counted():
            try:
                if begun is not None:
                    waited = time.monotonic() - begun.started
                    reply = self._heard(work, begun, max(0.0, min(LONG, work.until - begun.started) - waited))
                else:
                    reply = self._attempt(work)
                if reply is None:
                    reply = self._attempt(work, last=True)
            finally:
                work.place.leave()
        assert reply is not None
        self.counts.seconds += time.monotonic() - work.came
        self.counts.done += 1
        return reply

    def _attempt(self, work: _Work, last: bool = False) -> Result | None:
        """Run a task in a worker; None if the worker was killed from outside and it was not the last attempt."""
        try:
            worker = self.workers.take(last, work.until)
        except (EOFError, OSError, Broken) as error:
            if last or self.workers.closed:
                raise Unavailable("No process could be started to run the query.", retry_after=1) from error
            return None
        running = self._told(work, worker)
        return self._heard(work, running, min(LONG, work.until - running.started), last)

    def _told(self, work: _Work, worker: Process) -> Running:
        """A worker that has been told a task. Raises Unavailable if the disk is full."""
        running = Running(work.query.id or uuid.uuid4().hex[:12], work.query.text, time.monotonic(), worker)
        try:
            worker.tell(wire.QUERY, work.task)
        except ServiceError:
            self.workers.give_back(worker, healthy=False)
            raise
        except (EOFError, OSError):
            # That it is dead is heard from it.
            worker.kill()
        with self._lock:
            self._running[running.id] = running
        return running

    def _heard(self, work: _Work, running: Running, short: float, last: bool = False) -> Result | None:
        """What a worker answers to a task, which is a long one after `short` seconds.

        None if it was killed from outside and it was not the last attempt.
        """
        worker, place = running.worker, work.place
        healthy = False
        running.thread = threading.get_ident()
        try:
            message = worker.hear(short)
            if message is None:
                place.becomes_long(worker.pid, work.until)
                message = worker.hear(work.until - time.monotonic())
            if message is None:
                self.counts.timed_out += 1
                raise _late(work.began, running)
            try:
                done = self.workers.result(wire.read_reply(message))
            finally:
                # Also with an error that it tells.
                healthy = not place.is_long
            content = worker.take_file() if done.content is None else done.content
            return Result(done.kind, done.format, content, done.volatile)
        except Broken as error:
            healthy = False
            self.counts.died += 1
            raise self.workers.broken(worker, error) from error
        except (EOFError, OSError) as error:
            self._why_dead(worker, running, last, error)
            return None
        finally:
            with self._lock:
                del self._running[running.id]
                if place.is_long:
                    outcome = type(sys.exception()).__name__ if sys.exception() else "Done"
                    self._slow.add(Slow(running.id, running.text, time.monotonic() - running.started, outcome))
            self.workers.give_back(worker, healthy)

    def _drop(self, work: _Work, running: Running) -> None:
        """End a query that nobody waits for."""
        with self._lock:
            del self._running[running.id]
        self.workers.give_back(running.worker, healthy=False)
        work.place.leave()

    def _why_dead(self, worker: Process, running: Running, last: bool, error: Exception) -> None:
        if running.cancelled:
            self.counts.cancelled += 1
            raise Cancelled("The query was stopped by an operator.") from error
        if self.workers.closed:
            raise Unavailable("The service is stopping.", retry_after=5) from error
        cause = self.workers.cause_of_death(worker)
        self.counts.died += not isinstance(cause, OutOfMemory)
        if cause is not None or last:
            raise cause or Unavailable("The process that ran the query was ended from outside, twice.", retry_after=1) from error


async def _readable(worker: Process, seconds: float) -> None:
    """Wait until a process says something, for so long at most."""
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()

    def tell() -> None:
        if not ready.done():
            ready.set_result(None)

    loop.add_reader(worker, tell)
    timer = loop.call_later(max(0.0, seconds), tell)
    try:
        await ready
    finally:
        timer.cancel()
        loop.remove_reader(worker)


def _late(began: float, running: Running) -> OutOfTime:
    """The error for a query whose time, which began to count then, is over."""
    waited = running.started - began
    # What was waited for is a place, or what other servers say.
    told = f"; it had waited for {waited:.1f} s of that" if waited >= 0.1 else ""
    return OutOfTime(f"The query was stopped after {time.monotonic() - began:.1f} s, its time limit{told}.")
