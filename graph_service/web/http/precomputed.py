"""Memoises slow content that depends only on the snapshot (and language): made once, and stored as bytes.

The response cache is keyed by request, of which there are endless variants: other hosts, parameters, names of formats. Here the key is the
content. It is made with a placeholder host that is replaced by the request's, so that one content serves all hosts.
"""

import re
import threading
from collections import OrderedDict
from collections.abc import Callable

from flask import Response, current_app, request

from graph_service.errors import MalformedRequest
from graph_service.web.http.languages import Language, current, language, writing_in

#: Bytes stored for a snapshot; a content larger than a quarter is not stored.
_MOST = 32 * 2**20

#: Placeholder for this service's address (RFC 6761, section 6.4: never a real host).
_ROOT = "http://this.invalid"

#: An address that needs no escaping in any format.
_PLAIN = re.compile(r"https?://[A-Za-z0-9._:\[\]-]+/([A-Za-z0-9._~-]+/)*")


class Kept:
    """The contents of one snapshot. Thread-safe; concurrent requests wait for one computation."""

    def __init__(self, most: int = _MOST) -> None:
        """`most` is how many bytes are kept."""
        self._most = most
        self._contents: OrderedDict[tuple[str, ...], bytes] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()
        self._making: dict[tuple[str, ...], threading.Lock] = {}

    def get(self, key: tuple[str, ...], make: Callable[[], bytes]) -> bytes:
        """The content for a key, made if needed."""
        with self._lock:
            content = self._contents.get(key)
            if content is not None:
                self._contents.move_to_end(key)
                return content
            making = self._making.setdefault(key, threading.Lock())
        with making:
            with self._lock:
                content = self._contents.get(key)
            if content is None:
                content = make()
                self._keep(key, content)
        return content

    def _keep(self, key: tuple[str, ...], content: bytes) -> None:
        with self._lock:
            self._making.pop(key, None)
            if len(content) > self._most // 4:
                return
            self._contents[key] = content
            self._size += len(content)
            while self._size > self._most:
                self._size -= len(self._contents.popitem(last=False)[1])


def content(name: str, make: Callable[[], bytes | str], spoken: bool = False) -> bytes:
    """A content by name; `spoken` if it depends on the reader's language.

    `make` runs in a request context with no parameters but `lang`. Raises MalformedRequest for an invalid host.
    """
    root = request.root_url
    if not _PLAIN.fullmatch(root):
        raise MalformedRequest("The Host header is no name of a host.")
    reader = current() if spoken else Language("en")
    tongue = (language(), reader.chosen or "") if spoken else ()

    def made() -> bytes:
        parameters = {"lang": reader.chosen} if reader.chosen else {}
        # It shares `g` with the request that it is made for.
        asked = current_app.test_request_context(request.path, base_url=_ROOT, query_string=parameters, headers={"Accept": "text/html"})
        with asked, writing_in(reader):
            written = make()
        return written.encode() if isinstance(written, str) else written

    kept: Kept = current_app.extensions["kept"]
    return kept.get((name, *tongue), made).replace(_ROOT.encode(), root.rstrip("/").encode())


def page(name: str, make: Callable[[], str]) -> Response:
    """A page that depends only on the snapshot and the reader's language, memoised by `content`."""
    return Response(content(name, make, spoken=True))
