"""Work that has begun on the event loop and needs a thread to finish."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


def _nothing() -> None:
    """There is nothing to release."""


@dataclass(frozen=True)
class Begun(Generic[T]):
    """`finish` does the rest in a thread and returns the result or raises. If no thread takes it, `drop` is called instead and releases
    what the work holds.
    """

    finish: Callable[[], T]
    drop: Callable[[], None] = _nothing
