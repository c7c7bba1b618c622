"""`/.well-known/void` and `/catalog`: the graph's description of itself, and the service's."""

from flask import Blueprint, Response, request

from graph_service.formats.media_types import GRAPH_FORMATS, Format
from graph_service.formats.rdf_writer import write_triples
from graph_service.service.service import Service
from graph_service.snapshot.snapshot import Snapshot
from graph_service.web.data.contexts import compact, wants_expanded
from graph_service.web.http.links import negotiated
from graph_service.web.http.precomputed import content
from graph_service.web.http.responses import choose, write


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
        return described(service, "/catalog", suffix, *catalogue(service))

    return routes


def catalogue(service: Service) -> tuple[str, ...]:
    """The documents that the catalogue describes."""
    space = service.space
    return (space.dataset, space.catalog, space.endpoint, space.downloads, space.void)


def described(service: Service, path: str, suffix: str | None, *documents: str, partitions: bool = False) -> Response:
    """The response with a part of the description (see `Service.description`)."""
    format = choose(GRAPH_FORMATS, suffix)
    return negotiated(write(document(service, format, *documents, partitions=partitions), format), path, format, GRAPH_FORMATS)


def document(service: Service, format: Format, *documents: str, partitions: bool = False, version: Snapshot | None = None) -> bytes:
    """A part of the description in a format (see `Service.description`), of this or another version."""
    of = version or service.snapshot
    versions = " ".join(version.id for version in service.versions)
    short = format.name == "jsonld" and not wants_expanded()
    name = f"description {of.id} {format.name} {short} {partitions} {' '.join(documents)} {versions}"

    def written() -> bytes:
        made = write_triples(service.description(request.root_url, *documents, partitions=partitions, version=of), format)
        return compact(made) if short else made

    return content(name, written)
