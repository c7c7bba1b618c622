"""Finds the place of a thing's properties in a Turtle text, to report lines and to edit only these."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from graph_service.sources.source_file import SourceFile
from graph_service.sparql.tokens import Token, tokens


@dataclass(frozen=True)
class PropertySpan:
    """A property's place in the text: its name, and the start and end of its values."""

    property: Token
    start: int
    end: int


def where(file: SourceFile, subject: str, property: str) -> str:
    """`file:line` of a thing's property; of the thing if it has no such property there."""
    text = file.text.decode("utf-8")
    place = block(text, file.prefixes, subject).get(property)
    line = file.line_of(subject) if place is None else text.count("\n", 0, place.property.start) + 1
    return f"{file.path}" if line is None else f"{file.path}:{line}"


def block(text: str, prefixes: Mapping[str, str], subject: str) -> dict[str, PropertySpan]:
    """A thing's properties by IRI, with the first place of each in a Turtle text."""
    places: dict[str, PropertySpan] = {}
    for statement in _split(tokens(text), "."):
        if statement and _iri(statement[0], prefixes) == subject:
            for part in _split(statement[1:], ";"):
                if len(part) > 1:
                    places.setdefault(_iri(part[0], prefixes), PropertySpan(part[0], part[1].start, part[-1].end))
    return places


def _split(stream: Iterable[Token], mark: str) -> Iterator[list[Token]]:
    """Split a Turtle text's tokens at marks outside brackets.

    Turtle has SPARQL's terminals (RDF 1.1 Turtle, section 6.5). SPARQL-style PREFIX and BASE end with an IRI instead of a mark.
    """
    part: list[Token] = []
    depth = 0
    for token in stream:
        depth += (token.text in ("[", "(")) - (token.text in ("]", ")"))
        ends = token.text == mark and not depth
        if not ends:
            # A name may contain full stops, but a final one ends the statement.
            ends = token.kind == "name" and token.text.endswith(".") and not depth
            part.append(token._replace(text=token.text[:-1], end=token.end - 1) if ends else token)
        if ends or (token.kind == "iri" and (part[0].is_word("PREFIX") or part[0].is_word("BASE"))):
            yield part
            part = []
    yield part


def _iri(token: Token, prefixes: Mapping[str, str]) -> str:
    if token.kind == "name":
        prefix, _, local = token.text.partition(":")
        return prefixes.get(prefix, "") + re.sub(r"\\(.)", r"\1", local)
    return token.text[1:-1] if token.kind == "iri" else token.text
