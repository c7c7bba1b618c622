"""What depends on the snapshot alone and takes long to make: made once in a snapshot's life, and kept as bytes.

The cache in front of the application knows requests, of which there are without end: another host, another parameter, another way to
name a format. Here are contents, of which there are few. What is made holds the addresses of this service under a host that is none,
in whose place the request's own is put: so one content does for all hosts.
"""

import re
import threading
from collections import OrderedDict
from collections.abc import Callable

from flask import Response, current_app, request

from graph_service.errors import MalformedRequest
from graph_service.web.http.languages import Language, current, language, writing_in

#: The bytes that are kept of a snapshot, together; what is larger than a part of that is made again.
_MOST = 32 * 2**20

#: Stands for the address of this service until it is known (RFC 6761, section 6.4: no such host will ever be).
_ROOT = "http://this.invalid"

#: What a root can be that is put into documents of any format as it is.
_PLAIN = re.compile(r"https?://[A-Za-z0-9._:\[\]-]+/([A-Za-z0-9._~-]+/)*")


class Kept:
    """The contents of one snapshot. Those who come while one is made wait for it."""

    def __init__(self, most: int = _MOST) -> None:
        """`most` is how many bytes are kept."""
        self._most = most
        self._contents: OrderedDict[tuple[str, ...], bytes] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()
        self._making: dict[tuple[str, ...], threading.Lock] = {}

    def get(self, key: tuple[str, ...], make: Callable[[], bytes]) -> bytes:
        """The content of a key; made, if it is not kept."""
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
    """A content by its name, which must be one of few; `spoken` if it is in the reader's language.

    `make` is called as if this request had no parameters but `lang`. Raises MalformedRequest for a host that cannot be one.
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
    """A page that depends on the snapshot and the reader's language alone, as `content` keeps it."""
    return Response(content(name, make, spoken=True))
