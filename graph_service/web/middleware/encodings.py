"""Content encodings: choosing one for a client, and compressing (RFC 9110, sections 8.4 and 12.5.3)."""

import gzip
from collections.abc import Callable

import brotli

from graph_service.formats.media_types import weight
from graph_service.text.memo import remembered

#: No encoding.
IDENTITY = "identity"

#: Encodings by preference, with their functions.
_ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda content: bytes(brotli.compress(content, quality=5)),
    "gzip": lambda content: gzip.compress(content, compresslevel=6, mtime=0),
}

#: The names of the encodings, without identity.
OFFERED = tuple(_ENCODERS)

#: The most encodings of an Accept-Encoding that are read.
_NAMED = 32

#: The least size, in bytes, of a response that is compressed.
_COMPRESSED_FROM = 1024

#: Media types that are compressed already, and the exception.
_COMPRESSED = ("image/", "application/gzip", "application/zip")
_TEXT = "image/svg+xml"


def encode(content: bytes, encoding: str) -> bytes:
    """Encode content."""
    return content if encoding == IDENTITY else _ENCODERS[encoding](content)


def is_worth_encoding(size: int, media: str) -> bool:
    """Whether compression of content of that size and type pays."""
    return size >= _COMPRESSED_FROM and (media.startswith(_TEXT) or not media.startswith(_COMPRESSED))


@remembered(256)
def choose(accept: str) -> str:
    """Choose an encoding by an Accept-Encoding header: highest weight, then our order.

    `identity` may win by its weight, too (RFC 9110, section 12.5.3); if it is not listed, it comes last.
    """
    weights = {}
    for part in accept.lower().split(",", _NAMED)[:_NAMED]:
        name, semicolon, parameter = part.partition(";")
        weights[name.strip()] = weight(parameter.strip().removeprefix("q=")) if semicolon else 1.0
    best = max(_ENCODERS, key=lambda name: weights.get(name, weights.get("*", 0.0)))
    liked = weights.get(best, weights.get("*", 0.0))
    return best if liked > 0 and liked >= weights.get(IDENTITY, 0.0) else IDENTITY
