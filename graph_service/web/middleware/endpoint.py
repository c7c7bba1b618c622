"""The SPARQL endpoint for programs: tables and truths from `/sparql` that are sent without Flask.

Such an answer needs no routes, no templates and no session, and building them up takes longer than a small query. Pages, graphs (some
hooks write JSON-LD anew) and what goes wrong are left to Flask, with what was read of the request.
"""

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from http import HTTPStatus
from time import perf_counter
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.datastructures import CombinedMultiDict, MultiDict
from werkzeug.wrappers import Request

from graph_service.arrival import arrived
from graph_service.engine.pending import Begun
from graph_service.engine.result import Formats, Kind, Query, Result
from graph_service.formats.media_types import Format
from graph_service.service.service import Service
from graph_service.web.http.languages import chosen
from graph_service.web.http.protocol import read_query, wants_page
from graph_service.web.http.responses import wanted, write
from graph_service.web.http.values import check
from graph_service.web.middleware.request import Asked
from graph_service.web.middleware.response import Headers, Reply, nameless, run
from graph_service.web.middleware.turns import Turns

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

#: Where the environment holds the Read of a request that is left to Flask.
READ = "graph_service.read"

_PATHS = frozenset({"/sparql", "/sparql/"})
_METHODS = frozenset({"GET", "HEAD", "POST", "QUERY"})

#: For how many addresses and formats headers are kept: a client may send any name of a host.
_KEPT = 256


#: Bytes of a request that is read on the event loop, which nothing may keep for long.
_SHORT = 8192


@dataclass
class Read:
    """What was read of a request: the query, None if there is none; its result, None if that is to be a page; what is wrong with it."""

    query: Query | None = None
    result: Result | None = None
    fault: Exception | None = None


def timed(began: float) -> str:
    """What a Server-Timing header (W3C) says of a query that began then: milliseconds until its result was there, waiting included."""
    return f"query;dur={(perf_counter() - began) * 1000:.1f}"


class _Asked(Request):
    """A request whose parameters are plain attributes once they have been read: they are looked at some twenty times.

    Werkzeug's own properties are worked out by a call each time, and put the parameters of GET together with a body's that there is not.
    """

    @cached_property
    def args(self) -> MultiDict[str, str]:
        return super().args

    @cached_property
    def values(self) -> MultiDict[str, str] | CombinedMultiDict[str, str]:  # type: ignore[override]
        return self.args if self.method == "GET" else super().values


@dataclass
class _Reading:
    """A request, what was read of it when, and in which formats its result is wanted; None if it has none, or it is to be a page."""

    environ: "WSGIEnvironment"
    request: _Asked
    read: Read
    began: float
    formats: Formats | None = None


class Endpoint:
    """What answers for a snapshot: tables and truths are written here, the rest by Flask. Many threads may use it."""

    def __init__(self, application: Flask, service: Service, turns: Turns) -> None:
        self._application = application
        self._service = service
        self._turns = turns
        self._headers: dict[tuple[str, str, str, str], Headers] = {}

    def answer(self, asked: Asked) -> Reply:
        """The answer to a request. Raises Unavailable when the disk is full, Busy if no turn comes."""
        if not _is_for_endpoint(asked):
            return self._run(asked.environ())
        reading = self._read(asked)
        query = reading.read.query
        if query is None or reading.formats is None:
            return self._written(reading)
        return self._answered(reading, partial(self._service.sparql, query, reading.formats))

    async def begin(self, asked: Asked) -> Reply | Begun[Reply]:
        """The answer to a short question, from the event loop; for all others what a thread has to do.

        The way to a thread and back takes longer than a small query does.
        """
        if not _is_for_endpoint(asked) or asked.size + len(asked.body) > _SHORT:
            return Begun(partial(self.answer, asked))
        with arrived(asked.arrived):
            reading = self._read(asked)
        query, read = reading.read.query, reading.read
        if query is None or reading.formats is None:
            return Begun(partial(self._written, reading))
        try:
            result = await self._service.begin(query, reading.formats)
        except Exception as error:  # Flask's handlers know what each stands for
            read.fault = error
            return Begun(partial(self._written, reading))
        if isinstance(result, Begun):
            return Begun(partial(self._answered, reading, result.finish), result.drop)
        read.result = result
        if result.kind is Kind.GRAPH or self._key(reading, result.format) not in self._headers:
            return Begun(partial(self._written, reading))
        return self._written(reading)

    def _read(self, asked: Asked) -> _Reading:
        environ = asked.environ()
        read = environ[READ] = Read()
        request = _Asked(environ, populate_request=False)
        request.max_content_length = request.max_form_memory_size = self._application.config["MAX_CONTENT_LENGTH"]
        reading = _Reading(environ, request, read, perf_counter())
        try:
            check(request, self._application.config)
            # Data are the same in all languages, and what is no language is refused at every address.
            chosen(request)
            read.query = read_query(request)
            if read.query is not None and not wants_page(request):
                reading.formats = wanted(asked=request)
        except Exception as error:  # Flask's handlers know what each stands for
            read.fault = error
        return reading

    def _answered(self, reading: _Reading, finish: Callable[[], Result]) -> Reply:
        try:
            reading.read.result = finish()
        except Exception as error:  # Flask's handlers know what each stands for
            reading.read.fault = error
        return self._written(reading)

    def _written(self, reading: _Reading) -> Reply:
        read, environ = reading.read, reading.environ
        query, result = read.query, read.result
        try:
            if query is None or result is None or result.kind is Kind.GRAPH:
                # Flask reads the request once more.
                environ["wsgi.input"].seek(0)
                return self._run(environ)
            headers = [*self._constant(reading, result.format), ("Content-Length", str(result.size))]
            headers += [("X-Query-Id", query.id), ("Server-Timing", timed(reading.began))]
            if result.volatile:
                headers.append(("Cache-Control", "no-store"))
            return Reply(HTTPStatus.OK, headers, result.read() if result.in_memory else nameless(result))
        finally:
            # Flask's request and its environment hold each other, and so does an error what it met. Until somebody looks for such
            # garbage, it must not hold a result, which may be a large file.
            if read.fault is not None:
                traceback.clear_frames(read.fault.__traceback__)
            read.query = read.result = read.fault = None

    def _run(self, environ: "WSGIEnvironment") -> Reply:
        with self._turns.taken():
            return run(self._application, environ)

    def _constant(self, reading: _Reading, format: Format) -> Headers:
        """The headers that Flask gives every table and truth at an address in a format: worked out by it once."""
        key = self._key(reading, format)
        headers = self._headers.get(key)
        if headers is None:
            if len(self._headers) >= _KEPT:
                self._headers.clear()
            with self._application.request_context(reading.environ):
                response = self._application.process_response(write(b"", format))
            headers = self._headers[key] = [header for header in response.headers.to_wsgi_list() if header[0] != "Content-Length"]
        return headers

    def _key(self, reading: _Reading, format: Format) -> tuple[str, str, str, str]:
        request = reading.request
        return (request.scheme, request.host, request.path, format.content_type)


def _is_for_endpoint(asked: Asked) -> bool:
    return asked.path in _PATHS and asked.method in _METHODS
