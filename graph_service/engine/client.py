"""Asking another SPARQL server: the request as SPARQLWrapper makes it, and what comes back, read by its media type.

An answer that breaks off, or is none, is an error and never a shorter answer.
"""

import http.client
import json
import re
import tempfile
import traceback
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from typing import BinaryIO, TypeVar

import pyoxigraph as ox
from SPARQLWrapper import JSON, N3, POST, URLENCODED, SPARQLWrapper

from graph_service.engine.peer import Call, Peer
from graph_service.errors import OutOfTime, ResultTooLarge

Syntax = TypeVar("Syntax", ox.QueryResultsFormat, ox.RdfFormat)

#: Names of media types, by their last part, and what pyoxigraph calls them.
TABLES = {"json": ox.QueryResultsFormat.JSON, "xml": ox.QueryResultsFormat.XML}
GRAPHS = {
    **{"n-triples": ox.RdfFormat.N_TRIPLES, "plain": ox.RdfFormat.N_TRIPLES},
    **{"turtle": ox.RdfFormat.TURTLE, "rdf+xml": ox.RdfFormat.RDF_XML},
}
_ACCEPT_TABLE = "application/sparql-results+json, application/sparql-results+xml;q=0.5"
_ACCEPT_GRAPH = "application/n-triples, text/turtle;q=0.5, application/rdf+xml;q=0.3"

#: Virtuoso's names of blank nodes and its table for an ASK.
_NODE_ID = re.compile(rb'("type"\s*:\s*"bnode"\s*,\s*"value"\s*:\s*"|<bnode>)nodeID://')
_ASKED = "__ASK_RETVAL"

_CHUNK = 256 * 1024


@dataclass
class Running:
    """A query that waits for another server: for the operator's list."""

    id: str
    text: str
    started: float
    call: Call


class Client(SPARQLWrapper):
    """A query for one server.

    It is sent through a Peer: SPARQLWrapper's own way has no deadline, and its Digest is installed for the whole process.
    """

    def __init__(self, peer: Peer, call: Call, query: str, form: str) -> None:
        super().__init__(peer.url, agent="graph-service")
        self._peer = peer
        self._call = call
        self.setMethod(POST)
        self.setRequestMethod(URLENCODED)
        self.setOnlyConneg(True)
        # The form is known: what `setQuery` would guess with a regular expression.
        self.queryString = query
        self.queryType = form
        is_graph = form in {"CONSTRUCT", "DESCRIBE"}
        self.setReturnFormat(N3 if is_graph else JSON)
        self.addCustomHttpHeader("Accept", _ACCEPT_GRAPH if is_graph else _ACCEPT_TABLE)

    def _query(self) -> tuple[http.client.HTTPResponse, str]:
        request: Callable[[], urllib.request.Request] = self._createRequest
        return self._peer.open(request, self._call), self.returnFormat


def refuse_cut_off(headers: Message, peer: Peer) -> None:
    """Raise ResultTooLarge or OutOfTime for an answer whose server says that it is not all (Virtuoso)."""
    rows = headers.get("X-SPARQL-MaxRows")
    if rows is not None:
        raise ResultTooLarge(f"The {peer.role} {peer.name} cuts results off at {rows} rows, and this one has as many or more.")
    state = str(headers.get("X-SQL-State", ""))
    if state.startswith("S1T"):
        raise OutOfTime(f"The {peer.role} gave up: {peer.clean(str(headers.get('X-SQL-Message', state)))}")


@contextmanager
def dropped_here() -> Iterator[None]:
    """On an error, let go of what its frames hold: no thread but its own may drop a table, and whoever catches the error may be one."""
    try:
        yield
    except BaseException as error:
        traceback.clear_frames(error.__traceback__)
        raise


class NotAsked(Exception):
    """An answer of another kind than the query asks for."""


def syntax(known: dict[str, Syntax], media: str) -> Syntax:
    """What pyoxigraph calls a media type, by its last part. Raises NotAsked."""
    found = next((format for name, format in known.items() if media.partition("/")[2].endswith(name)), None)
    if found is None:
        raise NotAsked(media)
    return found


def read_truth(content: bytes, syntax: ox.QueryResultsFormat) -> ox.QueryBoolean:
    """A truth, also where it comes as Virtuoso's table. Raises SyntaxError, NotAsked."""
    if syntax == ox.QueryResultsFormat.JSON:
        try:
            # The parser below is content with a beginning.
            json.loads(content)
        except ValueError as error:
            raise SyntaxError(str(error)) from error
    elif not content.rstrip().endswith(b"sparql>"):
        raise SyntaxError("the end is missing")
    answer: ox.QueryBoolean | ox.QuerySolutions | None = ox.parse_query_results(content, syntax)
    if isinstance(answer, ox.QueryBoolean):
        return answer
    truth = False
    try:
        assert answer is not None
        if [variable.value for variable in answer.variables] != [_ASKED]:
            raise NotAsked("a table")
        for row in answer:
            value = row[_ASKED]
            truth = truth or (isinstance(value, ox.Literal) and value.value not in {"0", "false"})
    finally:
        # An error would keep it, with this frame, until another thread clears up; and it must be let go of by this one.
        answer = None
    whole = ox.parse_query_results(json.dumps({"head": {}, "boolean": truth}), ox.QueryResultsFormat.JSON)
    assert isinstance(whole, ox.QueryBoolean)
    return whole


def read_table(content: BinaryIO, syntax: ox.QueryResultsFormat) -> ox.QuerySolutions:
    """A table. Raises SyntaxError, NotAsked for a truth."""
    answer = ox.parse_query_results(content, syntax)
    if not isinstance(answer, ox.QuerySolutions):
        raise NotAsked("a truth")
    return answer


def without_node_ids(content: BinaryIO) -> BinaryIO:
    """The content, or a copy, with Virtuoso's `nodeID://b1` written as the label `b1`, which a blank node's name must be."""
    overlap = b""
    while chunk := content.read(_CHUNK):
        if b"nodeID://" in overlap + chunk:
            break
        overlap = chunk[-10:]
    else:
        content.seek(0)
        return content
    content.seek(0)
    changed = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    for line in content:
        changed.write(_NODE_ID.sub(rb"\1", line))
    changed.seek(0)
    return changed
