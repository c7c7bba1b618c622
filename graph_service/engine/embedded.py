"""The embedded engine: pyoxigraph in worker processes that can be killed.

Admission. A query takes one of `workers` places; where none is free it waits, with at most `queue` others, and is refused as Busy
beyond that. A query that runs for longer than LONG is moved to the long lane: it gives its place back, and its process a lower
priority, so that short queries go on beside it; if the long lane is full, the process is stopped until there is room. A text that
was long before goes to the long lane at once, so that one bad query sent many times takes no places from the others.

Limits. A query that is over its deadline is killed with its process, and so is one that is cancelled; the process is replaced in
milliseconds. A process that dies by itself has run out of memory, as its last words tell; one that dies without a word was killed
from outside, and its query runs once more.
"""

import logging
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from graph_service.engine.guard import refuse
from graph_service.engine.result import READABLE, Formats, Query, Result
from graph_service.engine.slow import Slow, SlowQueries
from graph_service.engine.worker import Done, Failed, Limits, Task, receive, send
from graph_service.errors import Busy, Cancelled, OutOfMemory, OutOfTime, ResultTooLarge, Unavailable

#: Imported and not run as a module: the messages must be of the same classes on both sides.
_ZYGOTE = "from graph_service.engine.worker import main; main()"

_log = logging.getLogger(__name__)

#: Seconds after which a query is a long one.
LONG = 0.5

#: Seconds that a new process may take until it is ready for its first query.
_START = 30

#: How many texts of long queries are remembered.
_REMEMBERED = 1000

#: The priority (nice value) of a process that runs a long query.
_NICE = 10


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
    worker: "_Worker"
    cancelled: bool = False


class _Worker:
    """The engine's side of one worker process."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        pid, (errors,) = receive(connection)
        assert isinstance(pid, int)
        self.pid = pid
        self._errors = os.fdopen(errors, "rb")

    def signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.signal(signal.SIGKILL)

    def last_words(self) -> str:
        """What the process wrote before it died."""
        self._errors.seek(0)
        return self._errors.read(10_000).decode("utf-8", "replace")

    def close(self) -> None:
        self.connection.close()
        self._errors.close()


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


class _Lanes:
    """Places for queries: short ones and long ones, and a bounded queue for both."""

    def __init__(self, limits: EngineLimits) -> None:
        self._free = {"short": limits.workers, "long": 2 * limits.workers}
        self._queue = limits.queue
        self._changed = threading.Condition()
        self.waiting = 0

    def enter(self, lane: str, until: float) -> None:
        """Take a place in a lane. Raises Busy if the queue is full or no place is free in time."""
        with self._changed:
            if self._free[lane] <= 0:
                if self.waiting >= self._queue:
                    raise Busy("Too many queries are waiting. Try again in a moment.", retry_after=2)
                self.waiting += 1
                try:
                    while self._free[lane] <= 0:
                        if not self._changed.wait(until - time.monotonic()):
                            raise Busy("No query came to its end in time for this one to begin. Try again later.", retry_after=5)
                finally:
                    self.waiting -= 1
            self._free[lane] -= 1

    def move_to_long(self) -> bool:
        """Exchange a place in the short lane for one in the long lane, if there is one."""
        with self._changed:
            if self._free["long"] <= 0:
                return False
            self._free["long"] -= 1
            self._free["short"] += 1
            self._changed.notify_all()
            return True

    def leave(self, lane: str) -> None:
        """Give a place back."""
        with self._changed:
            self._free[lane] += 1
            self._changed.notify_all()


class EmbeddedEngine:
    """Runs queries over a snapshot's N-Quads file, each in a process of its own while it runs."""

    def __init__(self, snapshot: Path, union: bool, limits: EngineLimits) -> None:
        self._limits = limits
        self._snapshot = snapshot
        self._union = union
        self._spool = tempfile.TemporaryDirectory(prefix="graph-service-spool-")
        self._lanes = _Lanes(limits)
        self._idle: list[_Worker] = []
        self._lock = threading.Lock()
        self._zygote_lock = threading.Lock()
        self._known_long: OrderedDict[str, None] = OrderedDict()
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
        task = Task(query, formats)
        with self._place(query.text, began + seconds) as place:
            for attempt in (1, 2):
                reply = self._attempt(task, place, time.monotonic() + seconds, last=attempt == 2)
                if reply is not None:
                    break
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
        self._spool.cleanup()

    def _attempt(self, task: Task, place: "_Place", until: float, last: bool) -> Result | None:
        """Run a task in a worker; None if the worker was killed from outside and it was not the last attempt."""
        try:
            worker = self._worker()
        except (EOFError, OSError) as error:
            if last or self._closed:
                raise Unavailable("No process could be started to run the query.", retry_after=1) from error
            return None
        running = Running(task.query.id or uuid.uuid4().hex[:12], task.query.text, time.monotonic(), worker)
        with self._lock:
            self._running[running.id] = running
        healthy = False
        try:
            send(worker.connection, task)
            if not _readable(worker, min(LONG, until - time.monotonic())):
                place.becomes_long(worker, until)
                if not _readable(worker, until - time.monotonic()):
                    self.counts.timed_out += 1
                    raise OutOfTime(f"The query was stopped after {time.monotonic() - running.started:.1f} s, its time limit.")
            reply, descriptors = receive(worker.connection)
            healthy = not place.is_long
            return self._result(reply, descriptors)
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

    def _why_dead(self, worker: _Worker, running: Running, last: bool, error: Exception) -> None:
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

    def _result(self, reply: object, descriptors: list[int]) -> Result:
        if isinstance(reply, Done):
            content: bytes | BinaryIO | None = reply.content
            if content is None:
                content = os.fdopen(descriptors[0], "rb")
            return Result(reply.kind, reply.format, content)
        assert isinstance(reply, Failed)
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

    @contextmanager
    def _place(self, text: str, until: float) -> Iterator["_Place"]:
        place = _Place(self, self._lanes, text)
        place.enter("long" if text in self._known_long else "short", until)
        try:
            yield place
        finally:
            if place.lane is not None:
                self._lanes.leave(place.lane)

    def remember_long(self, text: str) -> None:
        """Remember that a text takes long."""
        with self._lock:
            self._known_long[text] = None
            self._known_long.move_to_end(text)
            while len(self._known_long) > _REMEMBERED:
                self._known_long.popitem(last=False)

    def _worker(self) -> _Worker:
        with self._lock:
            if self._closed:
                raise Unavailable("The service is stopping.", retry_after=5)
            if self._idle:
                return self._idle.pop()
        return self._fork()

    def _give_back(self, worker: _Worker, healthy: bool) -> None:
        if healthy:
            with self._lock:
                if not self._closed:
                    self._idle.append(worker)
                    return
        worker.kill()
        worker.close()

    def _fork(self) -> _Worker:
        ours, theirs = socket.socketpair()
        with theirs, self._zygote_lock:
            try:
                send(self._control, "fork", [theirs.fileno()])
            except OSError:
                if self._closed:
                    ours.close()
                    raise
                self._zygote.wait()
                self._control.close()
                self._start_zygote()
                send(self._control, "fork", [theirs.fileno()])
        ours.settimeout(_START)
        try:
            return _Worker(ours)
        except (EOFError, OSError):
            ours.close()
            raise

    def _start_zygote(self) -> None:
        self._control, theirs = socket.socketpair()
        limits = Limits(self._limits.memory, self._limits.result, self._spool.name)
        with theirs:
            self._zygote = subprocess.Popen(  # noqa: S603 - this package's own module, with this engine's own numbers
                [
                    *(sys.executable, "-c", _ZYGOTE, str(self._snapshot), "union" if self._union else "plain"),
                    *(str(limits.memory), str(limits.result), limits.spool),
                ],
                stdin=theirs.fileno(),
                start_new_session=True,
            )
        receive(self._control)


class _Place:
    """A query's place in a lane; None while it has none."""

    def __init__(self, engine: EmbeddedEngine, lanes: _Lanes, text: str) -> None:
        self._engine = engine
        self._lanes = lanes
        self._text = text
        self.lane: str | None = None
        self.is_long = False

    def enter(self, lane: str, until: float) -> None:
        """Take a place. Raises Busy."""
        try:
            self._lanes.enter(lane, until)
        except Busy:
            self._engine.counts.refused += 1
            raise
        self.lane = lane

    def becomes_long(self, worker: _Worker, until: float) -> None:
        """The query is a long one: others may take its place, and its process steps back. Raises Busy if there is never room."""
        self.is_long = True
        self._engine.remember_long(self._text)
        with suppress(ProcessLookupError, PermissionError):
            os.setpriority(os.PRIO_PROCESS, worker.pid, _NICE)
        if self.lane == "long":
            return
        if self._lanes.move_to_long():
            self.lane = "long"
            return
        worker.signal(signal.SIGSTOP)
        self._lanes.leave("short")
        self.lane = None
        self.enter("long", until)
        worker.signal(signal.SIGCONT)


def _readable(worker: _Worker, seconds: float) -> bool:
    poll = select.poll()
    poll.register(worker.connection, select.POLLIN)
    return bool(poll.poll(max(0, seconds) * 1000))
