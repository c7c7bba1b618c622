"""Limits how many threads compute at once, however many have work to do.

Python runs one thread at a time, and a computing thread delays all others, the event loop and short queries among them. So what takes time
in this process, such as rendering a page, takes a turn; a thread that waits for the engine gives its turn to another.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from graph_service.arrival import began
from graph_service.errors import Busy

#: Seconds that a thread waits to get its turn back.
_MOMENT = 0.05


class Turns:
    """A semaphore whose permits (turns) a thread can give up while it waits."""

    def __init__(self, number: int, patience: float) -> None:
        """`patience` is the seconds from a request's arrival for which a thread waits for its turn."""
        self._turns = threading.Semaphore(number)
        self._patience = patience
        self._held = threading.local()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold a turn in the body. Raises Busy if none is free in time."""
        if not self._take(began() + self._patience - time.monotonic()):
            raise Busy("Too many pages are being written. Try again in a moment.", retry_after=5)
        try:
            yield
        finally:
            self._give_up()

    @contextmanager
    def given_up(self) -> Iterator[None]:
        """Give up the turn in the body, which waits for something else.

        Afterwards it waits a moment for a turn, and goes on without one: threads with a turn may be waiting for this one.
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
