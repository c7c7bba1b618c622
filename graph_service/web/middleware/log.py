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
from contextlib import suppress
from functools import lru_cache
from typing import NamedTuple

#: Requests that may wait to be written; beyond that, the oldest are lost.
_WAITING = 10_000

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
        self._requests: deque[Request] = deque(maxlen=_WAITING)
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
            lines.append(_line(self._requests.popleft()))
        # Nobody may read the log any more, or the disk be full: lines are lost then, and requests are answered.
        with suppress(OSError, ValueError, AttributeError):
            sys.stderr.write("".join(lines))
            sys.stderr.flush()


def _line(request: Request) -> str:
    """What JsonLines would write of a request: there is one for each, and only what a client has written needs the encoder."""
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
