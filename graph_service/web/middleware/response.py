"""An answer as it is sent: its status, its headers, and its bytes or a part of a file.

What is large is a file, because the server sends a file without a thread and without a copy in memory, however slowly it is read. What an
application makes piece by piece is put into a file without a name first, which is gone with its last reader.
"""

import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol, Self

from graph_service.engine.result import Result
from graph_service.errors import Unavailable

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

Headers = list[tuple[str, str]]

#: Up to this size bytes are sent from memory: who does not read them holds no more than this.
IN_MEMORY = 256 * 1024


class Open(Protocol):
    """A file without a name, which is gone when nobody has it any more."""

    def fileno(self) -> int:
        """Its descriptor."""


@dataclass(frozen=True)
class FilePart:
    """The bytes of a file from `start` to before `end`; `open` is the file itself where it has no name."""

    path: str
    start: int
    end: int
    open: Open | None = None

    def read(self) -> bytes:
        """The bytes. Raises OSError if the file is gone."""
        with Path(self.path).open("rb") as file:
            return os.pread(file.fileno(), self.end - self.start, self.start)

    def copied_to_memory(self) -> "FilePart":
        """The same bytes in a file that is memory. Raises OSError if the file is gone."""
        return held(self.read())


@dataclass(frozen=True)
class Reply:
    """An answer: status, headers, and bytes or a part of a file."""

    status: int
    headers: Headers
    content: bytes | FilePart


def nameless(file: Open) -> FilePart:
    """All of a file that has no name."""
    return FilePart(f"/dev/fd/{file.fileno()}", 0, os.fstat(file.fileno()).st_size, file)


def held(content: bytes) -> FilePart:
    """Bytes in memory that all who read them share."""
    memory = os.fdopen(os.memfd_create("answer"), "r+b", buffering=0) if hasattr(os, "memfd_create") else None
    file = memory or tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - who has the answer closes it
    _write(file, content)
    return nameless(file)


class _Opened:
    """What a WSGI application returns for an open file (`wsgi.file_wrapper`, PEP 3333), or for a result that is one."""

    def __init__(self, file: BinaryIO | Result, size: int = 8192) -> None:
        self.file = file

    def close(self) -> None:
        # A file without a name is gone when it is closed, and is still to be sent.
        if not isinstance(self.file, Result):
            self.file.close()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        if isinstance(self.file, Result) or not (piece := self.file.read(IN_MEMORY)):
            raise StopIteration
        return piece


def run(application: "WSGIApplication", environ: "WSGIEnvironment") -> Reply:
    """What a WSGI application answers to a request. Raises Unavailable when the disk is full."""
    begun: list[tuple[str, Headers]] = []

    def start_response(status: str, headers: Headers, info: object = None) -> object:
        begun[:] = [(status, headers)]
        return None

    answer = application({**environ, "wsgi.file_wrapper": _Opened}, start_response)  # type: ignore[arg-type]
    try:
        content = _content(answer)
    finally:
        close = getattr(answer, "close", None)
        if close is not None:
            close()
    [(status, headers)] = begun
    return Reply(int(status[:3]), headers, content)


def _content(answer: Iterable[bytes]) -> bytes | FilePart:
    if isinstance(answer, _Opened):
        file = answer.file
        if isinstance(file, Result):
            return nameless(file)
        # It has a name, and is never changed: a version of the graph, a style sheet.
        part = FilePart(str(file.name), 0, os.fstat(file.fileno()).st_size)
        return part.read() if part.end <= IN_MEMORY else part
    return gathered(answer)


def gathered(pieces: Iterable[bytes]) -> bytes | FilePart:
    """Pieces as bytes where they are few, else in a file. Raises Unavailable when the disk is full."""
    first: list[bytes] = []
    size = 0
    stream = iter(pieces)
    for piece in stream:
        first.append(piece)
        size += len(piece)
        if size > IN_MEMORY:
            break
    else:
        return b"".join(first)
    file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - it is kept until it has been sent
    try:
        for piece in chain(first, stream):
            _write(file, piece)
    except OSError as error:
        file.close()
        raise Unavailable(f"The answer could not be written: {error.strerror}.", retry_after=10) from error
    return nameless(file)


def _write(file: BinaryIO, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[file.write(rest) :]
