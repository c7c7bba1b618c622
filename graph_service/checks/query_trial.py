"""Tries canned queries on the graph: without values, with their examples and questions, and with test cases that have an expected answer.

A case is a pair of files `<answers>/<query>/<case>.json` (its parameters, each with a value or a list) and `<case>.csv` or `.nt` (the
answer in a standard format). Findings, with file and line: a run that fails or takes too long, an example without an answer, ties in the
order, rows repeated for a label, values not of their column's type, an unexpected answer.
"""

import io
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pyoxigraph as ox

from graph_service.checks.query_lint import order_line
from graph_service.engine.result import READABLE, Formats, Query, Result, ResultKind
from graph_service.errors import ServiceError
from graph_service.formats.media_types import named
from graph_service.queries.catalogue import CannedQuery
from graph_service.queries.header import line_of
from graph_service.queries.parameters import Lists
from graph_service.sparql.paging import Select, in_reading_order

#: Runs a query and writes its result in the format for its kind.
Ask = Callable[[Query, Formats], Result]

#: The longest time of a query, in seconds; a slower one is not fit for the public.
LONGEST = 2.0

#: How often a query may take longer than that before it is called slow.
RUNS = 3

_EXPECTED = {kind: format for kind in ResultKind if (format := named("csv", kind.formats) or named("nt", kind.formats)) is not None}


def examine(query: CannedQuery, ask: Ask, lists: Lists, answers: Path | None) -> list[str]:
    """The problems found by running a query, as sentences that begin with file and line. `answers`: the folder of the cases, if any."""
    found = [f"{query.path}:{line}: {finding}" for line, finding in _runs(query, ask, lists)]
    cases = sorted((answers / query.name).glob("*.json")) if answers is not None else []
    return [*dict.fromkeys(found), *(finding for case in cases for finding in _compared(query, case, ask, lists))]


def _runs(query: CannedQuery, ask: Ask, lists: Lists) -> Iterator[tuple[int, str]]:
    if not any(parameter.required for parameter in query.parameters.values()):
        yield from _run(query, {}, 1, ask, lists)
    for section, arguments in (
        *(("examples", example) for example in query.header.examples),
        *(("questions", asked.arguments) for asked in query.header.questions if asked.arguments),
    ):
        yield from _run(query, arguments, line_of(query.text, section), ask, lists)


def _run(query: CannedQuery, given: Mapping[str, Sequence[str]], line: int, ask: Ask, lists: Lists) -> Iterator[tuple[int, str]]:
    shown = ", ".join(f"{name}={value}" for name, values in given.items() for value in values) or "no values"
    try:
        result, seconds = _timed(query.bind(given, lists), ask)
    except ServiceError as error:
        yield line, f"with {shown} it fails: {error.detail}"
        return
    if seconds > LONGEST:
        yield line, f"with {shown} it takes {seconds:.1f} s, more than {LONGEST:g}"
    if result.kind is ResultKind.TRUTH:
        return
    rows = list(result.rows())
    if given and not rows:
        yield line, f"the example {shown} has no answer"
    if result.kind is ResultKind.TABLE:
        yield from _typed(query, result.columns, rows)
        yield from _ordered(query, result.columns, rows)
        yield from _multiplied(query, result.columns, rows)


def _timed(text: str, ask: Ask) -> tuple[Result, float]:
    """The result, and how many seconds it took.

    A run that takes too long is repeated, and the shortest counts: on a busy machine, one run says little of the query.
    """
    times: list[float] = []
    while True:
        began = time.monotonic()
        result = ask(Query(text), READABLE)
        times.append(time.monotonic() - began)
        if len(times) == RUNS or times[-1] <= LONGEST:
            return result, min(times)


def _multiplied(query: CannedQuery, names: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[tuple[int, str]]:
    """A thing has one label in a row: rows that differ only in a label come from a missing language filter."""
    named = {place for place, name in enumerate(names) if name.endswith("_label") and name.removesuffix("_label") in names}
    seen: dict[tuple[str, ...], Sequence[object]] = {}
    for row in rows:
        other = seen.setdefault(tuple(str(value) for place, value in enumerate(row) if place not in named), row)
        place = next((place for place in named if row[place] != other[place]), None)
        if place is not None:
            thing = names[place].removesuffix("_label")
            why = "where it is empty" if row[names.index(thing)] is None else f"as {other[place]} and as {row[place]}"
            yield order_line(query), f"rows are repeated, since {thing} is named {why}"
            return


def _typed(query: CannedQuery, names: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[tuple[int, str]]:
    for place, name in enumerate(names):
        column = query.columns.get(name)
        wrong = next((row[place] for row in rows if column is not None and not column.takes(row[place])), None)  # type: ignore[arg-type]
        if column is not None and wrong is not None:
            yield line_of(query.text, "columns", name), f"the column {name} is said to be of type {column.type}, and has {wrong}"


def _ordered(query: CannedQuery, names: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[tuple[int, str]]:
    select = Select.read(query.text)
    places = [names.index(name) for name in dict.fromkeys(select.order) if name in names]
    keys = [tuple(str(row[place]) for place in places) for row in rows]
    if "ORDER" in select.modifiers and len(set(keys)) < len(keys):
        tie = next(key for number, key in enumerate(keys) if key in keys[:number])
        yield order_line(query), f"the order leaves ties: several rows have {', '.join(tie) or 'the same place'}"


def _compared(query: CannedQuery, case: Path, ask: Ask, lists: Lists) -> Iterator[str]:
    try:
        result = ask(Query(in_reading_order(query.bind(_arguments(case), lists))), _EXPECTED)
        expected = case.with_suffix(f".{result.format.name}")
        content, wanted = result.read().decode("utf-8"), expected.read_text(encoding="utf-8-sig")
    except (OSError, ValueError, ServiceError) as error:
        yield f"{case}:1: {error}"
        return
    line, difference = _difference(content, wanted) if result.kind is not ResultKind.GRAPH else _difference_of_graphs(content, wanted)
    if difference:
        yield f"{expected}:{line}: {query.path} gives another answer than this: {difference}"


def _difference(content: str, wanted: str) -> tuple[int, str]:
    """The line of the expected table where it first differs from an answer, and how; empty if they are equal."""
    got, lines = content.splitlines(), wanted.splitlines()
    if got == lines:
        return 1, ""
    at = next((at for at, pair in enumerate(zip(got, lines, strict=False)) if pair[0] != pair[1]), min(len(got), len(lines)))
    given, expected = (repr(rows[at]) if at < len(rows) else "no more row" for rows in (got, lines))
    return max(1, min(at + 1, len(lines))), f"{given}, where {expected} is expected"


def _difference_of_graphs(content: str, wanted: str) -> tuple[int, str]:
    got, expected = _triples(content), _triples(wanted)
    if got == expected:
        return 1, ""
    return 1, f"{len(got - expected)} triples that are not expected, and {len(expected - got)} that are and are not there"


def _arguments(case: Path) -> dict[str, list[str]]:
    """The parameters of a case, each with its values. Raises OSError, ValueError."""
    given = json.loads(case.read_text(encoding="utf-8-sig"))
    lists = {name: value if isinstance(value, list) else [value] for name, value in given.items()} if isinstance(given, dict) else None
    if lists is None or not all(isinstance(value, str) for values in lists.values() for value in values):
        raise ValueError('the parameters of a case are texts, or lists of them: {"country": "CAN"}')
    return lists


def _triples(text: str) -> set[ox.Triple]:
    return {quad.triple for quad in ox.parse(io.BytesIO(text.encode()), ox.RdfFormat.N_TRIPLES)}
