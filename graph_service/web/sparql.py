"""`/sparql`: the query operation of the SPARQL 1.1 Protocol (sections 2.1 and 2.2)."""

from collections.abc import Sequence
from uuid import uuid4

from flask import Blueprint, Response, render_template, request

from graph_service.engine.result import Query
from graph_service.errors import Forbidden, MalformedRequest, UnsupportedMediaType
from graph_service.service import Service
from graph_service.web.answers import answer, choose, flag, number, wanted, wants_html, write
from graph_service.web.cells import table
from graph_service.words.formats import GRAPH_FORMATS
from graph_service.words.names import ENDPOINT, WELL_KNOWN_VOID
from graph_service.words.tokens import is_volatile
from graph_service.words.writing import write_triples

_FORM = "application/x-www-form-urlencoded"
_QUERY = "application/sparql-query"
_UPDATE = "application/sparql-update"


def blueprint(service: Service) -> Blueprint:
    """The routes `/sparql` and `/sparql/`."""
    routes = Blueprint("sparql", __name__)

    @routes.route("/sparql", methods=["GET", "POST", "QUERY"])
    @routes.route("/sparql/", methods=["GET", "POST", "QUERY"])
    def sparql() -> Response:
        query = _read_query()
        if query is None:
            return _describe(service)
        if wants_html() and not request.values.get("format"):
            result = service.sparql(query)
            formats = [format.name for format in result.kind.formats]
            response = Response(render_template("sparql.html", query=query.text, table=table(service, result), formats=formats))
        else:
            response = answer(service.sparql(query, wanted()))
        response.headers["X-Query-Id"] = query.id
        if is_volatile(query.text):
            response.cache_control.no_store = True
        return response

    return routes


def _read_query() -> Query | None:
    """The query of the request; None where there is none and the service describes itself. Raises MalformedRequest and its like."""
    media = request.mimetype
    if media == _UPDATE or "update" in request.values:
        raise Forbidden("This endpoint is read-only: SPARQL Update is not accepted. The data is changed in its source files.")
    if request.method != "GET" and media not in {_FORM, _QUERY} and not (media == "" and "query" in request.args):
        raise UnsupportedMediaType(
            f"A query is sent by POST as {_FORM} or {_QUERY}; this is {media or 'of no type'}.", accepted=[_FORM, _QUERY]
        )
    texts = request.args.getlist("query") + request.form.getlist("query")
    if media == _QUERY and request.method != "GET":
        if texts:
            raise MalformedRequest("The query is given twice: in the address and in the body.", parameter="query")
        texts = [_body()]
    if not texts:
        if request.method != "GET" or request.args.keys() & {"default-graph-uri", "named-graph-uri"}:
            raise MalformedRequest("There is no query: the parameter `query` is missing.", parameter="query")
        return None
    if len(texts) > 1:
        raise MalformedRequest("There are several queries; one request asks one.", parameter="query")
    return Query(
        texts[0],
        default_graphs=_graphs("default-graph-uri", "named-graph-uri"),
        named_graphs=_graphs("named-graph-uri", "default-graph-uri"),
        infer=flag("infer", True),
        base=request.base_url,
        timeout=number("timeout"),
        id=uuid4().hex[:12],
    )


def _graphs(name: str, other: str) -> Sequence[str] | None:
    """The graphs a dataset parameter gives; none at all if only the other one is given; None if the request chooses no dataset."""
    given = request.values.getlist(name)
    return given if given or request.values.getlist(other) else None


def _body() -> str:
    try:
        return request.get_data().decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedRequest(f"The body is not UTF-8: {error}.") from error


def _describe(service: Service) -> Response:
    if wants_html():
        return Response(render_template("sparql.html", query=None, table=None))
    format = choose(GRAPH_FORMATS)
    triples = service.description(request.host_url, ENDPOINT, WELL_KNOWN_VOID)
    return write(write_triples(triples, format), format)
