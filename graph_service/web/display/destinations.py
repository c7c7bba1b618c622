"""Where the IRIs of a graph lead on pages: to their own place here, elsewhere, or nowhere; and how they are written short.

Anybody may have written the data, and a page must not run what they say: no other address than that of `destination` stands in a page.
"""

from urllib.parse import urlencode

from flask import Flask, current_app, request

from graph_service.rdf.namespaces import is_followed
from graph_service.rdf.prefixes import curie
from graph_service.rdf.space import Space
from graph_service.service.service import Service


def know(app: Flask, service: Service) -> None:
    """Tell an application the things that have pages here though their IRIs lie outside its namespace, and the graph's own prefixes."""
    app.extensions["outside"] = service.outside
    app.extensions["shortening"] = service.shortening
    app.extensions["space"] = service.space


def local(iri: str) -> str:
    """The address under which this service answers for an IRI of its own namespace: its path; other IRIs stay as they are."""
    base = _base()
    path = iri.removeprefix(base)
    # A path that begins with two slashes would be read as another host (RFC 3986, section 4.2).
    return "/" + path if iri.startswith(base) and not path.startswith("/") else iri


def _base() -> str:
    found: str = current_app.extensions["space"].base if current_app else Space().base
    return found


def by_iri(path: str, iri: str) -> str:
    """The address of what tells of any IRI, as a parameter: `/page?iri=…`, `/data?iri=…`. Nothing of the IRI is an address in it."""
    return f"{path}?{urlencode({'iri': iri})}"


def destination(iri: str) -> str | None:
    """Where a page leads for an IRI: to its place here, or to the IRI itself if its scheme is one that is followed; else nowhere."""
    if is_outside(iri):
        return by_iri("/page", iri)
    return local(iri) if is_followed(iri) else None


def is_outside(iri: str) -> bool:
    """Whether the graph tells of an IRI that has no address of its own here."""
    return bool(current_app) and not current_app.extensions["space"].has_place(iri) and iri in current_app.extensions["outside"]


def short(iri: str) -> str:
    """An IRI for people: by a prefix, usual or of the graph's own; else what the IRI of a thing here ends with, and any other whole."""
    if not current_app:
        return curie(iri)
    known = current_app.extensions["shortening"]
    found: str = known.name(iri) if is_outside(iri) else known.short(iri) or iri
    return found


def whole(address: str) -> str:
    """The address of a page here with the host of this request and its path, for programs; one elsewhere as it is."""
    return request.root_url.rstrip("/") + address if address.startswith("/") else address
