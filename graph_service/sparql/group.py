"""The outermost group of a query, taken apart: its triples, filters and nested groups, so that they can be tried one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import pairwise

from graph_service.sparql.tokens import Token, tokens


class Effect(Enum):
    """What a part of a group does to the solutions."""

    #: Triples, a nested group, VALUES, GRAPH, SERVICE.
    PATTERN = auto()
    #: OPTIONAL or BIND, which take nothing away.
    ADDITION = auto()
    #: FILTER or MINUS.
    RESTRICTION = auto()


@dataclass(frozen=True)
class Element:
    """A part of a group: what it does, its start and end in the query, and its text, the subject included that it does not repeat."""

    effect: Effect
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Group:
    """The prologue and FROM clauses of a query as text, and the elements of its outermost group in order."""

    prologue: str
    dataset: str
    elements: Sequence[Element]

    def ask(self, elements: Sequence[Element]) -> str:
        """A query that asks whether some elements together have a solution."""
        return f"{self.prologue} ASK {self.dataset} {{ {' '.join(element.text for element in elements)} }}"


_KEYWORDS = {
    **dict.fromkeys(("FILTER", "MINUS"), Effect.RESTRICTION),
    **dict.fromkeys(("OPTIONAL", "BIND"), Effect.ADDITION),
    **dict.fromkeys(("VALUES", "GRAPH", "SERVICE"), Effect.PATTERN),
}


def outermost_group(text: str) -> Group | None:
    """The outermost group of a SELECT, ASK, CONSTRUCT or DESCRIBE query; None if it has none, or consists of a subquery."""
    stream = list(tokens(text))
    first = next((place for place, token in enumerate(stream) if any(map(token.is_word, ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")))), None)
    if first is None:
        return None
    opening = _opening(stream, first)
    if opening is None or opening + 1 >= len(stream) or stream[opening + 1].is_word("SELECT"):
        return None
    clauses = [token.is_word("FROM") for token in stream[first:opening]]
    begin = first + clauses.index(True) if True in clauses else None
    end = next((place for place in range(first, opening) if stream[place].is_word("WHERE")), opening)
    dataset = "" if begin is None else text[stream[begin].start : stream[end].start]
    return Group(text[: stream[first].start], dataset, _elements(text, stream, opening + 1))


def _opening(stream: Sequence[Token], first: int) -> int | None:
    """The place of the brace that opens the group: the first one, or the one behind WHERE where a template comes before."""
    braces = [place for place in range(first, len(stream)) if stream[place].text == "{" and stream[place].kind == "mark"]
    if not braces or not stream[first].is_word("CONSTRUCT"):
        return braces[0] if braces else None
    behind = [b for a, b in pairwise(range(first, len(stream))) if stream[a].is_word("WHERE") and stream[b].text == "{"]
    return behind[0] if behind else None


def _elements(text: str, stream: Sequence[Token], place: int) -> list[Element]:
    found: list[Element] = []
    while place < len(stream) and stream[place].text != "}":
        token = stream[place]
        if token.text == ".":
            place += 1
            continue
        effect = next((effect for word, effect in _KEYWORDS.items() if token.is_word(word)), None)
        if effect is not None or token.text == "{":
            end = _closed(stream, place)
            while end < len(stream) and stream[end].is_word("UNION"):
                end = _closed(stream, end)
            found.append(_element(text, effect or Effect.PATTERN, stream[place:end]))
        else:
            end = _end_of_triples(stream, place)
            found += _triples(text, stream[place:end])
        place = max(end, place + 1)
    return found


def _closed(stream: Sequence[Token], place: int) -> int:
    """The place behind the first bracket from here that is closed: of a filter its parentheses, or the braces of EXISTS."""
    depth = 0
    opened = ""
    for at in range(place, len(stream)):
        token = stream[at]
        if token.kind != "mark":
            continue
        if token.text in "{(":
            # The head of VALUES is in parentheses and its rows in braces.
            opened = opened or token.text
            depth += 1
        elif token.text in "})":
            depth -= 1
            if depth < 0:
                return at
            if depth == 0 and not (opened == "(" and at + 1 < len(stream) and stream[place].is_word("VALUES") and token.text == ")"):
                return at + 1
    return len(stream)


def _end_of_triples(stream: Sequence[Token], place: int) -> int:
    depth = 0
    for at in range(place, len(stream)):
        token = stream[at]
        if token.kind == "mark" and token.text in "([":
            depth += 1
        elif token.kind == "mark" and token.text in ")]":
            depth -= 1
        elif depth <= 0 and (token.text in {".", "{", "}"} or any(map(token.is_word, _KEYWORDS))):
            return at
    return len(stream)


def _triples(text: str, stream: Sequence[Token]) -> list[Element]:
    """Triples of one subject, each property an element of its own; a subject in brackets is not repeated."""
    if stream[0].kind == "mark" or stream[0].text.startswith("_:"):
        return [_element(text, Effect.PATTERN, stream, " .")]
    found: list[Element] = []
    depth, begin = 0, 0
    for at, token in enumerate([*stream, None]):
        if token is not None and token.kind == "mark" and token.text in "([":
            depth += 1
        elif token is not None and token.kind == "mark" and token.text in ")]":
            depth -= 1
        elif token is None or (depth == 0 and token.text == ";"):
            if at > begin:
                piece = _element(text, Effect.PATTERN, stream[begin:at], " .")
                subject = "" if begin == 0 else stream[0].text + " "
                found.append(Element(piece.effect, piece.start, piece.end, subject + piece.text))
            begin = at + 1
    return found


def _element(text: str, effect: Effect, stream: Sequence[Token], after: str = "") -> Element:
    start, end = stream[0].start, stream[-1].end
    return Element(effect, start, end, text[start:end] + after)
