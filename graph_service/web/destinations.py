"""Where the IRIs of a graph lead on pages: to their own place here, elsewhere, or nowhere.

Anybody may have written the data, and a page must not run what they say: no other address than that of `destination` stands in a page.
"""

from graph_service.words.names import BASE, is_followed


def local(iri: str) -> str:
    """The address under which this service answers for an IRI of the graph: its path; other IRIs stay as they are."""
    path = iri.removeprefix(BASE)
    # A path that begins with two slashes would be read as another host (RFC 3986, section 4.2).
    return "/" + path if iri.startswith(BASE) and not path.startswith("/") else iri


def destination(iri: str) -> str | None:
    """Where a page leads for an IRI: to its place here, or to the IRI itself if its scheme is one that is followed; else nowhere."""
    return local(iri) if is_followed(iri) else None
