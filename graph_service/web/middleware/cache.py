"""Repeated answers, sent without the application.

A snapshot never changes, so an answer holds for as long as its snapshot is served: the key is all of the request that changes the
answer, each snapshot has a cache of its own, and the strong ETag is made from both, so that `If-None-Match` is answered without
running anything (RFC 9110, section 13.1.2). What the application marks `no-store` is never kept. Of a file, which has a tag of its own, is
remembered that it is sent, and as what; what a client has of it is the application's to see. The same question asked by many at once runs
once: what it comes to, a failure included, is for all of them.

All that an answer needs, headers and compressed forms included, is made when it is first sent so, and after that only looked up. What
is kept of a request is a hash: its size does not depend on what was sent.
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
from graph_service.web.http.languages import preferred
from graph_service.web.middleware import encodings
from graph_service.web.middleware.encodings import IDENTITY
from graph_service.web.middleware.request import IncomingRequest
from graph_service.web.middleware.response import IN_MEMORY, FilePart, Headers, Reply, held

#: The request headers that an answer may depend on, beside the language that Accept-Language comes to.
_TELLING = ("accept", "content-type", "host")

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

#: Entity tags in one If-None-Match that are looked at.
_TAGS = 64

#: What an answer that is kept takes beside its bytes and headers, about.
_OVERHEAD = 1024


#: Failures that are the request's and not the moment's: who asks for the same at the same time would get them too.
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

#: Files that are remembered, and the headers of requests that are about the one that a client has.
_FILES = 256
_ABOUT_COPIES = frozenset({"if-none-match", "if-modified-since"})

#: Questions that are remembered to have an answer for one client alone.
_SINGLE = 10_000


class _File(NamedTuple):
    """A file of the snapshot as it is sent, and when it was changed last: one that has been changed since is looked at anew."""

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
    """An answer in one content encoding."""

    headers: Headers
    content: bytes | FilePart


class _Kept:
    """An answer: its headers and bytes in each content encoding, made when they are first asked for."""

    def __init__(self, tag: str, headers: Headers, content: bytes | FilePart) -> None:
        self._length = len(content) if isinstance(content, bytes) else content.end - content.start
        #: What it is counted for: its bytes, as many again for compressed forms that may come, and its headers.
        self.size = 2 * self._length + sum(len(name) + len(value) for name, value in headers) + _OVERHEAD
        self._tag = tag
        self.headers = headers
        self._content = content
        self._forms: dict[str, _Form] = {}
        media = next((value for name, value in headers if name.lower() == "content-type"), "")
        self._is_encoded = encodings.is_worth_encoding(self._length, media)

    def made(self, encoding: str) -> _Form | None:
        """The answer for a client who likes an encoding best, if it has been made."""
        return self._forms.get(encoding if self._is_encoded else IDENTITY)

    async def form(self, encoding: str) -> _Form:
        """The answer for a client who likes an encoding best."""
        used = encoding if self._is_encoded else IDENTITY
        form = self._forms.get(used)
        if form is None:
            content = self._content
            if used != IDENTITY:
                content = await asyncio.to_thread(self._encoded, used)
            length = len(content) if isinstance(content, bytes) else content.end - content.start
            headers = [*self.headers, ("ETag", _etag(self._tag, used)), ("Content-Length", str(length))]
            headers += [("Content-Encoding", used)] if used != IDENTITY else []
            form = self._forms[used] = _Form(headers, content)
        return form

    def _encoded(self, encoding: str) -> bytes | FilePart:
        content = encodings.encode(self._content if isinstance(self._content, bytes) else self._content.read(), encoding)
        return content if len(content) <= IN_MEMORY else held(content)


@dataclass
class CacheCounts:
    """How requests were answered: without the application or by it."""

    hits: int = 0
    not_modified: int = 0
    misses: int = 0


class Cache:
    """The answers of one snapshot that are kept. For the thread of the event loop alone."""

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
        self._single: OrderedDict[bytes, None] = OrderedDict()
        self._files: OrderedDict[bytes, _File] = OrderedDict()
        self.counts = counts

    def known(self, asked: IncomingRequest) -> Reply | None:
        """The answer to a request if it is there, or if the client has it."""
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
        """The answer to a request that is not `known`: what `ask` gives, or what it gives to who has asked for the same before."""
        key = asked.key
        if key is None or key in self._single:
            return await ask()
        kept: _Kept | Reply | None = self._kept.get(key)
        if kept is None and key in self._under_way:
            kept = await asyncio.shield(self._under_way[key])
        if isinstance(kept, Reply):
            # Of a file each may have another one.
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
                self._remember_single(key)
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
        """Whether an answer is a whole file of the snapshot: then the next who ask for it need no thread."""
        part = reply.content
        if reply.status != HTTPStatus.OK or not isinstance(part, FilePart) or part.open is not None:
            return False
        with suppress(OSError):
            state = Path(part.path).stat()
            if (part.start, part.end) == (0, state.st_size):
                self._files[key] = _File(reply.headers, part, state.st_mtime_ns)
                if len(self._files) > _FILES:
                    self._files.popitem(last=False)
                return True
        return False

    def _remember_single(self, key: bytes) -> None:
        """Nobody waits for another's answer to this any more: it is of no use to him."""
        self._single[key] = None
        if len(self._single) > _SINGLE:
            self._single.popitem(last=False)

    async def _keep(self, key: bytes, reply: Reply) -> _Kept | None:
        values = {name.lower(): value for name, value in reply.headers}
        if not self._may_be_kept(reply.status, values):
            return None
        headers = [header for header in reply.headers if header[0].lower() not in _OF_ONE_ANSWER]
        content = reply.content
        if isinstance(content, FilePart):
            # What is kept is memory, and counted as such: the disk is for what is on its way.
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
        """A hash of what the answer depends on; None for requests that are not for the cache."""
        if not self._is_used or asked.method not in _ASKING or asked.path.startswith(_NEVER):
            return None
        get = asked.headers.get
        language = preferred(get("accept-language", ""), self._language)
        method = "GET" if asked.method == "HEAD" else asked.method
        told = "\n".join((method, asked.scheme, repr(asked.path), asked.query, language, *[get(name, "") for name in _TELLING], ""))
        return blake2b(told.encode("utf-8", "surrogatepass") + asked.body, digest_size=20).digest()

    def _missing(self, values: dict[str, str]) -> Headers:
        """The headers that a kept answer needs and the application did not give, and Vary with the encoding in it."""
        added = [] if "cache-control" in values else [("Cache-Control", _ASK_AGAIN)]
        # The same bytes are there for the next part, too (see `conditions.cut`).
        added += [] if "accept-ranges" in values else [("Accept-Ranges", "bytes")]
        added += [] if "last-modified" in values else [("Last-Modified", self._made)]
        return added if "accept-encoding" in values.get("vary", "").lower() else [*added, ("Vary", "Accept-Encoding")]

    def _tag(self, key: bytes) -> str:
        """The strong tag of an answer, without its encoding: it says which snapshot and what was asked."""
        return f"{self._version[:8]}-{blake2b(self._version.encode() + key, digest_size=10).hexdigest()}"

    def _known_to_client(self, asked: IncomingRequest, key: bytes) -> str | None:
        """What the client has of this answer: the tag that it names, in whatever encoding, or the plain one for the time that it names."""
        if asked.method not in {"GET", "HEAD"} or asked.headers.keys() & {"if-match", "if-unmodified-since"}:
            return None
        if "if-none-match" in asked.headers:
            tag = self._tag(key)
            known = {tag, *(f"{tag}-{encoding}" for encoding in encodings.OFFERED)}
            tags = asked.headers["if-none-match"].split(",", _TAGS)[:_TAGS]
            return next((tag for given in tags if (tag := given.strip().removeprefix("W/").strip('"')) in known), None)
        kept = self._kept.get(key)
        # Only the very time that was told: another snapshot may be older than the one that is served.
        is_same = kept is not None and ("Last-Modified", asked.headers.get("if-modified-since")) in kept.headers
        return self._tag(key) if is_same else None


def _encoding(asked: IncomingRequest) -> str:
    """The encoding to answer in. A part is one of the bytes as they are, but for a client that has another part of them encoded."""
    if "range" not in asked.headers:
        return encodings.choose(asked.headers.get("accept-encoding", ""))
    had = asked.headers.get("if-range", "").strip().strip('"').rpartition("-")[2]
    return had if had in encodings.OFFERED else IDENTITY


def _without_body(headers: Headers) -> Headers:
    return [header for header in headers if not header[0].lower().startswith("content-")]


def _etag(tag: str, encoding: str) -> str:
    return f'"{tag}"' if encoding == IDENTITY else f'"{tag}-{encoding}"'
