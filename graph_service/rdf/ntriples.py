"""Parses results that the engine has written: lines of a table (SPARQL 1.1 TSV) and of a graph (N-Triples).

Possessive patterns and no recursion: time is linear in the length and the stack stays flat, however deeply a client nests terms.
"""

import re
from collections.abc import Iterator

from pyoxigraph import BaseDirection, BlankNode, Literal, NamedNode, Triple

from graph_service.rdf.namespaces import XSD

# Repeats look ahead before they consume: before Python 3.11.5 a possessive repeat whose last try fails midway loses its position
# (https://github.com/python/cpython/issues/106052).
_TERM = re.compile(
    r"""
      <(?P<iri>[^<>\s]*+)>
    | _:(?P<blank>[\w\-.:]++)
    | "(?P<text>[^"\\]*+(?:\\.[^"\\]*+)*+)" (?: @(?P<language>[A-Za-z0-9]++(?:(?=-[A-Za-z0-9])-[A-Za-z0-9]++)*+)
                                             (?:--(?P<direction>ltr|rtl))?
                                           | \^\^<(?P<datatype>[^<>\s]*+)> )?
    | (?P<bare>[+\-.\w]++)
    | (?P<open><<\()
    | (?P<close>\)>>)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_ESCAPED = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
_DIRECTIONS = {"ltr": BaseDirection.LTR, "rtl": BaseDirection.RTL}

AnyTerm = NamedNode | BlankNode | Literal | Triple
_Begun = list[AnyTerm]


def read_row(line: str) -> list[AnyTerm | None]:
    """Parse a line of TSV; None for an unbound variable. Raises ValueError for what the engine does not write."""
    return [read_term(cell) if cell else None for cell in line.split("\t")]


def read_triple(line: str) -> list[AnyTerm | None]:
    """Parse a line of N-Triples to its three terms. Raises ValueError."""
    found = [*_terms(line.removesuffix(" ."))]
    if len(found) != 3:
        raise ValueError("a triple has three terms")
    return [*found]


def read_term(text: str) -> AnyTerm:
    """Parse one term. Raises ValueError."""
    if text.startswith("<") and not text.startswith("<<") and text.endswith(">"):
        return NamedNode(text[1:-1])
    match = _TERM.fullmatch(text)
    if match is not None:
        return _single(match)
    (term,) = _terms(text)
    return term


def _terms(text: str) -> Iterator[AnyTerm]:
    """Parse terms separated by single spaces. Raises ValueError."""
    at = 0
    begun: list[_Begun] = []
    while at < len(text):
        match = _TERM.match(text, at)
        if match is None:
            raise ValueError(f"no term at {text[at : at + 24]!r}")
        at = match.end()
        if text[at : at + 1] == " ":
            at += 1
        if match["open"]:
            begun.append([])
            continue
        if match["close"]:
            if not begun:
                raise ValueError("a triple ends that has not begun")
            term: AnyTerm = _triple(begun.pop())
        else:
            term = _single(match)
        if begun:
            begun[-1].append(term)
        else:
            yield term
    if begun:
        raise ValueError("a triple has no end")


def _triple(parts: _Begun) -> Triple:
    try:
        return Triple(*parts)  # type: ignore[arg-type]
    except TypeError as error:
        raise ValueError("a triple of other terms than it can have") from error


def _single(match: re.Match[str]) -> AnyTerm:
    value = match["text"]
    if match["iri"] is not None:
        return NamedNode(match["iri"])
    if value is not None:
        if "\\" in value:
            value = _ESCAPE.sub(_character, value)
        if match["language"]:
            return Literal(value, language=match["language"], direction=_DIRECTIONS.get(match["direction"] or ""))
        return Literal(value, datatype=NamedNode(match["datatype"])) if match["datatype"] is not None else Literal(value)
    if match["blank"] is not None:
        return BlankNode(match["blank"])
    if match["bare"] is not None:
        return _number(match["bare"])
    raise ValueError("a triple that begins or ends alone")


def _number(text: str) -> Literal:
    """A number or boolean in Turtle's short form."""
    if text in {"true", "false"}:
        kind = "boolean"
    elif "e" in text.lower():
        kind = "double"
    else:
        kind = "decimal" if "." in text else "integer"
    return Literal(text, datatype=NamedNode(XSD + kind))


def _character(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    if not code and match[3] not in _ESCAPED:
        raise ValueError(f"no character is escaped as {match.group()}")
    return chr(int(code, 16)) if code else _ESCAPED[match[3]]
