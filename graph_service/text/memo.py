"""Caches of a limited size: for functions of short, recurring texts, such as an Accept header or an IRI of the graph, and a dictionary."""

from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
Key = TypeVar("Key")

#: The longest text that is cached: memory must not grow with what clients send.
_LONGEST = 500


def remembered(most: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """A decorator: an LRU cache of `most` results for short arguments; for long ones the function is called each time.

    The arguments are texts, tuples of texts, or None.
    """

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        known = lru_cache(most)(function)

        @wraps(function)
        def remembering(*args: P.args, **kwargs: P.kwargs) -> T:
            size = 0
            for argument in args:
                if argument is not None:
                    size += len(argument) if isinstance(argument, str) else sum(map(len, argument))  # type: ignore[call-overload]
            return function(*args, **kwargs) if size > _LONGEST else known(*args, **kwargs)  # type: ignore[arg-type]

        return remembering

    return decorate


class Latest(OrderedDict[Key, T]):
    """A dictionary of at most `most` entries: beyond that the first added is dropped."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def __setitem__(self, key: Key, value: T) -> None:
        super().__setitem__(key, value)
        if len(self) > self._most:
            self.popitem(last=False)
