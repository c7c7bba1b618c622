"""The protocol between the engine and its worker processes: a message is a tag and bytes, with open files towards the worker.

A worker parses input from outside and may have been taken over. So its messages are treated as untrusted: length-prefixed fields, each
checked, no files, nothing that constructs objects of any class. A small query and a small result take one write and one read each: the
round trip is most of what a small query costs.
"""

import json
import socket
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from graph_service import errors
from graph_service.engine.result import Formats, Query, ResultKind
from graph_service.errors import ServiceError
from graph_service.formats.media_types import SHEET, Format

#: Messages to a process: fork a worker; new files come with the next task; the tasks.
FORK, OTHER_FILES, QUERY, ANSWER, VALUES, PLAN, CALLS = b"k", b"o", b"q", b"a", b"v", b"p", b"c"

#: Messages from a process: it is ready; a result, here or in the task's file; an error; what the system refused.
STARTED, DONE, FILE, FAILED, REFUSED = b"s", b"d", b"f", b"e", b"r"

#: The largest result, in bytes, that travels through the socket; a larger one is in the task's file.
INLINE = 256 * 1024

#: How many files a task has: its output for a large result, and its input.
FILES = 2

_HEAD = struct.Struct("!cI")
_LENGTH = struct.Struct("!I")

#: Bytes read at once: most messages are complete after one read.
SMALL = 64 * 1024

#: Seconds in which a message that has begun must be complete.
_WHOLE = 10

#: The longest texts of an error, in characters.
_LONGEST = 4000

_KINDS = tuple(ResultKind)

_Pairs = list[tuple[str, str]]

#: A format is sent as its index among all formats of its kind; SHEET is one that only browsers get.
_FORMATS = {kind: tuple(dict.fromkeys((*kind.formats, *kind.canned_formats, SHEET))) for kind in ResultKind}

_ERRORS = {
    error.__name__: error
    for error in (
        *(errors.MalformedQuery, errors.MalformedRequest, errors.Forbidden, errors.NotAcceptable, errors.ResultTooLarge),
        *(errors.BadGateway, errors.OutOfTime, errors.OutOfMemory),
    )
}


#: The attributes that an error may carry beside its text.
_MEMBERS = frozenset({"line", "column", "limit", "keyword", "parameter", "available", "mistake", "named", "length", "mend"})


class Broken(Exception):
    """A process has broken the protocol."""


@dataclass(frozen=True)
class Done:
    """A result: its kind and format, its bytes or None if they are in the file, and whether the query is volatile."""

    kind: ResultKind
    format: Format
    content: bytes | None
    volatile: bool


@dataclass(frozen=True)
class Refused:
    """The system refused something to a task: `memory`, or the system's message (`File too large`)."""

    reason: str


@dataclass(frozen=True)
class Message:
    """A received message."""

    tag: bytes
    content: bytes
    descriptors: Sequence[int] = ()


def send(connection: socket.socket, tag: bytes, content: bytes = b"", descriptors: Sequence[int] = ()) -> None:
    """Send a message, with open files if any. Raises OSError if the other side is gone."""
    message = _HEAD.pack(tag, len(content)) + content
    if descriptors:
        sent = socket.send_fds(connection, [message], descriptors)
        message = message[sent:]
    if message:
        connection.sendall(message)


def receive_task(connection: socket.socket, files: int) -> Message:
    """Receive a message with so many open files, in the worker. Raises EOFError if the other side is gone."""
    content, descriptors, _, _ = socket.recv_fds(connection, SMALL, files)
    content = _grown(connection, content, _HEAD.size)
    tag, length = _HEAD.unpack_from(content)
    return Message(tag, _grown(connection, content, _HEAD.size + length)[_HEAD.size :], descriptors)


def receive(connection: socket.socket, most: int = INLINE + 16) -> Message:
    """Receive a worker's message of at most `most` bytes; the kernel closes any files that come with it.

    Raises EOFError if the process is gone, BlockingIOError if no message begins before the socket's timeout, Broken if it is too long or
    incomplete.
    """
    content = connection.recv(SMALL)
    content = _grown(connection, content, _HEAD.size)
    tag, length = _HEAD.unpack_from(content)
    if length > most:
        raise Broken("a message that is too long")
    content = _grown(connection, content, _HEAD.size + length)
    if len(content) != _HEAD.size + length:
        raise Broken("more than one message")
    return Message(tag, content[_HEAD.size :])


def is_whole(content: bytes) -> bool:
    """Whether this is exactly one complete message with its content (not a FILE message)."""
    if len(content) < _HEAD.size:
        return False
    tag, length = _HEAD.unpack_from(content)
    return bool(tag != FILE and len(content) == _HEAD.size + length)


def _grown(connection: socket.socket, content: bytes, size: int) -> bytes:
    if len(content) >= size:
        return content
    if not content:
        raise EOFError
    grown = bytearray(content)
    until = time.monotonic() + _WHOLE
    while len(grown) < size:
        try:
            piece = connection.recv(min(size - len(grown), SMALL))
        except BlockingIOError:
            if time.monotonic() < until:
                continue
            raise Broken("a message without an end") from None
        if not piece:
            raise EOFError
        grown += piece
    return bytes(grown)


def pack(*fields: str) -> bytes:
    """Serialise texts as length-prefixed fields."""
    parts = []
    for field in fields:
        content = field.encode("utf-8", "surrogatepass")
        parts += [_LENGTH.pack(len(content)), content]
    return b"".join(parts)


def unpack(content: bytes) -> list[str]:
    """Parse what `pack` has written. Raises Broken."""
    fields = []
    at = 0
    try:
        while at < len(content):
            (length,) = _LENGTH.unpack_from(content, at)
            at += _LENGTH.size
            if length > len(content) - at:
                raise Broken("a field that is longer than its message")
            fields.append(content[at : at + length].decode("utf-8", "surrogatepass"))
            at += length
    except (struct.error, UnicodeDecodeError) as error:
        raise Broken("fields that are none") from error
    return fields


def pack_list(texts: Sequence[str] | None) -> str:
    """Serialise a list as one field; None differs from an empty list."""
    return "" if texts is None else "+" + pack(*texts).decode("latin-1")


def unpack_list(field: str) -> list[str] | None:
    """Parse what `pack_list` has written. Raises Broken."""
    try:
        return unpack(field[1:].encode("latin-1")) if field else None
    except UnicodeEncodeError as error:
        raise Broken("a list that is none") from error


def write_query(query: Query, formats: Formats) -> bytes:
    """Serialise a query and the format for each kind of result: options as JSON, which are cached, then the text."""
    default, named = (None if graphs is None else tuple(graphs) for graphs in (query.default_graphs, query.named_graphs))
    options = _options((default, named, query.infer, query.base, tuple(query.given), tuple(query.nodes)), tuple(map(formats.get, _KINDS)))
    return _LENGTH.pack(len(options)) + options + query.text.encode("utf-8", "surrogatepass")


def read_query(content: bytes) -> tuple[Query, Formats]:
    """Parse what `write_query` has written."""
    at = _LENGTH.size + _LENGTH.unpack_from(content)[0]
    default, named, infer, base, given, nodes, formats = _read_options(content[_LENGTH.size : at])
    return Query(content[at:].decode("utf-8", "surrogatepass"), default, named, infer, base, given=given, nodes=nodes), formats


@lru_cache(maxsize=64)
def _options(chosen: tuple[object, ...], formats: tuple[Format | None, ...]) -> bytes:
    places = [None if format is None else (_place(kind, format), format.around) for kind, format in zip(_KINDS, formats, strict=True)]
    return json.dumps([*chosen, places]).encode()


@lru_cache(maxsize=64)
def _read_options(options: bytes) -> tuple[list[str] | None, list[str] | None, bool, str | None, _Pairs, _Pairs, Formats]:
    default, named, infer, base, given, nodes, places = json.loads(options)
    formats = {kind: _placed(kind, *place) for kind, place in zip(_KINDS, places, strict=True) if place is not None}
    return default, named, infer, base, given, nodes, formats


def _place(kind: ResultKind, format: Format) -> int:
    return _FORMATS[kind].index(replace(format, around="") if format.around else format)


def _placed(kind: ResultKind, place: int, around: str) -> Format:
    format = _FORMATS[kind][place]
    return replace(format, around=around) if around else format


def write_format(kind: ResultKind, format: Format) -> str:
    """Serialise a kind of result and its format, with the format's `around`."""
    return f"{_KINDS.index(kind)},{_place(kind, format)},{format.around}"


def read_format(field: str) -> tuple[ResultKind, Format]:
    """Parse what `write_format` has written."""
    kind, place, around = field.split(",", 2)
    return _KINDS[int(kind)], _placed(_KINDS[int(kind)], int(place), around)


def write_done(kind: ResultKind, format: Format, volatile: bool, content: bytes = b"") -> bytes:
    """Serialise a result, without its bytes if they are in the file."""
    return bytes((_KINDS.index(kind), _place(kind, format), volatile)) + content


def write_failed(error: ServiceError) -> bytes:
    """Serialise an error with its attributes, which are numbers, texts and lists of texts."""
    fields = [type(error).__name__, error.detail[:_LONGEST], getattr(error, "reason", "")[:_LONGEST]]
    for name, value in error.members.items():
        listed = isinstance(value, list)
        fields += [name, "list" if listed else "number" if isinstance(value, int) else "text"]
        fields.append(pack_list(value) if isinstance(value, list) else str(value)[:_LONGEST])
    return pack(*fields)


def read_reply(message: Message) -> Done | Refused:
    """A worker's reply to a task: a result, or what the system refused. Raises the error that the worker reports, or Broken."""
    tag, content = message.tag, message.content
    if tag in {DONE, FILE}:
        try:
            kind = _KINDS[content[0]]
            return Done(kind, _FORMATS[kind][content[1]], content[3:] if tag == DONE else None, bool(content[2]))
        except IndexError as error:
            raise Broken("a result of no known kind") from error
    if tag == REFUSED:
        return Refused(content[:200].decode("utf-8", "replace"))
    if tag != FAILED:
        raise Broken("a message of no known kind")
    raise _read_failed(content)


def _read_failed(content: bytes) -> ServiceError:
    name, detail, reason, *members = [*unpack(content), "", "", ""][: 3 + 3 * 16]
    if name not in _ERRORS:
        raise Broken("an error of no known kind")
    read: dict[str, object] = {}
    for member, kind, value in zip(members[::3], members[1::3], members[2::3], strict=False):
        if member not in _MEMBERS:
            continue
        if kind == "number" and value.isascii() and value.isdecimal() and len(value) < 20:
            read[member] = int(value)
        elif kind == "list":
            read[member] = unpack_list(value)
        elif kind == "text":
            read[member] = value
    error = _ERRORS[name](detail[:_LONGEST], **read)
    if isinstance(error, errors.MalformedQuery):
        error.reason = reason[:_LONGEST]
    return error
