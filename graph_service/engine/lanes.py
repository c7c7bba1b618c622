"""Who may run a query, and when: places for short queries and for long ones, and a bounded queue for both.

A query takes a place in the short lane, or waits for one in the order of coming. When it runs for longer than LONG it is moved to
the long lane: it gives its place back, and its process a lower priority, so that short queries go on beside it; if the long lane is
full, the process is stopped until there is room. A text that was long before goes to the long lane at once, so that one bad query
sent many times takes no places from the others.
"""

import os
import signal
import threading
import time
from collections import OrderedDict, deque
from contextlib import suppress
from types import TracebackType
from typing import Self

from graph_service.errors import Busy

#: Seconds after which a query is a long one.
LONG = 0.5

#: How many long queries are remembered.
_REMEMBERED = 1000

#: The priority (nice value) of a process that runs a long query.
_NICE = 10

_SHORT, _LONG = "short", "long"


class Lanes:
    """The places, who waits for them, and which queries took long before."""

    def __init__(self, workers: int, queue: int) -> None:
        self._free = {_SHORT: workers, _LONG: 2 * workers}
        self._queue = queue
        self._lines: dict[str, deque[threading.Lock]] = {_SHORT: deque(), _LONG: deque()}
        self._lock = threading.Lock()
        self._known: OrderedDict[bytes, None] = OrderedDict()

    @property
    def waiting(self) -> int:
        """How many queries wait for a place."""
        return sum(map(len, self._lines.values()))

    def place(self, key: bytes, until: float) -> "Place":
        """A place for a query, to be entered before that time. Entering raises Busy if too many wait or none is free in time."""
        return Place(self, key, _LONG if key in self._known else _SHORT, until)

    def enter(self, lane: str, until: float) -> None:
        """Take a place in a lane. Raises Busy."""
        left = until - time.monotonic()
        if left <= 0:
            raise Busy("The time for this query was over before it could begin. Try again later.", retry_after=5)
        with self._lock:
            if self._free[lane] > 0:
                self._free[lane] -= 1
                return
            if self.waiting >= self._queue:
                raise Busy("Too many queries are waiting. Try again in a moment.", retry_after=2)
            # One lock for each who waits: a place is handed to the first of them, and wakes nobody else.
            turn = threading.Lock()
            turn.acquire()
            self._lines[lane].append(turn)
        if not turn.acquire(timeout=left):
            with self._lock:
                # The place may have come in the very moment in which the time was over.
                if turn in self._lines[lane]:
                    self._lines[lane].remove(turn)
                    raise Busy("No query came to its end in time for this one to begin. Try again later.", retry_after=5)

    def leave(self, lane: str) -> None:
        """Give a place back: to the first who waits for it."""
        with self._lock:
            self._give(lane)

    def move_to_long(self) -> bool:
        """Exchange a place in the short lane for one in the long lane, if there is one."""
        with self._lock:
            if self._free[_LONG] <= 0:
                return False
            self._free[_LONG] -= 1
            self._give(_SHORT)
            return True

    def remember(self, key: bytes) -> None:
        """Remember that a query takes long."""
        with self._lock:
            self._known[key] = None
            self._known.move_to_end(key)
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)

    def _give(self, lane: str) -> None:
        if self._lines[lane]:
            self._lines[lane].popleft().release()
        else:
            self._free[lane] += 1


class Place:
    """A query's place in a lane while it runs; without one only while its process is stopped."""

    def __init__(self, lanes: Lanes, key: bytes, lane: str, until: float) -> None:
        self._lanes = lanes
        self._key = key
        self._until = until
        self._lane: str | None = lane
        #: Whether the query has been found to be a long one.
        self.is_long = False

    def __enter__(self) -> Self:
        assert self._lane is not None
        self._lanes.enter(self._lane, self._until)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._lane is not None:
            self._lanes.leave(self._lane)

    def becomes_long(self, pid: int, until: float) -> None:
        """The query that a process runs is a long one: others may take its place, and its process steps back. Raises Busy if there
        is never room.
        """
        self.is_long = True
        self._lanes.remember(self._key)
        with suppress(ProcessLookupError, PermissionError):
            os.setpriority(os.PRIO_PROCESS, pid, _NICE)
        if self._lane == _LONG:
            return
        if self._lanes.move_to_long():
            self._lane = _LONG
            return
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
        self._lanes.leave(_SHORT)
        self._lane = None
        self._lanes.enter(_LONG, until)
        self._lane = _LONG
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
