"""SPARQL tokens: where the words, strings, names and brackets of a query are, without parsing it.

Enough of SPARQL 1.1's grammar (section 19.8, terminals) to find a keyword or a VALUES row and to be sure that it is not inside
a string, an IRI or a comment. Text that is no SPARQL is tokenised all the same: the engine is the one to refuse it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

_TERMINALS = re.compile(
    r"""
      (?P<space>   \s+ )
    | (?P<comment> \#[^\n\r]* )
    | (?P<iri>     <[^<>"{}|^`\\\x00-\x20]*> )
    | (?P<string>  '''(?:(?:'|'')?(?:[^'\\]|\\.))*''' | \"\"\"(?:(?:"|"")?(?:[^"\\]|\\.))*\"\"\"
                 | '(?:[^'\\\n\r]|\\.)*' | "(?:[^"\\\n\r]|\\.)*" )
    | (?P<variable> [?$]\w+ )
    | (?P<tag>     @[A-Za-z]+(?:-[A-Za-z0-9]+)* )
    | (?P<name>    (?:[^\W\d_][\w\-.]*)? : (?:[\w:%\-.]|\\.)* | _:[\w\-.]+ )
    | (?P<number>  [0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)? )
    | (?P<word>    [^\W\d_]\w* )
    | (?P<mark>    . )
    """,
    re.VERBOSE | re.DOTALL,
)

_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_UPDATES = frozenset({"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"})


@dataclass(frozen=True)
class Token:
    """A terminal: its kind (the group names above), its text, and where it starts and ends in the query."""

    kind: str
    text: str
    start: int
    end: int

    def is_word(self, word: str) -> bool:
        """Whether this is the keyword `word` (keywords are matched without regard to case, section 19.3)."""
        return self.kind == "word" and self.text.upper() == word


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a query in order, white space and comments left out."""
    for match in _TERMINALS.finditer(text):
        kind = str(match.lastgroup)
        if kind not in {"space", "comment"}:
            yield Token(kind, match.group(), match.start(), match.end())


def uses_keyword(text: str, word: str) -> bool:
    r"""Whether a keyword may occur in a query, `\u0053ERVICE` included.

    Code point escapes are decoded before the grammar is applied (section 19.2), so both the text as sent and the decoded text
    are looked at, and either is enough: this is a guard, and it errs on the side of yes.
    """
    return _may_use(text, (word,)) and word in _words(text)


#: Functions whose value is another one each time (SPARQL 1.1, section 17.4), and what asks another server.
_VOLATILE = frozenset({"NOW", "RAND", "UUID", "STRUUID", "BNODE", "SERVICE"})


def is_volatile(text: str) -> bool:
    """Whether a query may give another result when it is asked again."""
    return _may_use(text, _VOLATILE) and not _VOLATILE.isdisjoint(_words(text))


def with_small_truths(text: str) -> str:
    """The text with `TRUE` and `False` in small letters: keywords have no case (section 19.8), and some engines know only these."""
    found = [token for token in tokens(text) if token.kind == "word" and token.text.lower() in {"true", "false"}]
    for token in found:
        text = text[: token.start] + token.text.lower() + text[token.end :]
    return text


def is_update(text: str) -> bool:
    """Whether the text is a SPARQL Update: the first word behind the prologue is one of its verbs."""
    return _may_use(text, _UPDATES) and form(text) in _UPDATES


def form(text: str) -> str:
    """The first word behind the prologue, in capitals: SELECT, ASK, CONSTRUCT, DESCRIBE of a query. Empty where there is none."""
    stream = tokens(text)
    for token in stream:
        if token.is_word("PREFIX"):
            next(stream, None)
            next(stream, None)
        elif token.is_word("BASE"):
            next(stream, None)
        else:
            return token.text.upper() if token.kind == "word" else ""
    return ""


def values_rows(text: str) -> dict[str, tuple[int, int]]:
    """Each `VALUES ?name { … }` of a query: name -> where the text between its braces starts and ends.

    A variable that has two such rows is left out: which one is meant would be a guess.
    """
    found: dict[str, list[tuple[int, int]]] = {}
    stream = list(tokens(text))
    for place, token in enumerate(stream[:-3]):
        variable, brace = stream[place + 1], stream[place + 2]
        if token.is_word("VALUES") and variable.kind == "variable" and brace.text == "{":
            closing = next((t for t in stream[place + 3 :] if t.text == "}" and t.kind == "mark"), None)
            if closing is not None:
                found.setdefault(variable.text[1:], []).append((brace.end, closing.start))
    return {name: rows[0] for name, rows in found.items() if len(rows) == 1}


def _may_use(text: str, words: Iterable[str]) -> bool:
    """Whether one of some keywords can be in the text at all: most texts are told apart by this, many times as fast as by tokens."""
    return "\\" in text or any(map(text.upper().__contains__, words))


@lru_cache(maxsize=256)
def _words(text: str) -> frozenset[str]:
    """The keywords that may occur in a query, in capitals; kept, since one query is asked about several of them."""
    return frozenset(token.text.upper() for view in {text, decoded(text)} for token in tokens(view) if token.kind == "word")


def decoded(text: str, left: frozenset[str] = frozenset()) -> str:
    """The text with its code point escapes (section 19.2) as characters, except those that stand for one of `left`."""

    def character(match: re.Match[str]) -> str:
        code = int(match.group(1) or match.group(2), 16)
        return chr(code) if code <= 0x10FFFF and not 0xD800 <= code < 0xE000 and chr(code) not in left else match.group()

    return _ESCAPE.sub(character, text)
