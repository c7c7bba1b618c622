"""The log: a line of JSON for each event, and for each request, on standard error.

A line says what was asked for only as far as the settings allow: the path always, the text of a query if `log_queries` is on, an
address of a client never.
"""

import atexit
import json
import logging
import sys
import threading
import time
from collections import deque
from typing import NamedTuple

#: Seconds for which lines of requests are collected.
_COLLECTED = 0.1


class JsonLines(logging.Formatter):
    """A log record as one line of JSON: time, level, message, and whatever was given as `extra`."""

    _ORDINARY = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
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
    """Send this package's log to standard error, a line of JSON each."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("graph_service")
    logger.handlers = [handler]
    logger.setLevel(logging.INFO)
    logger.propagate = False


class Request(NamedTuple):
    """What is told of a request: when it ended (seconds since the epoch), its id and its query's, what it was, how it went."""

    time: float
    id: str
    query_id: str | None
    method: str
    path: str
    status: int
    seconds: float


class RequestLog:
    """A line for each request, in the form of JsonLines.

    The lines are written some at a time, by a thread of their own: one written at once would cost more than an answer from the cache.
    """

    def __init__(self) -> None:
        self._requests: deque[Request] = deque()
        self._some = threading.Event()
        threading.Thread(target=self._write_always, daemon=True).start()
        atexit.register(self._write)

    def add(self, request: Request) -> None:
        """Tell of a request."""
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
            request = self._requests.popleft()
            entry = {"time": _time(request.time), "level": "info", "message": "request", "request_id": request.id}
            about = {"query_id": request.query_id, "method": request.method, "path": request.path, "status": request.status}
            lines.append(json.dumps({**entry, **about, "ms": round(request.seconds * 1000, 2)}) + "\n")
        sys.stderr.write("".join(lines))
        sys.stderr.flush()


def _time(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{int(seconds % 1 * 1000):03}Z"
