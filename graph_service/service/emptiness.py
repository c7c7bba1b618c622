"""Why a query finds nothing: the first part of it with which nothing is left, found by running its parts."""

import time
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from graph_service.engine.result import Query, Result
from graph_service.errors import OutOfTime
from graph_service.sparql.group import Effect, Element, Group, outermost_group

#: Seconds that all of it may take, and how many other parts one is compared with.
_SECONDS, _COMPARED = 10.0, 12


@dataclass(frozen=True)
class Cause:
    """A part of a query with which nothing is left: whether it finds nothing by itself, and another part with which it finds nothing, if
    one was found.
    """

    element: Element
    alone: bool
    beside: Element | None = None


class Emptiness:
    """Looks for the cause in one query."""

    def __init__(self, ask: Callable[[Query], Result], infer: bool = True, seconds: float = _SECONDS) -> None:
        """`ask` runs a query, which sees inferred triples if `infer` is set; all queries together may take some `seconds`."""
        self._ask, self._infer, self._end = ask, infer, time.monotonic() + seconds

    def cause(self, text: str) -> Cause | None:
        """The cause, or None if it is in no part of the outermost group.

        Raises OutOfTime if there was no time to find out, MalformedQuery, and the engine's errors.
        """
        group = outermost_group(text)
        if group is None:
            # There is nothing to take apart; what is no query is told.
            self._run(text)
            return None
        # What restricts is tried last, when all that it may speak of has a value.
        order = sorted(group.elements, key=lambda element: element.effect is Effect.RESTRICTION)
        first = bisect_left(range(1, len(order) + 1), True, key=lambda size: not self._has(group, order[:size]))
        if first == len(order):
            return None
        found, before = order[first], order[:first]
        if found.effect is Effect.RESTRICTION:
            return Cause(found, alone=False)
        if not self._has(group, [found]):
            return Cause(found, alone=True)
        others = [element for element in before if element.effect is Effect.PATTERN][-_COMPARED:]
        beside = next((element for element in reversed(others) if not self._has(group, [element, found])), None)
        return Cause(found, alone=False, beside=beside)

    def _has(self, group: Group, elements: Sequence[Element]) -> bool:
        """Whether some elements have a solution together."""
        return bool(self._run(group.ask(elements)))

    def _run(self, text: str) -> Result:
        """The result of a query in what is left of the time."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise OutOfTime("There was no time to try all parts of the query.")
        return self._ask(Query(text, infer=self._infer, timeout=max(left, 0.1), since=time.monotonic()))
