"""Links in headers (RFC 8288) and pages, for programs that follow them."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from flask import Response, request

from graph_service.formats.media_types import Format

#: Characters that are not escaped in an address (RFC 3986, sections 2.2 and 2.3, and `%`).
_OF_ADDRESSES = "%:/?#[]@!$&'()*+,;=~"


def ascii_address(address: str) -> str:
    """An address or IRI for a header: other characters are percent-encoded (RFC 3987, section 3.1), so that it cannot end the header."""
    return quote(address, safe=_OF_ADDRESSES)


@dataclass(frozen=True)
class Link:
    """A link: relation, address, and the target's media type. Relation and type never come from a client."""

    rel: str
    href: str
    type: str | None = None

    def __str__(self) -> str:
        return f'<{ascii_address(self.href)}>; rel="{self.rel}"' + (f'; type="{self.type}"' if self.type else "")


#: Bytes for links whose length depends on the request or the page. With the fixed ones they stay below 4 KB, which proxies reserve for all
#: headers (nginx, `proxy_buffer_size`).
_ROOM = 2560


def fitting(links: Iterable[Link]) -> list[Link]:
    """The links that fit into a header, the first ones first.

    Links to other pages repeat the request's parameters. One that does not fit is left out rather than cut: the page and the plain JSON
    contain it, too.
    """
    room, found = _ROOM, []
    for link in links:
        size = len(str(link)) + 2
        if size <= room:
            found.append(link)
            room -= size
    return found


def add(response: Response, links: Iterable[Link]) -> Response:
    """Add links to a response's single Link header, each once."""
    given = response.headers.get("Link")
    texts = [given] if given else []
    texts += [text for text in dict.fromkeys(map(str, links)) if given is None or text not in given]
    if texts:
        response.headers["Link"] = ", ".join(texts)
    return response


def alternates(stem: str, formats: Iterable[Format], rel: str = "alternate", asked: str = "") -> list[Link]:
    """Links to a document in each format: the address with the format's suffix, followed by the query string `asked`."""
    return [Link(rel, f"{stem}.{format.name}{asked}", format.media) for format in formats]


def negotiated(
    response: Response,
    path: str,
    format: Format,
    formats: Iterable[Format],
    page: str | None = None,
    stated: bool = False,
    asked: str = "",
) -> Response:
    """Add Content-Location (RFC 9110, section 8.7) and links to the other formats to a negotiated document.

    `path` is the escaped path without suffix; `page` that of the HTML page, if any; `stated` whether inferences were left out on request;
    `asked` the query string (`?iri=…`) of each address.
    """
    kept = f"{asked}{'&' if asked else '?'}infer=false" if stated else asked
    if not request.path.endswith(f".{format.name}"):
        response.headers["Content-Location"] = ascii_address(f"{path}.{format.name}{kept}")
    root = request.root_url.rstrip("/")
    others = [link for link in alternates(root + path, formats, asked=asked) if link.type != format.media]
    pages = [Link("alternate", root + page, "text/html")] if page else []
    return add(response, [Link("canonical", f"{root}{path}.{format.name}{asked}", format.media), *others, *pages])
