"""`/.well-known/void` and `/catalog`: what the graph says of itself, with the addresses of this service."""

from flask import Blueprint, Response, request

from graph_service.service import Service
from graph_service.web.answers import choose, write
from graph_service.words.formats import GRAPH_FORMATS
from graph_service.words.names import BASE, CATALOG, DOWNLOADS, ENDPOINT
from graph_service.words.writing import write_triples


def blueprint(service: Service) -> Blueprint:
    """The routes of the descriptions."""
    routes = Blueprint("descriptions", __name__)

    @routes.get("/.well-known/void")
    def void() -> Response:
        return _described(service)

    @routes.get("/catalog")
    def catalog() -> Response:
        return _described(service, CATALOG, ENDPOINT, DOWNLOADS, BASE + "openapi.json")

    return routes


def _described(service: Service, *beginnings: str) -> Response:
    format = choose(GRAPH_FORMATS)
    return write(write_triples(service.description(request.host_url, *beginnings), format), format)
