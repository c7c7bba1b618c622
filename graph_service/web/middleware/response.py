"""Responses: status, headers, and bytes or a part of a file; running WSGI applications.

Large content is a file, since the server sends a file without a thread or a copy in memory, however slow the client. Streamed content is
first spooled to a nameless temporary file, deleted after its last use.
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

#: The largest content, in bytes, that is sent from memory: a slow client holds no more than this.
IN_MEMORY = 256 * 1024


class Open(Protocol):
    """An open nameless file, deleted with its last descriptor."""

    def fileno(self) -> int:
        """Its descriptor."""


@dataclass(frozen=True)
class FilePart:
    """The bytes of a file from `start` up to `end`; `open` is the file itself if it is nameless."""

    path: str
    start: int
    end: int
    open: Open | None = None

    def __len__(self) -> int:
        return self.end - self.start

    def read(self) -> bytes:
        """The bytes. Raises OSError if the file is gone."""
        with Path(self.path).open("rb") as file:
            return os.pread(file.fileno(), len(self), self.start)

    def copied_to_memory(self) -> "FilePart":
        """A copy in a memory file. Raises OSError if the file is gone."""
        return held(self.read())


@dataclass(frozen=True)
class Reply:
    """A response: status, headers, and bytes or a part of a file."""

    status: int
    headers: Headers
    content: bytes | FilePart


def nameless(file: Open) -> FilePart:
    """A whole nameless file."""
    return FilePart(f"/dev/fd/{file.fileno()}", 0, os.fstat(file.fileno()).st_size, file)


def held(content: bytes) -> FilePart:
    """Put bytes into a memory file that all responses share."""
    memory = os.fdopen(os.memfd_create("answer"), "r+b", buffering=0) if hasattr(os, "memfd_create") else None
    file = memory or tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - who has the answer closes it
    _write(file, content)
    return nameless(file)


class _Opened:
    """What a WSGI application returns for an open file (`wsgi.file_wrapper`, PEP 3333), or for a query result in a file."""

    def __init__(self, file: BinaryIO | Result, size: int = 8192) -> None:
        self.file = file

    def close(self) -> None:
        # A result's nameless file would be deleted when closed, and is still to be sent.
        if not isinstance(self.file, Result):
            self.file.close()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        if isinstance(self.file, Result) or not (piece := self.file.read(IN_MEMORY)):
            raise StopIteration
        return piece


def run(application: "WSGIApplication", environ: "WSGIEnvironment") -> Reply:
    """Run a WSGI application; returns its response. Raises Unavailable if the disk is full."""
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
        # A named file that never changes: a dump, a style sheet.
        part = FilePart(str(file.name), 0, os.fstat(file.fileno()).st_size)
        return part.read() if part.end <= IN_MEMORY else part
    return gathered(answer)


def gathered(pieces: Iterable[bytes]) -> bytes | FilePart:
    """Join small content to bytes, spool large content to a file. Raises Unavailable if the disk is full."""
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
