"""Links: what else belongs to an address, told in headers (RFC 8288) and in pages, for programs that follow them."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from flask import Response, request

from graph_service.formats.media_types import Format

#: What stands in an address as it is (RFC 3986, section 2.2 and 2.3, and what is escaped already).
_OF_ADDRESSES = "%:/?#[]@!$&'()*+,;=~"


def ascii_address(address: str) -> str:
    """An address or IRI as a header may hold it: what no URI has is escaped (RFC 3987, section 3.1), so that it cannot end the header."""
    return quote(address, safe=_OF_ADDRESSES)


@dataclass(frozen=True)
class Link:
    """A link to an address, of a relation, and of what media type the target is. Relation and type are never a client's."""

    rel: str
    href: str
    type: str | None = None

    def __str__(self) -> str:
        return f'<{ascii_address(self.href)}>; rel="{self.rel}"' + (f'; type="{self.type}"' if self.type else "")


#: Room for links that grow with what a client sends or with the length of a page, in bytes. With those that every answer has they stay
#: below 4 KB, which is what proxies keep free for all headers (nginx, `proxy_buffer_size`).
_ROOM = 2560


def fitting(links: Iterable[Link]) -> list[Link]:
    """The links that a header has room for: those that stand first go in first.

    The addresses of other pages repeat a request's parameters. One that does not fit is not cut, which would lead elsewhere, but left
    out: the page and the plain JSON of an answer have it all the same, where it is one that can be followed.
    """
    room, found = _ROOM, []
    for link in links:
        size = len(str(link)) + 2
        if size <= room:
            found.append(link)
            room -= size
    return found


def add(response: Response, links: Iterable[Link]) -> Response:
    """A response with more links in its one Link header, each once."""
    given = response.headers.get("Link")
    told = [given] if given else []
    told += [text for text in dict.fromkeys(map(str, links)) if given is None or text not in given]
    if told:
        response.headers["Link"] = ", ".join(told)
    return response


def alternates(stem: str, formats: Iterable[Format], rel: str = "alternate", asked: str = "") -> list[Link]:
    """A link to the document of that address in each format: the address with the format's suffix, and behind it what is `asked`."""
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
    """A document that has an address of its own in each format: which one it is (RFC 9110, section 8.7), and the others.

    `path` is the address without suffix, each of its parts escaped; `page` that of the page for people, if there is one; `stated`
    whether it is without what is inferred, where it can be had with it; `asked` the query string (`?iri=…`) that belongs to each address.
    """
    kept = f"{asked}{'&' if asked else '?'}infer=false" if stated else asked
    if not request.path.endswith(f".{format.name}"):
        response.headers["Content-Location"] = ascii_address(f"{path}.{format.name}{kept}")
    root = request.root_url.rstrip("/")
    others = [link for link in alternates(root + path, formats, asked=asked) if link.type != format.media]
    pages = [Link("alternate", root + page, "text/html")] if page else []
    return add(response, [Link("canonical", f"{root}{path}.{format.name}{asked}", format.media), *others, *pages])
