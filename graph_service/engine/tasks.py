"""The tasks of a worker process: running queries, parsing other servers' answers, analysing queries that other servers will run.

All input from outside is parsed here, where a deadline, a memory limit and a sandbox hold.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from difflib import get_close_matches
from typing import BinaryIO

from graph_service.engine import foreign_results, wire
from graph_service.engine.result import ResultKind
from graph_service.engine.store import GraphStore
from graph_service.errors import MalformedQuery, MalformedRequest
from graph_service.formats.media_types import TABLE_FORMATS, Format
from graph_service.sparql.binding import bind
from graph_service.sparql.guard import refuse, refuse_inner_functions
from graph_service.sparql.nesting import refuse_nested
from graph_service.sparql.outline import Outline, outline
from graph_service.sparql.service_clauses import ServiceCall, service_calls
from graph_service.sparql.syntax import check
from graph_service.sparql.tokens import is_volatile, replaced, tokens

#: The result kind of tasks that return no query result: every reply has to have one.
_WORDS = (ResultKind.TABLE, TABLE_FORMATS[0])

_Done = tuple[ResultKind, Format, bool]


class Tasks:
    """The tasks of a worker, with a graph or without one."""

    def __init__(self, store: GraphStore | None, query_depth: int, term_depth: int) -> None:
        self._store = store
        self._query_depth = query_depth
        self._term_depth = term_depth
        self._tasks: dict[bytes, Callable[[bytes, BinaryIO, BinaryIO], _Done]] = {
            wire.QUERY: self._query,
            wire.ANSWER: self._answer,
            wire.VALUES: self._values,
            wire.PLAN: self._plan,
            wire.CALLS: self._calls,
        }

    def run(self, tag: bytes, content: bytes, input: BinaryIO, output: BinaryIO) -> _Done:
        """Run a task: read `input`, write to `output`, and return the result's kind, its format and whether it is volatile.

        Raises the ServiceErrors of each task, OSError and MemoryError.
        """
        return self._tasks[tag](content, input, output)

    def _query(self, content: bytes, input: BinaryIO, output: BinaryIO) -> _Done:
        query, formats = wire.read_query(content)
        assert self._store is not None
        with _as_errors_of(query.text, query.base, query.given):
            text = self._read(query.text, query.given)
            refuse(text)
            if query.given:
                query = replace(query, text=text)
            return *self._store.answer(query, formats, output), is_volatile(text)

    def _answer(self, content: bytes, input: BinaryIO, output: BinaryIO) -> _Done:
        """Rewrite a remote engine's answer in the requested format."""
        asked, media, distinct = wire.unpack(content)
        kind, format = wire.read_format(asked)
        with foreign_results.as_bad_gateway("The engine"):
            foreign_results.write(input, media, kind, format, self._term_depth, output, bool(distinct))
        return kind, format, False

    def _values(self, content: bytes, input: BinaryIO, output: BinaryIO) -> _Done:
        """Rewrite another server's answer to a SERVICE group as VALUES."""
        media, limit, name = wire.unpack(content)
        with foreign_results.as_bad_gateway(f"The server {name}"):
            output.write(foreign_results.values(input, media, int(limit), self._term_depth).encode())
        return *_WORDS, False

    def _plan(self, content: bytes, input: BinaryIO, output: BinaryIO) -> _Done:
        """Analyse a query that a remote engine shall run: its outline."""
        text, base, *given = wire.unpack(content)
        pairs = tuple(zip(given[::2], given[1::2], strict=True))
        with _as_errors_of(text, base or None, pairs):
            text = self._read(text, pairs)
            refuse(text)
            plan = outline(text, base or None)
            refuse_inner_functions(plan.text)
        output.write(write_outline(plan))
        return *_WORDS, is_volatile(text)

    def _calls(self, content: bytes, input: BinaryIO, output: BinaryIO) -> _Done:
        """Find the SERVICE groups of a query."""
        text, base, most, *given = wire.unpack(content)
        pairs = tuple(zip(given[::2], given[1::2], strict=True))
        with _as_errors_of(text, base or None, pairs):
            plain, calls = service_calls(self._read(text, pairs), base or None, int(most))
        refuse(replaced(plain, [(call.start, call.end, "") for call in calls if not call.inner]))
        output.write(write_calls(plain, calls))
        return *_WORDS, False

    def _read(self, text: str, given: Sequence[tuple[str, str]]) -> str:
        """The query with its given values bound. Raises MalformedQuery, and MalformedRequest for a value of a variable that it does not
        have.
        """
        refuse_nested(text, self._query_depth)
        if given:
            variables = {token.text[1:] for token in tokens(text) if token.kind == "variable"}
            for name in (name for name, _ in given if name not in variables):
                near = get_close_matches(name, variables, 1)
                meant = f" Is ${near[0]} meant?" if near else ""
                raise MalformedRequest(f"The query has no variable ?{name} that ${name} could be a value of.{meant}", parameter=f"${name}")
        return bind(text, dict(given))


@contextmanager
def _as_errors_of(text: str, base: str | None, given: Sequence[tuple[str, str]]) -> Iterator[None]:
    """Report errors in a query with bound values as errors of the original query: line and column would be wrong."""
    try:
        yield
    except MalformedQuery as error:
        if not given:
            raise
        check(text, base)
        names = ", ".join(f"${name}" for name, _ in given)
        raise MalformedRequest(f"The query takes no value for {names}: {error.reason}.", parameter=f"${given[0][0]}") from error


def write_outline(plan: Outline) -> bytes:
    """Serialise an outline."""
    graphs = [text for start, end, iri in plan.graphs for text in (str(start), str(end), iri)]
    distinct = "distinct" if plan.distinct else ""
    return wire.pack(plan.form, plan.text, distinct, wire.pack_list(plan.default_graphs), wire.pack_list(plan.named_graphs), *graphs)


def read_outline(content: bytes) -> Outline:
    """Parse what `write_outline` has written. Raises Broken."""
    try:
        form, text, distinct, default, named, *graphs = wire.unpack(content)
        at = [(int(start), int(end), iri) for start, end, iri in zip(graphs[::3], graphs[1::3], graphs[2::3], strict=True)]
    except ValueError as error:
        raise wire.Broken("an outline that is none") from error
    return Outline(form, text, wire.unpack_list(default), wire.unpack_list(named), at, bool(distinct))


def write_calls(text: str, calls: Sequence[ServiceCall]) -> bytes:
    """Serialise a query with its outer SERVICE groups, and the inner ones' addresses, which must be allowed, too."""
    fields = [text]
    for call in calls:
        fields += [wire.pack_list(None if call.address is None else [call.address]), call.query, str(call.start), str(call.end)]
        fields.append(("silent" if call.silent else "") + ("inner" if call.inner else ""))
    return wire.pack(*fields)


def read_calls(content: bytes) -> tuple[str, list[ServiceCall]]:
    """Parse what `write_calls` has written. Raises Broken."""
    try:
        text, *fields = wire.unpack(content)
        calls = []
        for listed, query, start, end, how in zip(*(fields[place::5] for place in range(5)), strict=True):
            address = wire.unpack_list(listed)
            call = ServiceCall(address[0] if address else None, "silent" in how, query, int(start), int(end), "inner" in how)
            calls.append(call)
    except ValueError as error:
        raise wire.Broken("calls that are none") from error
    return text, calls
