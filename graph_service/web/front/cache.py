"""Repeated answers, served before Flask sees the request.

A snapshot never changes, so an answer holds for as long as its snapshot is served: the key is all of the request that changes the
answer, each snapshot has a cache of its own, and the strong ETag is made from both, so that `If-None-Match` is answered without
running anything (RFC 9110, section 13.1.2). What the application marks `no-store` is never kept; what has an ETag of its own (files)
passes through. The same question asked by many at once runs once.

All that an answer needs, headers and compressed forms included, is made when it is first sent so, and after that only looked up.
"""

import hashlib
import io
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from werkzeug.http import http_date

from graph_service.config import Settings
from graph_service.knowledge.snapshot import Snapshot
from graph_service.web.front import encodings
from graph_service.web.front.encodings import IDENTITY
from graph_service.web.languages import preferred

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Headers = list[tuple[str, str]]

#: What an answer depends on: method, path, query string, language, the headers below, and body.
Key = tuple[str | bytes, ...]

#: The request headers that an answer may depend on, beside the language that Accept-Language comes to.
_TELLING = ("HTTP_ACCEPT", "CONTENT_TYPE", "HTTP_HOST", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST")

#: Methods that only ask: POST and QUERY carry a query in their body.
_ASKING = frozenset({"GET", "HEAD", "POST", "QUERY"})

#: What is about the service and not about the graph.
_NEVER = ("/health", "/ready", "/metrics", "/admin/")

#: Until the client has asked again, it may not take an answer for fresh: a new snapshot may be served at any moment.
_ASK_AGAIN = "public, max-age=0, must-revalidate"

#: Headers of one answer and not of the next one that is the same.
_OF_ONE_ANSWER = frozenset({"content-length", "x-query-id", "server-timing", "date"})

#: Those of them that the first answer gives, since it ran the query.
_OF_ONE_QUERY = frozenset({"X-Query-Id", "Server-Timing"})


class _Kept:
    """An answer: its headers and bytes in each content encoding, made when they are first asked for."""

    def __init__(self, key: Key, tag: str, headers: Headers, content: bytes) -> None:
        #: What it is counted for: its bytes, as many again for compressed forms that may come, what was asked, and its headers.
        self.size = 2 * len(content) + sum(map(len, key)) + 1024
        self._tag = tag
        self.headers = headers
        self._content = content
        self._forms: dict[str, tuple[Headers, bytes]] = {}
        media = next((value for name, value in headers if name.lower() == "content-type"), "")
        self._is_encoded = encodings.is_worth_encoding(len(content), media)

    def form(self, encoding: str) -> tuple[Headers, bytes]:
        """The answer for a client who likes an encoding best."""
        form = self._forms.get(encoding)
        if form is None:
            used = encoding if self._is_encoded else IDENTITY
            content = encodings.encode(self._content, used)
            headers = [*self.headers, ("ETag", _etag(self._tag, used)), ("Content-Length", str(len(content)))]
            form = ([*headers, ("Content-Encoding", used)] if used != IDENTITY else headers, content)
            self._forms[encoding] = form
        return form


@dataclass
class CacheCounts:
    """How requests were answered: without the application or by it."""

    hits: int = 0
    not_modified: int = 0
    misses: int = 0


class Cache:
    """A WSGI application in front of another, which it asks only for what it does not know."""

    def __init__(self, application: "WSGIApplication", snapshot: Snapshot, settings: Settings, counts: CacheCounts) -> None:
        """Answers are those of the snapshot; bodies over the settings' largest are left to the application."""
        self._application = application
        self._version = snapshot.id
        self._made = http_date(datetime.fromisoformat(snapshot.made))
        self._limit = settings.cache_size
        self._largest_body = settings.body_limit
        self._language = settings.language
        self._kept: OrderedDict[Key, _Kept] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()
        self._under_way: dict[Key, threading.Lock] = {}
        self._waiters = threading.BoundedSemaphore(settings.queue)
        self.counts = counts

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer from what is kept, or ask the application and keep its answer."""
        key = self._key(environ)
        if key is None:
            return self._application(environ, start_response)
        if "HTTP_IF_NONE_MATCH" in environ:
            known = self._known_to_client(environ, key)
        elif "HTTP_IF_MODIFIED_SINCE" in environ:
            # Only the very time that was told: another snapshot may be older than the one that is served.
            kept = self._kept.get(key)
            is_same = kept is not None and ("Last-Modified", environ["HTTP_IF_MODIFIED_SINCE"]) in kept.headers
            known = self._tag(key) if is_same and environ["REQUEST_METHOD"] in {"GET", "HEAD"} else None
        else:
            known = None
        if known is not None:
            return self._not_modified(start_response, key, known)
        with self._lock:
            kept = self._kept.get(key)
            under_way = None
            if kept is not None:
                self._kept.move_to_end(key)
            else:
                under_way = self._under_way.get(key)
                if under_way is None:
                    first = self._under_way[key] = threading.Lock()
                    first.acquire()
        # Threads are few: those who come when many wait are left to the engine, which has a queue and refuses what is beyond it.
        if under_way is not None and self._waiters.acquire(blocking=False):
            with under_way:
                kept = self._kept.get(key)
            self._waiters.release()
        own: Headers = []
        if kept is None:
            self.counts.misses += 1
            try:
                kept, answer, own = self._ask(key, environ, start_response)
            finally:
                if under_way is None:
                    del self._under_way[key]
                    first.release()
            if kept is None:
                return answer
        else:
            self.counts.hits += 1
        headers, content = kept.form(encodings.choose(environ.get("HTTP_ACCEPT_ENCODING", "")))
        start_response("200 OK", [*headers, *own])
        return [content if environ["REQUEST_METHOD"] != "HEAD" else b""]

    def _not_modified(self, start_response: "StartResponse", key: Key, tag: str) -> Iterable[bytes]:
        self.counts.not_modified += 1
        kept = self._kept.get(key)
        headers = kept.headers if kept else [("Cache-Control", _ASK_AGAIN), ("Vary", "Accept, Accept-Encoding, Accept-Language")]
        start_response("304 Not Modified", [*_without_body(headers), ("ETag", f'"{tag}"')])
        return []

    def _ask(self, key: Key, environ: "WSGIEnvironment", start_response: "StartResponse") -> tuple[_Kept | None, Iterable[bytes], Headers]:
        """Ask the application; its answer to keep, or else its answer as it is, already begun; and headers of this one answer."""
        begun: list[tuple[str, Headers]] = []

        def hear(status: str, headers: Headers, info: object = None) -> Callable[[bytes], object]:
            begun[:] = [(status, headers)]
            return lambda _: None

        # HEAD is asked as GET, so that both are one answer.
        asked = {**environ, "REQUEST_METHOD": "GET"} if environ["REQUEST_METHOD"] == "HEAD" else environ
        answer = self._application(asked, hear)
        status, headers = begun[0]
        values = {name.lower(): value for name, value in headers}
        if not self._may_be_kept(status, values):
            start_response(status, headers)
            return None, answer if environ["REQUEST_METHOD"] != "HEAD" else _closed(answer), []
        content = b"".join(answer)
        _close(answer)
        kept = _Kept(key, self._tag(key), [h for h in headers if h[0].lower() not in _OF_ONE_ANSWER] + self._missing(values), content)
        with self._lock:
            before = self._kept.pop(key, None)
            self._size += kept.size - (before.size if before is not None else 0)
            self._kept[key] = kept
            while self._size > self._limit and self._kept:
                self._size -= self._kept.popitem(last=False)[1].size
        return kept, (), [header for header in headers if header[0] in _OF_ONE_QUERY]

    def _may_be_kept(self, status: str, values: dict[str, str]) -> bool:
        length = values.get("content-length", "")
        return (
            status.startswith("200")
            and "etag" not in values
            and "no-store" not in values.get("cache-control", "")
            and length.isdigit()
            and int(length) <= self._limit // 8
        )

    def _key(self, environ: "WSGIEnvironment") -> Key | None:
        """What the answer depends on; None for requests that are not for the cache."""
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
        get = environ.get
        language = preferred(get("HTTP_ACCEPT_LANGUAGE", ""), self._language)
        asked = "GET" if method == "HEAD" else method
        return (asked, path, get("QUERY_STRING", ""), language, *[get(name, "") for name in _TELLING], body)

    def _missing(self, values: dict[str, str]) -> Headers:
        """The headers that a kept answer needs and the application did not give, and Vary with the encoding in it."""
        added = [] if "cache-control" in values else [("Cache-Control", _ASK_AGAIN)]
        added += [] if "last-modified" in values else [("Last-Modified", self._made)]
        return added if "accept-encoding" in values.get("vary", "").lower() else [*added, ("Vary", "Accept-Encoding")]

    def _tag(self, key: Key) -> str:
        """The strong tag of an answer, without its encoding: it says which snapshot and what was asked."""
        return f"{self._version[:8]}-{hashlib.sha256(repr((self._version, key)).encode()).hexdigest()[:20]}"

    def _known_to_client(self, environ: "WSGIEnvironment", key: Key) -> str | None:
        """Which of the client's tags is one of this answer, in whatever encoding."""
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return None
        tag = self._tag(key)
        tags = [given.strip().removeprefix("W/").strip('"') for given in environ["HTTP_IF_NONE_MATCH"].split(",")]
        return next((given for given in tags if given == tag or given in {f"{tag}-{encoding}" for encoding in encodings.OFFERED}), None)


def _without_body(headers: Headers) -> Headers:
    return [header for header in headers if not header[0].lower().startswith("content-")]


def _etag(tag: str, encoding: str) -> str:
    return f'"{tag}"' if encoding == IDENTITY else f'"{tag}-{encoding}"'


def _close(answer: Iterable[bytes]) -> None:
    close = getattr(answer, "close", None)
    if close is not None:
        close()


def _closed(answer: Iterable[bytes]) -> Iterable[bytes]:
    _close(answer)
    return []
