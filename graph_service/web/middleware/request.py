"""An incoming request, as the middleware sees it, and its conversion to WSGI."""

import io
import sys
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

from graph_service.web.http.parameters import relevant

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from granian.rsgi import Scope

#: Headers with names of their own in WSGI (PEP 3333).
_OWN_NAMES = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}

#: Headers about the connection, or handled by the middleware: they are not passed to WSGI.
_LEFT_OUT = frozenset(
    {"connection", "transfer-encoding", "expect", "content-length", "if-match", "if-unmodified-since", "range", "if-range"}
)

#: The most parameters that are filtered on the event loop, which must not be blocked.
_MANY = 1000


class IncomingRequest:
    """A request: method, path, query string, headers by lower-case name, and the body once it has been read.

    `query` has only parameters that its path reads, so that others (`utm_source`) do not multiply cache entries.
    """

    __slots__ = ("arrived", "body", "headers", "http_version", "key", "method", "path", "query", "root", "scheme", "size", "thread")

    def __init__(
        self, method: str, path: str, query: str = "", headers: Iterable[tuple[str, str]] = (), scheme: str = "http", version: str = "1.1"
    ) -> None:
        #: When it arrived, in seconds of `time.monotonic`.
        self.arrived = time.monotonic()
        self.method = method
        self.path = path
        self.query = query
        self.scheme = scheme
        self.http_version = version
        self.headers: dict[str, str] = {}
        #: Bytes of the address and headers.
        self.size = len(path) + len(query)
        for name, value in headers:
            self.size += len(name) + len(value) + 4
            # Repeated fields are joined to a list (RFC 9110, section 5.3).
            self.headers[name] = f"{self.headers[name]},{value}" if name in self.headers else value
        self.body = b""
        #: The service's path prefix: not part of `path`, and empty at the root of the host.
        self.root = ""
        #: The cache key, once known; None if it is not cached.
        self.key: bytes | None = None
        #: The thread that runs it, if any: its query is cancelled if the client disconnects.
        self.thread: int | None = None

    @classmethod
    def from_scope(cls, scope: "Scope") -> Self:
        """Make a request from an RSGI scope."""
        asked = cls(scope.method, scope.path, scope.query_string, scope.headers.items(), scope.scheme, scope.http_version)
        if scope.authority:
            asked.headers.setdefault("host", scope.authority)
        return asked

    def leave_out_what_nobody_reads(self) -> None:
        """Drop the parameters that its path does not read. Call it after the length of the address has been checked."""
        # More than any request may have: it will be refused.
        if self.query and self.query.count("&") < _MANY:
            self.query = relevant(self.path, self.query)

    @property
    def has_body(self) -> bool:
        """Whether a body is announced."""
        return "transfer-encoding" in self.headers or self.headers.get("content-length", "0") != "0"

    def environ(self) -> "WSGIEnvironment":
        """The request as a WSGI environment (PEP 3333), with the body."""
        host, _, port = self.headers.get("host", "").rpartition(":")
        environ: dict[str, Any] = {
            # HEAD runs as GET, so that both share a response.
            "REQUEST_METHOD": "GET" if self.method == "HEAD" else self.method,
            "SCRIPT_NAME": self.root,
            # WSGI strings are bytes decoded as Latin-1.
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
