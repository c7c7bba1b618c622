"""`/.well-known/void` and `/catalog`: what the graph says of itself, with the addresses of this service."""

from collections.abc import Sequence

from flask import Blueprint, Response, request

from graph_service.service import Service
from graph_service.web.answers import choose, write
from graph_service.web.kept import content
from graph_service.web.linked.contexts import compact
from graph_service.web.links import negotiated
from graph_service.words.formats import GRAPH_FORMATS, Format
from graph_service.words.names import BASE, CATALOG, DOWNLOADS, ENDPOINT, WELL_KNOWN_VOID
from graph_service.words.writing import write_triples

#: What the catalogue tells of, beside the dataset.
CATALOGUE = (CATALOG, ENDPOINT, DOWNLOADS, BASE + "openapi.json", WELL_KNOWN_VOID)


def blueprint(service: Service) -> Blueprint:
    """The routes of the descriptions."""
    routes = Blueprint("descriptions", __name__)

    @routes.get("/.well-known/void")
    @routes.get("/.well-known/void.<suffix>")
    def void(suffix: str | None = None) -> Response:
        return described(service, "/.well-known/void", suffix)

    @routes.get("/catalog")
    @routes.get("/catalog.<suffix>")
    def catalog(suffix: str | None = None) -> Response:
        return described(service, "/catalog", suffix, *CATALOGUE)

    return routes


def described(service: Service, path: str, suffix: str | None, *beginnings: str) -> Response:
    """A part of what the graph says of itself, as the document of that address."""
    format = choose(GRAPH_FORMATS, suffix)
    return negotiated(write(document(service, format, *beginnings), format), path, format, GRAPH_FORMATS)


def document(service: Service, format: Format, *beginnings: str) -> bytes:
    """A part of what the graph says of itself in a format, at the addresses of this service (see `Service.description`)."""
    versions = " ".join(version.id for version in service.versions)
    return content(f"description {format.name} {' '.join(beginnings)} {versions}", lambda: _written(service, format, beginnings))


def _written(service: Service, format: Format, beginnings: Sequence[str]) -> bytes:
    written = write_triples(service.description(request.root_url, *beginnings), format)
    return compact(written) if format.name == "jsonld" else written
