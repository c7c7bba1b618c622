"""`/sparql/hints`: what in a valid query finds nothing in this graph, for an editor that marks it while somebody writes."""

from flask import Blueprint, Response, jsonify, request

from graph_service.errors import MalformedRequest
from graph_service.service.service import Service
from graph_service.web.display.mistakes import hint
from graph_service.web.http.languages import language_of_names


def blueprint(service: Service) -> Blueprint:
    """The route `/sparql/hints`."""
    routes = Blueprint("hints", __name__)

    @routes.get("/sparql/hints")
    def hints() -> Response:
        text = request.args.get("query")
        if text is None:
            raise MalformedRequest("There is no query: the parameter `query` is missing.", parameter="query")
        return jsonify(hints=[hint(text, mistake) for mistake in service.silent_mistakes(text, language_of_names())])

    return routes
