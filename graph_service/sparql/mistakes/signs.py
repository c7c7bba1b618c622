"""Mistakes of quotation marks, brackets, single words and operators."""

from collections.abc import Iterator, Sequence

from graph_service.sparql.mistakes.mistake import CLAUSES, CLOSING, FOREIGN, FUNCTIONS, KNOWN, TERMS, Mistake, here, near, with_next
from graph_service.sparql.tokens import Token, line_and_column


def quotations(text: str, stream: Sequence[Token]) -> Iterator[Mistake]:
    """Wrong quotation marks, strings that are not closed, IRIs without or with open angle brackets."""
    for token, behind in with_next(stream):
        if token.text in "“”„«»‘’‹›`":
            yield here(token, "quotes", mend='"')
        elif token.kind == "string" and not _is_closed(token.text):
            quote = token.text[:3] if token.text[:3] in {"'''", '"""'} else token.text[0]
            yield here(token, "open-text", mend=token.text.rstrip() + quote, found=quote, missing=quote)
        elif token.text == "<" and behind is not None and behind.start == token.end and behind.kind in {"name", "word"}:
            # `<<` begins a triple term.
            if text[token.start - 1 : token.start] != "<":
                yield here(token, "open-iri")
        elif token.kind == "name" and token.text.lower() in {"http:", "https:"} and text[token.end : token.end + 2] == "//":
            yield here(token, "bare-address", found=token.text + "//")


def _is_closed(string: str) -> bool:
    quotes = string[:3] if string[:3] in {"'''", '"""'} and len(string) > 2 else string[0]
    return len(string) >= 2 * len(quotes) and string.endswith(quotes)


def brackets(text: str, stream: Sequence[Token]) -> Iterator[Mistake]:
    """Brackets that are not closed, or close nothing."""
    begun: list[Token] = []
    for token in stream:
        if token.kind != "mark" or token.text not in "(){}[]":
            continue
        if token.text in CLOSING:
            begun.append(token)
        elif begun and CLOSING[begun[-1].text] == token.text:
            begun.pop()
        elif any(CLOSING[opening.text] == token.text for opening in begun):
            yield _unclosed(text, begun[-1], token.start)
            return
        else:
            yield here(token, "extra-bracket", mend="")
            return
    if begun:
        yield _unclosed(text, begun[-1], stream[-1].end)


def _unclosed(text: str, opening: Token, place: int) -> Mistake:
    missing = CLOSING[opening.text]
    line, column = line_and_column(text, opening.start)
    return Mistake("open-bracket", place, place, {"found": opening.text, "missing": missing, "line": line, "column": column}, missing)


def words(text: str, stream: Sequence[Token]) -> Iterator[Mistake]:
    """Misspelt keywords, bare words, and operators of other languages."""
    before: Token | None = None
    for token, behind in with_next(stream):
        word = token.text.upper()
        if token.kind == "word" and word in FOREIGN:
            kind, mend = FOREIGN[word]
            yield here(token, kind, mend=mend)
        elif token.kind == "word" and word not in KNOWN:
            is_call = behind is not None and behind.text == "("
            meant = near(token, (*FUNCTIONS, *CLAUSES) if is_call else (*CLAUSES, *FUNCTIONS))
            if meant:
                yield here(token, "keyword", mend=meant, meant=meant)
            elif before is not None and (before.is_word("SELECT") or before.is_word("DISTINCT")):
                yield here(token, "variable", mend=f"?{token.text}")
            elif not is_call:
                yield here(token, "bare-word")
        elif token.text in "=&|" and behind is not None and token.kind == "mark":
            twice = behind.text == token.text and behind.start == token.end
            if token.text == "=" and twice:
                yield Mistake("equals", token.start, behind.end, {}, "=")
        elif token.text == "<>" and before is not None and behind is not None:
            is_compared = before.text == ")" or before.kind == "variable"
            if is_compared and behind.kind in TERMS and _depth(stream, token):
                yield here(token, "unequal", mend="!=")
        elif token.text == "$":
            yield here(token, "nameless")
        before = token


def _depth(stream: Sequence[Token], token: Token) -> int:
    """How many round brackets are open at a token."""
    before = stream[: stream.index(token)]
    return sum(other.text == "(" for other in before) - sum(other.text == ")" for other in before)


def single_signs(text: str, stream: Sequence[Token]) -> Iterator[Mistake]:
    """A single `&` between expressions."""
    for place, token in enumerate(stream[1:-1], 1):
        before, behind = stream[place - 1], stream[place + 1]
        if token.text == "&" and "&" not in (before.text, behind.text):
            yield here(token, "and", mend="&&")


def arguments(text: str, stream: Sequence[Token]) -> Iterator[Mistake]:
    """Missing commas between the arguments of functions."""
    calls: list[bool] = []
    before: Token | None = None
    for token in stream:
        if token.kind == "mark" and token.text in "({":
            calls.append(token.text == "(" and before is not None and before.text.upper() in FUNCTIONS)
        elif token.kind == "mark" and token.text in ")}" and calls:
            calls.pop()
        elif calls and calls[-1] and before is not None and before.kind in TERMS and token.kind in {"variable", "string", "name"}:
            yield Mistake("argument", before.end, before.end, {}, ",")
        before = token
