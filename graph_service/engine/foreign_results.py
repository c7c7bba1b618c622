"""What other servers answer, read by its media type and written anew: inside a worker, since it may be anything.

An answer that breaks off, or is none, is an error and never a shorter answer. What parsers say of it is not handed on.
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

#: Names of media types, by their last part, and what pyoxigraph calls them.
TABLES = {"json": ox.QueryResultsFormat.JSON, "xml": ox.QueryResultsFormat.XML}
GRAPHS = {
    **{"n-triples": ox.RdfFormat.N_TRIPLES, "plain": ox.RdfFormat.N_TRIPLES},
    **{"turtle": ox.RdfFormat.TURTLE, "rdf+xml": ox.RdfFormat.RDF_XML},
}

#: Virtuoso's names of blank nodes and its table for an ASK.
_NODE_ID = re.compile(rb'("type"\s*+:\s*+"bnode"\s*+,\s*+"value"\s*+:\s*+"|<bnode>)nodeID://')
_ASKED = "__ASK_RETVAL"

_CHUNK = 256 * 1024


class NotAsked(Exception):
    """An answer of another kind than the query asks for."""


@contextmanager
def told(who: str) -> Iterator[None]:
    """Errors of reading as what they mean: BadGateway, in our own words."""
    try:
        yield
    except SyntaxError as error:
        raise BadGateway(f"{who} sent what is not of the format that it says, or not all of it.") from error
    except NotAsked as error:
        raise BadGateway(f"{who} sent {error} for an answer.") from error
    except RecursionError as error:
        raise BadGateway(f"{who} sent an answer that is nested too deeply.") from error


def write(content: BinaryIO, media: str, kind: ResultKind, format: Format, depth: int, output: BinaryIO, distinct: bool = False) -> None:
    """Write an answer in a format, each row once if they are to be distinct.

    Raises SyntaxError, NotAsked; BadGateway for terms of more than `depth` levels.
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
    """Solutions as VALUES, of at most so many characters.

    Raises SyntaxError, NotAsked, ResultTooLarge; BadGateway also for a blank node.
    """
    table = _table(content, media)
    rows, size = [], 0
    with _deep():
        for solution in table:
            row = f"({' '.join([_written(term, depth) for term in solution])})"
            size += len(row) + 1
            if size > limit:
                # Counted in what is bound and what is not: an empty row of many columns is two bytes of JSON.
                raise ResultTooLarge(f"What other servers answer to this query is larger than {limit} bytes, its limit.", limit=limit)
            rows.append(row)
    return f"VALUES ({' '.join(map(str, table.variables))}) {{ {' '.join(rows)} }}"


def syntax(known: dict[str, Syntax], media: str) -> Syntax:
    """What pyoxigraph calls a media type, by its last part. Raises NotAsked."""
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
        raise BadGateway(f"Another server's answer is of no use: {error.detail}") from error


def _truth(content: bytes, syntax: ox.QueryResultsFormat) -> ox.QueryBoolean:
    """A truth, also where it comes as Virtuoso's table. Raises SyntaxError, NotAsked, RecursionError."""
    if syntax == ox.QueryResultsFormat.JSON:
        try:
            # The parser below is content with a beginning.
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
    """A table. Raises SyntaxError, NotAsked for a truth."""
    form = syntax(TABLES, media)
    # Virtuoso's `nodeID://b1` is written as the label `b1`, which a blank node's name must be.
    source = io.BytesIO(_NODE_ID.sub(rb"\1", content.read())) if _has(content, b"nodeID://") else content
    answer = ox.parse_query_results(source, form)
    if not isinstance(answer, ox.QuerySolutions):
        raise NotAsked("a truth")
    return answer


def _each_once(table: ox.QuerySolutions) -> ox.QuerySolutions:
    """A table with each row where it comes first: Virtuoso 7.2 now and then repeats rows of a SELECT DISTINCT with many optional parts."""
    # A row is a line of TSV, which says all of a term (SPARQL 1.1 Query Results CSV and TSV Formats, section 4).
    lines = io.BytesIO()
    table.serialize(lines, ox.QueryResultsFormat.TSV)
    lines.seek(0)
    found = ox.parse_query_results(io.BytesIO(b"".join(dict.fromkeys(lines))), ox.QueryResultsFormat.TSV)
    assert isinstance(found, ox.QuerySolutions)
    return found


def _has(content: BinaryIO, word: bytes) -> bool:
    """Whether a word stands anywhere in the content, which is then at its beginning again."""
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
