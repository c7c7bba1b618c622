"""The register of queries: those that are running, in this engine or on other servers, and the last that took long."""

import logging
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from graph_service.engine.lanes import LONG
from graph_service.engine.result import Query
from graph_service.errors import Cancelled, ServiceError

_log = logging.getLogger(__name__)

#: How many of the last long queries are listed.
_LISTED = 50

#: How much of a query's text is kept, in characters.
_KEPT = 2000


@dataclass
class Running:
    """A query that is running; `stop` breaks off what is waited for, and is given the reason."""

    id: str
    text: str
    stop: Callable[[ServiceError], None]
    #: When it began, in seconds of `time.monotonic`.
    started: float = field(default_factory=time.monotonic)
    #: The thread that waits for it, or whose event loop does.
    thread: int = field(default_factory=threading.get_ident)
    #: Why it was stopped, if it was.
    stopped: ServiceError | None = None


@dataclass(frozen=True)
class Slow:
    """A query that took long."""

    id: str
    text: str
    seconds: float
    outcome: str


class Register:
    """The queries over one snapshot. A slow one is logged when it ends, its text only if that is allowed: it may tell who asked."""

    def __init__(self, log_texts: bool = False) -> None:
        self._log_texts = log_texts
        self._lock = threading.Lock()
        self._running: list[Running] = []
        self._slow: deque[Slow] = deque(maxlen=_LISTED)

    def add(self, query: Query, stop: Callable[[ServiceError], None]) -> Running:
        """Note that a query of this thread begins."""
        running = Running(query.id or uuid.uuid4().hex[:12], query.text, stop)
        with self._lock:
            self._running.append(running)
        return running

    def remove(self, running: Running, outcome: str | None = None) -> None:
        """Note that a query has ended; with an outcome where it is to be listed if it took long."""
        with self._lock:
            self._running.remove(running)
        seconds = time.monotonic() - running.started
        if outcome is not None and seconds >= LONG:
            self._slow.append(Slow(running.id, running.text[:_KEPT], seconds, outcome))
            text = {"text": running.text[:_KEPT]} if self._log_texts else {}
            _log.info("slow query", extra={"query_id": running.id, "seconds": round(seconds, 3), "outcome": outcome, **text})

    @property
    def running(self) -> list[Running]:
        """The queries that are running, the oldest first."""
        with self._lock:
            return [*self._running]

    @property
    def slow(self) -> list[Slow]:
        """The last queries that took long, the newest first."""
        return [*self._slow][::-1]

    def cancel(self, id: str) -> bool:
        """End a query for an operator; whether there was one of that id."""
        return self._stop(lambda running: running.id == id, Cancelled("The query was stopped by an operator."))

    def abandon(self, thread: int) -> None:
        """End the query that a thread waits for, if it does: nobody waits for its result any more."""
        self._stop(lambda running: running.thread == thread, Cancelled("Nobody waited for the query any more."))

    def stop_all(self, reason: ServiceError) -> None:
        """End all queries that are running."""
        self._stop(lambda _: True, reason)

    def _stop(self, which: Callable[[Running], bool], reason: ServiceError) -> bool:
        stopped = [running for running in self.running if which(running)]
        for running in stopped:
            running.stopped = running.stopped or reason
            running.stop(reason)
        return bool(stopped)
