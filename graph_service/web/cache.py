"""Repeated answers, served before Flask sees the request.

A snapshot never changes, so an answer holds for as long as its snapshot is served: the key is the snapshot and all of the request
that changes the answer, and the strong ETag is made from the key, so that `If-None-Match` is answered without running anything
(RFC 9110, section 13.1.2). What the application marks `no-store` is never kept; what has an ETag of its own (files) passes
through. The same question asked by many at once runs once.
"""

import gzip
import hashlib
import io
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import brotli

from graph_service.config import Settings
from graph_service.web.languages import preferred

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Headers = list[tuple[str, str]]

#: The request headers that an answer may depend on, beside method, address and body; of Accept-Language only what it comes to.
_TELLING = ("HTTP_ACCEPT", "CONTENT_TYPE", "HTTP_HOST", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST")

#: Methods that only ask: POST and QUERY carry a query in their body.
_ASKING = frozenset({"GET", "HEAD", "POST", "QUERY"})

#: What is about the service and not about the graph.
_NEVER = ("/health", "/ready", "/metrics", "/admin/")

#: A shorter answer is not worth compressing.
_COMPRESSED_FROM = 1024

#: Until the client has asked again, it may not take an answer for fresh: a new snapshot may be served at any moment.
_ASK_AGAIN = "public, max-age=0, must-revalidate"

#: Encodings in the order of preference, and how to make them.
_ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda content: brotli.compress(content, quality=5),
    "gzip": lambda content: gzip.compress(content, compresslevel=6, mtime=0),
}


@dataclass
class _Kept:
    """An answer and its forms by content encoding."""

    headers: Headers
    forms: dict[str, bytes] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """What it is counted for: its bytes, as many again for compressed forms that may come, and its headers."""
        return 2 * len(self.forms["identity"]) + 1024

    def form(self, encoding: str) -> bytes:
        if encoding not in self.forms:
            self.forms[encoding] = _ENCODERS[encoding](self.forms["identity"])
        return self.forms[encoding]


@dataclass
class CacheCounts:
    """How requests were answered: without the application or by it."""

    hits: int = 0
    not_modified: int = 0
    misses: int = 0


class Cache:
    """A WSGI application in front of another, which it asks only for what it does not know."""

    def __init__(self, application: "WSGIApplication", version: str, settings: Settings, counts: CacheCounts) -> None:
        """`version` names the snapshot; bodies over the settings' largest are left to the application."""
        self._application = application
        self._version = version
        self._limit = settings.cache_size
        self._largest_body = settings.body_limit
        self._language = settings.language
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()
        self._under_way: dict[str, threading.Event] = {}
        self.counts = counts

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer from what is kept, or ask the application and keep its answer."""
        key = self._key(environ)
        if key is None:
            return self._application(environ, start_response)
        encoding = _encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))
        head = environ["REQUEST_METHOD"] == "HEAD"
        tag = f"{self._version[:8]}-{key[:20]}"
        if self._is_known_to_client(environ, tag):
            self.counts.not_modified += 1
            with self._lock:
                kept = self._kept.get(key)
            headers = kept.headers if kept else [("Cache-Control", _ASK_AGAIN), ("Vary", "Accept, Accept-Encoding, Accept-Language")]
            start_response("304 Not Modified", [*_without_body(headers), ("ETag", _etag(tag, encoding))])
            return []
        with self._lock:
            kept = self._kept.get(key)
            first = kept is None and key not in self._under_way
            if kept is not None:
                self._kept.move_to_end(key)
            elif first:
                self._under_way[key] = threading.Event()
            event = self._under_way.get(key)
        if kept is None and not first and event is not None:
            event.wait()
            with self._lock:
                kept = self._kept.get(key)
        if kept is None:
            self.counts.misses += 1
            try:
                kept, answer = self._ask(key, environ, start_response)
            finally:
                if first:
                    with self._lock:
                        self._under_way.pop(key).set()
            if kept is None:
                return answer
        else:
            self.counts.hits += 1
        content = b"" if head else kept.form(encoding if _worth_compressing(kept) else "identity")
        encoded = encoding if _worth_compressing(kept) else "identity"
        headers = [*kept.headers, ("ETag", _etag(tag, encoded)), ("Content-Length", str(len(kept.form(encoded))))]
        if encoded != "identity":
            headers.append(("Content-Encoding", encoded))
        start_response("200 OK", headers)
        return [content]

    def _ask(self, key: str, environ: "WSGIEnvironment", start_response: "StartResponse") -> tuple[_Kept | None, Iterable[bytes]]:
        """Ask the application; its answer to keep, or else its answer as it is, already begun."""
        begun: list[tuple[str, Headers]] = []

        def hear(status: str, headers: Headers, info: object = None) -> Callable[[bytes], object]:
            begun[:] = [(status, headers)]
            return lambda _: None

        # HEAD is asked as GET, so that both are one answer.
        asked = {**environ, "REQUEST_METHOD": "GET"} if environ["REQUEST_METHOD"] == "HEAD" else environ
        answer = self._application(asked, hear)
        status, headers = begun[0]
        if not self._may_be_kept(status, headers):
            start_response(status, headers)
            return None, answer if environ["REQUEST_METHOD"] != "HEAD" else _closed(answer)
        content = b"".join(answer)
        _close(answer)
        kept = _Kept([h for h in headers if h[0].lower() not in _OF_ONE_ANSWER] + _missing(headers), {"identity": content})
        with self._lock:
            self._kept[key] = kept
            self._size += kept.size
            while self._size > self._limit and self._kept:
                self._size -= self._kept.popitem(last=False)[1].size
        return kept, ()

    def _may_be_kept(self, status: str, headers: Headers) -> bool:
        values = {name.lower(): value for name, value in headers}
        length = values.get("content-length", "")
        return (
            status.startswith("200")
            and "etag" not in values
            and "no-store" not in values.get("cache-control", "")
            and length.isdigit()
            and int(length) <= self._limit // 8
        )

    def _key(self, environ: "WSGIEnvironment") -> str | None:
        """What the answer depends on, as a hash; None for requests that are not for the cache."""
        method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")
        if method not in _ASKING or path.startswith(_NEVER):
            return None
        body = b""
        if method in {"POST", "QUERY"}:
            length = environ.get("CONTENT_LENGTH") or ""
            if not length.isdigit() or int(length) > self._largest_body:
                return None
            body = environ["wsgi.input"].read(int(length))
            environ["wsgi.input"] = io.BytesIO(body)
        digest = hashlib.sha256(self._version.encode())
        asked = "GET" if method == "HEAD" else method
        language = preferred(environ.get("HTTP_ACCEPT_LANGUAGE", ""), self._language)
        for part in (asked, path, environ.get("QUERY_STRING", ""), language, *(environ.get(name, "") for name in _TELLING)):
            digest.update(f"{len(part)}:{part}".encode())
        digest.update(body)
        return digest.hexdigest()

    def _is_known_to_client(self, environ: "WSGIEnvironment", tag: str) -> bool:
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return False
        tags = {given.strip().removeprefix("W/").strip('"') for given in environ.get("HTTP_IF_NONE_MATCH", "").split(",")}
        return any(given == tag or given.startswith(f"{tag}-") for given in tags)


#: Headers of one answer and not of the next one that is the same.
_OF_ONE_ANSWER = frozenset({"content-length", "x-query-id", "server-timing", "date"})


def _missing(headers: Headers) -> Headers:
    """The headers that a kept answer needs and the application did not give, and Vary with the encoding in it."""
    values = {name.lower(): value for name, value in headers}
    vary = values.get("vary", "")
    added = [] if "cache-control" in values else [("Cache-Control", _ASK_AGAIN)]
    return added if "accept-encoding" in vary.lower() else [*added, ("Vary", "Accept-Encoding")]


def _without_body(headers: Headers) -> Headers:
    return [header for header in headers if not header[0].lower().startswith("content-")]


def _worth_compressing(kept: _Kept) -> bool:
    kind = next((value for name, value in kept.headers if name.lower() == "content-type"), "")
    return len(kept.forms["identity"]) >= _COMPRESSED_FROM and not kind.startswith(("image/", "application/gzip", "application/zip"))


def _etag(tag: str, encoding: str) -> str:
    return f'"{tag}"' if encoding == "identity" else f'"{tag}-{encoding}"'


def _encoding(accept: str) -> str:
    """The content encoding to use for an Accept-Encoding header (RFC 9110, section 12.5.3): the client's weight, then our order."""
    weights = {}
    for part in accept.lower().split(","):
        name, _, parameter = part.partition(";")
        quality = parameter.strip().removeprefix("q=")
        weights[name.strip()] = float(quality) if quality.replace(".", "", 1).isdigit() else 1.0
    best = max(_ENCODERS, key=lambda name: weights.get(name, weights.get("*", 0.0)))
    return best if weights.get(best, weights.get("*", 0.0)) > 0 else "identity"


def _close(answer: Iterable[bytes]) -> None:
    close = getattr(answer, "close", None)
    if close is not None:
        close()


def _closed(answer: Iterable[bytes]) -> Iterable[bytes]:
    _close(answer)
    return []
