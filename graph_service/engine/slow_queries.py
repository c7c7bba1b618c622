"""Queries that took long: for the operator's list and for the log, the same for every engine."""

import logging
from collections import deque
from dataclasses import dataclass, replace

_log = logging.getLogger(__name__)

#: How many of the last long queries are listed.
_LISTED = 50

#: How much of a query's text is kept, in characters.
_KEPT = 2000


@dataclass(frozen=True)
class Slow:
    """A query that took long."""

    id: str
    text: str
    seconds: float
    outcome: str


class SlowQueries:
    """The last queries that took long. Each is logged when it ends, its text only if that is allowed: it may tell who asked."""

    def __init__(self, log_texts: bool) -> None:
        self._last: deque[Slow] = deque(maxlen=_LISTED)
        self._log_texts = log_texts

    def add(self, slow: Slow) -> None:
        """Remember and log a query that has ended."""
        slow = replace(slow, text=slow.text[:_KEPT])
        self._last.append(slow)
        text = {"text": slow.text} if self._log_texts else {}
        _log.info("slow query", extra={"query_id": slow.id, "seconds": round(slow.seconds, 3), "outcome": slow.outcome, **text})

    def newest_first(self) -> list[Slow]:
        """The queries, the newest first."""
        return list(self._last)[::-1]
