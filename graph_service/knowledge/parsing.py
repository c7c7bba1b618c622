"""RDF read from bytes, in every serialisation: triples and quads, prefixes, and for what cannot be read the line and the column.

What the parser leaves out without a word is an error here, so that nothing is lost: triples of JSON-LD whose IRIs are none, and formulas
of N3, which RDF cannot say.
"""

import codecs
import io
import re
from collections import Counter, deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox

from graph_service.knowledge.contexts import NoCopy, with_contexts
from graph_service.knowledge.slips import mend
from graph_service.words.terms import parts

#: What the parser says of where it met a fault.
_PLACE = re.compile(r"^Parser error at line \d+ (between columns? \d+ and |column )\S+ ?(and line \d+ column \d+)?: ")

#: An encoding that an XML document declares (XML 1.0, section 4.3.3), and an entity.
_ENCODING = re.compile(r"\A(<\?xml\b[^>]*?\bencoding\s*=\s*[\"'])([A-Za-z][\w.-]*)")
_ENTITY = re.compile(rb"<!ENTITY\s+([\w.-]+)\s+(?:\"([^\"]*)\"|'([^']*)')")
_USE = re.compile(rb"&([A-Za-z_][\w.-]*);")

#: In a line that is longer than so many bytes the column of a fault is not looked for.
_LONGEST_LINE = 2**16


@dataclass(frozen=True)
class Reading:
    """How files are read."""

    #: How many bytes a file may have, unpacked.
    limit: int = 2**30
    #: Local copies of contexts of JSON-LD and of ontologies, by their addresses.
    copies: Mapping[str, Path] = field(default_factory=dict)


AS_USUAL = Reading()


@dataclass
class Fault(Exception):
    """What cannot be read, as a sentence, and where: line and column (from 1), as far as they are known."""

    detail: str
    line: int | None = None
    column: int | None = None


def whole(content: bytes, format: ox.RdfFormat, base: str, reading: Reading) -> bytes:
    """What is read, in UTF-8 and without a byte order mark: what stands in a file, line by line, and the contexts that JSON-LD names.

    Raises Fault for what there is no copy of or stands for more than the limit, and for an encoding that is not known.
    """
    content = _utf8(content, format)
    if format == ox.RdfFormat.RDF_XML:
        _refuse_growth(content, reading.limit)
    return _with_contexts(content, base, reading) if format == ox.RdfFormat.JSON_LD else content


def _utf8(content: bytes, format: ox.RdfFormat) -> bytes:
    """The content in UTF-8 and without a byte order mark; XML alone may be written otherwise."""
    if format != ox.RdfFormat.RDF_XML:
        # Editors on Windows put a byte order mark before it.
        return content.removeprefix(codecs.BOM_UTF8)
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    declared = _ENCODING.match(content[:200].decode("ascii", "replace"))
    encoding = "utf-16" if marked else declared[2] if declared else "utf-8"
    if encoding.lower() in {"utf-8", "utf8", "us-ascii", "ascii"}:
        return content.removeprefix(codecs.BOM_UTF8)
    try:
        text = content.decode(encoding)
    except LookupError as error:
        raise Fault(f"There is no encoding {encoding}. Save the file as UTF-8.", 1, 1) from error
    except UnicodeError as error:
        line = content.count(b"\n", 0, getattr(error, "start", 0)) + 1
        raise Fault(f"Not {encoding}, as it says. Save the file as UTF-8.", line) from error
    return _ENCODING.sub(r"\1UTF-8", text, count=1).encode()


def parse(content: bytes, format: ox.RdfFormat, base: str) -> tuple[list[ox.Quad], dict[str, str]]:
    """The quads of what is the whole of a file, and its prefixes. Raises Fault for the first thing that cannot be read."""
    parser = _parser(content, format, base)
    quads: list[ox.Quad] = []
    try:
        for quad in parser:
            _refuse_lost(quad, content, format)
            quads.append(quad)
    except SyntaxError as error:
        raise _fault(error, content, format, base) from error
    return quads, _prefixes_of_xml(content) if format == ox.RdfFormat.RDF_XML else dict(parser.prefixes)


def _with_contexts(content: bytes, base: str, reading: Reading) -> bytes:
    try:
        document = content.decode()
        return with_contexts(document, base, reading.copies, reading.limit).encode()
    except UnicodeDecodeError:
        # The parser tells where.
        return content
    except NoCopy as error:
        raise Fault(error.detail, *_line_and_column(content, len(document[: error.place].encode()))) from error


def _parser(content: bytes | io.RawIOBase, format: ox.RdfFormat, base: str) -> ox.QuadParser:
    # Of JSON-LD the strict parser leaves out without a word what has an IRI or a language that is none; `_refuse_lost` has a word.
    return ox.parse(content, format, base_iri=base, lenient=format == ox.RdfFormat.JSON_LD)  # type: ignore[arg-type]


def _refuse_lost(quad: ox.Quad, content: bytes, format: ox.RdfFormat) -> None:
    """Raise Fault for a quad that does not stay what it is: with a term that is none, or in a formula."""
    if format == ox.RdfFormat.N3 and not isinstance(quad.graph_name, ox.DefaultGraph):
        raise Fault("A formula {…} or a rule of N3 is not RDF: leave it out, or write what follows from it.", *_place_of(b"{", content))
    if format == ox.RdfFormat.JSON_LD:
        for term in (quad.subject, quad.predicate, *parts(quad.object), quad.graph_name):
            wrong = _wrong(term)
            if wrong is not None:
                written, why = wrong
                raise Fault(f"{written}: {why}.", *_place_of(f'"{written}"'.encode(), content))


@lru_cache(maxsize=2**16)
def _wrong(term: object) -> tuple[str, str] | None:
    """An IRI or a language tag that is none, as it is written, and why; None for a term that is right."""
    try:
        if isinstance(term, ox.NamedNode):
            written = term.value
            ox.NamedNode(written)
        elif isinstance(term, ox.Literal):
            written = term.language or term.datatype.value
            ox.Literal("", language=term.language) if term.language else ox.NamedNode(written)
    except ValueError as error:
        detail = str(error).rstrip(".")
        return written, f"{detail}. {mend(detail)}".rstrip(". ") if isinstance(term, ox.NamedNode) else f"no language tag or IRI: {detail}"
    return None


def _place_of(words: bytes, content: bytes) -> tuple[int | None, int | None]:
    """Line and column of the first place where some words stand."""
    place = content.find(words)
    return (None, None) if place < 0 else _line_and_column(content, place)


def _line_and_column(content: bytes, place: int) -> tuple[int, int]:
    begin = content.rfind(b"\n", 0, place) + 1
    return content.count(b"\n", 0, place) + 1, len(content[begin:place].decode("utf-8", "replace")) + 1


def _fault(error: SyntaxError, content: bytes, format: ox.RdfFormat, base: str) -> Fault:
    """What the parser says, in a sentence, with a hint and with the place, which it does not know of RDF/XML."""
    line, column = error.lineno, error.offset
    if format == ox.RdfFormat.RDF_XML:
        line, column = _met(content, base)
    detail = _PLACE.sub("", str(error.msg)).rstrip(".")
    return Fault(" ".join(filter(None, (f"{detail}.", mend(detail)))), line, column)


def _met(content: bytes, base: str) -> tuple[int, int | None]:
    """Where the parser meets the first fault of an RDF/XML document: how far it reads when it is given one line at a time, and then, in
    the last one, one byte at a time. A line that is too long for that has no column.
    """
    line = _read_until_fault(_Steps(content, len(content)), base)
    begin = content.rfind(b"\n", 0, line) + 1
    if line - begin > _LONGEST_LINE:
        return _line_and_column(content, line)[0], None
    return _line_and_column(content, _read_until_fault(_Steps(content, begin), base))


def _read_until_fault(steps: "_Steps", base: str) -> int:
    """The last byte that the parser has read when it raises."""
    with suppress(SyntaxError):
        deque(_parser(steps, ox.RdfFormat.RDF_XML, base), maxlen=0)
    return max(steps.place - 1, 0)


class _Steps(io.RawIOBase):
    """Bytes that are handed out one line at a time, and from a place on one byte at a time."""

    def __init__(self, content: bytes, single: int) -> None:
        super().__init__()
        self._content, self._single = content, single
        #: How much has been handed out.
        self.place = 0

    def read(self, size: int = -1) -> bytes:
        """The next of them, and no more than so many bytes."""
        line = self._content.find(b"\n", self.place) + 1 or len(self._content)
        end = self.place + 1 if self.place >= self._single else line
        end = min(end, self.place + size) if size > 0 else end
        given = self._content[self.place : end]
        self.place += len(given)
        return given


def _refuse_growth(content: bytes, limit: int) -> None:
    """Raise Fault for an XML document that would be larger than the limit with its entities written out: a few lines of them can stand
    for more than any memory holds.
    """
    sizes: dict[bytes, int] = {}
    for match in _ENTITY.finditer(content):
        # An entity may be made of those that are declared before it.
        value = match[2] or match[3] or b""
        size = len(value) + sum(sizes.get(use, 0) for use in _USE.findall(value))
        sizes[match[1]] = max(size, sizes.get(match[1], 0))
    if not sizes:
        return
    total = sum(sizes.values()) + sum(count * sizes.get(name, 0) for name, count in Counter(_USE.findall(content)).items())
    if total > limit:
        detail = f"Its entities stand for more than {limit:,} bytes. --source-limit sets how large a file may be."
        raise Fault(detail, *_place_of(b"<!ENTITY", content))


def _prefixes_of_xml(content: bytes) -> dict[str, str]:
    """The prefixes that an RDF/XML document binds; of those that are bound twice the first."""
    found: dict[str, str] = {}
    for match in re.finditer(rb"\bxmlns(?::([\w.-]+))?\s*=\s*[\"']([^\"'&]*)[\"']", content):
        found.setdefault((match[1] or b"").decode("utf-8", "replace"), match[2].decode("utf-8", "replace"))
    return found
