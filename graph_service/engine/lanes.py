"""Admission of queries: places for short and for long queries, and one bounded queue.

A query takes a place in the short lane, or waits for one in order of arrival. After LONG seconds it moves to the long lane: it gives its
place back, and its process gets a lower priority, so that short queries go on beside it; if the long lane is full, the process is stopped
until there is room. A query text that ran long before goes to the long lane at once, so that one slow query sent many times takes no places
from the others.
"""

import asyncio
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from graph_service.errors import Busy
from graph_service.text.memo import Latest

#: Seconds after which a query is a long one.
LONG = 0.5

#: How many long queries are remembered.
_REMEMBERED = 1000

#: The priority (nice value) of a process that runs a long query.
_NICE = 10

_SHORT, _LONG = "short", "long"


class Lanes:
    """The places, the queues for them, and the query texts that ran long before."""

    def __init__(self, workers: int, queue: int) -> None:
        self._free = {_SHORT: workers, _LONG: 2 * workers}
        self._queue = queue
        #: Who waits, in order of arrival: the callback that says that a place is there.
        self._lines: dict[str, deque[Callable[[], None]]] = {_SHORT: deque(), _LONG: deque()}
        self._lock = threading.Lock()
        self._known: Latest[bytes, None] = Latest(_REMEMBERED)

    @property
    def waiting(self) -> int:
        """How many queries wait for a place."""
        return sum(map(len, self._lines.values()))

    def place(self, key: bytes, until: float) -> "LanePlace":
        """A place for a query, which is entered before `until` (`time.monotonic`) and left afterwards."""
        return LanePlace(self, key, _LONG if key in self._known else _SHORT, until)

    def enter(self, lane: str, until: float) -> None:
        """Take a place in a lane. Raises Busy if too many wait or none is free in time."""
        # Each waiter has a lock of its own, so that a freed place wakes only the first of them.
        turn = threading.Lock()
        turn.acquire()
        if not self._join(lane, until, turn.release) and not turn.acquire(timeout=until - time.monotonic()):
            self._give_up(lane, turn.release)

    async def enter_on_loop(self, lane: str, until: float) -> None:
        """As `enter`, for a waiter on an event loop, without a thread."""
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[bool] = loop.create_future()

        def tell() -> None:
            # Called from any thread. At shutdown the loop may be closed.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(_settle, turn, True)

        if self._join(lane, until, tell):
            return
        timer = loop.call_later(until - time.monotonic(), _settle, turn, False)
        try:
            if not await turn:
                self._give_up(lane, tell)
        except asyncio.CancelledError:
            with suppress(Busy):
                self._give_up(lane, tell)
                self.leave(lane)
            raise
        finally:
            timer.cancel()

    def leave(self, lane: str) -> None:
        """Give a place back; the first waiter gets it."""
        with self._lock:
            self._give(lane)

    def move_to_long(self) -> bool:
        """Exchange a place in the short lane for one in the long lane; False if that is full."""
        with self._lock:
            if self._free[_LONG] <= 0:
                return False
            self._free[_LONG] -= 1
            self._give(_SHORT)
            return True

    def remember(self, key: bytes) -> None:
        """Remember that a query with this key runs long."""
        with self._lock:
            self._known[key] = None
            self._known.move_to_end(key)

    def _join(self, lane: str, until: float, tell: Callable[[], None]) -> bool:
        """Take a place if one is free (True), else queue up and have `tell` called when there is one. Raises Busy."""
        if until <= time.monotonic():
            raise Busy("The time limit of this query passed before it could start. Try again later.", retry_after=5)
        with self._lock:
            if self._free[lane] > 0:
                self._free[lane] -= 1
                return True
            if self.waiting >= self._queue:
                raise Busy("Too many queries are waiting. Try again in a moment.", retry_after=2)
            self._lines[lane].append(tell)
            return False

    def _give_up(self, lane: str, tell: Callable[[], None]) -> None:
        """Leave the queue and raise Busy, unless a place was handed over just now."""
        with self._lock:
            if tell in self._lines[lane]:
                self._lines[lane].remove(tell)
                raise Busy("No other query ended in time for this one to start. Try again later.", retry_after=5)

    def _give(self, lane: str) -> None:
        if self._lines[lane]:
            self._lines[lane].popleft()()
        else:
            self._free[lane] += 1


def _settle(turn: "asyncio.Future[bool]", has_come: bool) -> None:
    if not turn.done():
        turn.set_result(has_come)


class LanePlace:
    """A query's place in a lane; it holds none before it is entered, nor while its process is stopped."""

    def __init__(self, lanes: Lanes, key: bytes, lane: str, until: float) -> None:
        self._lanes = lanes
        self._key = key
        self._until = until
        self._wanted = lane
        self._lane: str | None = None
        #: Whether the query has been found to be a long one.
        self.is_long = False

    @property
    def is_for_short(self) -> bool:
        """Whether the query is expected to be short."""
        return self._wanted == _SHORT

    def enter(self) -> None:
        """Wait for the place in this thread. Raises Busy if too many wait or none is free in time."""
        self._lanes.enter(self._wanted, self._until)
        self._lane = self._wanted

    async def enter_on_loop(self) -> None:
        """Wait for the place on an event loop. Raises Busy."""
        await self._lanes.enter_on_loop(self._wanted, self._until)
        self._lane = self._wanted

    def leave(self) -> None:
        """Give the place back, if there is one."""
        lane, self._lane = self._lane, None
        if lane is not None:
            self._lanes.leave(lane)

    def becomes_long(self, pid: int, until: float) -> None:
        """Move a query that turned out long, and its process, to the long lane. Raises Busy if there is no room until `until`."""
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
