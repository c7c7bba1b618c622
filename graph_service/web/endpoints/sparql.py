"""`/sparql`: results as pages, the editor, and the service's description. `endpoint` reads the request."""

from collections.abc import Sequence
from time import perf_counter

from flask import Blueprint, Response, render_template, request

from graph_service.formats.media_types import GRAPH_FORMATS
from graph_service.service.service import Service
from graph_service.sparql.binding import bind
from graph_service.web.data.descriptions import document
from graph_service.web.display.cells import Table, table
from graph_service.web.http.responses import answer, choose, wants_html, write
from graph_service.web.middleware.endpoint import READ, Read, timed
from graph_service.web.pages.vicinity import places


def blueprint(service: Service) -> Blueprint:
    """The routes `/sparql` and `/sparql/`."""
    routes = Blueprint("sparql", __name__)

    @routes.route("/sparql", methods=["GET", "POST", "QUERY"])
    @routes.route("/sparql/", methods=["GET", "POST", "QUERY"])
    def sparql() -> Response:
        read: Read = request.environ[READ]
        if read.fault is not None:
            raise read.fault
        query = read.query
        if query is None:
            return _describe(service)
        if read.result is not None:
            response = answer(read.result)
            volatile = read.result.volatile
        else:
            began = perf_counter()
            result = service.sparql(query)
            volatile = result.volatile
            timing = timed(began)
            formats = [format.name for format in result.kind.formats]
            response = _page(service, bind(query.text, dict(query.given)), table(service, result), formats)
            response.headers["Server-Timing"] = timing
        response.headers["X-Query-Id"] = query.id
        if volatile:
            response.cache_control.no_store = True
        return response

    return routes


def _page(service: Service, query: str | None = None, shown: Table | bool | None = None, formats: Sequence[str] = ()) -> Response:
    """The editor, with a query and its result if there is one."""
    map = places(service, (part for row in shown.rows for part in row if part)) if isinstance(shown, Table) else None
    page = render_template("sparql.html", catalogue=service.catalogue, query=query, table=shown, formats=formats, map=map)
    return Response(page)


def _describe(service: Service) -> Response:
    if wants_html():
        return _page(service)
    format = choose(GRAPH_FORMATS)
    return write(document(service, format, service.space.dataset, service.space.endpoint, service.space.void), format)
