"""The embedded engine: pyoxigraph in worker processes that can be killed.

Which query may run when is told in `lanes`. A query that is over its deadline is killed with its process, and so is one that is
cancelled; the process is replaced in milliseconds. A process that dies by itself has run out of memory, as its last words tell; one
that dies without a word was killed from outside, and its query runs once more.
"""

import sys
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from graph_service.engine import wire
from graph_service.engine.lanes import LONG, Lanes, Place
from graph_service.engine.process import Process
from graph_service.engine.result import READABLE, Formats, Query, Result
from graph_service.engine.slow import Slow, SlowQueries
from graph_service.engine.wire import Broken
from graph_service.engine.workers import EngineLimits, Workers
from graph_service.errors import Busy, Cancelled, OutOfMemory, OutOfTime, ResultTooLarge, ServiceError, Unavailable


@dataclass
class Running:
    """A query that is running: for the operator's list."""

    id: str
    text: str
    started: float
    worker: Process
    cancelled: bool = False
    #: The thread that waits for it.
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


class EmbeddedEngine:
    """Runs queries over a snapshot's N-Quads file, each in a process of its own while it runs."""

    def __init__(self, snapshot: Path, union: bool, limits: EngineLimits, sha256: str = "") -> None:
        """`sha256` is what the file must still have when its first reader has died and another must read it."""
        self._limits = limits
        #: The processes, for other work that is not to be done in this one.
        self.workers = Workers(snapshot, union, limits, sha256)
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
        began = time.monotonic()
        until = query.began + query.seconds(self._limits.deadline)
        task = wire.write_query(query, formats)
        try:
            with self._lanes.place(query.key, until) as place:
                reply = self._attempt(query, task, place, until)
                if reply is None:
                    reply = self._attempt(query, task, place, until, last=True)
        except ServiceError as error:
            self.counts.refused += isinstance(error, Busy)
            self.counts.out_of_memory += isinstance(error, OutOfMemory)
            self.counts.too_large += isinstance(error, ResultTooLarge)
            raise
        assert reply is not None
        self.counts.seconds += time.monotonic() - began
        self.counts.done += 1
        return reply

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

    def _attempt(self, query: Query, task: bytes, place: Place, until: float, last: bool = False) -> Result | None:
        """Run a task in a worker; None if the worker was killed from outside and it was not the last attempt."""
        try:
            worker = self.workers.take(last, until)
        except (EOFError, OSError, Broken) as error:
            if last or self.workers.closed:
                raise Unavailable("No process could be started to run the query.", retry_after=1) from error
            return None
        running = Running(query.id or uuid.uuid4().hex[:12], query.text, time.monotonic(), worker)
        with self._lock:
            self._running[running.id] = running
        healthy = False
        try:
            worker.tell(wire.QUERY, task)
            message = worker.hear(min(LONG, until - running.started))
            if message is None:
                place.becomes_long(worker.pid, until)
                message = worker.hear(until - time.monotonic())
            if message is None:
                self.counts.timed_out += 1
                raise _late(query, running)
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


def _late(query: Query, running: Running) -> OutOfTime:
    """The error for a query whose time is over."""
    began = query.began
    waited = running.started - began
    # What was waited for is a place, or what other servers say.
    told = f"; it had waited for {waited:.1f} s of that" if waited >= 0.1 else ""
    return OutOfTime(f"The query was stopped after {time.monotonic() - began:.1f} s, its time limit{told}.")
