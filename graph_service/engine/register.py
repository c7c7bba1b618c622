"""The register of running queries, in this engine or on other servers, and of the last slow ones."""

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

#: How many of the last slow queries are listed.
_LISTED = 50

#: How much of a query's text is shown, in characters.
_KEPT = 2000


@dataclass(eq=False)
class Running:
    """A running query; `stop` cancels it with the error that the waiting thread shall raise."""

    id: str
    text: str
    stop: Callable[[ServiceError], None]
    #: When it began, in seconds of `time.monotonic`.
    started: float = field(default_factory=time.monotonic)
    #: The thread that waits for it, or that runs the event loop which does.
    thread: int = field(default_factory=threading.get_ident)
    #: Why it was stopped, if it was.
    stopped: ServiceError | None = None


@dataclass(frozen=True)
class Slow:
    """A slow query: one that took LONG seconds or more."""

    id: str
    text: str
    seconds: float
    outcome: str


class Register:
    """The running queries over one snapshot. A slow one is logged when it ends, its text only where a setting allows it."""

    def __init__(self, log_texts: bool = False) -> None:
        self._log_texts = log_texts
        self._lock = threading.Lock()
        self._running: list[Running] = []
        self._slow: deque[Slow] = deque(maxlen=_LISTED)

    def add(self, query: Query, stop: Callable[[ServiceError], None]) -> Running:
        """Register a query that begins in this thread."""
        running = Running(query.id or uuid.uuid4().hex[:12], query.text, stop)
        with self._lock:
            self._running.append(running)
        return running

    def remove(self, running: Running, outcome: str | None = None) -> None:
        """Remove a query that has ended; with an outcome, list and log it if it was slow."""
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
        """The last slow queries, newest first."""
        return [*self._slow][::-1]

    def cancel(self, id: str) -> bool:
        """Cancel a query for an operator; returns whether there was one with that id."""
        return self._stop(lambda running: running.id == id, Cancelled("The query was stopped by an operator."))

    def abandon(self, thread: int) -> None:
        """Cancel the query that a thread waits for, if any: its client has gone."""
        self._stop(lambda running: running.thread == thread, Cancelled("Nobody waited for the query any more."))

    def stop_all(self, reason: ServiceError) -> None:
        """Cancel all running queries."""
        self._stop(lambda _: True, reason)

    def _stop(self, which: Callable[[Running], bool], reason: ServiceError) -> bool:
        stopped = [running for running in self.running if which(running)]
        for running in stopped:
            running.stopped = running.stopped or reason
            running.stop(reason)
        return bool(stopped)
