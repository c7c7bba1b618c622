"""Finds the line of a statement in a source file by searching its text, since no parser reports lines.

How subjects and names look differs by syntax: the Turtle family, RDF/XML, JSON-LD.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from graph_service.rdf.namespaces import RDF
from graph_service.rdf.prefixes import curie

_TYPE = RDF + "type"

#: XML entities, which abbreviate IRIs; element names; and the base of relative IRIs.
_ENTITY = re.compile(rb"<!ENTITY\s+([\w.-]+)\s+[\"']([^\"']+)[\"']")
_TAG = re.compile(rb"<([\w:.-]+)")
_BASE = re.compile(rb"\bxml:base\s*=\s*[\"']([^\"']+)[\"']")


@dataclass(frozen=True)
class Lines:
    """Line search in a text of the Turtle family, with the prefixes that it binds."""

    text: bytes
    prefixes: Mapping[str, str]

    def of(self, iri: str, *parts: str | None) -> int | None:
        """The line (1-based) of an IRI's statements, or of the last of the parts that follow it there; or None.

        The parts are a statement's property and value. If they are not found in one of the IRI's blocks (for example because of escapes),
        they are searched for after it. An IRI that is never a subject has the first line that names it.
        """
        wanted = [self._written(part) for part in parts if part is not None]
        begun = self._beginning(iri)
        blocks = [(match.end(), self._end_of_block(match.end())) for match in begun.finditer(self.text)]
        for start, end in blocks:
            found = self._last_of(wanted, start, end)
            if found is not None:
                return self.at(found)
        match = begun.search(self.text) or re.compile(self._name_of(iri)).search(self.text)
        if match is None:
            return None
        # The match of a name at the beginning of a line may include blank lines before it.
        return self.at(self._behind(match.end(), wanted) or match.end() - 1)

    def at(self, offset: int) -> int:
        """The line (1-based) of a byte offset."""
        return self.text.count(b"\n", 0, offset) + 1

    def _beginning(self, iri: str) -> re.Pattern[bytes]:
        """The pattern of a subject: where the statements about an IRI begin."""
        return re.compile(rb"^\s*(?:" + self._name_of(iri) + rb")", re.MULTILINE)

    def _end_of_block(self, start: int) -> int:
        """The end of a block of statements: before the next line that is not indented."""
        following = re.compile(rb"^[^\s#.;,\])]", re.MULTILINE).search(self.text, start)
        return following.start() if following else len(self.text)

    def _behind(self, start: int, wanted: list[re.Pattern[bytes]]) -> int | None:
        """The offset of the last pattern, or else of the first, after a place."""
        return self._last_of(wanted[-1:], start, len(self.text)) or self._last_of(wanted[:1], start, len(self.text))

    def _last_of(self, wanted: Iterable[re.Pattern[bytes]], start: int, end: int) -> int | None:
        """The offset of the last of several patterns that follow each other; None if one is not found. Without patterns, where they would
        begin.
        """
        place = start - 1
        for pattern in wanted:
            match = pattern.search(self.text, start, end)
            if match is None:
                return None
            place, start = match.start(), match.end()
        return place

    def _written(self, part: str) -> re.Pattern[bytes]:
        """The pattern of a property or value: its names, or the beginning of a literal up to the first character that may be escaped."""
        plain = re.split(r'[\n\r\t"\\]', part, maxsplit=1)[0]
        text = b"|" + re.escape(plain.encode()) if plain else b""
        short = rb"|(?<=[\s;])a(?=\s)" if part == _TYPE else b""
        return re.compile(self._name_of(part) + short + text)

    def _name_of(self, iri: str) -> bytes:
        """The pattern of an IRI's names: in full, or abbreviated by this file's prefixes or the usual ones."""
        short = {curie(iri), *self._short(iri)}
        return rf"<{re.escape(iri)}>|(?<![\w:-])(?:{'|'.join(map(re.escape, sorted(short)))})(?![\w/-])".encode()

    def _short(self, iri: str) -> list[str]:
        """An IRI abbreviated by the prefixes of this file."""
        return [f"{name}:{iri.removeprefix(space)}" for name, space in self.prefixes.items() if iri.startswith(space)]


@dataclass(frozen=True)
class LinesOfXml(Lines):
    """Line search in RDF/XML: subjects by `rdf:about` and `rdf:ID`, properties by their elements."""

    @cached_property
    def _beginnings(self) -> dict[str, str]:
        """Beginnings of IRIs -> their abbreviation in attribute values."""
        entities = {match[2].decode("utf-8", "replace"): f"&{match[1].decode()};" for match in _ENTITY.finditer(self.text)}
        base = _BASE.search(self.text)
        return {**entities, **({base[1].decode("utf-8", "replace"): ""} if base else {})}

    def _values(self, iri: str) -> str:
        names = {iri, *(short + iri.removeprefix(begin) for begin, short in self._beginnings.items() if iri.startswith(begin))}
        # An `rdf:ID` is what follows the `#` elsewhere.
        names |= {name[1:] for name in names if name.startswith("#")}
        return rf"[\"'](?:{'|'.join(map(re.escape, sorted(names)))})[\"']"

    def _beginning(self, iri: str) -> re.Pattern[bytes]:
        return re.compile(rf"\b(?:about|ID)\s*=\s*{self._values(iri)}".encode())

    def _end_of_block(self, start: int) -> int:
        """The end of the element whose start tag is before a place; nested elements may be other subjects, with blocks of their own."""
        begun = self.text.rfind(b"<", 0, start)
        name = _TAG.match(self.text, begun) if begun >= 0 else None
        depth = 0
        for tag in re.compile(rb"<(/?)" + re.escape(name[1]) + rb"(?=[\s/>])[^<>]*?(/?)>").finditer(self.text, begun) if name else ():
            depth += -1 if tag[1] else 0 if tag[2] else 1
            if depth == 0:
                return tag.end()
        return len(self.text)

    def _behind(self, start: int, wanted: list[re.Pattern[bytes]]) -> int | None:
        """None: an element name (the type) may come before the subject's name, and what follows the element is about others."""
        return None

    def _written(self, part: str) -> re.Pattern[bytes]:
        plain = re.split(r"[\n\r\t&<>\"']", part, maxsplit=1)[0]
        return re.compile(self._name_of(part) + (b"|>\\s*" + re.escape(plain.encode()) if plain else b""))

    def _name_of(self, iri: str) -> bytes:
        elements = [name.removeprefix(":") for name in self._short(iri)]
        element = rf"|<(?:{'|'.join(map(re.escape, elements))})(?=[\s/>])" if elements else ""
        return f"{self._values(iri)}{element}".encode()


@dataclass(frozen=True)
class LinesOfJson(Lines):
    """Line search in JSON-LD: subjects by `@id`, properties by their keys, which a context may rename."""

    def _beginning(self, iri: str) -> re.Pattern[bytes]:
        return re.compile(rb'"@?id"\s*:\s*(?:' + self._name_of(iri) + rb")")

    def _end_of_block(self, start: int) -> int:
        following = re.compile(rb'^\s*\},?\s*\{?\s*$\s*(?=\{?\s*"@?id")', re.MULTILINE).search(self.text, start)
        return following.start() if following else len(self.text)

    def _behind(self, start: int, wanted: list[re.Pattern[bytes]]) -> int | None:
        return None

    def _written(self, part: str) -> re.Pattern[bytes]:
        plain = re.split(r'[\n\r\t"\\]', part, maxsplit=1)[0]
        key = re.split(r"[/#]", part)[-1]
        also = [rf'"{re.escape(key)}"\s*:'] if key else []
        also += [rf'"{re.escape(plain)}', rf"(?<![\w.]){re.escape(plain)}(?![\w.])"] if plain else []
        also += [r'"@?type"'] if part == _TYPE else []
        return re.compile("|".join([self._name_of(part).decode(), *also]).encode())

    def _name_of(self, iri: str) -> bytes:
        return rf'"(?:{"|".join(map(re.escape, sorted({iri, *self._short(iri)})))})"'.encode()
