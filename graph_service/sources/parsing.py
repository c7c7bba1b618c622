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
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox

from graph_service.rdf.terms import parts
from graph_service.sources.jsonld_contexts import NoCopy, with_contexts
from graph_service.sources.typing_slips import mend

#: What the parser says of where it met a fault.
_PLACE = re.compile(r"^Parser error (?:at|between) line \d+ [^:]*: ")

#: An encoding that an XML document declares (XML 1.0, section 4.3.3), and an entity.
_ENCODING = re.compile(r"\A(<\?xml\b[^>]*?\bencoding\s*=\s*[\"'])([A-Za-z][\w.-]*)")
_ENTITY = re.compile(rb"<!ENTITY\s+([\w.-]+)\s+(?:\"([^\"]*)\"|'([^']*)')")
_USE = re.compile(rb"&([A-Za-z_][\w.-]*);")

#: What is written in statements, each of which can be read without those before it.
_STATEMENTS = frozenset({ox.RdfFormat.TURTLE, ox.RdfFormat.N_TRIPLES, ox.RdfFormat.N_QUADS})

#: In a line that is longer than so many bytes the column of a fault is not looked for.
_LONGEST_LINE = 2**16


@dataclass(frozen=True)
class Reading:
    """How files are read."""

    #: How many bytes a file may have, unpacked.
    limit: int = 2**30
    #: Local copies of contexts of JSON-LD and of ontologies, by their addresses.
    copies: Mapping[str, Path] = field(default_factory=dict)
    #: Whether what cannot be read of a file is left out; else it is an error.
    lenient: bool = False
    #: What files are written in whose names do not tell, as the ending of a name without its point; empty: as their content tells.
    format: str = ""


AS_USUAL = Reading()


@dataclass
class ParseFault(Exception):
    """What cannot be read, as a sentence, and where: line and column (from 1), as far as they are known."""

    detail: str
    line: int | None = None
    column: int | None = None


def whole(content: bytes, format: ox.RdfFormat, base: str, reading: Reading) -> bytes:
    """What is read, in UTF-8 and without a byte order mark: what stands in a file, line by line, and the contexts that JSON-LD names.

    Of XML the lines end as XML has it: what Windows ends them with is no part of a text (XML 1.0, section 2.11), and the parser keeps it.

    Raises Fault for what there is no copy of or stands for more than the limit, and for an encoding that is not known.
    """
    content = _utf8(content, format)
    if format == ox.RdfFormat.RDF_XML:
        content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
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
        raise ParseFault(f"There is no encoding {encoding}. Save the file as UTF-8.", 1, 1) from error
    except UnicodeError as error:
        line = content.count(b"\n", 0, getattr(error, "start", 0)) + 1
        raise ParseFault(f"Not {encoding}, as it says. Save the file as UTF-8.", line) from error
    return _ENCODING.sub(r"\1UTF-8", text, count=1).encode()


#: The longest term that the parsers read, in bytes (oxttl, oxrdfxml).
_BUFFER = 2**24

_TOO_LONG = f"A text or name of more than {_BUFFER // 2**20} MiB is not read as one. Keep it in a file, and write its address here."

#: What is behind a fault that ends a file.
_BEHIND = " All behind it is left out."


@dataclass(frozen=True)
class Parsed:
    """What a file says, the prefixes that it binds, and what cannot be read of it."""

    quads: list[ox.Quad]
    prefixes: dict[str, str]
    faults: list[ParseFault]
    #: Whether the last fault ends it.
    broken: bool = False


def parse(content: bytes, format: ox.RdfFormat, base: str, lenient: bool = False) -> Parsed:
    """What is the whole of a file, read: up to the first fault, which is its last one; `lenient`, without what cannot be read.

    Behind a fault the parsers of Turtle, N-Triples and N-Quads find the next statement. Those of the other syntaxes lose their place (in
    which thing, in which graph) and would say what nobody has said: all behind it is left out, unless it is an IRI or a language alone.
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
    """What is read of a file that its last fault ends, with a word about that."""
    last = replace(found.faults[-1], detail=found.faults[-1].detail + _BEHIND)
    return replace(found, faults=[*found.faults[:-1], last])


def _parse(content: bytes, format: ox.RdfFormat, base: str, *, anew: bool = False, wrong_terms: bool = False) -> Parsed:
    """What is read up to the first fault, which is broken off at; with `anew` behind it, too; with `wrong_terms` without triples that have
    an IRI or a language that is none.
    """
    # Where the parser of RDF/XML is shows in how far it has read, one line at a time.
    steps = _Steps(content, len(content)) if wrong_terms and format == ox.RdfFormat.RDF_XML else None
    # Of JSON-LD the strict parser leaves out without a word what has an IRI or a language that is none; `_lost` has a word.
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
            # The parser stops for good at a term that does not fit into its buffer.
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
    """The number (from 1) of the first line of more than so many bytes; None if there is none."""
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
        # The parser tells where.
        return content
    except NoCopy as error:
        raise ParseFault(error.detail, *_line_and_column(content, len(document[: error.place].encode()))) from error


def _parser(content: bytes | io.RawIOBase, format: ox.RdfFormat, base: str, lenient: bool) -> ox.QuadParser:
    return ox.parse(content, format, base_iri=base, lenient=lenient)  # type: ignore[arg-type]


def _lost(quad: ox.Quad, content: bytes, format: ox.RdfFormat, steps: "_Steps | None") -> ParseFault | None:
    """What is wrong with a quad that does not stay what it is: with a term that is none, or in a formula."""
    if format == ox.RdfFormat.N3 and not isinstance(quad.graph_name, ox.DefaultGraph):
        return ParseFault(
            "A formula {…} or a rule of N3 is not RDF: leave it out, or write what follows from it.", *_place_of(b"{", content)
        )
    wrong = next(filter(None, map(_wrong, (quad.subject, quad.predicate, *parts(quad.object), quad.graph_name))), None)
    if wrong is None:
        return None
    written, why = wrong
    if format == ox.RdfFormat.JSON_LD and written.startswith("@"):
        # Where it stands is not known: the parser tells no place, and the word itself may stand anywhere.
        return ParseFault(
            f"A thing is called by a word that stands for {written} in the context, and so has no IRI (JSON-LD 1.1 API, section 5.2)."
        )
    mark = '"' if format == ox.RdfFormat.JSON_LD else ""
    # What is written may be a part of the IRI, behind the base or a prefix.
    places = (_place_of(f"{mark}{name}{mark}".encode(), content) for name in (written, re.split(r"[/#]", written)[-1] or written))
    place = next((place for place in places if place[0]), (None, None))
    return ParseFault(f"{written}: {why}.", *(place if steps is None else (steps.line, None)))


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


def _fault(error: SyntaxError, content: bytes, format: ox.RdfFormat, base: str, lenient: bool) -> ParseFault:
    """What the parser says, in a sentence, with a hint and with the place, which it does not know of RDF/XML."""
    line, column = error.lineno, error.offset
    if format == ox.RdfFormat.RDF_XML:
        line, column = _met(content, base, lenient)
    detail = _PLACE.sub("", str(error.msg)).rstrip(".")
    return ParseFault(" ".join(filter(None, (f"{detail}.", mend(detail)))), line, column)


def _met(content: bytes, base: str, lenient: bool) -> tuple[int, int | None]:
    """Where the parser meets the first fault of an RDF/XML document: how far it reads when it is given one line at a time, and then, in
    the last one, one byte at a time. A line that is too long for that has no column.
    """
    line = _read_until_fault(_Steps(content, len(content)), base, lenient)
    begin = content.rfind(b"\n", 0, line) + 1
    if line - begin > _LONGEST_LINE:
        return _line_and_column(content, line)[0], None
    return _line_and_column(content, _read_until_fault(_Steps(content, begin), base, lenient))


def _read_until_fault(steps: "_Steps", base: str, lenient: bool) -> int:
    """The last byte that the parser has read when it raises."""
    with suppress(SyntaxError):
        deque(_parser(steps, ox.RdfFormat.RDF_XML, base, lenient), maxlen=0)
    return max(steps.place - 1, 0)


class _Steps(io.RawIOBase):
    """Bytes that are handed out one line at a time, and from a place on one byte at a time."""

    def __init__(self, content: bytes, single: int) -> None:
        super().__init__()
        self._content, self._single = content, single
        #: How much has been handed out.
        self.place = 0

    @property
    def line(self) -> int:
        """The line of the last byte that has been handed out."""
        return self._content.count(b"\n", 0, max(self.place - 1, 0)) + 1

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
        raise ParseFault(detail, *_place_of(b"<!ENTITY", content))


def _prefixes_of_xml(content: bytes) -> dict[str, str]:
    """The prefixes that an RDF/XML document binds; of those that are bound twice the first."""
    found: dict[str, str] = {}
    for match in re.finditer(rb"\bxmlns(?::([\w.-]+))?\s*=\s*[\"']([^\"'&]*)[\"']", content):
        found.setdefault((match[1] or b"").decode("utf-8", "replace"), match[2].decode("utf-8", "replace"))
    return found
