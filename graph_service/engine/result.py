"""What a query is, and what comes back: a table, a truth or a graph."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from types import TracebackType
from typing import BinaryIO, Self

import pyoxigraph as ox

from graph_service.errors import NotAcceptable
from graph_service.words.formats import (
    CANNED_TABLE_FORMATS,
    CANNED_TRUTH_FORMATS,
    GRAPH_FORMATS,
    TABLE_FORMATS,
    TRUTH_FORMATS,
    Format,
)
from graph_service.words.terms import AnyTerm

_CHUNK = 256 * 1024


@dataclass(frozen=True)
class Query:
    """A SPARQL query and the dataset to run it on.

    `default_graphs` and `named_graphs` are IRIs; None leaves that part to the query's FROM clauses and the engine. As soon as
    one of the two is given, the dataset is exactly what they say (SPARQL 1.1 Protocol, section 2.1.4). `infer` is whether
    inferred triples are seen where no dataset is chosen. `base` resolves relative IRIs. `timeout` is in seconds; the engine's own
    deadline holds where it is None or longer. `id` names the query in logs.
    """

    text: str
    default_graphs: Sequence[str] | None = None
    named_graphs: Sequence[str] | None = None
    infer: bool = True
    base: str | None = None
    timeout: float | None = None
    id: str = ""


class Kind(Enum):
    """What kind of result a query has."""

    TABLE = "table"
    TRUTH = "truth"
    GRAPH = "graph"

    @property
    def formats(self) -> tuple[Format, ...]:
        """The formats that this kind can be written in, preferred first."""
        return {Kind.TABLE: TABLE_FORMATS, Kind.TRUTH: TRUTH_FORMATS, Kind.GRAPH: GRAPH_FORMATS}[self]

    @property
    def canned_formats(self) -> tuple[Format, ...]:
        """The formats that the answer of a canned query of this kind can be written in, preferred first."""
        return {Kind.TABLE: CANNED_TABLE_FORMATS, Kind.TRUTH: CANNED_TRUTH_FORMATS, Kind.GRAPH: GRAPH_FORMATS}[self]

    @classmethod
    def of(cls, form: str) -> "Kind":
        """What kind of result a query of a form has: SELECT a table, ASK a truth, CONSTRUCT and DESCRIBE a graph."""
        return {"SELECT": cls.TABLE, "ASK": cls.TRUTH}.get(form, cls.GRAPH)


#: In which format to write each kind of result; a kind that is missing is not acceptable.
Formats = Mapping[Kind, Format]


def format_of(kind: Kind, formats: Formats) -> Format:
    """The format for a kind of result. Raises NotAcceptable if there is none."""
    if kind not in formats:
        offered = [format.media for format in kind.formats]
        detail = f"A {kind.value} cannot be written in an acceptable format. Available: {', '.join(offered)}."
        raise NotAcceptable(detail, available=offered)
    return formats[kind]


#: The formats that a result can be read from again, with `Result.rows`.
READABLE: Formats = {Kind.TABLE: TABLE_FORMATS[0], Kind.TRUTH: TRUTH_FORMATS[0], Kind.GRAPH: GRAPH_FORMATS[1]}


class Result:
    """The answer to one query, written in one format: a few bytes in memory, or a file that is gone when it is closed."""

    def __init__(self, kind: Kind, format: Format, content: bytes | BinaryIO) -> None:
        self.kind = kind
        self.format = format
        self._content = content
        #: How many bytes the result has.
        self.size = len(content) if isinstance(content, bytes) else os.fstat(content.fileno()).st_size

    @property
    def in_memory(self) -> bool:
        """Whether the result is small enough to have stayed in memory."""
        return isinstance(self._content, bytes)

    def read(self) -> bytes:
        """The whole result."""
        return b"".join(self.chunks())

    def chunks(self) -> Iterator[bytes]:
        """The result piece by piece, so that a large one need not be in memory; to be read once."""
        if isinstance(self._content, bytes):
            yield self._content
            return
        with self._content as file:
            while chunk := file.read(_CHUNK):
                yield chunk

    @property
    def columns(self) -> list[str]:
        """The names of a table's variables, in the order of the SELECT clause; empty for the other kinds."""
        return self._table().columns if self.kind is Kind.TABLE else []

    def rows(self) -> Iterator[list[AnyTerm | None]]:
        """A table's rows, each as long as `columns`, None where a variable is unbound; a graph's triples as rows of three.

        The result must be in one of the formats of READABLE. Raises ValueError for a truth, which has no rows.
        """
        if self.kind is Kind.TRUTH:
            raise ValueError("a truth has no rows")
        if self.kind is Kind.GRAPH:
            for quad in ox.parse(self.read(), ox.RdfFormat.N_TRIPLES):
                yield [quad.subject, quad.predicate, quad.object]
        else:
            yield from self._table().rows

    def __bool__(self) -> bool:
        """The truth of an ASK. Raises ValueError for the other kinds."""
        if self.kind is not Kind.TRUTH:
            raise ValueError(f"a {self.kind.value} is neither true nor false")
        return bool(ox.parse_query_results(self.read(), ox.QueryResultsFormat.JSON))

    def close(self) -> None:
        """Let go of the file, if there is one."""
        if not isinstance(self._content, bytes):
            self._content.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _table(self) -> "_Table":
        if self._parsed is None:
            self._parsed = _Table(self.read())
        return self._parsed

    _parsed: "_Table | None" = None


class _Table:
    """The rows of a table, read from its JSON form, the columns in the order in which the query selects them."""

    def __init__(self, content: bytes) -> None:
        solutions = ox.parse_query_results(content, ox.QueryResultsFormat.JSON)
        assert isinstance(solutions, ox.QuerySolutions)
        self.columns = [variable.value for variable in solutions.variables]
        self.rows: list[list[AnyTerm | None]] = [[solution[name] for name in self.columns] for solution in solutions]
