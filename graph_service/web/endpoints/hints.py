"""`/sparql/hints`: what in a valid query finds nothing in this graph, for an editor that marks it while somebody writes; and
`/sparql/why-empty`: the part of a query with which nothing is left.
"""

from flask import Blueprint, Response, jsonify, request

from graph_service.errors import MalformedRequest
from graph_service.service.emptiness import Emptiness
from graph_service.service.service import Service
from graph_service.web.display.mistakes import cause, hint
from graph_service.web.http.languages import language_of_names
from graph_service.web.http.responses import flag


def blueprint(service: Service) -> Blueprint:
    """The route `/sparql/hints`."""
    routes = Blueprint("hints", __name__)

    @routes.get("/sparql/hints")
    def hints() -> Response:
        text = _query()
        return jsonify(hints=[hint(text, mistake) for mistake in service.silent_mistakes(text, language_of_names())])

    @routes.get("/sparql/why-empty")
    def why_empty() -> Response:
        text = _query()
        return jsonify(cause(text, Emptiness(service.sparql, flag("infer", True, request)).cause(text)))

    return routes


def _query() -> str:
    text = request.args.get("query")
    if text is None:
        raise MalformedRequest("There is no query: the parameter `query` is missing.", parameter="query")
    return text
