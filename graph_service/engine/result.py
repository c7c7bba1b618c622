"""What a query is, and what comes back: a table, a truth or a graph."""

import io
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from types import TracebackType
from typing import BinaryIO, Self

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
from graph_service.rdf.ntriples import read_row, read_triple
from graph_service.rdf.terms import AnyTerm
from graph_service.sparql.tokens import digest

_CHUNK = 256 * 1024


@dataclass(frozen=True)
class Query:
    """A SPARQL query and the dataset to run it on.

    `default_graphs` and `named_graphs` are IRIs; None leaves that part to the query's FROM clauses and the engine. As soon as
    one of the two is given, the dataset is exactly what they say (SPARQL 1.1 Protocol, section 2.1.4). `infer` is whether
    inferred triples are seen where no dataset is chosen. `base` resolves relative IRIs. `timeout` is in seconds; the engine's own
    deadline holds where it is None or longer. `id` names the query in logs. `given` are values for variables, each a name and a term
    as N-Triples writes it (see `sparql.binding`). `nodes` are variables that stand for blank nodes, each a name and the label that the
    engine gave it in an earlier result: in the text of a query a label is a variable. An engine elsewhere leaves such variables open,
    and whoever asks compares. `since` is when its time began to count (seconds of `time.monotonic`); None is when
    the request came that it is run for.
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
        """What tells the query's text from others, in a few bytes."""
        return digest("\0".join([self.text, *(text for pair in self.given for text in pair)]))

    @property
    def began(self) -> float:
        """When its time began to count."""
        return arrival.began() if self.since is None else self.since

    def seconds(self, deadline: float) -> float:
        """How long it may take where a query may take `deadline` seconds."""
        return min(deadline, self.timeout or deadline)


class ResultKind(Enum):
    """What kind of result a query has."""

    TABLE = "table"
    TRUTH = "truth"
    GRAPH = "graph"

    @property
    def formats(self) -> tuple[Format, ...]:
        """The formats that this kind can be written in, preferred first."""
        return {ResultKind.TABLE: TABLE_FORMATS, ResultKind.TRUTH: TRUTH_FORMATS, ResultKind.GRAPH: GRAPH_FORMATS}[self]

    @property
    def canned_formats(self) -> tuple[Format, ...]:
        """The formats that the answer of a canned query of this kind can be written in, preferred first."""
        return {ResultKind.TABLE: CANNED_TABLE_FORMATS, ResultKind.TRUTH: CANNED_TRUTH_FORMATS, ResultKind.GRAPH: GRAPH_FORMATS}[self]

    @classmethod
    def of(cls, form: str) -> "ResultKind":
        """What kind of result a query of a form has: SELECT a table, ASK a truth, CONSTRUCT and DESCRIBE a graph."""
        return {"SELECT": cls.TABLE, "ASK": cls.TRUTH}.get(form, cls.GRAPH)


#: In which format to write each kind of result; a kind that is missing is not acceptable.
Formats = Mapping[ResultKind, Format]


def format_of(kind: ResultKind, formats: Formats) -> Format:
    """The format for a kind of result. Raises NotAcceptable if there is none."""
    if kind not in formats:
        offered = [format.media for format in kind.formats]
        detail = f"A {kind.value} cannot be written in an acceptable format. Available: {', '.join(offered)}."
        raise NotAcceptable(detail, available=offered)
    return formats[kind]


#: The formats that a result can be read from again, with `Result.rows`.
READABLE: Formats = {ResultKind.TABLE: TABLE_FORMATS[3], ResultKind.TRUTH: TRUTH_FORMATS[0], ResultKind.GRAPH: GRAPH_FORMATS[1]}


class Result:
    """The answer to one query, written in one format: a few bytes in memory, or a file that is gone when it is closed.

    `volatile` is whether the query may give another one when it is asked again.
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
        """The result piece by piece, so that a large one need not be in memory; to be read once."""
        if isinstance(self._content, bytes):
            yield self._content
            return
        with self._content as file:
            at = 0
            # Whoever wrote the file may have left off anywhere in it.
            while at < self.size and (chunk := os.pread(file.fileno(), min(_CHUNK, self.size - at), at)):
                yield chunk
                at += len(chunk)

    @property
    def columns(self) -> list[str]:
        """The names of a table's variables, in the order of the SELECT clause; empty for the other kinds.

        The result must be in one of the formats of READABLE, here and in what follows.
        """
        if self._columns is None:
            self._columns = [name.removeprefix("?") for name in self._line().split("\t") if name] if self.kind is ResultKind.TABLE else []
        return self._columns

    def rows(self) -> Iterator[list[AnyTerm | None]]:
        """A table's rows, each as long as `columns`, None where a variable is unbound; a graph's triples as rows of three. Once.

        Raises ValueError for a truth, which has no rows, and Unavailable for what cannot be read.
        """
        if self.kind is ResultKind.TRUTH:
            raise ValueError("a truth has no rows")
        length = len(self.columns) if self.kind is ResultKind.TABLE else 3
        read = read_row if self.kind is ResultKind.TABLE else read_triple
        try:
            for line in self._lines:
                row = read(line.decode().removesuffix("\n")) if length else []
                if len(row) != length:
                    raise ValueError("a row of another length")
                yield row
        except (ValueError, TypeError) as error:
            raise Unavailable("The result could not be read again.") from error

    def __bool__(self) -> bool:
        """The truth of an ASK. Raises ValueError for the other kinds."""
        if self.kind is not ResultKind.TRUTH:
            raise ValueError(f"a {self.kind.value} is neither true nor false")
        return b'"boolean":true' in self.read()

    def close(self) -> None:
        """Let go of the file, if there is one."""
        if not isinstance(self._content, bytes):
            self._content.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _line(self) -> str:
        return next(self._lines, b"").decode("utf-8", "replace").removesuffix("\n")

    @cached_property
    def _lines(self) -> Iterator[bytes]:
        return _lines(self.chunks())

    _columns: list[str] | None = None


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of a text that comes in pieces; a line in many pieces is put together once."""
    begun: list[bytes] = []
    for chunk in chunks:
        for line in io.BytesIO(chunk):
            begun.append(line)
            if line.endswith(b"\n"):
                yield b"".join(begun)
                begun.clear()
    if begun:
        yield b"".join(begun)
