"""The embedded engine: pyoxigraph in worker processes that can be killed.

Which query may run when is told in `lanes`. A query that is over its deadline is killed with its process, and so is one that is
cancelled; the process is replaced in milliseconds. A process that dies by itself has run out of memory, as its last words tell; one
that dies without a word was killed from outside, and its query runs once more.
"""

import asyncio
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from graph_service.engine import wire
from graph_service.engine.engine import Counts
from graph_service.engine.lanes import LONG, LanePlace, Lanes
from graph_service.engine.pending import Begun
from graph_service.engine.pool import EngineLimits, Workers
from graph_service.engine.process import Process
from graph_service.engine.register import Register, Running
from graph_service.engine.result import READABLE, Formats, Query, Result
from graph_service.engine.wire import Broken
from graph_service.errors import Busy, OutOfMemory, OutOfTime, ResultTooLarge, ServiceError, Unavailable
from graph_service.rdf.space import Space


@dataclass
class _Work:
    """A query on its way: what a process is told of it, when its time began to count and when it is over, its place."""

    query: Query
    task: bytes
    began: float
    until: float
    place: LanePlace
    came: float = field(default_factory=time.monotonic)


@dataclass
class _Told:
    """A worker that has been told a query."""

    worker: Process
    running: Running


class EmbeddedEngine:
    """Runs queries over a snapshot's N-Quads file, each in a process of its own while it runs (`engine.Engine`)."""

    collates = True
    keeps_blank_nodes = True

    def __init__(self, snapshot: Path, union: bool, limits: EngineLimits, sha256: str = "", space: Space | None = None) -> None:
        """`sha256` is what the file must still have when its first reader has died and another must read it, `space` is what the graph
        calls what belongs to it.
        """
        self._limits = limits
        #: The processes, for other work that is not to be done in this one.
        self.workers = Workers(snapshot, union, limits, sha256, space)
        self._lanes = Lanes(limits.workers, limits.queue)
        self.register = Register(limits.log_texts)
        self.counts = Counts()

    def run(self, query: Query, formats: Formats = READABLE) -> Result:
        """See `Engine.run`. Raises Unavailable if the engine is closing or the disk is full."""
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
            told = None if worker is None else self._tell(work, worker)
        except BaseException:
            work.place.leave()
            raise
        if told is None:
            return Begun(partial(self._finish, work), work.place.leave)
        try:
            await _readable(told.worker, min(LONG, work.until - told.running.started))
        except BaseException:
            self._drop(work, told)
            raise
        if told.worker.has_answered:
            return self._finish(work, told)
        return Begun(partial(self._finish, work, told), partial(self._drop, work, told))

    @property
    def waiting(self) -> int:
        """How many queries wait for a place."""
        return self._lanes.waiting

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

    def _finish(self, work: _Work, told: _Told | None = None) -> Result:
        """Bring a query to its end that has a place, from the process that has been told it if one has; and give the place back."""
        with self._counted():
            try:
                if told is not None:
                    waited = time.monotonic() - told.running.started
                    reply = self._heard(work, told, max(0.0, min(LONG, work.until - told.running.started) - waited))
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
        told = self._tell(work, worker)
        return self._heard(work, told, min(LONG, work.until - told.running.started), last)

    def _tell(self, work: _Work, worker: Process) -> _Told:
        """Tell a worker a query. Raises Unavailable if the disk is full."""
        try:
            worker.tell(wire.QUERY, work.task)
        except ServiceError:
            self.workers.give_back(worker, healthy=False)
            raise
        except (EOFError, OSError):
            # That it is dead is heard from it.
            worker.kill()
        return _Told(worker, self.register.add(work.query, lambda _: worker.kill()))

    def _heard(self, work: _Work, told: _Told, short: float, last: bool = False) -> Result | None:
        """What a worker answers to a task, which is a long one after `short` seconds.

        None if it was killed from outside and it was not the last attempt.
        """
        worker, running, place = told.worker, told.running, work.place
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
            self.register.remove(running, type(sys.exception()).__name__ if sys.exception() else "Done")
            self.workers.give_back(worker, healthy)

    def _drop(self, work: _Work, told: _Told) -> None:
        """End a query that nobody waits for."""
        self.register.remove(told.running)
        self.workers.give_back(told.worker, healthy=False)
        work.place.leave()

    def _why_dead(self, worker: Process, running: Running, last: bool, error: Exception) -> None:
        if running.stopped is not None:
            self.counts.cancelled += 1
            raise running.stopped from error
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
