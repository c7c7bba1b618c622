"""The thread pool that runs the application, awaited by the event loop.

The standard library's executor wraps one future in another, and a round trip takes some 40 microseconds; that is noticeable for a request
that takes half a millisecond.
"""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import Generic, TypeVar

from graph_service.errors import Busy

T = TypeVar("T")
Job = tuple[Callable[[], T], "asyncio.Future[T]", asyncio.AbstractEventLoop]


class Threads(Generic[T]):
    """A pool of up to `most` threads, started on demand. Used from the event loop's thread only."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._busy = 0
        self._started = 0
        self._jobs: SimpleQueue[Job[T]] = SimpleQueue()

    def run(self, work: Callable[[], T]) -> "asyncio.Future[T]":
        """Run `work` in a thread; a future of its result. Raises Busy if all threads are busy."""
        if self._busy >= self._most:
            raise Busy("Too many requests are being answered. Try again in a moment.", retry_after=2)
        self._busy += 1
        if self._started < self._busy:
            self._started += 1
            threading.Thread(target=self._work, name=f"request-{self._started}", daemon=True).start()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._jobs.put((work, future, loop))
        return future

    def _work(self) -> None:
        while True:
            work, future, loop = self._jobs.get()
            result: T | None = None
            error: BaseException | None = None
            try:
                result = work()
            except BaseException as raised:  # passed on to the waiter
                error = raised
            # At shutdown the loop may be closed.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self._done, future, result, error)
            # Keep no references to a request while waiting for the next.
            del work, future, loop, result, error

    def _done(self, future: "asyncio.Future[T]", result: T | None, error: BaseException | None) -> None:
        self._busy -= 1
        if future.done():
            return
        if error is None:
            future.set_result(result)  # type: ignore[arg-type]
        else:
            future.set_exception(error)
