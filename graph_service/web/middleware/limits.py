"""Limits on requests: length of the address, size of headers and body, time for the body to arrive.

A body is read whole or refused, however it is framed. No thread is blocked; the memory of all bodies being read is limited together.
"""

import asyncio
from typing import TYPE_CHECKING

from graph_service.errors import AddressTooLong, Busy, HeadersTooLarge, MalformedRequest, TooLarge, TooSlow
from graph_service.settings import Settings
from graph_service.web.middleware.request import IncomingRequest

if TYPE_CHECKING:
    from granian._granian import RSGIHTTPProtocol as HTTPProtocol

#: Headers that this service parses.
_READ = ("accept", "accept-encoding", "accept-language", "content-type", "cookie", "if-match", "if-none-match", "if-range", "range")


class RequestLimits:
    """The limits for all requests of a serving process. Not thread-safe: used by the event loop only."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._held = 0

    def refuse_long_head(self, asked: IncomingRequest) -> None:
        """Raise AddressTooLong or HeadersTooLarge if the address or the headers exceed their limit."""
        address = len(asked.path) + len(asked.query)
        if address > self._settings.address_limit:
            limit = self._settings.address_limit
            raise AddressTooLong(f"The address has {address} characters; the most is {limit}. A long query is sent by POST.", limit=limit)
        if asked.size - address > self._settings.header_limit:
            limit = self._settings.header_limit
            raise HeadersTooLarge(f"The headers have {asked.size - address} bytes; the most is {limit}.", limit=limit)
        for name in _READ:
            if len(asked.headers.get(name, "")) > self._settings.field_limit:
                limit = self._settings.field_limit
                raise HeadersTooLarge(f"{name.title()} has {len(asked.headers[name])} characters; the most is {limit}.", limit=limit)

    async def read_body(self, asked: IncomingRequest, protocol: "HTTPProtocol") -> bytes:
        """Read the whole body of a request.

        Raises TooLarge, MalformedRequest for an incomplete body, TooSlow for one that does not arrive in time, and Busy if the bodies being
        read take too much memory together.
        """
        announced = asked.headers.get("content-length")
        if announced is not None and not (announced.isascii() and announced.isdigit() and len(announced) < 20):
            raise MalformedRequest(f"Content-Length must be a number of bytes; {announced[:40]!r} was given.")
        if announced is not None and int(announced) > self._settings.body_limit:
            raise self._too_large()
        pieces: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(self._settings.body_deadline):
                ends = 0
                async for piece in protocol:
                    # granian yields an empty piece at the end of a body, and another one before it if the connection broke.
                    ends += not piece
                    size += len(piece)
                    self._held += len(piece)
                    if size > self._settings.body_limit:
                        raise self._too_large()
                    if self._held > self._settings.bodies_limit:
                        raise Busy("Too many requests are being read. Try again in a moment.", retry_after=2)
                    pieces.append(piece)
        except TimeoutError as error:
            seconds = self._settings.body_deadline
            raise TooSlow(f"The body of the request had not come after {seconds:g} s, the time limit.", limit=seconds) from error
        finally:
            self._held -= size
        if ends > 1 or (announced is not None and size < int(announced)):
            whole = f" of {announced}" if announced is not None else ""
            raise MalformedRequest(f"The body broke off after {size}{whole} bytes.")
        return b"".join(pieces)

    def _too_large(self) -> TooLarge:
        limit = self._settings.body_limit
        return TooLarge(f"The request body is over the limit of {limit} bytes.", limit=limit)
