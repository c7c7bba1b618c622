"""Parsing other SPARQL servers' answers by their media type, and writing them in the requested format; runs in a worker, since an answer
may be anything.

An answer that breaks off or is malformed is an error and never a shorter answer. Parser messages are not passed on.
"""

import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, TypeVar

import pyoxigraph as ox

from graph_service.engine.result import ResultKind
from graph_service.engine.store import checked, write_graph
from graph_service.errors import BadGateway, ResultTooLarge
from graph_service.formats.media_types import Format
from graph_service.formats.results import write_answer
from graph_service.rdf.terms import AnyTerm, BlankNode, Triple
from graph_service.sparql.nesting import refuse_deep

Syntax = TypeVar("Syntax", ox.QueryResultsFormat, ox.RdfFormat)

#: The last part of a media type -> pyoxigraph's format.
TABLES = {"json": ox.QueryResultsFormat.JSON, "xml": ox.QueryResultsFormat.XML}
GRAPHS = {
    **{"n-triples": ox.RdfFormat.N_TRIPLES, "plain": ox.RdfFormat.N_TRIPLES},
    **{"turtle": ox.RdfFormat.TURTLE, "rdf+xml": ox.RdfFormat.RDF_XML},
}

#: Virtuoso's scheme for blank nodes, and the column of the table that it returns for an ASK.
_NODE_ID = re.compile(rb'("type"\s*+:\s*+"bnode"\s*+,\s*+"value"\s*+:\s*+"|<bnode>)nodeID://')
_ASKED = "__ASK_RETVAL"

_CHUNK = 256 * 1024


class NotAsked(Exception):
    """An answer of another kind (table, boolean, graph) than the query's form has."""


@contextmanager
def as_bad_gateway(who: str) -> Iterator[None]:
    """Turn parsing errors into BadGateway, in our own words; `who` is the server's name in the message."""
    try:
        yield
    except SyntaxError as error:
        raise BadGateway(f"{who} sent an answer that is incomplete, or not in the format that it names.") from error
    except NotAsked as error:
        raise BadGateway(f"{who} sent {error} for an answer.") from error
    except RecursionError as error:
        raise BadGateway(f"{who} sent an answer that is nested too deeply.") from error


def write(content: BinaryIO, media: str, kind: ResultKind, format: Format, depth: int, output: BinaryIO, distinct: bool = False) -> None:
    """Rewrite an answer in another format; `distinct` removes repeated rows.

    Raises SyntaxError, NotAsked; BadGateway for terms nested in more than `depth` levels.
    """
    with _deep():
        if kind is ResultKind.GRAPH:
            triples = (quad.triple for quad in ox.parse(content, syntax(GRAPHS, media)))
            write_graph(checked(triples, depth), format, output)
        elif kind is ResultKind.TRUTH:
            write_answer(_truth(content.read(), syntax(TABLES, media)), format, output)
        else:
            if _has(content, b"triple"):
                for solution in _table(content, media):
                    for term in solution:
                        refuse_deep(term, depth)
                content.seek(0)
            table = _table(content, media)
            write_answer(_each_once(table) if distinct else table, format, output)


def values(content: BinaryIO, media: str, limit: int, depth: int) -> str:
    """Solutions as a VALUES clause of at most `limit` characters.

    Raises SyntaxError, NotAsked, ResultTooLarge; BadGateway also for a blank node.
    """
    table = _table(content, media)
    rows, size = [], 0
    with _deep():
        for solution in table:
            row = f"({' '.join([_written(term, depth) for term in solution])})"
            size += len(row) + 1
            if size > limit:
                # Unbound cells count, too: an empty row of many columns is two bytes of JSON and a long row of UNDEF.
                raise ResultTooLarge(f"Other servers answer this query with more than {limit} bytes, its limit.", limit=limit)
            rows.append(row)
    return f"VALUES ({' '.join(map(str, table.variables))}) {{ {' '.join(rows)} }}"


def syntax(known: dict[str, Syntax], media: str) -> Syntax:
    """The format of pyoxigraph for a media type, by its last part. Raises NotAsked if there is none."""
    found = next((format for name, format in known.items() if media.partition("/")[2].endswith(name)), None)
    if found is None:
        raise NotAsked("a media type that was not asked for")
    return found


@contextmanager
def _deep() -> Iterator[None]:
    try:
        yield
    except ResultTooLarge as error:
        if "nested" not in error.detail:
            raise
        raise BadGateway(f"Another server's answer cannot be used: {error.detail}") from error


def _truth(content: bytes, syntax: ox.QueryResultsFormat) -> ox.QueryBoolean:
    """A boolean result, also where it comes as Virtuoso's table. Raises SyntaxError, NotAsked, RecursionError."""
    if syntax == ox.QueryResultsFormat.JSON:
        try:
            # The parser below accepts JSON that breaks off.
            json.loads(content)
        except ValueError as error:
            raise SyntaxError(str(error)) from error
    elif not content.rstrip().endswith(b"sparql>"):
        raise SyntaxError("the end is missing")
    answer = ox.parse_query_results(content, syntax)
    if isinstance(answer, ox.QueryBoolean):
        return answer
    truth = False
    assert answer is not None
    if [variable.value for variable in answer.variables] != [_ASKED]:
        raise NotAsked("a table")
    for row in answer:
        value = row[_ASKED]
        truth = truth or (isinstance(value, ox.Literal) and value.value not in {"0", "false"})
    whole = ox.parse_query_results(json.dumps({"head": {}, "boolean": truth}), ox.QueryResultsFormat.JSON)
    assert isinstance(whole, ox.QueryBoolean)
    return whole


def _table(content: BinaryIO, media: str) -> ox.QuerySolutions:
    """A table of solutions. Raises SyntaxError; NotAsked for a boolean."""
    form = syntax(TABLES, media)
    # Virtuoso's `nodeID://b1` becomes `b1`, which is a valid blank node label.
    source = io.BytesIO(_NODE_ID.sub(rb"\1", content.read())) if _has(content, b"nodeID://") else content
    answer = ox.parse_query_results(source, form)
    if not isinstance(answer, ox.QuerySolutions):
        raise NotAsked("a truth")
    return answer


def _each_once(table: ox.QuerySolutions) -> ox.QuerySolutions:
    """A table without repeated rows: Virtuoso 7.2 sometimes repeats rows of a SELECT DISTINCT with many OPTIONALs."""
    # Rows are compared as lines of TSV, which keeps all of a term (SPARQL 1.1 Query Results CSV and TSV Formats, section 4).
    lines = io.BytesIO()
    table.serialize(lines, ox.QueryResultsFormat.TSV)
    lines.seek(0)
    found = ox.parse_query_results(io.BytesIO(b"".join(dict.fromkeys(lines))), ox.QueryResultsFormat.TSV)
    assert isinstance(found, ox.QuerySolutions)
    return found


def _has(content: BinaryIO, word: bytes) -> bool:
    """Whether the content contains some bytes; rewinds it to its beginning."""
    overlap = b""
    try:
        while chunk := content.read(_CHUNK):
            if word in overlap + chunk:
                return True
            overlap = chunk[-len(word) :]
        return False
    finally:
        content.seek(0)


def _written(term: AnyTerm | None, depth: int) -> str:
    if term is None:
        return "UNDEF"
    if isinstance(term, BlankNode):
        raise BadGateway("The server's answer to SERVICE has a blank node, which has no name here. Leave it out with an inner SELECT.")
    if isinstance(term, Triple):
        refuse_deep(term, depth)
        return f"<<( {' '.join([_written(part, depth) for part in term])} )>>"
    return str(term)
