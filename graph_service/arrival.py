"""When the request that a thread works on arrived: its deadline counts from then, through every queue and step."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_arrived: ContextVar[float | None] = ContextVar("arrived", default=None)


@contextmanager
def arrived(at: float) -> Iterator[None]:
    """The body works for a request that arrived at this time (`time.monotonic`)."""
    token = _arrived.set(at)
    try:
        yield
    finally:
        _arrived.reset(token)


def began() -> float:
    """When this thread's request arrived (`time.monotonic`); now, if there is none."""
    at = _arrived.get()
    return time.monotonic() if at is None else at
