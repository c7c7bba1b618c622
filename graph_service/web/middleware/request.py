"""A request as it came, before anything reads it: what Flask and the cache are given of it."""

import io
import sys
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

from graph_service.web.http.parameters import relevant

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from granian.rsgi import Scope

#: Headers that WSGI gives names of their own (PEP 3333).
_OWN_NAMES = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}

#: Headers that are about the connection, or are dealt with outside of the application: WSGI has no place for them.
_LEFT_OUT = frozenset(
    {"connection", "transfer-encoding", "expect", "content-length", "if-match", "if-unmodified-since", "range", "if-range"}
)

#: Parameters that are looked at on the event loop, which nothing may keep for long.
_MANY = 1000


class IncomingRequest:
    """A request: method, path, query string, headers by their names in lower case, and the body once it has been read.

    `query` has no parameters but those that are read at the path, so that others (`utm_source`) make no new answer.
    """

    __slots__ = ("arrived", "body", "headers", "http_version", "key", "method", "path", "query", "root", "scheme", "size", "thread")

    def __init__(
        self, method: str, path: str, query: str = "", headers: Iterable[tuple[str, str]] = (), scheme: str = "http", version: str = "1.1"
    ) -> None:
        #: When it came, in seconds of `time.monotonic`.
        self.arrived = time.monotonic()
        self.method = method
        self.path = path
        self.query = query
        self.scheme = scheme
        self.http_version = version
        self.headers: dict[str, str] = {}
        #: How many bytes the address and the headers have.
        self.size = len(path) + len(query)
        for name, value in headers:
            self.size += len(name) + len(value) + 4
            # Several fields of one name are one list (RFC 9110, section 5.3).
            self.headers[name] = f"{self.headers[name]},{value}" if name in self.headers else value
        self.body = b""
        #: The path of the host below which the service stands: no part of `path`, and nothing where it is the root.
        self.root = ""
        #: What its answer is kept under, once that is known; None if it is not kept.
        self.key: bytes | None = None
        #: The thread that answers it, if one does: what runs there ends when nobody waits for it any more.
        self.thread: int | None = None

    @classmethod
    def from_scope(cls, scope: "Scope") -> Self:
        """The request of an RSGI scope."""
        asked = cls(scope.method, scope.path, scope.query_string, scope.headers.items(), scope.scheme, scope.http_version)
        if scope.authority:
            asked.headers.setdefault("host", scope.authority)
        return asked

    def leave_out_what_nobody_reads(self) -> None:
        """Drop the parameters that are not read at the path. To be called when the address is known to be short."""
        # More than any request may have: they are refused as they are.
        if self.query and self.query.count("&") < _MANY:
            self.query = relevant(self.path, self.query)

    @property
    def has_body(self) -> bool:
        """Whether a body is announced."""
        return "transfer-encoding" in self.headers or self.headers.get("content-length", "0") != "0"

    def environ(self) -> "WSGIEnvironment":
        """The request as WSGI has it (PEP 3333), the body read."""
        host, _, port = self.headers.get("host", "").rpartition(":")
        environ: dict[str, Any] = {
            # HEAD is asked as GET, so that both are one answer.
            "REQUEST_METHOD": "GET" if self.method == "HEAD" else self.method,
            "SCRIPT_NAME": self.root,
            # WSGI has bytes as Latin-1.
            "PATH_INFO": self.path.encode("utf-8", "surrogateescape").decode("latin-1"),
            "QUERY_STRING": self.query,
            "SERVER_PROTOCOL": f"HTTP/{self.http_version}",
            "SERVER_NAME": host or "localhost",
            "SERVER_PORT": port if port.isascii() and port.isdigit() else "80",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": self.scheme,
            "wsgi.input": io.BytesIO(self.body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "CONTENT_LENGTH": str(len(self.body)),
        }
        for name, value in self.headers.items():
            if name not in _LEFT_OUT:
                environ[_OWN_NAMES.get(name) or "HTTP_" + name.upper().replace("-", "_")] = value
        return environ
