"""`/sparql`: results as pages, the editor, and the service's description. `endpoint` reads the request."""

from flask import Blueprint, Response, render_template, request

from graph_service.service import Service
from graph_service.web.answers import answer, choose, wants_html, write
from graph_service.web.cells import table
from graph_service.web.endpoint import READ, Read
from graph_service.words.formats import GRAPH_FORMATS
from graph_service.words.names import ENDPOINT, WELL_KNOWN_VOID
from graph_service.words.tokens import is_volatile
from graph_service.words.writing import write_triples


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
        else:
            result = service.sparql(query)
            formats = [format.name for format in result.kind.formats]
            response = Response(render_template("sparql.html", query=query.text, table=table(service, result), formats=formats))
        response.headers["X-Query-Id"] = query.id
        if is_volatile(query.text):
            response.cache_control.no_store = True
        return response

    return routes


def _describe(service: Service) -> Response:
    if wants_html():
        return Response(render_template("sparql.html", query=None, table=None))
    format = choose(GRAPH_FORMATS)
    triples = service.description(request.host_url, ENDPOINT, WELL_KNOWN_VOID)
    return write(write_triples(triples, format), format)
