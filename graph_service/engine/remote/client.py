"""A SPARQL client: sends a query to another server with SPARQLWrapper, and copies the answer to a file.

The bytes are untrusted, so `foreign_results` parses them, in a worker.
"""

import http.client
import urllib.request
from collections.abc import Callable
from email.message import Message
from typing import BinaryIO

from SPARQLWrapper import JSON, N3, POST, URLENCODED, SPARQLWrapper

from graph_service.engine.remote.http import Call, Peer
from graph_service.errors import OutOfTime, ResultTooLarge, ServiceError

_ACCEPT_TABLE = "application/sparql-results+json, application/sparql-results+xml;q=0.5"
_ACCEPT_GRAPH = "application/n-triples, text/turtle;q=0.5, application/rdf+xml;q=0.3"


class RemoteQuery(SPARQLWrapper):
    """A query for one server.

    It is sent through a Peer: SPARQLWrapper's own HTTP has no deadline, and installs Digest authentication for the whole process.
    """

    def __init__(self, peer: Peer, call: Call, query: str, form: str) -> None:
        super().__init__(peer.url, agent="graph-service")
        self._peer = peer
        self._call = call
        self.setMethod(POST)
        self.setRequestMethod(URLENCODED)
        self.setOnlyConneg(True)
        # `setQuery` would guess the form with a regular expression.
        self.queryString = query
        self.queryType = form
        is_graph = form in {"CONSTRUCT", "DESCRIBE"}
        self.setReturnFormat(N3 if is_graph else JSON)
        self.addCustomHttpHeader("Accept", _ACCEPT_GRAPH if is_graph else _ACCEPT_TABLE)

    def _query(self) -> tuple[http.client.HTTPResponse, str]:
        request: Callable[[], urllib.request.Request] = self._createRequest
        return self._peer.open(request, self._call), self.returnFormat


def refuse_cut_off(headers: Message, peer: Peer) -> None:
    """Raise ResultTooLarge or OutOfTime if the server says that its answer is incomplete (Virtuoso)."""
    rows = headers.get("X-SPARQL-MaxRows")
    if rows is not None:
        raise ResultTooLarge(f"The {peer.role} {peer.name} cuts results off at {rows} rows, and this one has as many or more.")
    state = str(headers.get("X-SQL-State", ""))
    if state.startswith("S1T"):
        peer.log("gave up", str(headers.get("X-SQL-Message", state)))
        raise OutOfTime(f"The {peer.role} gave up: its own limit of time is shorter.")


def media_type(headers: Message) -> str:
    """The media type of an answer, by its header."""
    return headers.get_content_type()[:100]


def ask(client: RemoteQuery, peer: Peer, call: Call, content: BinaryIO, limit: int) -> tuple[Message, bool]:
    """Send a query and copy the answer to a file; returns the headers, and whether the end of the body was marked.

    Raises the errors of `Peer.explain` if there is no answer.
    """
    try:
        with client.query().response as response:
            marked = peer.receive(response, content, limit)
            headers = response.headers
    except (OSError, http.client.HTTPException, ServiceError) as error:
        raise peer.explain(error, call) from error
    if call.ended is not None:
        # A connection that was broken off looks like the end of a body without a length.
        raise call.ended
    return headers, marked
