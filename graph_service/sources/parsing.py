"""RDF parser for every serialisation: quads, prefixes, and the line and column of each fault.

What pyoxigraph silently leaves out is an error here, so that nothing is lost: triples of JSON-LD with invalid IRIs, and formulas of N3,
which RDF cannot express.
"""

import codecs
import io
import re
from collections import Counter, deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox

from graph_service.rdf.terms import parts
from graph_service.sources.jsonld_contexts import NoCopy, with_contexts
from graph_service.sources.typing_slips import mend

#: The position at the beginning of a parser's message.
_PLACE = re.compile(r"^Parser error (?:at|between) line \d+ [^:]*: ")

#: The encoding in an XML declaration (XML 1.0, section 4.3.3), and an entity.
_ENCODING = re.compile(r"\A(<\?xml\b[^>]*?\bencoding\s*=\s*[\"'])([A-Za-z][\w.-]*)")
_ENTITY = re.compile(rb"<!ENTITY\s+([\w.-]+)\s+(?:\"([^\"]*)\"|'([^']*)')")
_USE = re.compile(rb"&([A-Za-z_][\w.-]*);")

#: Syntaxes of separate statements: after a fault the parser can go on with the next one.
_STATEMENTS = frozenset({ox.RdfFormat.TURTLE, ox.RdfFormat.N_TRIPLES, ox.RdfFormat.N_QUADS})

#: In a longer line, in bytes, a fault's column is not searched for.
_LONGEST_LINE = 2**16


@dataclass(frozen=True)
class Reading:
    """Options for reading files."""

    #: The most bytes of a file, decompressed.
    limit: int = 2**30
    #: Local copies of JSON-LD contexts and ontologies, by URL.
    copies: Mapping[str, Path] = field(default_factory=dict)
    #: Whether what cannot be parsed is skipped; else it is an error.
    lenient: bool = False
    #: The format of files whose names do not tell, as a suffix without its dot; empty: detected from the content.
    format: str = ""


AS_USUAL = Reading()


@dataclass
class ParseFault(Exception):
    """What cannot be parsed, as a sentence, with line and column (from 1) if known."""

    detail: str
    line: int | None = None
    column: int | None = None


def whole(content: bytes, format: ox.RdfFormat, base: str, reading: Reading) -> bytes:
    """The text to parse, in UTF-8 without a byte order mark, with the referenced JSON-LD contexts inlined; lines keep their numbers.

    Line ends of XML are normalised, which the parser does not do (XML 1.0, section 2.11). Raises ParseFault for a context without a copy,
    an expansion beyond the limit, and an unknown encoding.
    """
    content = _utf8(content, format)
    if format == ox.RdfFormat.RDF_XML:
        content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        _refuse_growth(content, reading.limit)
    return _with_contexts(content, base, reading) if format == ox.RdfFormat.JSON_LD else content


def _utf8(content: bytes, format: ox.RdfFormat) -> bytes:
    """The content in UTF-8 without a byte order mark; only XML may have another encoding."""
    if format != ox.RdfFormat.RDF_XML:
        # Editors on Windows write a byte order mark.
        return content.removeprefix(codecs.BOM_UTF8)
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    declared = _ENCODING.match(content[:200].decode("ascii", "replace"))
    encoding = "utf-16" if marked else declared[2] if declared else "utf-8"
    if encoding.lower() in {"utf-8", "utf8", "us-ascii", "ascii"}:
        return content.removeprefix(codecs.BOM_UTF8)
    try:
        text = content.decode(encoding)
    except LookupError as error:
        raise ParseFault(f"There is no encoding {encoding}. Save the file as UTF-8.", 1, 1) from error
    except UnicodeError as error:
        line = content.count(b"\n", 0, getattr(error, "start", 0)) + 1
        raise ParseFault(f"Not {encoding}, as it says. Save the file as UTF-8.", line) from error
    return _ENCODING.sub(r"\1UTF-8", text, count=1).encode()


#: The longest term that the parsers accept, in bytes (oxttl, oxrdfxml).
_BUFFER = 2**24

_TOO_LONG = f"A text or name of more than {_BUFFER // 2**20} MiB is not read as one. Keep it in a file, and write its address here."

#: Added to the message of a fault that ends the parsing of a file.
_BEHIND = " All behind it is left out."


@dataclass(frozen=True)
class Parsed:
    """A file's quads, the prefixes that it binds, and its faults."""

    quads: list[ox.Quad]
    prefixes: dict[str, str]
    faults: list[ParseFault]
    #: Whether the last fault ended the parsing.
    broken: bool = False


def parse(content: bytes, format: ox.RdfFormat, base: str, lenient: bool = False) -> Parsed:
    """Parse a whole file up to the first fault; if `lenient`, go on after faults.

    After a fault the parsers of Turtle, N-Triples and N-Quads find the next statement. Those of other syntaxes lose their state (the
    subject, the graph) and would produce triples that nobody wrote: all that follows is skipped, unless only an IRI or a language tag is
    invalid.
    """
    if format in _STATEMENTS:
        found = _parse(content, format, base, anew=lenient)
        return _ended(found) if lenient and found.broken else found
    strict = _parse(content, format, base)
    if not lenient or not strict.faults:
        return strict
    terms = _parse(content, format, base, wrong_terms=True)
    found = terms if terms.faults else strict
    return _ended(found) if found is strict or found.broken else found


def _ended(found: Parsed) -> Parsed:
    """The result of a file whose last fault ended the parsing, with a note about that."""
    last = replace(found.faults[-1], detail=found.faults[-1].detail + _BEHIND)
    return replace(found, faults=[*found.faults[:-1], last])


def _parse(content: bytes, format: ox.RdfFormat, base: str, *, anew: bool = False, wrong_terms: bool = False) -> Parsed:
    """Parse up to the first fault; with `anew` beyond it; with `wrong_terms` skip triples with an invalid IRI or language tag."""
    # The RDF/XML parser's position is known only by how far it has read, line by line.
    steps = _Steps(content, len(content)) if wrong_terms and format == ox.RdfFormat.RDF_XML else None
    # The strict JSON-LD parser silently skips triples with an invalid IRI or language tag; `_lost` reports them.
    skips = wrong_terms or format == ox.RdfFormat.JSON_LD
    parser = _parser(steps or content, format, base, skips)
    quads: list[ox.Quad] = []
    faults: list[ParseFault] = []
    broken = False
    while not broken:
        try:
            quad = next(parser)
        except StopIteration:
            break
        except SyntaxError as error:
            faults.append(_fault(error, content, format, base, skips))
            broken = not anew
            continue
        except MemoryError:
            # The parser cannot go on after a term that exceeds its buffer.
            faults.append(ParseFault(_TOO_LONG, _line_longer_than(_BUFFER, content)))
            broken = True
            continue
        lost = _lost(quad, content, format, steps) if skips or format == ox.RdfFormat.N3 else None
        if lost is None:
            quads.append(quad)
        else:
            faults.append(lost)
            broken = not (anew or wrong_terms)
    return Parsed(quads, _prefixes_of_xml(content) if format == ox.RdfFormat.RDF_XML else dict(parser.prefixes), faults, broken)


def _line_longer_than(size: int, content: bytes) -> int | None:
    """The number (from 1) of the first line longer than so many bytes, or None."""
    begin, number = 0, 1
    while begin < len(content):
        end = content.find(b"\n", begin)
        if (len(content) if end < 0 else end) - begin > size:
            return number
        begin, number = (len(content) if end < 0 else end) + 1, number + 1
    return None


def _with_contexts(content: bytes, base: str, reading: Reading) -> bytes:
    try:
        document = content.decode()
        return with_contexts(document, base, reading.copies, reading.limit).encode()
    except UnicodeDecodeError:
        # The parser reports where.
        return content
    except NoCopy as error:
        raise ParseFault(error.detail, *_line_and_column(content, len(document[: error.place].encode()))) from error


def _parser(content: bytes | io.RawIOBase, format: ox.RdfFormat, base: str, lenient: bool) -> ox.QuadParser:
    return ox.parse(content, format, base_iri=base, lenient=lenient)  # type: ignore[arg-type]


def _lost(quad: ox.Quad, content: bytes, format: ox.RdfFormat, steps: "_Steps | None") -> ParseFault | None:
    """Why a quad cannot be kept: it has an invalid term, or is in a formula."""
    if format == ox.RdfFormat.N3 and not isinstance(quad.graph_name, ox.DefaultGraph):
        return ParseFault(
            "A formula {…} or a rule of N3 is not RDF: leave it out, or write what follows from it.", *_place_of(b"{", content)
        )
    wrong = next(filter(None, map(_wrong, (quad.subject, quad.predicate, *parts(quad.object), quad.graph_name))), None)
    if wrong is None:
        return None
    written, why = wrong
    if format == ox.RdfFormat.JSON_LD and written.startswith("@"):
        # The place is unknown: the parser reports none, and the word may occur anywhere.
        return ParseFault(
            f"A thing is called by a word that stands for {written} in the context, and so has no IRI (JSON-LD 1.1 API, section 5.2)."
        )
    mark = '"' if format == ox.RdfFormat.JSON_LD else ""
    # The text may be only a part of the IRI, after a base or prefix.
    places = (_place_of(f"{mark}{name}{mark}".encode(), content) for name in (written, re.split(r"[/#]", written)[-1] or written))
    place = next((place for place in places if place[0]), (None, None))
    return ParseFault(f"{written}: {why}.", *(place if steps is None else (steps.line, None)))


@lru_cache(maxsize=2**16)
def _wrong(term: object) -> tuple[str, str] | None:
    """An invalid IRI or language tag and why; None for a valid term."""
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
    """Line and column of the first occurrence of some bytes."""
    place = content.find(words)
    return (None, None) if place < 0 else _line_and_column(content, place)


def _line_and_column(content: bytes, place: int) -> tuple[int, int]:
    begin = content.rfind(b"\n", 0, place) + 1
    return content.count(b"\n", 0, place) + 1, len(content[begin:place].decode("utf-8", "replace")) + 1


def _fault(error: SyntaxError, content: bytes, format: ox.RdfFormat, base: str, lenient: bool) -> ParseFault:
    """The parser's message as a sentence, with a hint and the position, which the parser does not report for RDF/XML."""
    line, column = error.lineno, error.offset
    if format == ox.RdfFormat.RDF_XML:
        line, column = _met(content, base, lenient)
    detail = _PLACE.sub("", str(error.msg)).rstrip(".")
    return ParseFault(" ".join(filter(None, (f"{detail}.", mend(detail)))), line, column)


def _met(content: bytes, base: str, lenient: bool) -> tuple[int, int | None]:
    """The position of the first fault in RDF/XML: how far the parser reads when given one line at a time, and then, in that line, one byte
    at a time. A very long line gets no column.
    """
    line = _read_until_fault(_Steps(content, len(content)), base, lenient)
    begin = content.rfind(b"\n", 0, line) + 1
    if line - begin > _LONGEST_LINE:
        return _line_and_column(content, line)[0], None
    return _line_and_column(content, _read_until_fault(_Steps(content, begin), base, lenient))


def _read_until_fault(steps: "_Steps", base: str, lenient: bool) -> int:
    """The offset of the last byte that the parser has read when it raises."""
    with suppress(SyntaxError):
        deque(_parser(steps, ox.RdfFormat.RDF_XML, base, lenient), maxlen=0)
    return max(steps.place - 1, 0)


class _Steps(io.RawIOBase):
    """A stream that returns one line at a time, and from an offset on one byte at a time."""

    def __init__(self, content: bytes, single: int) -> None:
        super().__init__()
        self._content, self._single = content, single
        #: How many bytes have been read.
        self.place = 0

    @property
    def line(self) -> int:
        """The line of the last byte that was read."""
        return self._content.count(b"\n", 0, max(self.place - 1, 0)) + 1

    def read(self, size: int = -1) -> bytes:
        """Read the next line or byte, at most `size` bytes."""
        line = self._content.find(b"\n", self.place) + 1 or len(self._content)
        end = self.place + 1 if self.place >= self._single else line
        end = min(end, self.place + size) if size > 0 else end
        given = self._content[self.place : end]
        self.place += len(given)
        return given


def _refuse_growth(content: bytes, limit: int) -> None:
    """Raise ParseFault for XML whose entities would expand beyond the limit ("billion laughs")."""
    sizes: dict[bytes, int] = {}
    for match in _ENTITY.finditer(content):
        # An entity may refer to earlier ones.
        value = match[2] or match[3] or b""
        size = len(value) + sum(sizes.get(use, 0) for use in _USE.findall(value))
        sizes[match[1]] = max(size, sizes.get(match[1], 0))
    if not sizes:
        return
    total = sum(sizes.values()) + sum(count * sizes.get(name, 0) for name, count in Counter(_USE.findall(content)).items())
    if total > limit:
        detail = f"Its entities stand for more than {limit:,} bytes. --source-limit sets how large a file may be."
        raise ParseFault(detail, *_place_of(b"<!ENTITY", content))


def _prefixes_of_xml(content: bytes) -> dict[str, str]:
    """The prefixes that an RDF/XML document binds; the first binding counts."""
    found: dict[str, str] = {}
    for match in re.finditer(rb"\bxmlns(?::([\w.-]+))?\s*=\s*[\"']([^\"'&]*)[\"']", content):
        found.setdefault((match[1] or b"").decode("utf-8", "replace"), match[2].decode("utf-8", "replace"))
    return found
