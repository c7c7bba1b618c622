"""What the engine and its processes say to each other: a message is a tag, bytes, and open files if any.

A small query and a small result are one write and one read each, and nothing of them is pickled: the way there and back is paid by
every query, and is most of what a small one takes.
"""

import marshal
import pickle
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from graph_service.engine.result import Formats, Kind, Query
from graph_service.errors import ServiceError
from graph_service.words.formats import Format

#: What a message is: a query to run; a result, or one that comes as an open file, or why there is none; and what starts a process.
TASK, DONE, FILE, FAILED, FORK, STARTED = b"t", b"d", b"f", b"e", b"k", b"s"

_HEAD = struct.Struct("!cI")

#: How much is read at once: most messages are whole after one read.
_PIECE = 64 * 1024

_KINDS = tuple(Kind)

#: A format travels as its place among all those of its kind.
_FORMATS = {kind: tuple(dict.fromkeys((*kind.formats, *kind.canned_formats))) for kind in Kind}


@dataclass(frozen=True)
class Done:
    """A result: its kind, its format, and its bytes or an open file."""

    kind: Kind
    format: Format
    content: bytes | BinaryIO


@dataclass(frozen=True)
class Failed:
    """A query that has no result: the error, or what the system refused (`EFBIG`, `ENOSPC`, `memory`)."""

    error: ServiceError | None
    refused: str | None = None


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
        socket.send_fds(connection, [message], descriptors)
    else:
        connection.sendall(message)


def receive(connection: socket.socket) -> Message:
    """Receive one message and the files that came with it; there must not be another one right behind it without files.

    Raises EOFError when the other side is gone, BlockingIOError if no message begins before the connection's own time limit.
    """
    content, descriptors, _, _ = socket.recv_fds(connection, _PIECE, 1)
    content = _grown(connection, content, _HEAD.size)
    tag, length = _HEAD.unpack_from(content)
    return Message(tag, _grown(connection, content, _HEAD.size + length)[_HEAD.size :], descriptors)


def _grown(connection: socket.socket, content: bytes, size: int) -> bytes:
    if len(content) >= size:
        return content
    grown = bytearray(content)
    while len(grown) < size:
        try:
            piece = connection.recv(min(size - len(grown), _PIECE))
        except BlockingIOError:
            continue
        if not piece:
            raise EOFError
        grown += piece
    return bytes(grown)


def write_task(query: Query, formats: Formats) -> bytes:
    """A query to run and the format for each kind of result."""
    default, named = (None if graphs is None else tuple(graphs) for graphs in (query.default_graphs, query.named_graphs))
    places = tuple(_FORMATS[kind].index(formats[kind]) if kind in formats else None for kind in _KINDS)
    return marshal.dumps((query.text, default, named, query.infer, query.base, places))


def read_task(content: bytes) -> tuple[Query, Formats]:
    """What `write_task` has written."""
    text, default, named, infer, base, places = marshal.loads(content)  # noqa: S302 - the engine's own, in the same version of Python
    formats = {kind: _FORMATS[kind][place] for kind, place in zip(_KINDS, places, strict=True) if place is not None}
    return Query(text, default, named, infer, base), formats


def write_done(kind: Kind, format: Format, content: bytes = b"") -> bytes:
    """A result, its bytes left out if it goes as a file."""
    return bytes((_KINDS.index(kind), _FORMATS[kind].index(format))) + content


def write_failed(failed: Failed) -> bytes:
    """Why there is no result."""
    return pickle.dumps(failed)


def read_reply(message: Message) -> Done | Failed:
    """What a process answers to a task."""
    if message.tag == FAILED:
        # Only this package's own processes hold the other end of the connection.
        failed = pickle.loads(message.content)  # noqa: S301
        assert isinstance(failed, Failed)
        return failed
    kind = _KINDS[message.content[0]]
    content = message.content[2:] if message.tag == DONE else open(message.descriptors[0], "rb")  # noqa: SIM115, PTH123 - closed by who reads it
    return Done(kind, _FORMATS[kind][message.content[1]], content)
