"""The embedded engine: pyoxigraph in worker processes that can be killed.

`lanes` decides when a query may run. A query that passes its deadline or is cancelled is killed with its process, which is replaced in
milliseconds. A process that dies with a message on standard error has run out of memory or crashed; one that dies without a message was
killed from outside, and its query runs once more.
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
from graph_service.engine.pool import Workers
from graph_service.engine.process import Process
from graph_service.engine.register import Register, Running
from graph_service.engine.result import READABLE, Formats, Query, Result
from graph_service.engine.wire import Broken
from graph_service.errors import Busy, OutOfMemory, OutOfTime, ResultTooLarge, ServiceError, Unavailable
from graph_service.rdf.space import Space
from graph_service.settings import Settings


@dataclass
class _Work:
    """A query on its way: the task message for the worker, when its time began and ends (`time.monotonic`), its place in a lane."""

    query: Query
    task: bytes
    began: float
    until: float
    place: LanePlace
    came: float = field(default_factory=time.monotonic)


@dataclass
class _Sent:
    """A worker that has been sent a query."""

    worker: Process
    running: Running


class EmbeddedEngine:
    """Runs queries over a snapshot's N-Quads file, each in a worker process of its own (`engine.Engine`)."""

    collates = True
    keeps_blank_nodes = True

    def __init__(self, snapshot: Path, settings: Settings, sha256: str = "", space: Space | None = None) -> None:
        """`sha256` is the hash that the file must still have when a dead fork server is replaced and loads it again; `space` has the
        graph's own namespaces and graph names.
        """
        self._deadline = settings.query_deadline
        #: The worker processes, also for other work that must run sandboxed.
        self.workers = Workers(snapshot, settings, sha256, space)
        self._lanes = Lanes(settings.workers, settings.queue)
        self.register = Register(settings.log_queries)
        self.counts = Counts()

    def run(self, query: Query, formats: Formats = READABLE) -> Result:
        """See `Engine.run`. Raises Unavailable if the engine is closing or the disk is full."""
        work = self._work(query, formats)
        with self._counted():
            work.place.enter()
        return self._finish(work)

    async def begin(self, query: Query, formats: Formats = READABLE) -> Result | Begun[Result]:
        """Run a query on the event loop, without blocking it and without a thread, for as long as it is short.

        Returns the result if it is small and there within LONG seconds, else what a thread has to finish. Raises what `run` raises.
        """
        work = self._work(query, formats)
        if not work.place.is_for_short:
            return Begun(partial(self.run, query, formats))
        with self._counted():
            await work.place.enter_on_loop()
        try:
            worker = self.workers.at_hand()
            sent = None if worker is None else self._tell(work, worker)
        except BaseException:
            work.place.leave()
            raise
        if sent is None:
            return Begun(partial(self._finish, work), work.place.leave)
        try:
            await _readable(sent.worker, min(LONG, work.until - sent.running.started))
        except BaseException:
            self._drop(work, sent)
            raise
        if sent.worker.has_answered:
            return self._finish(work, sent)
        return Begun(partial(self._finish, work, sent), partial(self._drop, work, sent))

    @property
    def waiting(self) -> int:
        """How many queries wait for a place."""
        return self._lanes.waiting

    def close(self) -> None:
        """End all processes. Queries that are running fail as Unavailable."""
        self.workers.close()

    def _work(self, query: Query, formats: Formats) -> _Work:
        began = query.began
        until = began + query.seconds(self._deadline)
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

    def _finish(self, work: _Work, sent: _Sent | None = None) -> Result:
        """Finish a query that has a place in a lane, reading from the worker that runs it if one already does, and give the place back."""
        with self._counted():
            try:
                if sent is not None:
                    waited = time.monotonic() - sent.running.started
                    reply = self._heard(work, sent, max(0.0, min(LONG, work.until - sent.running.started) - waited))
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
        """Run a query in a worker; None if the worker was killed from outside and this was not the last attempt."""
        try:
            worker = self.workers.take(last, work.until)
        except (EOFError, OSError, Broken) as error:
            if last or self.workers.closed:
                raise Unavailable("No process could be started to run the query.", retry_after=1) from error
            return None
        sent = self._tell(work, worker)
        return self._heard(work, sent, min(LONG, work.until - sent.running.started), last)

    def _tell(self, work: _Work, worker: Process) -> _Sent:
        """Send a query to a worker. Raises Unavailable if the disk is full."""
        try:
            worker.tell(wire.QUERY, work.task)
        except ServiceError:
            self.workers.give_back(worker, healthy=False)
            raise
        except (EOFError, OSError):
            # The next read from a dead worker says that it is dead.
            worker.kill()
        return _Sent(worker, self.register.add(work.query, lambda _: worker.kill()))

    def _heard(self, work: _Work, sent: _Sent, short: float, last: bool = False) -> Result | None:
        """The result that a worker sends; after `short` seconds the query moves to the long lane.

        None if the worker was killed from outside and this was not the last attempt.
        """
        worker, running, place = sent.worker, sent.running, work.place
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
                return self.workers.result(worker, message)
            finally:
                # A worker that reports an error is healthy, too.
                healthy = not place.is_long
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

    def _drop(self, work: _Work, sent: _Sent) -> None:
        """Cancel a query whose client has gone."""
        self.register.remove(sent.running)
        self.workers.give_back(sent.worker, healthy=False)
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
    """Wait until a worker sends something, for at most so many seconds."""
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
    """The error for a query whose deadline has passed; `began` is when its time began to count."""
    waited = running.started - began
    # It has waited for a place in a lane, or for other servers.
    of_that = f"; it had waited for {waited:.1f} s of that" if waited >= 0.1 else ""
    return OutOfTime(f"The query was stopped after {time.monotonic() - began:.1f} s, its time limit{of_that}.")
