"""Asking another SPARQL server: the request as SPARQLWrapper makes it, and its answer as bytes in a file.

What the bytes say is read elsewhere (see `foreign`): they may be anything.
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
        peer.log("gave up", str(headers.get("X-SQL-Message", state)))
        raise OutOfTime(f"The {peer.role} gave up: its own limit of time is shorter.")


def media_type(headers: Message) -> str:
    """The media type that an answer says it has."""
    return headers.get_content_type()[:100]


def ask(client: RemoteQuery, peer: Peer, call: Call, content: BinaryIO, limit: int) -> tuple[Message, bool]:
    """Send a query and copy what is answered into a file; the headers, and whether the end was marked.

    Raises what the answer means if it is none: see `Peer.explain`.
    """
    try:
        with client.query().response as response:
            marked = peer.receive(response, content, limit)
            headers = response.headers
    except (OSError, http.client.HTTPException, ServiceError) as error:
        raise peer.explain(error, call) from error
    if call.ended is not None:
        # A connection that is broken off looks like the end of an answer whose length was not told.
        raise call.ended
    return headers, marked
