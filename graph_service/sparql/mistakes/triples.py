"""Triples with too few or too many terms."""

from collections.abc import Iterator, Sequence

from graph_service.sparql.mistakes.mistake import KNOWN, TERMS, Mistake, here
from graph_service.sparql.tokens import Token
from graph_service.sparql.top_level import MODIFIERS


class _Triples:
    """The state of the scan: the terms of the current triple, and the open groups."""

    def __init__(self) -> None:
        self.parts: list[Token] = []
        self.after_semicolon = False
        #: For each open group: whether it contains triples.
        self.groups: list[bool] = []
        #: Whether the next term continues a path, or belongs to the keyword before it.
        self.joined = False
        #: Whether the keyword before is FILTER, after which a function may be called by its IRI.
        self.tested = False

    @property
    def counts(self) -> bool:
        """Whether triples are expected here."""
        return bool(self.groups) and self.groups[-1]

    def end(self, token: Token) -> Iterator[Mistake]:
        """End the triple before a token; a mistake if it is incomplete."""
        # A blank node in square brackets or a list may stand alone.
        is_alone = len(self.parts) == 1 and (self.after_semicolon or self.parts[0].text in ")]")
        if self.counts and 0 < len(self.parts) < 3 and not is_alone:
            yield here(token, "incomplete", count=len(self.parts))
        self.parts, self.after_semicolon, self.joined = [], False, False

    def part(self, token: Token) -> Iterator[Mistake]:
        """Add a term to the triple; a mistake if it is a fourth one or a literal as predicate."""
        if self.joined:
            self.joined = False
            return
        if len(self.parts) == 3:
            yield here(token, "stop", mend=f". {token.text}")
            self.parts = []
        if len(self.parts) == 1 and token.kind in {"string", "number"}:
            yield here(token, "text-as-property")
        self.parts.append(token)
        if token.text.startswith("_:") and token.text.endswith("."):
            # The tokenizer includes the full stop after a blank node label, which ends the triple.
            self.parts = []


def triples(text: str, stream: Sequence[Token]) -> Iterator[Mistake]:
    """Triples with too few or too many terms, in queries without triple terms and annotations."""
    if "<<" in text or "{|" in text or "~" in text:
        return
    triples = _Triples()
    skipped, is_part = 0, False
    previous: Token | None = None
    word: Token | None = None
    for token in stream:
        opens, closes = (token.kind == "mark" and token.text in marks for marks in ("([", ")]"))
        upper = token.text.upper() if token.kind == "word" else ""
        if skipped:
            skipped += opens - closes
            triples.tested = False
            if not skipped and is_part:
                yield from triples.part(token)
            elif not skipped:
                triples.joined = False
        elif opens:
            # The brackets of an expression are not a term; those of a path, a list or a blank node are one.
            is_expression = word is not None and (word is previous or triples.tested)
            skipped, is_part = 1, triples.counts and (token.text == "[" or not is_expression)
        elif token.text == "{" and token.kind == "mark":
            yield from triples.end(token)
            triples.groups.append(not opens_rows(stream, token))
        elif token.text == "}" and token.kind == "mark":
            yield from triples.end(token)
            triples.groups[-1:] = []
        elif triples.counts and upper in KNOWN - {"A", "TRUE", "FALSE"}:
            yield from triples.end(token)
            triples.joined = upper in {"VALUES", "GRAPH", "SERVICE", "SILENT", "FILTER"}
            triples.tested = upper == "FILTER"
            word = token
            triples.groups[-1] = upper not in {"SELECT", *MODIFIERS} or upper == "VALUES"
        elif triples.counts and token.kind == "mark" and token.text in ".;,":
            if token.text == "." and not triples.parts and previous is not None and previous.text in ".{":
                yield here(token, "extra-stop", mend="")
            kept = triples.parts[: {".": 0, ";": 1, ",": 2}[token.text]]
            yield from triples.end(token)
            triples.parts, triples.after_semicolon = kept, token.text == ";"
        elif triples.counts and token.kind == "mark" and token.text in "/|^":
            # One `^` is an inverse path, two come before a datatype.
            triples.joined = triples.joined or token.text != "^" or (previous is not None and previous.text == "^")
        elif triples.counts and (token.kind in TERMS or upper in {"A", "TRUE", "FALSE"}):
            yield from triples.part(token)
        previous = token


def opens_rows(stream: Sequence[Token], opening: Token) -> bool:
    """Whether a brace opens the rows of a VALUES clause."""
    at = stream.index(opening) - 1
    while at >= 0 and (stream[at].kind == "variable" or stream[at].text in "()"):
        at -= 1
    return at >= 0 and stream[at].is_word("VALUES")
