"""Content encodings: which one a client likes best, and how each is made (RFC 9110, sections 8.4 and 12.5.3)."""

import gzip
from collections.abc import Callable

import brotli

from graph_service.formats.media_types import weight
from graph_service.text.memo import remembered

#: The bytes as they are.
IDENTITY = "identity"

#: Encodings in the order of preference, and how to make them.
_ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda content: bytes(brotli.compress(content, quality=5)),
    "gzip": lambda content: gzip.compress(content, compresslevel=6, mtime=0),
}

#: The names of all but the bytes as they are.
OFFERED = tuple(_ENCODERS)

#: Encodings in one Accept-Encoding that are looked at.
_NAMED = 32

#: A shorter answer is not worth compressing.
_COMPRESSED_FROM = 1024

#: What is compressed as it is, and what is not though it is called like that.
_COMPRESSED = ("image/", "application/gzip", "application/zip")
_TEXT = "image/svg+xml"


def encode(content: bytes, encoding: str) -> bytes:
    """The content in an encoding."""
    return content if encoding == IDENTITY else _ENCODERS[encoding](content)


def is_worth_encoding(size: int, media: str) -> bool:
    """Whether content of that size and type becomes much shorter."""
    return size >= _COMPRESSED_FROM and (media.startswith(_TEXT) or not media.startswith(_COMPRESSED))


@remembered(256)
def choose(accept: str) -> str:
    """The encoding to use for an Accept-Encoding header: the client's weight decides, then our order.

    The bytes as they are may be liked best, too (RFC 9110, section 12.5.3); where they are not named, they are liked least.
    """
    weights = {}
    for part in accept.lower().split(",", _NAMED)[:_NAMED]:
        name, semicolon, parameter = part.partition(";")
        weights[name.strip()] = weight(parameter.strip().removeprefix("q=")) if semicolon else 1.0
    best = max(_ENCODERS, key=lambda name: weights.get(name, weights.get("*", 0.0)))
    liked = weights.get(best, weights.get("*", 0.0))
    return best if liked > 0 and liked >= weights.get(IDENTITY, 0.0) else IDENTITY
