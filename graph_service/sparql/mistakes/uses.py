"""What each term of a query is used for: which part of a triple it is, or whether it is selected, named or part of an expression.

Nothing here fails, whatever the text: a query is read while it is being written, too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from graph_service.sparql.mistakes.mistake import TERMS, with_next
from graph_service.sparql.tokens import Token
from graph_service.sparql.top_level import MODIFIERS


class Position(Enum):
    """What a term is used for."""

    SUBJECT = auto()
    PREDICATE = auto()
    OBJECT = auto()
    #: A row of VALUES.
    VALUE = auto()
    #: Behind GRAPH or SERVICE.
    PLACE = auto()
    #: A variable that gets its value here: behind AS, or at the head of VALUES.
    NAMED = auto()
    #: Behind SELECT or DESCRIBE, or in the template of CONSTRUCT.
    SELECTED = auto()
    #: In a filter, another expression, or a solution modifier.
    COMPARED = auto()


@dataclass(frozen=True)
class Use:
    """A term and its position; of a predicate and an object the subject, of an object its predicate, None behind a path of several steps.

    `elsewhere` is whether another server is asked; `optional` whether a path fits without this predicate.
    """

    token: Token
    position: Position
    subject: Token | None = None
    predicate: Token | None = None
    elsewhere: bool = False
    optional: bool = False


@dataclass
class _Frame:
    """What a bracket opened, and what is expected next in it: a position, or None where nothing is."""

    bracket: str
    position: Position | None
    subject: Token | None = None
    predicate: Token | None = None
    #: Whether the predicate is whole, but may go on as a path.
    verb: bool = False
    elsewhere: bool = False


_PATTERN = ("OPTIONAL", "UNION", "MINUS", "WHERE", "NOT", "EXISTS", "SILENT")
_EXPRESSION = ("FILTER", "BIND", "HAVING")


def uses(stream: Sequence[Token]) -> Iterator[Use]:
    """The uses of terms in a query without triple terms and annotations, in order."""
    return _Reader().read(stream)


class _Reader:
    def __init__(self) -> None:
        self._frames: list[_Frame] = []
        self._frame = _Frame("", None)
        #: The keyword that says what the next group or term is.
        self._word = ""

    def read(self, stream: Sequence[Token]) -> Iterator[Use]:
        skipped = 0
        before: Token | None = None
        for token, behind in with_next(stream):
            if skipped:
                skipped -= 1
            elif token.is_word("PREFIX") or token.is_word("BASE"):
                skipped = 2 if token.is_word("PREFIX") else 1
            elif token.kind == "mark":
                self._mark(token, before)
            elif token.kind in TERMS or token.text == "a" or token.text.lower() in {"true", "false"}:
                yield from self._term(token, before, behind)
            elif token.kind == "word":
                self._keyword(token.text.upper())
            before = token

    def _keyword(self, word: str) -> None:
        frame = self._frame
        if word in _EXPRESSION:
            frame.position = Position.COMPARED
        elif word in {"SELECT", "DESCRIBE", "CONSTRUCT"}:
            frame.position, self._word = Position.SELECTED, word
        elif word in {"GRAPH", "SERVICE", "FROM", "VALUES", "AS"}:
            self._word = word
        elif word in _PATTERN:
            # A CONSTRUCT has no template, or it has ended.
            self._word = "SERVICE" if word == "SILENT" else ""
            if frame.bracket == "{":
                frame.position = Position.SUBJECT
        elif word in MODIFIERS:
            frame.position = Position.COMPARED

    def _open(self, bracket: str, position: Position | None, elsewhere: bool = False) -> None:
        self._frames.append(self._frame)
        self._frame = _Frame(bracket, position, elsewhere=self._frame.elsewhere or elsewhere)

    def _mark(self, token: Token, before: Token | None) -> None:
        frame = self._frame
        match token.text:
            case "{":
                kind = {"VALUES": Position.VALUE, "CONSTRUCT": Position.SELECTED}.get(self._word, Position.SUBJECT)
                self._open("{", kind, elsewhere=self._word == "SERVICE")
                self._word = ""
            case "(" if self._word == "VALUES":
                self._open("(", Position.NAMED)
            case "(" if frame.position is Position.PREDICATE:
                self._open("path", Position.PREDICATE)
            case "(" if frame.position in {Position.VALUE, Position.SELECTED} and frame.bracket == "{":
                self._open("(", frame.position)
            case "(" if frame.position in {Position.SUBJECT, Position.OBJECT} and (before is None or before.kind != "word"):
                self._open("list", Position.OBJECT)
            case "(":
                self._open("(", Position.COMPARED)
            case "[":
                self._open("[", Position.PREDICATE)
            case "}" | ")" | "]":
                self._close()
            case "." if frame.bracket == "{" and frame.position is not Position.VALUE:
                self._next(Position.SUBJECT)
            case ";":
                self._next(Position.PREDICATE)
            case ",":
                self._next(Position.OBJECT)
            case "/" | "|" if frame.verb:
                frame.position, frame.predicate, frame.verb = Position.PREDICATE, token, False

    def _next(self, position: Position) -> None:
        """Go to the next part, where triples are."""
        frame = self._frame
        if frame.position not in {Position.COMPARED, Position.SELECTED, Position.NAMED, Position.VALUE}:
            frame.position, frame.verb = position, False
            if position is not Position.OBJECT:
                frame.predicate = None
            if position is Position.SUBJECT:
                frame.subject = None

    def _close(self) -> None:
        closed = self._frame
        self._frame = frame = self._frames.pop() if self._frames else _Frame("", None)
        if closed.bracket == "path":
            # Of several steps, or none: whatever comes, it is no value of one property.
            frame.position, frame.predicate, frame.verb = Position.OBJECT, None, True
        elif closed.bracket == "{" and frame.bracket in {"", "{"}:
            frame.position = Position.SUBJECT if frame.bracket else Position.COMPARED
        elif frame.position is Position.COMPARED and frame.bracket == "{":
            # A filter ends with its bracket.
            frame.position = Position.SUBJECT
        elif closed.bracket in {"[", "list"}:
            self._whole()

    def _whole(self) -> None:
        """A part of a triple is complete."""
        frame = self._frame
        if frame.position is Position.SUBJECT:
            frame.position = Position.PREDICATE
        elif frame.position is Position.OBJECT and frame.bracket != "list":
            frame.position, frame.verb = None, False

    def _term(self, token: Token, before: Token | None, behind: Token | None) -> Iterator[Use]:
        frame = self._frame
        if before is not None and before.text == "^" and frame.position is not Position.PREDICATE:
            return  # a datatype
        if self._word in {"GRAPH", "SERVICE", "FROM", "AS"}:
            word = self._word
            self._word = "SERVICE" if word == "SERVICE" else ""
            if word != "FROM":
                yield Use(token, Position.NAMED if word == "AS" else Position.PLACE, elsewhere=frame.elsewhere)
            return
        if self._word == "VALUES":
            yield Use(token, Position.NAMED)
            return
        if frame.position is Position.PREDICATE:
            sign = "" if before is None else before.text
            optional = sign == "!" or (behind is not None and behind.text in {"*", "?"})
            several = frame.predicate is not None or frame.bracket == "path" or sign in {"^", "!"}
            yield Use(token, Position.PREDICATE, None if several else frame.subject, None, frame.elsewhere, optional)
            frame.position, frame.verb = Position.OBJECT, True
            frame.predicate = None if several else token
        elif frame.position is not None and (frame.position is not Position.COMPARED or behind is None or behind.text != "("):
            # What is followed by a bracket is a function, in an expression.
            if frame.position is Position.SUBJECT:
                frame.subject = token
            of = (frame.subject, frame.predicate) if frame.position is Position.OBJECT else (None, None)
            yield Use(token, frame.position, *of, frame.elsewhere)
            self._whole()
