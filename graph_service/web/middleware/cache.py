"""The response cache: repeated requests are answered without the application.

A snapshot never changes, so a response is valid as long as its snapshot is served: the key is a hash of everything in the request that
affects the response, each snapshot has its own cache, and the strong ETag is made from both, so that `If-None-Match` needs no computation
(RFC 9110, section 13.1.2). `no-store` responses are never cached. Of a file with an ETag of its own only path and headers are remembered;
the application handles its conditional requests. Identical concurrent requests run once (request coalescing), failures included.

Headers and compressed variants are made once, when first needed.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple

from werkzeug.http import http_date

from graph_service.settings import Settings
from graph_service.snapshot.snapshot import Snapshot
from graph_service.text.memo import Latest
from graph_service.web.http.languages import preferred
from graph_service.web.middleware import encodings
from graph_service.web.middleware.encodings import IDENTITY
from graph_service.web.middleware.request import IncomingRequest
from graph_service.web.middleware.response import IN_MEMORY, FilePart, Headers, Reply, held

#: Request headers that may affect the response, beside the language chosen by Accept-Language.
_VARYING = ("accept", "content-type", "host")

#: Safe methods: POST and QUERY carry a query in the body.
_ASKING = frozenset({"GET", "HEAD", "POST", "QUERY"})

#: Paths about the service rather than the graph.
_NEVER = ("/health", "/ready", "/metrics", "/admin/")

#: Clients must revalidate: a new snapshot may be served at any moment.
_ASK_AGAIN = "public, max-age=0, must-revalidate"

#: Headers of a single response, which are not cached.
_OF_ONE_ANSWER = frozenset({"content-length", "x-query-id", "server-timing", "date"})

#: Those of them that the response has which ran the query.
_OF_ONE_QUERY = frozenset({"X-Query-Id", "Server-Timing"})

#: The most entity tags of an If-None-Match that are read.
_TAGS = 64

#: Approximate memory of a cached response beside its bytes and headers.
_OVERHEAD = 1024


#: Failures caused by the request and not the moment: concurrent identical requests get the same.
_FOR_ALL = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.NOT_ACCEPTABLE,
        HTTPStatus.GONE,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        HTTPStatus.GATEWAY_TIMEOUT,
        HTTPStatus.INSUFFICIENT_STORAGE,
    }
)

#: How many files are remembered, and the headers of conditional requests.
_FILES = 256
_ABOUT_COPIES = frozenset({"if-none-match", "if-modified-since"})

#: How many keys of uncacheable responses are remembered.
_SINGLE = 10_000


class _File(NamedTuple):
    """A file of the snapshot as a response, with its modification time: a changed one is looked at again."""

    headers: Headers
    part: FilePart
    changed: int

    @property
    def is_as_it_was(self) -> bool:
        try:
            state = Path(self.part.path).stat()
        except OSError:
            return False
        return (state.st_size, state.st_mtime_ns) == (self.part.end, self.changed)


class _Form(NamedTuple):
    """A response in one content encoding."""

    headers: Headers
    content: bytes | FilePart


class _Kept:
    """A cached response: headers, and bytes in each content encoding, made when first needed."""

    def __init__(self, tag: str, headers: Headers, content: bytes | FilePart) -> None:
        #: Its accounted size: twice its bytes, since compressed variants may follow, and its headers.
        self.size = 2 * len(content) + sum(len(name) + len(value) for name, value in headers) + _OVERHEAD
        self._tag = tag
        self.headers = headers
        self._content = content
        self._forms: dict[str, _Form] = {}
        media = next((value for name, value in headers if name.lower() == "content-type"), "")
        self._is_encoded = encodings.is_worth_encoding(len(content), media)

    def made(self, encoding: str) -> _Form | None:
        """The response in a client's preferred encoding, if that has been made."""
        return self._forms.get(encoding if self._is_encoded else IDENTITY)

    async def form(self, encoding: str) -> _Form:
        """The response in a client's preferred encoding."""
        used = encoding if self._is_encoded else IDENTITY
        form = self._forms.get(used)
        if form is None:
            content = self._content
            if used != IDENTITY:
                content = await asyncio.to_thread(self._encoded, used)
            headers = [*self.headers, ("ETag", _etag(self._tag, used)), ("Content-Length", str(len(content)))]
            headers += [("Content-Encoding", used)] if used != IDENTITY else []
            form = self._forms[used] = _Form(headers, content)
        return form

    def _encoded(self, encoding: str) -> bytes | FilePart:
        content = encodings.encode(self._content if isinstance(self._content, bytes) else self._content.read(), encoding)
        return content if len(content) <= IN_MEMORY else held(content)


@dataclass
class CacheCounts:
    """How requests were answered: from the cache, as unchanged, or by the application."""

    hits: int = 0
    not_modified: int = 0
    misses: int = 0


class Cache:
    """The response cache of one snapshot. Not thread-safe: used by the event loop only."""

    def __init__(self, snapshot: Snapshot, settings: Settings, counts: CacheCounts) -> None:
        self._version = snapshot.id
        self._made = http_date(datetime.fromisoformat(snapshot.made))
        # A template or a module may have been changed since the same was asked.
        self._is_used = not settings.development
        self._limit = settings.cache_size
        self._language = settings.language
        self._kept: OrderedDict[bytes, _Kept] = OrderedDict()
        self._size = 0
        self._under_way: dict[bytes, asyncio.Future[_Kept | Reply | None]] = {}
        self._single: Latest[bytes, None] = Latest(_SINGLE)
        self._files: Latest[bytes, _File] = Latest(_FILES)
        self.counts = counts

    def known(self, asked: IncomingRequest) -> Reply | None:
        """The cached response to a request, or 304 if the client has it; None if it is not cached."""
        key = asked.key = self._key(asked)
        if key is None:
            return None
        file = self._files.get(key)
        if file is not None and not asked.headers.keys() & _ABOUT_COPIES and file.is_as_it_was:
            self.counts.hits += 1
            return Reply(HTTPStatus.OK, file.headers, file.part)
        tag = self._known_to_client(asked, key)
        if tag is not None:
            return self._not_modified(key, tag)
        kept = self._kept.get(key)
        form = kept.made(_encoding(asked)) if kept is not None else None
        if form is None:
            return None
        self.counts.hits += 1
        self._kept.move_to_end(key)
        return Reply(HTTPStatus.OK, form.headers, form.content)

    async def answer(self, asked: IncomingRequest, ask: Callable[[], Awaitable[Reply]]) -> Reply:
        """The response to a request that is not `known`: made by `ask`, or by an identical request that is running."""
        key = asked.key
        if key is None or key in self._single:
            return await ask()
        kept: _Kept | Reply | None = self._kept.get(key)
        if kept is None and key in self._under_way:
            kept = await asyncio.shield(self._under_way[key])
        if isinstance(kept, Reply):
            # A client may have a copy of a file.
            return await ask() if kept.status == HTTPStatus.OK and asked.headers.keys() & _ABOUT_COPIES else kept
        if kept is not None:
            self.counts.hits += 1
            form = await kept.form(_encoding(asked))
            return Reply(HTTPStatus.OK, form.headers, form.content)
        self.counts.misses += 1
        first = None if key in self._under_way else asyncio.get_running_loop().create_future()
        if first is not None:
            self._under_way[key] = first
        try:
            reply = await ask()
            kept = await self._keep(key, reply)
            if kept is None and self._remember_file(key, reply):
                kept = reply
            elif kept is None and reply.status == HTTPStatus.OK:
                # This answer cannot be shared: others no longer wait for it.
                self._single[key] = None
            elif kept is None and reply.status in _FOR_ALL:
                kept = reply
        finally:
            if first is not None:
                del self._under_way[key]
                first.set_result(kept)
        if kept is None or isinstance(kept, Reply):
            return reply
        form = await kept.form(_encoding(asked))
        return Reply(HTTPStatus.OK, [*form.headers, *(header for header in reply.headers if header[0] in _OF_ONE_QUERY)], form.content)

    def _not_modified(self, key: bytes, tag: str) -> Reply:
        self.counts.not_modified += 1
        kept = self._kept.get(key)
        headers = kept.headers if kept else [("Cache-Control", _ASK_AGAIN), ("Vary", "Accept, Accept-Encoding, Accept-Language")]
        return Reply(HTTPStatus.NOT_MODIFIED, [*_without_body(headers), ("ETag", f'"{tag}"')], b"")

    def _remember_file(self, key: bytes, reply: Reply) -> bool:
        """If the response is a whole file of the snapshot, remember it, so that later requests need no thread; returns whether it is."""
        part = reply.content
        if reply.status != HTTPStatus.OK or not isinstance(part, FilePart) or part.open is not None:
            return False
        with suppress(OSError):
            state = Path(part.path).stat()
            if (part.start, part.end) == (0, state.st_size):
                self._files[key] = _File(reply.headers, part, state.st_mtime_ns)
                return True
        return False

    async def _keep(self, key: bytes, reply: Reply) -> _Kept | None:
        values = {name.lower(): value for name, value in reply.headers}
        if not self._may_be_kept(reply.status, values):
            return None
        headers = [header for header in reply.headers if header[0].lower() not in _OF_ONE_ANSWER]
        content = reply.content
        if isinstance(content, FilePart):
            # Cached bytes are copied to memory: disk space is for responses being sent.
            content = await asyncio.to_thread(content.copied_to_memory)
        kept = _Kept(self._tag(key), headers + self._missing(values), content)
        before = self._kept.pop(key, None)
        self._size += kept.size - (before.size if before is not None else 0)
        self._kept[key] = kept
        while self._size > self._limit and self._kept:
            self._size -= self._kept.popitem(last=False)[1].size
        return kept

    def _may_be_kept(self, status: int, values: dict[str, str]) -> bool:
        length = values.get("content-length", "")
        return (
            status == HTTPStatus.OK
            and "etag" not in values
            and "no-store" not in values.get("cache-control", "")
            and length.isdigit()
            and int(length) <= self._limit // 8
        )

    def _key(self, asked: IncomingRequest) -> bytes | None:
        """A hash of what the response depends on; None for requests that bypass the cache."""
        if not self._is_used or asked.method not in _ASKING or asked.path.startswith(_NEVER):
            return None
        get = asked.headers.get
        language = preferred(get("accept-language", ""), self._language)
        method = "GET" if asked.method == "HEAD" else asked.method
        varying = "\n".join((method, asked.scheme, repr(asked.path), asked.query, language, *[get(name, "") for name in _VARYING], ""))
        return blake2b(varying.encode("utf-8", "surrogatepass") + asked.body, digest_size=20).digest()

    def _missing(self, values: dict[str, str]) -> Headers:
        """Headers that a cached response needs and the application did not set, and Accept-Encoding in Vary."""
        added = [] if "cache-control" in values else [("Cache-Control", _ASK_AGAIN)]
        # The bytes are stable, so ranges work (see `conditions.cut`).
        added += [] if "accept-ranges" in values else [("Accept-Ranges", "bytes")]
        added += [] if "last-modified" in values else [("Last-Modified", self._made)]
        return added if "accept-encoding" in values.get("vary", "").lower() else [*added, ("Vary", "Accept-Encoding")]

    def _tag(self, key: bytes) -> str:
        """The strong ETag, without encoding: it depends on snapshot and request."""
        return f"{self._version[:8]}-{blake2b(self._version.encode() + key, digest_size=10).hexdigest()}"

    def _known_to_client(self, asked: IncomingRequest, key: bytes) -> str | None:
        """The ETag of the copy that the client has, in any encoding, by If-None-Match or If-Modified-Since; None if it has none."""
        if asked.method not in {"GET", "HEAD"} or asked.headers.keys() & {"if-match", "if-unmodified-since"}:
            return None
        if "if-none-match" in asked.headers:
            tag = self._tag(key)
            known = {tag, *(f"{tag}-{encoding}" for encoding in encodings.OFFERED)}
            tags = asked.headers["if-none-match"].split(",", _TAGS)[:_TAGS]
            return next((tag for given in tags if (tag := given.strip().removeprefix("W/").strip('"')) in known), None)
        kept = self._kept.get(key)
        # Only an equal time counts: another snapshot may be older than this one.
        is_same = kept is not None and ("Last-Modified", asked.headers.get("if-modified-since")) in kept.headers
        return self._tag(key) if is_same else None


def _encoding(asked: IncomingRequest) -> str:
    """The content encoding for a response. Ranges are of the uncompressed bytes, unless the client has a range of compressed ones."""
    if "range" not in asked.headers:
        return encodings.choose(asked.headers.get("accept-encoding", ""))
    had = asked.headers.get("if-range", "").strip().strip('"').rpartition("-")[2]
    return had if had in encodings.OFFERED else IDENTITY


def _without_body(headers: Headers) -> Headers:
    return [header for header in headers if not header[0].lower().startswith("content-")]


def _etag(tag: str, encoding: str) -> str:
    return f'"{tag}"' if encoding == IDENTITY else f'"{tag}-{encoding}"'
