"""The SPARQL endpoint for programs: tables and truths from `/sparql` that are sent before Flask sees the request.

Such an answer needs no routes, no templates and no session, and building them up takes longer than a small query. Pages, graphs (some
hooks write JSON-LD anew) and what goes wrong are left to Flask, with what was read of the request.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.wrappers import Request
from werkzeug.wsgi import ClosingIterator

from graph_service.engine.result import Kind, Query, Result
from graph_service.service import Service
from graph_service.web.answers import wanted, write
from graph_service.web.protocol import read_query, wants_page
from graph_service.words.formats import Format
from graph_service.words.tokens import is_volatile

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

#: Where the environment holds the Read of a request that is left to Flask.
READ = "graph_service.read"

_PATHS = frozenset({"/sparql", "/sparql/"})
_METHODS = frozenset({"GET", "POST", "QUERY"})

#: For how many addresses and formats headers are kept: a client may send any name of a host.
_KEPT = 256


@dataclass
class Read:
    """What was read of a request: the query, None if there is none; its result, None if that is to be a page; what is wrong with it."""

    query: Query | None = None
    result: Result | None = None
    fault: Exception | None = None


def timed(began: float) -> str:
    """What a Server-Timing header (W3C) says of a query that began then: milliseconds until its result was there, waiting included."""
    return f"query;dur={(perf_counter() - began) * 1000:.1f}"


class Endpoint:
    """A WSGI application in front of Flask."""

    def __init__(self, application: Flask, service: Service) -> None:
        self._application = application
        self._service = service
        self._headers: dict[tuple[str, str, str, str], list[tuple[str, str]]] = {}

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a query, or leave the request to Flask."""
        if environ["PATH_INFO"] not in _PATHS or environ["REQUEST_METHOD"] not in _METHODS:
            return self._application(environ, start_response)
        asked = Request(environ, populate_request=False)
        asked.max_content_length = asked.max_form_memory_size = self._application.config["MAX_CONTENT_LENGTH"]
        read = environ[READ] = Read()
        began = perf_counter()
        try:
            read.query = read_query(asked)
            if read.query is not None and not wants_page(asked):
                read.result = self._service.sparql(read.query, wanted(asked=asked))
        except Exception as error:  # Flask's handlers know what each stands for
            read.fault = error
        query, result = read.query, read.result
        if query is None or result is None or result.kind is Kind.GRAPH:
            return self._application(environ, start_response)
        headers = [*self._constant(environ, asked, result.format), ("Content-Length", str(result.size))]
        headers += [("X-Query-Id", query.id), ("Server-Timing", timed(began))]
        if is_volatile(query.text):
            headers.append(("Cache-Control", "no-store"))
        start_response("200 OK", headers)
        return [result.read()] if result.in_memory else ClosingIterator(result.chunks(), result.close)

    def _constant(self, environ: "WSGIEnvironment", asked: Request, format: Format) -> list[tuple[str, str]]:
        """The headers that Flask gives every table and truth at an address in a format: worked out by it once."""
        key = (asked.scheme, asked.host, asked.path, format.content_type)
        headers = self._headers.get(key)
        if headers is None:
            if len(self._headers) >= _KEPT:
                self._headers.clear()
            with self._application.request_context(environ):
                response = self._application.process_response(write(b"", format))
            headers = self._headers[key] = [header for header in response.headers.to_wsgi_list() if header[0] != "Content-Length"]
        return headers
