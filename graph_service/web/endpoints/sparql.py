"""`/sparql`: the query operation of the SPARQL 1.1 Protocol for programs, and an editor with results for people.

`Endpoint` parses each request. Programs' tables and booleans are answered without Flask, whose routing and contexts take longer than a
small query. Pages are a normal Flask view.
"""

import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from http import HTTPStatus
from time import perf_counter
from typing import NoReturn

from flask import Blueprint, Response, render_template, request
from werkzeug.datastructures import CombinedMultiDict, MultiDict
from werkzeug.wrappers import Request

from graph_service.arrival import arrived
from graph_service.engine.pending import Begun
from graph_service.engine.result import Formats, Query, Result, ResultKind
from graph_service.errors import ServiceError
from graph_service.formats.media_types import GRAPH_FORMATS, Format
from graph_service.service.service import Service
from graph_service.sparql.binding import bind
from graph_service.text.memo import Latest
from graph_service.web.data.descriptions import document
from graph_service.web.display.cells import PageTable, table
from graph_service.web.display.mistakes import Hint, hint
from graph_service.web.http.languages import chosen, language_of_names
from graph_service.web.http.protocol import read_query, wants_page
from graph_service.web.http.responses import answer, choose, wanted, wants_html, write
from graph_service.web.http.values import check
from graph_service.web.middleware.application import Application
from graph_service.web.middleware.request import IncomingRequest
from graph_service.web.middleware.response import Headers, Reply, nameless
from graph_service.web.pages.surroundings import places

_PATHS = frozenset({"/sparql", "/sparql/"})
_METHODS = ("GET", "POST", "QUERY")

#: HEAD is asked as GET.
_TAKEN = frozenset({*_METHODS, "HEAD"})

#: For how many addresses and formats headers are cached: clients may send any host name.
_KEPT = 256

#: The largest request, in bytes, that is parsed on the event loop, which must not be blocked.
_SHORT = 8192


def takes(asked: IncomingRequest) -> bool:
    """Whether a request is for the endpoint."""
    return asked.path in _PATHS and asked.method in _TAKEN


class _Read(Request):
    """A request with cached parameters, which are looked up some twenty times.

    Werkzeug's own properties compute them on each access, and merge the parameters of GET with an empty body's.
    """

    @cached_property
    def args(self) -> MultiDict[str, str]:
        return super().args

    @cached_property
    def values(self) -> MultiDict[str, str] | CombinedMultiDict[str, str]:  # type: ignore[override]
        return self.args if self.method == "GET" else super().values


@dataclass
class _Reading:
    """A parsed request: its query (None without one), the wanted result formats (None for a page), or an error."""

    asked: IncomingRequest
    request: _Read
    began: float
    query: Query | None = None
    formats: Formats | None = None
    fault: Exception | None = None


class Endpoint:
    """The SPARQL endpoint over a snapshot. Thread-safe."""

    def __init__(self, application: Application, service: Service) -> None:
        self._application = application
        self._service = service
        self._headers: Latest[tuple[str, str, str, str], Headers] = Latest(_KEPT)

    def answer(self, asked: IncomingRequest) -> Reply:
        """Answer a request. Raises Unavailable if the disk is full, Busy if no turn is free in time."""
        return self._answer(self._read(asked))

    async def begin(self, asked: IncomingRequest) -> Reply | Begun[Reply]:
        """Answer a short query on the event loop; for all others, return what a thread has to do.

        Going through a thread takes longer than a small query.
        """
        if asked.size + len(asked.body) > _SHORT:
            return Begun(partial(self.answer, asked))
        with arrived(asked.arrived):
            reading = self._read(asked)
        if reading.query is None or reading.formats is None or reading.fault is not None:
            return Begun(partial(self._answer, reading))
        try:
            result = await self._service.begin(reading.query, reading.formats)
        except Exception as error:  # the client gets it
            return Begun(partial(self._failed, reading, error))
        if isinstance(result, Begun):
            return Begun(partial(self._finished, reading, result.finish), result.drop)
        if result.kind is ResultKind.GRAPH or self._key(reading, result.format) not in self._headers:
            return Begun(partial(self._written, reading, result))
        return self._written(reading, result)

    def _read(self, asked: IncomingRequest) -> _Reading:
        reading = _Reading(asked, _Read(asked.environ(), populate_request=False), perf_counter())
        read = reading.request
        read.max_content_length = read.max_form_memory_size = self._application.body_limit
        try:
            check(read, self._application.limits)
            # Data do not depend on the language, but an invalid `lang` is refused at every address.
            chosen(read)
            reading.query = read_query(read)
            if reading.query is not None and not wants_page(read):
                reading.formats = wanted(asked=read)
        except Exception as error:  # the client gets it
            reading.fault = error
        return reading

    def _answer(self, reading: _Reading) -> Reply:
        query, formats = reading.query, reading.formats
        if reading.fault is not None:
            return self._failed(reading, reading.fault)
        if query is None and not wants_html(reading.request):
            return self._application.respond(reading.asked, partial(_description, self._service))
        if query is None or formats is None:
            return self._application.answer(reading.asked)
        return self._finished(reading, partial(self._service.sparql, query, formats))

    def _finished(self, reading: _Reading, finish: Callable[[], Result]) -> Reply:
        try:
            result = finish()
        except Exception as error:  # the client gets it
            return self._failed(reading, error)
        return self._written(reading, result)

    def _failed(self, reading: _Reading, error: Exception) -> Reply:
        try:
            return self._application.respond(reading.asked, partial(_fail, error))
        finally:
            # Exception and traceback form a reference cycle. Until it is collected, it must not keep a result alive, which may be a large
            # file.
            traceback.clear_frames(error.__traceback__)
            reading.fault = None

    def _written(self, reading: _Reading, result: Result) -> Reply:
        assert reading.query is not None
        added = [("X-Query-Id", reading.query.id), ("Server-Timing", _timing(reading.began))]
        if result.volatile:
            added.append(("Cache-Control", "no-store"))
        if result.kind is ResultKind.GRAPH:
            # A response hook compacts JSON-LD.
            reply = self._application.respond(reading.asked, partial(answer, result))
            return Reply(reply.status, [*reply.headers, *added], reply.content)
        headers = [*self._constant(reading, result.format), ("Content-Length", str(result.size)), *added]
        return Reply(HTTPStatus.OK, headers, result.read() if result.in_memory else nameless(result))

    def _constant(self, reading: _Reading, format: Format) -> Headers:
        """The headers of all tables and booleans at an address in a format, cached."""
        key = self._key(reading, format)
        headers = self._headers.get(key)
        if headers is None:
            reply = self._application.respond(reading.asked, partial(write, b"", format))
            headers = self._headers[key] = [header for header in reply.headers if header[0] != "Content-Length"]
        return headers

    def _key(self, reading: _Reading, format: Format) -> tuple[str, str, str, str]:
        read = reading.request
        return (read.scheme, read.host, read.path, format.content_type)


def blueprint(service: Service) -> Blueprint:
    """The routes `/sparql` and `/sparql/`, for people."""
    routes = Blueprint("sparql", __name__)

    @routes.route("/sparql", methods=_METHODS)
    @routes.route("/sparql/", methods=_METHODS)
    def sparql() -> Response:
        query = read_query(request)
        if query is None:
            return _page(service)
        began = perf_counter()
        result = service.sparql(query)
        timing = _timing(began)
        formats = [format.name for format in result.kind.formats]
        response = _page(service, bind(query.text, dict(query.given)), table(service, result), formats)
        response.headers["X-Query-Id"], response.headers["Server-Timing"] = query.id, timing
        if result.volatile:
            response.cache_control.no_store = True
        return response

    return routes


def _page(service: Service, query: str | None = None, shown: PageTable | bool | None = None, formats: Sequence[str] = ()) -> Response:
    """The editor page, with a query and its result if there is one."""
    map = places(service, (part for row in shown.rows for part in row if part)) if isinstance(shown, PageTable) else None
    hints = _hints(service, query, shown) if query is not None else []
    page = render_template("sparql.html", catalogue=service.catalogue, query=query, table=shown, formats=formats, map=map, hints=hints)
    return Response(page)


def _hints(service: Service, query: str, shown: PageTable | bool | None) -> list[Hint]:
    """What may be the cause where a result, or a column of it, is empty; none where nothing is."""
    if isinstance(shown, PageTable):
        is_lacking = not shown.rows or any(all(cell is None for cell in column) for column in zip(*shown.rows, strict=True))
    else:
        is_lacking = shown is False
    try:
        return [hint(query, mistake) for mistake in service.silent_mistakes(query, language_of_names())] if is_lacking else []
    except ServiceError:
        # The result is there; a busy engine is no reason to withhold it.
        return []


def _description(service: Service) -> Response:
    """The SPARQL 1.1 Service Description (section 2)."""
    format = choose(GRAPH_FORMATS)
    return write(document(service, format, service.space.dataset, service.space.endpoint, service.space.void), format)


def _fail(error: Exception) -> NoReturn:
    raise error


def _timing(began: float) -> str:
    """The Server-Timing header (W3C): milliseconds from the query's beginning to its result, waiting included."""
    return f"query;dur={(perf_counter() - began) * 1000:.1f}"
