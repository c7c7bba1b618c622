"""A query and its result: a table, a boolean or a graph."""

import io
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import pyoxigraph as ox

from graph_service import arrival
from graph_service.errors import NotAcceptable, Unavailable
from graph_service.formats.media_types import (
    CANNED_TABLE_FORMATS,
    CANNED_TRUTH_FORMATS,
    GRAPH_FORMATS,
    TABLE_FORMATS,
    TRUTH_FORMATS,
    Format,
)
from graph_service.rdf.terms import AnyTerm
from graph_service.sparql.tokens import digest

_CHUNK = 256 * 1024

#: How much of a table, in bytes, is parsed at once: who reads a page of a large one need not parse all of it.
_PART = 16 * 1024

#: How deeply a triple term may be nested in a result that is read again here: as deep as the parser of tables goes. That of graphs would go
#: on until its stack overflows, which would end this process.
_DEEPEST = 63


@dataclass(frozen=True)
class Query:
    """A SPARQL query and the dataset to run it on.

    - `default_graphs` and `named_graphs` are IRIs; None leaves that part to the query's FROM clauses and the engine. If one is given, the
      dataset is exactly what the two say (SPARQL 1.1 Protocol, section 2.1.4).
    - `infer` is whether inferred triples are seen where no dataset is chosen. `base` resolves relative IRIs.
    - `timeout` is in seconds; the engine's own deadline holds where it is None or longer. `id` names the query in logs.
    - `given` binds variables to values: pairs of a name and a term in N-Triples (see `sparql.binding`).
    - `nodes` binds variables to blank nodes: pairs of a name and the label that the engine gave it in an earlier result, which a query
      cannot name. A remote engine leaves such variables unbound, and the caller compares.
    - `since` is when its time began to count (`time.monotonic`); None means when the current request arrived.
    """

    text: str
    default_graphs: Sequence[str] | None = None
    named_graphs: Sequence[str] | None = None
    infer: bool = True
    base: str | None = None
    timeout: float | None = None
    id: str = ""
    given: Sequence[tuple[str, str]] = ()
    nodes: Sequence[tuple[str, str]] = ()
    since: float | None = None

    @property
    def key(self) -> bytes:
        """A short hash of the text and the given values."""
        return digest("\0".join([self.text, *(text for pair in self.given for text in pair)]))

    @property
    def began(self) -> float:
        """When its time began to count (`time.monotonic`)."""
        return arrival.began() if self.since is None else self.since

    def seconds(self, deadline: float) -> float:
        """How many seconds it may take, given the engine's deadline."""
        return min(deadline, self.timeout or deadline)


class ResultKind(Enum):
    """The three kinds of query results."""

    TABLE = "table"
    TRUTH = "truth"
    GRAPH = "graph"

    @property
    def formats(self) -> tuple[Format, ...]:
        """The result formats of this kind, preferred first."""
        return {ResultKind.TABLE: TABLE_FORMATS, ResultKind.TRUTH: TRUTH_FORMATS, ResultKind.GRAPH: GRAPH_FORMATS}[self]

    @property
    def canned_formats(self) -> tuple[Format, ...]:
        """The formats for the result of a canned query of this kind, preferred first."""
        return {ResultKind.TABLE: CANNED_TABLE_FORMATS, ResultKind.TRUTH: CANNED_TRUTH_FORMATS, ResultKind.GRAPH: GRAPH_FORMATS}[self]

    @classmethod
    def of(cls, form: str) -> "ResultKind":
        """The kind of result for a query form: SELECT gives a table, ASK a boolean, CONSTRUCT and DESCRIBE a graph."""
        return {"SELECT": cls.TABLE, "ASK": cls.TRUTH}.get(form, cls.GRAPH)


#: The format to write for each kind of result; a kind that is missing is not acceptable to the client.
Formats = Mapping[ResultKind, Format]


def format_of(kind: ResultKind, formats: Formats) -> Format:
    """The format for a kind of result. Raises NotAcceptable if there is none."""
    if kind not in formats:
        offered = [format.media for format in kind.formats]
        detail = f"A {kind.value} cannot be written in an acceptable format. Available: {', '.join(offered)}."
        raise NotAcceptable(detail, available=offered)
    return formats[kind]


#: The formats that `Result.rows` can parse.
READABLE: Formats = {ResultKind.TABLE: TABLE_FORMATS[3], ResultKind.TRUTH: TRUTH_FORMATS[0], ResultKind.GRAPH: GRAPH_FORMATS[1]}


class Result:
    """The result of one query, written in one format: bytes in memory, or a temporary file that is deleted when it is closed.

    `volatile` is whether the same query may give another result next time (NOW, RAND and the like).
    """

    def __init__(self, kind: ResultKind, format: Format, content: bytes | BinaryIO, volatile: bool = False) -> None:
        self.kind = kind
        self.format = format
        self.volatile = volatile
        self._content = content
        #: How many bytes the result has.
        self.size = len(content) if isinstance(content, bytes) else os.fstat(content.fileno()).st_size

    @property
    def in_memory(self) -> bool:
        """Whether the result is small enough to have stayed in memory."""
        return isinstance(self._content, bytes)

    def fileno(self) -> int:
        """The descriptor of the file. Raises ValueError if the result is in memory."""
        if isinstance(self._content, bytes):
            raise ValueError("the result is in memory")
        return self._content.fileno()

    def read(self) -> bytes:
        """The whole result."""
        return b"".join(self.chunks())

    def chunks(self) -> Iterator[bytes]:
        """The result in chunks, so that a large one need not be in memory; can be read once."""
        if isinstance(self._content, bytes):
            yield self._content
            return
        with self._content as file:
            at = 0
            # The writer has left the file's position anywhere.
            while at < self.size and (chunk := os.pread(file.fileno(), min(_CHUNK, self.size - at), at)):
                yield chunk
                at += len(chunk)

    @property
    def columns(self) -> list[str]:
        """The names of a table's variables in the order of the SELECT clause; empty for other kinds.

        Here and below, the result must be in a format of READABLE. Raises Unavailable for one that cannot be parsed.
        """
        if self.kind is not ResultKind.TABLE:
            return []
        with _reading():
            return [variable.value for variable in _solutions(self._head).variables]

    def rows(self) -> Iterator[list[AnyTerm | None]]:
        """A table's rows, each as long as `columns`, None where a variable is unbound; a graph's triples as rows of three. Can be read
        once.

        Raises ValueError for a boolean, which has no rows, and Unavailable for a result that cannot be parsed.
        """
        if self.kind is ResultKind.TRUTH:
            raise ValueError("a truth has no rows")
        with _reading(), self, self._opened() as content:
            if self.kind is ResultKind.GRAPH:
                yield from map(_triple, content)
                return
            head = self._head
            content.seek(len(head))
            while lines := content.readlines(_PART):
                yield from _rows(head, lines)

    def __bool__(self) -> bool:
        """The boolean of an ASK. Raises ValueError for other kinds."""
        if self.kind is not ResultKind.TRUTH:
            raise ValueError(f"a {self.kind.value} is neither true nor false")
        return b'"boolean":true' in self.read()

    def close(self) -> None:
        """Close the file, if there is one."""
        if not isinstance(self._content, bytes):
            self._content.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @cached_property
    def _head(self) -> bytes:
        """The first line of a table: its variables."""
        with self._opened() as content:
            return content.readline()

    def _opened(self) -> BinaryIO:
        """The content from its beginning. A file is opened once more: its own position is anywhere, where the writer has left it."""
        return io.BytesIO(self._content) if isinstance(self._content, bytes) else Path(f"/dev/fd/{self._content.fileno()}").open("rb")


def _rows(head: bytes, lines: Iterable[bytes]) -> list[list[AnyTerm | None]]:
    """The rows of some lines of a table. It is a list, since what the parser returns must end in the thread in which it began."""
    return [list(row) for row in _solutions(head + b"".join(lines))]


def _solutions(content: bytes) -> ox.QuerySolutions:
    table = ox.parse_query_results(content, ox.QueryResultsFormat.TSV)
    assert isinstance(table, ox.QuerySolutions)
    return table


def _triple(line: bytes) -> list[AnyTerm | None]:
    if line.count(b"<<(") > _DEEPEST:
        raise ValueError("a triple term that is nested too deeply")
    (quad,) = ox.parse(line, ox.RdfFormat.N_TRIPLES)
    return list(quad.triple)


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except (SyntaxError, ValueError) as error:
        raise Unavailable("The result could not be read again.") from error
