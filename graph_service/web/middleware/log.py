"""Logging: a line of JSON for each event and each request, on standard error.

Privacy: the path is always logged, the text of a query only with `log_queries`, a client's address never.
"""

import atexit
import json
import logging
import sys
import threading
import time
from collections import deque
from contextlib import suppress
from functools import lru_cache
from typing import NamedTuple

#: How many request lines may be queued; beyond that, the oldest are dropped.
_WAITING = 10_000

#: Seconds for which request lines are batched.
_COLLECTED = 0.1


class JsonLines(logging.Formatter):
    """Formats a log record as a line of JSON: time, level, message, and everything in `extra`."""

    _ORDINARY = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}

    def format(self, record: logging.LogRecord) -> str:
        """Format a record."""
        entry: dict[str, object] = {
            "time": _time(record.created),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            **{name: value for name, value in vars(record).items() if name not in self._ORDINARY},
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, default=str)


def log_to_stderr() -> None:
    """Send this package's log to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("graph_service")
    logger.handlers = [handler]
    logger.setLevel(logging.INFO)
    logger.propagate = False


class Request(NamedTuple):
    """A request's log entry: end (seconds since the epoch), its id and its query's id, method, path, status, duration in seconds."""

    time: float
    id: str
    query_id: str | None
    method: str
    path: str
    status: int
    seconds: float


class RequestLog:
    """The access log: a line for each request, in the form of JsonLines.

    A thread writes the lines in batches: writing each at once would take longer than a response from the cache.
    """

    def __init__(self) -> None:
        self._requests: deque[Request] = deque(maxlen=_WAITING)
        self._some = threading.Event()
        threading.Thread(target=self._write_always, daemon=True).start()
        atexit.register(self._write)

    def add(self, request: Request) -> None:
        """Queue a line."""
        self._requests.append(request)
        if not self._some.is_set():
            self._some.set()

    def _write_always(self) -> None:
        while self._some.wait():
            time.sleep(_COLLECTED)
            self._some.clear()
            self._write()

    def _write(self) -> None:
        lines = []
        while self._requests:
            lines.append(_line(self._requests.popleft()))
        # Standard error may be closed or the disk full: lines are lost, but requests are answered.
        with suppress(OSError, ValueError, AttributeError):
            sys.stderr.write("".join(lines))
            sys.stderr.flush()


def _line(request: Request) -> str:
    """The same as JsonLines, but faster, since each request has a line: only the client's strings need the JSON encoder."""
    query = "null" if request.query_id is None else f'"{request.query_id}"'
    return (
        f'{{"time": "{_time(request.time)}", "level": "info", "message": "request", "request_id": "{request.id}", "query_id": {query}, '
        f'"method": {json.dumps(request.method)}, "path": {json.dumps(request.path)}, "status": {request.status}, '
        f'"ms": {request.seconds * 1000:.2f}}}\n'
    )


def _time(seconds: float) -> str:
    return f"{_second(int(seconds))}.{int(seconds % 1 * 1000):03}Z"


@lru_cache(maxsize=2)
def _second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
