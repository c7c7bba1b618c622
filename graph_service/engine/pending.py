"""Work that has begun and needs a thread to come to its end."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


def _nothing() -> None:
    """Nothing is held yet."""


@dataclass(frozen=True)
class Begun(Generic[T]):
    """Work of which `finish` does the rest, in a thread, and gives what comes of it or raises. Where there is no thread for it, `drop`
    is called instead, and gives back what is held for it.
    """

    finish: Callable[[], T]
    drop: Callable[[], None] = _nothing
