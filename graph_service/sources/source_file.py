"""A source file: its triples, and the line of each. Every error names the file, and the line if known."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox

from graph_service.errors import SourceError
from graph_service.rdf.terms import mapped
from graph_service.sources.lines import Lines, LinesOfJson, LinesOfXml
from graph_service.sources.local_copies import copies_beside
from graph_service.sources.parsing import AS_USUAL, Parsed, ParseFault, Reading, parse, whole
from graph_service.sources.serialisations import recognise
from graph_service.sources.unpacking import content_of

#: A prefix declaration (RDF 1.1 Turtle, section 2.4).
_BINDING = re.compile(rb"(?:^|[.>])\s*(?:@prefix|PREFIX)\s+([\w.-]*):\s*<([^>]*)>", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True)
class SourceFile:
    """A file and the named graph for its triples (None: the file names its graphs itself).

    Triples that the file puts into named graphs stay there, unless the graph is to have `all` of them.
    """

    path: Path
    graph: str | None
    reading: Reading = AS_USUAL
    all: bool = False

    @cached_property
    def _content(self) -> tuple[bytes, ox.RdfFormat, list[ParseFault]]:
        content = content_of(self.path, self.reading.limit)
        format = recognise(self.path, content, self.reading.format)
        copies = {**copies_beside(self.path), **self.reading.copies} if format == ox.RdfFormat.JSON_LD else {}
        try:
            return whole(content, format, self._base, replace(self.reading, copies=copies)), format, []
        except ParseFault as fault:
            return b"", format, [self._left_out(fault)]

    @property
    def text(self) -> bytes:
        """The file's content, decompressed, in UTF-8, with the contexts that it refers to.

        Raises SourceError if it cannot be read or is not RDF.
        """
        return self._content[0]

    @cached_property
    def _parsed(self) -> Parsed:
        text, format, before = self._content
        if before:
            return Parsed([], {}, before)
        parsed = parse(text, format, self._base, self.reading.lenient)
        return Parsed(list(_renamed(parsed.quads, self)), parsed.prefixes, list(map(self._left_out, parsed.faults)))

    @property
    def _base(self) -> str:
        return self.path.resolve().as_uri()

    def _left_out(self, fault: ParseFault) -> ParseFault:
        """The fault, if the file is read leniently. Raises SourceError if not."""
        if not self.reading.lenient:
            detail = f"{self.place_of(fault)}: {fault.detail}"
            raise SourceError(detail, file=str(self.path), line=fault.line, column=fault.column) from fault
        return fault

    def place_of(self, fault: ParseFault) -> str:
        """`file:line:column` of a fault, as far as known."""
        return ":".join(str(part) for part in (self.path, fault.line, fault.column) if part is not None)

    @property
    def faults(self) -> list[ParseFault]:
        """What could not be parsed and was skipped. Raises SourceError if the file is not read leniently."""
        return self._parsed.faults

    @property
    def quads(self) -> list[ox.Quad]:
        """The file's triples in their graph. Raises SourceError with line and column if the file cannot be parsed."""
        return self._parsed.quads

    @property
    def prefixes(self) -> dict[str, str]:
        """The prefixes that the file binds. Raises SourceError."""
        return self._parsed.prefixes

    @property
    def bindings(self) -> Iterator[tuple[str, str, int]]:
        """(prefix, namespace, line) of each declaration in Turtle, found without parsing the file. Raises SourceError."""
        for match in _BINDING.finditer(self.text):
            yield match[1].decode(), match[2].decode(errors="replace"), self.line_at(match.start(1))

    @cached_property
    def _lines(self) -> Lines:
        format = self._content[1]
        kind = LinesOfXml if format == ox.RdfFormat.RDF_XML else LinesOfJson if format == ox.RdfFormat.JSON_LD else Lines
        return kind(self.text, self.prefixes)

    def line_of(self, iri: str, *parts: str | None) -> int | None:
        """The line (1-based) of an IRI's statements, or of the last of the parts there; or None (see `Lines`)."""
        return self._lines.of(iri, *parts)

    def says(self, iri: str, value: str | None = None) -> bool:
        """Whether the file has a triple about an IRI, or one with this value or property."""
        return any(
            isinstance(quad.subject, ox.NamedNode)
            and quad.subject.value == iri
            and (value is None or value in {quad.predicate.value, getattr(quad.object, "value", None)})
            for quad in self.quads
        )

    def line_at(self, offset: int) -> int:
        """The line (1-based) of a byte offset."""
        return self._lines.at(offset)


def _renamed(quads: Iterable[ox.Quad], file: SourceFile) -> Iterator[ox.Quad]:
    """The quads in the file's graph, with blank nodes relabelled by a hash of the file and their order in it: equal input, equal output."""
    names: dict[str, ox.BlankNode] = {}
    stem = hashlib.sha256(str(file.path.name).encode() + file.text).hexdigest()[:8]
    graph = None if file.graph is None else ox.NamedNode(file.graph)

    def named(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple:
        if isinstance(term, ox.BlankNode):
            return names.setdefault(term.value, ox.BlankNode(f"b{stem}{len(names)}"))
        return term

    for quad in quads:
        keeps = graph is None or (isinstance(quad.graph_name, ox.NamedNode) and not file.all)
        where = named(quad.graph_name) if keeps else graph  # type: ignore[arg-type]
        yield ox.Quad(named(quad.subject), quad.predicate, mapped(quad.object, named), where)  # type: ignore[arg-type]
