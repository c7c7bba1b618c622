"""Links for IRIs on pages: a local page, an external link, or none; and short names.

The data may be anybody's, and must not run scripts: pages link only to addresses from `destination`.
"""

from urllib.parse import urlencode

from flask import Flask, current_app, request

from graph_service.rdf.namespaces import is_followed
from graph_service.rdf.prefixes import curie
from graph_service.rdf.space import Space
from graph_service.service.service import Service


def know(app: Flask, service: Service) -> None:
    """Register with an application which things outside its namespace have pages, and the graph's prefixes."""
    app.extensions["outside"] = service.outside
    app.extensions["shortening"] = service.shortening
    app.extensions["space"] = service.space


def local(iri: str) -> str:
    """The local path of an IRI in the service's namespace; other IRIs unchanged."""
    base = _base()
    path = iri.removeprefix(base)
    # A path with two leading slashes would mean another host (RFC 3986, section 4.2).
    return "/" + path if iri.startswith(base) and not path.startswith("/") else iri


def _base() -> str:
    found: str = current_app.extensions["space"].base if current_app else Space().base
    return found


def by_iri(path: str, iri: str) -> str:
    """The address of the page or data about any IRI, as a parameter: `/page?iri=…`, `/data?iri=…`."""
    return f"{path}?{urlencode({'iri': iri})}"


def destination(iri: str) -> str | None:
    """The link target for an IRI: its local page, the IRI itself if its scheme is allowed, or None."""
    if is_outside(iri):
        return by_iri("/page", iri)
    return local(iri) if is_followed(iri) else None


def is_outside(iri: str) -> bool:
    """Whether the graph describes an IRI that has no path of its own here."""
    return bool(current_app) and not current_app.extensions["space"].has_place(iri) and iri in current_app.extensions["outside"]


def short(iri: str) -> str:
    """An IRI for people: abbreviated by a usual prefix or the graph's own; else the local name of a thing here, and any other in full."""
    if not current_app:
        return curie(iri)
    known = current_app.extensions["shortening"]
    found: str = known.name(iri) if is_outside(iri) else known.short(iri) or iri
    return found


def whole(address: str) -> str:
    """The absolute URL of a local address; others unchanged."""
    return request.root_url.rstrip("/") + address if address.startswith("/") else address
