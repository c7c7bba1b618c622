"""In which line of a source file something is said: found in its text, since no parser tells.

Where a thing begins and what its names look like is another matter in each kind of syntax: Turtle and its kin, RDF/XML, JSON-LD.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from graph_service.rdf.namespaces import RDF
from graph_service.rdf.prefixes import curie

_TYPE = RDF + "type"

#: What an XML document calls an IRI or the beginning of one: an entity, and the base of its relative names; and an element.
_ENTITY = re.compile(rb"<!ENTITY\s+([\w.-]+)\s+[\"']([^\"']+)[\"']")
_TAG = re.compile(rb"<([\w:.-]+)")
_BASE = re.compile(rb"\bxml:base\s*=\s*[\"']([^\"']+)[\"']")


@dataclass(frozen=True)
class Lines:
    """The lines of a text in Turtle or its kin, with the prefixes that it binds."""

    text: bytes
    prefixes: Mapping[str, str]

    def of(self, iri: str, *parts: str | None) -> int | None:
        """The line (1-based) where what is said of an IRI begins, or of the last of the parts that follow it there; or None.

        The parts of a statement are its property and its value. Those that are not found in one block of what is said of the IRI (such as
        a text written with escapes) are looked for behind it. An IRI of which nothing is said has the first line that names it.
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
        # A line that begins with the name may have blank lines before it.
        return self.at(self._behind(match.end(), wanted) or match.end() - 1)

    def at(self, offset: int) -> int:
        """The line (1-based) in which a byte of the text stands."""
        return self.text.count(b"\n", 0, offset) + 1

    def _beginning(self, iri: str) -> re.Pattern[bytes]:
        """The pattern of where what is said of an IRI begins."""
        return re.compile(rb"^\s*(?:" + self._name_of(iri) + rb")", re.MULTILINE)

    def _end_of_block(self, start: int) -> int:
        """Where a block of statements ends that reaches behind a place: before the next line that is not indented."""
        following = re.compile(rb"^[^\s#.;,\])]", re.MULTILINE).search(self.text, start)
        return following.start() if following else len(self.text)

    def _behind(self, start: int, wanted: list[re.Pattern[bytes]]) -> int | None:
        """Where the last, or else the first, of some patterns stands anywhere behind a place."""
        return self._last_of(wanted[-1:], start, len(self.text)) or self._last_of(wanted[:1], start, len(self.text))

    def _last_of(self, wanted: Iterable[re.Pattern[bytes]], start: int, end: int) -> int | None:
        """Where the last of some patterns stands, each behind the one before it; None if one does not. Of none, where they would begin."""
        place = start - 1
        for pattern in wanted:
            match = pattern.search(self.text, start, end)
            if match is None:
                return None
            place, start = match.start(), match.end()
        return place

    def _written(self, part: str) -> re.Pattern[bytes]:
        """The pattern of a property or value: its names, or the beginning of a text, as far as it may be written in one way alone."""
        plain = re.split(r'[\n\r\t"\\]', part, maxsplit=1)[0]
        text = b"|" + re.escape(plain.encode()) if plain else b""
        short = rb"|(?<=[\s;])a(?=\s)" if part == _TYPE else b""
        return re.compile(self._name_of(part) + short + text)

    def _name_of(self, iri: str) -> bytes:
        """The pattern of an IRI's names: in full, or short by the prefixes of this file or the usual ones."""
        short = {curie(iri), *self._short(iri)}
        return rf"<{re.escape(iri)}>|(?<![\w:-])(?:{'|'.join(map(re.escape, sorted(short)))})(?![\w/-])".encode()

    def _short(self, iri: str) -> list[str]:
        """The names of an IRI by the prefixes of this file."""
        return [f"{name}:{iri.removeprefix(space)}" for name, space in self.prefixes.items() if iri.startswith(space)]


@dataclass(frozen=True)
class LinesOfXml(Lines):
    """The lines of RDF/XML: things by `rdf:about` and `rdf:ID`, properties by their elements."""

    @cached_property
    def _beginnings(self) -> dict[str, str]:
        """The beginnings of IRIs -> what stands for them in values."""
        entities = {match[2].decode("utf-8", "replace"): f"&{match[1].decode()};" for match in _ENTITY.finditer(self.text)}
        base = _BASE.search(self.text)
        return {**entities, **({base[1].decode("utf-8", "replace"): ""} if base else {})}

    def _values(self, iri: str) -> str:
        names = {iri, *(short + iri.removeprefix(begin) for begin, short in self._beginnings.items() if iri.startswith(begin))}
        # A name of `rdf:ID` is what stands behind the sign in others.
        names |= {name[1:] for name in names if name.startswith("#")}
        return rf"[\"'](?:{'|'.join(map(re.escape, sorted(names)))})[\"']"

    def _beginning(self, iri: str) -> re.Pattern[bytes]:
        return re.compile(rf"\b(?:about|ID)\s*=\s*{self._values(iri)}".encode())

    def _end_of_block(self, start: int) -> int:
        """Where the element ends in whose first tag a place is: other things, with blocks of their own, may be told of within it."""
        begun = self.text.rfind(b"<", 0, start)
        name = _TAG.match(self.text, begun) if begun >= 0 else None
        depth = 0
        for tag in re.compile(rb"<(/?)" + re.escape(name[1]) + rb"(?=[\s/>])[^<>]*?(/?)>").finditer(self.text, begun) if name else ():
            depth += -1 if tag[1] else 0 if tag[2] else 1
            if depth == 0:
                return tag.end()
        return len(self.text)

    def _behind(self, start: int, wanted: list[re.Pattern[bytes]]) -> int | None:
        """Nothing: the type of a thing may stand before its name, and what is behind its block is said of others."""
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
    """The lines of JSON-LD: things by `@id`, properties by their keys, which a context may call as it likes."""

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
