"""What an engine must be able to do, as a protocol: run queries over one snapshot."""

from dataclasses import dataclass
from typing import Protocol

from graph_service.engine.pending import Begun
from graph_service.engine.pool import Workers
from graph_service.engine.register import Register
from graph_service.engine.result import READABLE, Formats, Query, Result


@dataclass
class Counts:
    """Counters since the start, for monitoring; `seconds` is the time spent on queries that were answered."""

    done: int = 0
    timed_out: int = 0
    out_of_memory: int = 0
    too_large: int = 0
    refused: int = 0
    cancelled: int = 0
    died: int = 0
    seconds: float = 0.0


class Engine(Protocol):
    """Runs queries over a snapshot. Thread-safe."""

    #: Worker processes that parse input from outside, beside those that run queries.
    workers: Workers
    register: Register
    counts: Counts

    @property
    def collates(self) -> bool:
        """Whether it has the SPARQL function that returns collation keys (`text/collation.py`)."""

    @property
    def keeps_blank_nodes(self) -> bool:
        """Whether a blank node has the same label in each answer."""

    @property
    def waiting(self) -> int:
        """How many queries wait for a place."""

    def run(self, query: Query, formats: Formats = READABLE) -> Result:
        """Run a query and write its result in the format given for its kind.

        Raises MalformedQuery and MalformedRequest; Forbidden for an update or a SERVICE clause; NotAcceptable if its kind has no
        format; OutOfTime, OutOfMemory and ResultTooLarge for a query over a limit; Busy if too many are waiting; Cancelled if somebody
        stops it; Unavailable if it cannot run at the moment.
        """

    async def begin(self, query: Query, formats: Formats = READABLE) -> Result | Begun[Result]:
        """Run a query from an event loop without blocking it: the result if it is there soon, else what a thread has to finish.

        Raises what `run` raises.
        """

    def close(self) -> None:
        """End all running queries and all processes. Queries that are running fail as Unavailable."""
