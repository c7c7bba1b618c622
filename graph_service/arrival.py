"""When the request came that a thread works on: from that moment its time counts, through every queue and every step of the work."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_arrived: ContextVar[float | None] = ContextVar("arrived", default=None)


@contextmanager
def arrived(at: float) -> Iterator[None]:
    """What is done in here is for a request that came at a time (seconds of `time.monotonic`)."""
    token = _arrived.set(at)
    try:
        yield
    finally:
        _arrived.reset(token)


def began() -> float:
    """When the request of this thread came; now, if it works for none."""
    at = _arrived.get()
    return time.monotonic() if at is None else at
