"""The embedded engine: pyoxigraph in worker processes that can be killed.

Which query may run when is told in `lanes`. A query that is over its deadline is killed with its process, and so is one that is
cancelled; the process is replaced in milliseconds. A process that dies by itself has run out of memory, as its last words tell; one
that dies without a word was killed from outside, and its query runs once more.
"""

import hashlib
import logging
import os
import socket
import subprocess
import sys
import threading
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

from graph_service.engine import wire
from graph_service.engine.guard import refuse
from graph_service.engine.lanes import LONG, Lanes, Place
from graph_service.engine.process import Process
from graph_service.engine.result import READABLE, Formats, Query, Result
from graph_service.engine.slow import Slow, SlowQueries
from graph_service.engine.wire import Done, Failed
from graph_service.errors import Busy, Cancelled, OutOfMemory, OutOfTime, ResultTooLarge, Unavailable

#: Imported and not run as a module, which would load it twice.
_ZYGOTE = "from graph_service.engine.worker import main; main()"

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class EngineLimits:
    """What queries may take together and each: see the settings of the same names."""

    workers: int
    queue: int
    deadline: float
    memory: int
    result: int
    log_texts: bool = False


@dataclass
class Running:
    """A query that is running: for the operator's list."""

    id: str
    text: str
    started: float
    worker: Process
    cancelled: bool = False


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
        self._sha256 = sha256
        self._limits = limits
        self._snapshot = snapshot
        self._union = union
        self._lanes = Lanes(limits.workers, limits.queue)
        self._idle: list[Process] = []
        self._lock = threading.Lock()
        self._zygote_lock = threading.Lock()
        self._running: dict[str, Running] = {}
        self._slow = SlowQueries(limits.log_texts)
        self._closed = False
        self.counts = Counts()
        self._start_zygote()

    def run(self, query: Query, formats: Formats = READABLE) -> Result:
        """Run a query and write its result in the format given for its kind.

        Raises MalformedQuery and MalformedRequest; Forbidden for an update or a SERVICE clause; NotAcceptable if its kind has no
        format; OutOfTime, OutOfMemory and ResultTooLarge for a query over a limit; Busy if too many are waiting; Cancelled by an
        operator; Unavailable if the engine is closing or the disk is full.
        """
        refuse(query.text)
        began = time.monotonic()
        seconds = min(self._limits.deadline, query.timeout or self._limits.deadline)
        task = wire.write_task(query, formats)
        try:
            with self._lanes.place(query.text, began + seconds) as place:
                reply = self._attempt(query, task, place, time.monotonic() + seconds)
                if reply is None:
                    reply = self._attempt(query, task, place, time.monotonic() + seconds, last=True)
        except Busy:
            self.counts.refused += 1
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
        with self._lock:
            self._closed = True
            for worker in self._idle:
                worker.close()
            self._idle.clear()
        self._control.close()
        try:
            self._zygote.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._zygote.kill()
            self._zygote.wait()

    def _attempt(self, query: Query, task: bytes, place: Place, until: float, last: bool = False) -> Result | None:
        """Run a task in a worker; None if the worker was killed from outside and it was not the last attempt."""
        try:
            worker = self._worker(fresh=last)
        except (EOFError, OSError) as error:
            if last or self._closed:
                raise Unavailable("No process could be started to run the query.", retry_after=1) from error
            return None
        running = Running(query.id or uuid.uuid4().hex[:12], query.text, time.monotonic(), worker)
        with self._lock:
            self._running[running.id] = running
        healthy = False
        try:
            worker.tell(wire.TASK, task)
            message = worker.hear(min(LONG, until - running.started))
            if message is None:
                place.becomes_long(worker.pid, until)
                message = worker.hear(until - time.monotonic())
            if message is None:
                self.counts.timed_out += 1
                raise OutOfTime(f"The query was stopped after {time.monotonic() - running.started:.1f} s, its time limit.")
            healthy = not place.is_long
            return self._result(wire.read_reply(message))
        except (EOFError, OSError) as error:
            self._why_dead(worker, running, last, error)
            return None
        finally:
            with self._lock:
                del self._running[running.id]
                if place.is_long:
                    outcome = type(sys.exception()).__name__ if sys.exception() else "Done"
                    self._slow.add(Slow(running.id, running.text, time.monotonic() - running.started, outcome))
            self._give_back(worker, healthy)

    def _why_dead(self, worker: Process, running: Running, last: bool, error: Exception) -> None:
        if running.cancelled:
            self.counts.cancelled += 1
            raise Cancelled("The query was stopped by an operator.") from error
        if self._closed:
            raise Unavailable("The service is stopping.", retry_after=5) from error
        if "memory" in worker.last_words():
            self.counts.out_of_memory += 1
            raise OutOfMemory(f"The query needs more than {self._limits.memory} bytes of memory, its limit.") from error
        self.counts.died += 1
        _log.warning("worker died", extra={"query_id": running.id, "pid": worker.pid, "last_words": worker.last_words()[-2000:]})
        if last:
            raise Unavailable("The process that ran the query was ended from outside, twice.", retry_after=1) from error

    def _result(self, reply: Done | Failed) -> Result:
        if isinstance(reply, Done):
            return Result(reply.kind, reply.format, reply.content)
        if reply.error is not None:
            raise reply.error
        if reply.refused == "memory":
            self.counts.out_of_memory += 1
            raise OutOfMemory(f"The query needs more than {self._limits.memory} bytes of memory, its limit.")
        if reply.refused == os.strerror(27):  # EFBIG, from RLIMIT_FSIZE
            self.counts.too_large += 1
            limit = self._limits.result
            raise ResultTooLarge(f"The result is larger than {limit} bytes, its limit. Ask for less, or page with LIMIT.", limit=limit)
        raise Unavailable(f"The result could not be written: {reply.refused}.", retry_after=10)

    def _worker(self, fresh: bool) -> Process:
        """An idle process, or a new one: always that after one has died, since the zygote's death takes all idle ones with it."""
        with self._lock:
            if self._closed:
                raise Unavailable("The service is stopping.", retry_after=5)
            if self._idle and not fresh:
                return self._idle.pop()
        return self._fork()

    def _give_back(self, worker: Process, healthy: bool) -> None:
        if healthy:
            with self._lock:
                if not self._closed:
                    self._idle.append(worker)
                    return
        worker.kill()
        worker.close()

    def _fork(self) -> Process:
        ours, theirs = socket.socketpair()
        try:
            with theirs, self._zygote_lock:
                self._ask_zygote(theirs)
            return Process(ours)
        except (EOFError, OSError):
            ours.close()
            raise

    def _ask_zygote(self, theirs: socket.socket) -> None:
        try:
            wire.send(self._control, wire.FORK, descriptors=[theirs.fileno()])
        except OSError:
            if self._closed:
                raise
            self._zygote.wait()
            self._control.close()
            self._check_snapshot()
            self._start_zygote()
            wire.send(self._control, wire.FORK, descriptors=[theirs.fileno()])

    def _check_snapshot(self) -> None:
        """Raise Unavailable if the graph is not the one any more that answers were given from."""
        if self._sha256:
            with self._snapshot.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != self._sha256:
                    raise Unavailable("The file of the graph is damaged. `graph-service build` makes it anew.", retry_after=60)

    def _start_zygote(self) -> None:
        self._control, theirs = socket.socketpair()
        with theirs:
            self._zygote = subprocess.Popen(  # noqa: S603 - this package's own module, with this engine's own numbers
                [
                    *(sys.executable, "-c", _ZYGOTE, str(self._snapshot), "union" if self._union else "plain"),
                    *(str(self._limits.memory), str(self._limits.result)),
                ],
                stdin=theirs.fileno(),
                start_new_session=True,
            )
        wire.receive(self._control)
