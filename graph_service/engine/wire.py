"""What the engine and its processes say to each other: a message is a tag and bytes, and open files towards the process.

A process works on texts from outside, and may have been taken over by one. So what it says is read as a stranger's: fields of bytes
with their lengths, each checked, no files, nothing that makes objects of any kind. A small query and a small result are one write and
one read each: the way there and back is paid by every query, and is most of what a small one takes.
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

#: What a message to a process is: a new one to be forked; that other files will come with the next task; or a task.
FORK, OTHER_FILES, QUERY, ANSWER, VALUES, PLAN, CALLS = b"k", b"o", b"q", b"a", b"v", b"p", b"c"

#: What a process says: that it is ready; a result, its bytes here or in the task's file; an error; what the system refused.
STARTED, DONE, FILE, FAILED, REFUSED = b"s", b"d", b"f", b"e", b"r"

#: A result up to this size travels through the connection, a larger one in the task's file.
INLINE = 256 * 1024

#: Open files that a process works with: where a large result is written, and what is to be read.
FILES = 2

_HEAD = struct.Struct("!cI")
_LENGTH = struct.Struct("!I")

#: How much is read at once: most messages are whole after one read.
SMALL = 64 * 1024

#: Seconds in which a message that has begun must come to its end.
_WHOLE = 10

#: The longest texts of an error, in characters.
_LONGEST = 4000

_KINDS = tuple(ResultKind)

_Pairs = list[tuple[str, str]]

#: A format travels as its place among all those of its kind, and that which only browsers are given.
_FORMATS = {kind: tuple(dict.fromkeys((*kind.formats, *kind.canned_formats, SHEET))) for kind in ResultKind}

_ERRORS = {
    error.__name__: error
    for error in (
        *(errors.MalformedQuery, errors.MalformedRequest, errors.Forbidden, errors.NotAcceptable, errors.ResultTooLarge),
        *(errors.BadGateway, errors.OutOfTime, errors.OutOfMemory),
    )
}


#: What an error may carry beside its text.
_MEMBERS = frozenset({"line", "column", "limit", "keyword", "parameter", "available", "mistake", "named", "length", "mend"})


class Broken(Exception):
    """A process has said what no process says."""


@dataclass(frozen=True)
class Done:
    """A result: its kind, its format, its bytes or None if they are in the file; whether it may be another one each time."""

    kind: ResultKind
    format: Format
    content: bytes | None
    volatile: bool


@dataclass(frozen=True)
class Refused:
    """A task that has no result because the system refused something: `memory`, or its message (`File too large`)."""

    reason: str


@dataclass(frozen=True)
class Message:
    """A message as it is received."""

    tag: bytes
    content: bytes
    descriptors: Sequence[int] = ()


def send(connection: socket.socket, tag: bytes, content: bytes = b"", descriptors: Sequence[int] = ()) -> None:
    """Send one message, with open files if any. Raises OSError if the other side is gone."""
    message = _HEAD.pack(tag, len(content)) + content
    if descriptors:
        sent = socket.send_fds(connection, [message], descriptors)
        message = message[sent:]
    if message:
        connection.sendall(message)


def receive_task(connection: socket.socket, files: int) -> Message:
    """Receive a message with so many open files, on the side of a process. Raises EOFError when the other side is gone."""
    content, descriptors, _, _ = socket.recv_fds(connection, SMALL, files)
    content = _grown(connection, content, _HEAD.size)
    tag, length = _HEAD.unpack_from(content)
    return Message(tag, _grown(connection, content, _HEAD.size + length)[_HEAD.size :], descriptors)


def receive(connection: socket.socket, most: int = INLINE + 16) -> Message:
    """Receive what a process says, of at most so many bytes; open files that come with it are let go of by the system.

    Raises EOFError when the process is gone, BlockingIOError if no message begins before the connection's own time limit, Broken for
    what is longer or does not come to its end.
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
    """Whether this is a message from its beginning to its end, whose bytes are all in it."""
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
    """Texts, one after the other."""
    parts = []
    for field in fields:
        content = field.encode("utf-8", "surrogatepass")
        parts += [_LENGTH.pack(len(content)), content]
    return b"".join(parts)


def unpack(content: bytes) -> list[str]:
    """What `pack` has written. Raises Broken."""
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
    """Texts as one field; None is another one than no texts."""
    return "" if texts is None else "+" + pack(*texts).decode("latin-1")


def unpack_list(field: str) -> list[str] | None:
    """What `pack_list` has written. Raises Broken."""
    try:
        return unpack(field[1:].encode("latin-1")) if field else None
    except UnicodeEncodeError as error:
        raise Broken("a list that is none") from error


def write_query(query: Query, formats: Formats) -> bytes:
    """A query to run and the format for each kind of result: what is the same for most queries, as JSON, and behind it the text."""
    default, named = (None if graphs is None else tuple(graphs) for graphs in (query.default_graphs, query.named_graphs))
    options = _options((default, named, query.infer, query.base, tuple(query.given), tuple(query.nodes)), tuple(map(formats.get, _KINDS)))
    return _LENGTH.pack(len(options)) + options + query.text.encode("utf-8", "surrogatepass")


def read_query(content: bytes) -> tuple[Query, Formats]:
    """What `write_query` has written."""
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
    """A kind of result and its format as a field, with what the format tells around it."""
    return f"{_KINDS.index(kind)},{_place(kind, format)},{format.around}"


def read_format(field: str) -> tuple[ResultKind, Format]:
    """What `write_format` has written."""
    kind, place, around = field.split(",", 2)
    return _KINDS[int(kind)], _placed(_KINDS[int(kind)], int(place), around)


def write_done(kind: ResultKind, format: Format, volatile: bool, content: bytes = b"") -> bytes:
    """A result, its bytes left out if it is in the file."""
    return bytes((_KINDS.index(kind), _place(kind, format), volatile)) + content


def write_failed(error: ServiceError) -> bytes:
    """Why there is no result. What an error carries is numbers, texts and lists of texts."""
    fields = [type(error).__name__, error.detail[:_LONGEST], getattr(error, "reason", "")[:_LONGEST]]
    for name, value in error.members.items():
        listed = isinstance(value, list)
        fields += [name, "list" if listed else "number" if isinstance(value, int) else "text"]
        fields.append(pack_list(value) if isinstance(value, list) else str(value)[:_LONGEST])
    return pack(*fields)


def read_reply(message: Message) -> Done | Refused:
    """What a process answers to a task: a result, or what the system refused. Raises the error that it tells, or Broken."""
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
