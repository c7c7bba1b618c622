"""Who computes: a few threads at once, however many have something to do.

Python runs one thread at a time, and each that computes makes all others wait, the event loop and short queries among them. So what
takes time in this process, such as writing a page, is done by a few threads; while one of them waits for the engine, another has its
turn.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from graph_service.arrival import began
from graph_service.errors import Busy

#: Seconds that a thread waits for a turn in the middle of its work.
_MOMENT = 0.05


class Turns:
    """A number of turns, each of which a thread has or has not."""

    def __init__(self, number: int, patience: float) -> None:
        """`patience` is for how many seconds after its request came a thread waits for its turn."""
        self._turns = threading.Semaphore(number)
        self._patience = patience
        self._held = threading.local()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """A turn for this thread. Raises Busy if none comes."""
        if not self._take(began() + self._patience - time.monotonic()):
            raise Busy("Too many pages are being written. Try again in a moment.", retry_after=5)
        try:
            yield
        finally:
            self._give_up()

    @contextmanager
    def given_up(self) -> Iterator[None]:
        """While this thread waits for others, it has no turn.

        After that it waits a moment for one, and goes on without: those who have one may wait for what this thread does.
        """
        had_one = getattr(self._held, "one", False)
        self._give_up()
        try:
            yield
        finally:
            if had_one:
                self._take(_MOMENT)

    def _take(self, patience: float) -> bool:
        self._held.one = self._turns.acquire(timeout=max(0.0, patience))
        return bool(self._held.one)

    def _give_up(self) -> None:
        if getattr(self._held, "one", False):
            self._held.one = False
            self._turns.release()
