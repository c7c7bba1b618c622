"""Reads source files, decompressing gzip, bzip2, xz and Zstandard, detected by content and not by name."""

import bz2
import gzip
import lzma
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import IO

from graph_service.errors import SourceError

try:
    import zstandard
except ImportError:  # the extra `zstd` is not installed
    zstandard = None  # type: ignore[assignment]

#: Suffixes of compressed files, after the suffix of their format.
SUFFIXES = (".gz", ".bz2", ".xz", ".zst")

#: Bytes decompressed at once.
_PIECE = 2**20

#: Bytes of Zstandard read at once: a block of four may decompress to 128 KiB (RFC 8878, section 3.1.1.2).
_SMALL = 512

_FAULTS = (EOFError, OSError, zlib.error, lzma.LZMAError, *((zstandard.ZstdError,) if zstandard else ()))


def content_of(path: Path, limit: int, most: int | None = None) -> bytes:
    """The content of a file, decompressed; at most `most` bytes if given.

    Raises SourceError for a file that cannot be read or decompressed, and without `most` for one larger than the limit: hardly more than
    that is ever decompressed.
    """
    try:
        with path.open("rb") as file:
            mark = file.read(max(map(len, _PACKERS)))
            file.seek(0)
            packer = next((name for begin, name in _PACKERS.items() if mark.startswith(begin)), None)
            if packer == "Zstandard" and zstandard is None:
                raise SourceError(f"{path}: to read Zstandard, install the extra: pip install 'graph-service[zstd]'. Or pack it with gzip.")
            wanted = limit + 1 if most is None else most
            content = file.read(wanted) if packer is None else _unpacked(path, packer, _UNPACKED[packer](file), wanted)
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror}") from error
    if most is None and len(content) > limit:
        what = "" if packer is None else "what is in it "
        raise SourceError(f"{path}: {what}is larger than {limit:,} bytes. --source-limit sets how large it may be.", limit=limit)
    return content


def _unpacked(path: Path, packer: str, pieces: Iterable[bytes], most: int) -> bytes:
    """The first bytes of a decompressed stream. Raises SourceError if it is damaged or cut off."""
    found = bytearray()
    try:
        for piece in pieces:
            found += piece
            if len(found) >= most:
                break
    except _FAULTS as error:
        # Errors of the operating system, which have a number, are the caller's to report.
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise SourceError(f"{path}: is cut off or damaged, {packer} says: {error}. Take the file anew.") from error
    return bytes(found[:most])


def _zstandard(file: IO[bytes]) -> Iterator[bytes]:
    """Decompress one or several frames. Raises EOFError if the last is cut off."""
    frame = None
    while left := file.read(_SMALL):
        while left:
            frame = frame or zstandard.ZstdDecompressor().decompressobj()
            yield frame.decompress(left)
            left = frame.unused_data if frame.eof else b""
            frame = None if frame.eof else frame
    if frame is not None:
        raise EOFError("the end is missing")


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    return iter(partial(stream.read, _PIECE), b"")


#: Magic number -> compression. RFC 1952; bzip2's and xz's own descriptions; RFC 8878.
_PACKERS = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz", b"\x28\xb5\x2f\xfd": "Zstandard"}

_UNPACKED: dict[str, Callable[[IO[bytes]], Iterator[bytes]]] = {
    "gzip": lambda file: _pieces(gzip.GzipFile(fileobj=file)),  # type: ignore[arg-type]
    "bzip2": lambda file: _pieces(bz2.BZ2File(file)),
    "xz": lambda file: _pieces(lzma.LZMAFile(file)),  # noqa: SIM115 - closed with the file beneath
    "Zstandard": _zstandard,
}
