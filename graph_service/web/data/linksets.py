"""Link sets as documents: the links of several addresses, as JSON or text (RFC 9264, sections 4.2 and 4.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, jsonify

from graph_service.formats.media_types import Format
from graph_service.web.http.links import Link
from graph_service.web.http.responses import choose, write

#: The media types of a link set.
LINKSET = "application/linkset+json"
FORMATS = (Format("json", LINKSET, ("application/json",)), Format("txt", "application/linkset", ("text/plain",)))


@dataclass(frozen=True)
class LinkSet:
    """The links of one address."""

    anchor: str
    links: Sequence[Link]

    def document(self) -> dict[str, Any]:
        """As JSON: relation -> targets."""
        found: dict[str, Any] = {"anchor": self.anchor}
        for link in self.links:
            found.setdefault(link.rel, []).append({"href": link.href} | ({"type": link.type} if link.type else {}))
        return found


def answer(linksets: Sequence[LinkSet], profile: str) -> Response:
    """Link sets in the negotiated format, with a profile (an IRI). Raises NotAcceptable."""
    format = choose(FORMATS)
    if format is FORMATS[0]:
        response = jsonify(linkset=[linkset.document() for linkset in linksets])
    else:
        lines = [f'{link}; anchor="{linkset.anchor}"' for linkset in linksets for link in linkset.links]
        response = write((",\n".join(lines) + "\n").encode(), format)
    response.content_type = f'{format.media}; profile="{profile}"'
    return response
