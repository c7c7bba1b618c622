"""SPARQL tokenizer: finds the words, strings, names and brackets of a query without parsing it.

It covers enough of the grammar's terminals (SPARQL 1.1, section 19.8) to find a keyword or a VALUES clause that is not inside a string, an
IRI or a comment. Text that is not SPARQL is tokenised as well: refusing it is the engine's task.
"""

import hashlib
import re
import sys
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from graph_service.text.memo import Latest

# Time is linear in the text, whatever it is: patterns are possessive (`*+`) and do not backtrack; what one has scanned is consumed, or
# rescanned by one other pattern at most. So a string that is not closed on its line takes the rest of the line.
_POSSESSIVE = r"{0}{0}{0}[^{0}\\]*+(?:(?:\\.|{0}(?!{0}{0}))[^{0}\\]*+)*+{0}{0}{0}"
# Before Python 3.11.5 a possessive repeat that fails midway loses its position (python/cpython issue 106052); an atomic group does not, but
# takes some ninety bytes for each character of the text.
_ATOMIC = r"{0}{0}{0}(?>[^{0}\\]*(?:(?!{0}{0}{0})(?:\\.|{0})[^{0}\\]*)*){0}{0}{0}"
_LONG = _POSSESSIVE if sys.version_info >= (3, 11, 5) else _ATOMIC
_SHORT = r"{0}[^{0}\\\n\r]*+(?:\\.[^{0}\\\n\r]*+)*+{0}?+"
_NUMBER = r"(?P<number> [0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]++)? )"
_QUOTES = "'\""


def _terminals(quotes: str, rest: str = "") -> re.Pattern[str]:
    """The pattern of a token, where long strings may begin with three of these quotes.

    Two of its groups are not tokens: `open` is an unclosed long string and the `rest` after it; `run` is letters, digits, dots and dashes
    that are not a prefixed name.
    """
    long = "|".join(map(_LONG.format, quotes)) or "(?!)"
    opening = "|".join(quote * 3 for quote in quotes) or "(?!)"
    return re.compile(
        rf"""
          (?P<space>    \s++ )
        | (?P<comment>  \#[^\n\r]*+ )
        | (?P<iri>      <[^<>"{{}}|^`\\\x00-\x20]*+> )
        | (?P<variable> [?$]\w++ )
        | (?P<word>     [^\W\d_]\w*+(?![\-.:]) )
        | (?P<name>     (?:[^\W\d_][\w\-.]*+)?+ : (?:[\w:%\-.]|\\.)*+ | _:[\w\-.]++ )
        | (?P<run>      [^\W\d_][\w\-.]*+ )
        | {_NUMBER}
        | (?P<string>   {long} | (?!{opening}) (?:{"|".join(map(_SHORT.format, _QUOTES))}) )
        | (?P<open>     (?:{opening}) {rest} )
        | (?P<tag>      @[A-Za-z]++(?:-[A-Za-z0-9]++)*+ )
        | (?P<mark>     . )
        """,
        re.VERBOSE | re.DOTALL,
    )


_TERMINALS = {quotes: _terminals(quotes) for quotes in (_QUOTES, "'", '"', "")}

#: For `findall`, where only words matter: of each token its word, its run, or everything from an unclosed long string on.
_WORDS = re.compile(re.sub(r"\(\?P<(?!word|run|open)\w+>", "(?:", _terminals(_QUOTES, ".*+").pattern), re.VERBOSE | re.DOTALL)
_WORD = re.compile(r"[^\W\d_]\w*+")

#: The tokens of a run.
_PIECES = re.compile(rf"{_NUMBER} | (?P<word> [^\W\d_]\w*+ ) | (?P<mark> . )", re.VERBOSE | re.DOTALL)

#: The longest text, in characters, whose tokens are kept: they take some fifty times as much memory.
_SHORT_TEXT = 20_000

_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_UPDATES = frozenset({"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"})


class Token(NamedTuple):
    """A terminal: its kind (the group names above), its text, and its start and end in the query."""

    kind: str
    text: str
    start: int
    end: int

    def is_word(self, word: str) -> bool:
        """Whether this is the keyword `word`, in any case (section 19.3)."""
        return self.kind == "word" and self.text.upper() == word


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a query in order, without white space and comments."""
    return iter(_remembered(text)) if len(text) <= _SHORT_TEXT else _scanned(text)


@lru_cache(maxsize=32)
def _remembered(text: str) -> tuple[Token, ...]:
    """The tokens of a text that is not long: several modules ask for those of one query, one after the other."""
    return tuple(_scanned(text))


def _scanned(text: str) -> Iterator[Token]:
    quotes, at = _QUOTES, 0
    while at < len(text):
        for match in _TERMINALS[quotes].finditer(text, at):
            kind = str(match.lastgroup)
            at = match.end()
            if kind == "open":
                # Two of the quotes are an empty string (the longest token possible), and no other such string can be closed either.
                quotes = quotes.replace(match.group()[0], "")
                at = match.start()
                break
            if kind == "run":
                at = match.start()
                while at < match.end():
                    piece = _PIECES.match(text, at)
                    assert piece is not None
                    yield _token(piece)
                    at = piece.end()
                break
            if kind not in {"space", "comment"}:
                yield _token(match)


def _token(match: re.Match[str]) -> Token:
    return Token(str(match.lastgroup), match.group(), match.start(), match.end())


#: Functions that return another value each time (SPARQL 1.1, section 17.4), and SERVICE.
_VOLATILE = frozenset({"NOW", "RAND", "UUID", "STRUUID", "BNODE", "SERVICE"})

#: The keywords that are searched for.
_LOOKED_FOR = _VOLATILE | {"FROM", "GRAPH"}


def uses_keyword(text: str, word: str) -> bool:
    r"""Whether a keyword (FROM, GRAPH or one of those above) may occur in a query, `\u0053ERVICE` included.

    Code point escapes are decoded before the grammar is applied (section 19.2), so the text as sent and the decoded text are both searched:
    this is a guard, and false positives are safe.
    """
    return may_use(text, word) and word in _words(text)


def is_volatile(text: str) -> bool:
    """Whether a query may give another result when it is run again."""
    return may_use(text, *_VOLATILE) and not _VOLATILE.isdisjoint(_words(text))


def with_small_truths(text: str) -> str:
    """The text with `TRUE` and `False` in lower case: keywords have no case (section 19.8), but some engines accept only this one."""
    if "TRUE" not in _upper(text) and "FALSE" not in _upper(text):
        return text
    truths = [(t.start, t.end, t.text.lower()) for t in tokens(text) if t.kind == "word" and t.text.lower() in {"true", "false"}]
    return replaced(text, truths)


def line_and_column(text: str, place: int) -> tuple[int, int]:
    """The line and the column, from 1, of a place in a text."""
    return text.count("\n", 0, place) + 1, place - text.rfind("\n", 0, place)


def replaced(text: str, pieces: Iterable[tuple[int, int, str]]) -> str:
    """Replace pieces of a text, given in order as start, end and new text."""
    parts, at = [], 0
    for start, end, new in pieces:
        parts += [text[at:start], new]
        at = end
    return "".join([*parts, text[at:]])


def is_update(text: str) -> bool:
    """Whether the text is a SPARQL Update: the first word after the prologue is one of its verbs."""
    return may_use(text, *_UPDATES) and form(text) in _UPDATES


def form(text: str) -> str:
    """The first word after the prologue, in upper case: SELECT, ASK, CONSTRUCT or DESCRIBE for a query. Empty if there is none."""
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
    """Each `VALUES ?name { … }` of a query: name -> start and end of the text between its braces.

    A variable with two of them is left out, since it would be ambiguous.
    """
    found: dict[str, list[tuple[int, int]]] = {}
    begun: list[tuple[str, int]] = []
    before: list[Token] = []
    for token in tokens(text):
        if token.text == "{" and len(before) == 2 and before[0].is_word("VALUES") and before[1].kind == "variable":
            begun.append((before[1].text[1:], token.end))
        elif token.text == "}" and token.kind == "mark":
            for name, start in begun:
                found.setdefault(name, []).append((start, token.start))
            begun.clear()
        before = [*before[-1:], token]
    return {name: rows[0] for name, rows in found.items() if len(rows) == 1}


def may_use(text: str, *words: str) -> bool:
    """Whether the text can contain one of some keywords at all: a fast check that spares tokenising most texts."""
    return "\\" in text or any(map(_upper(text).__contains__, words))


@lru_cache(maxsize=1)
def _upper(text: str) -> str:
    """The text in upper case; cached, since one text is checked several times in a row."""
    return text.upper()


#: Digest of a text -> the keywords above that may occur in it: one query is checked for several of them.
_seen: Latest[bytes, frozenset[str]] = Latest(1000)


def digest(text: str) -> bytes:
    """A short hash, the key of caches in place of a text that may be a megabyte."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _words(text: str) -> frozenset[str]:
    key = digest(text)
    found = _seen.get(key)
    if found is None:
        found = _seen[key] = _LOOKED_FOR.intersection(word.upper() for view in {text, decoded(text)} for word in _words_of(view))
    return found


def _words_of(text: str) -> set[str]:
    """The words of a text, and perhaps pieces of numbers."""
    words: set[str] = set()
    for word, run, opening in set(_WORDS.findall(text)):
        if opening:
            return {token.text for token in tokens(text) if token.kind == "word"}
        words.update(_WORD.findall(run) if run else (word,))
    return words


def decoded(text: str, left: frozenset[str] = frozenset()) -> str:
    """Decode code point escapes (section 19.2), except those for characters in `left`."""

    def character(match: re.Match[str]) -> str:
        code = int(match.group(1) or match.group(2), 16)
        return chr(code) if code <= 0x10FFFF and not 0xD800 <= code < 0xE000 and chr(code) not in left else match.group()

    return _ESCAPE.sub(character, text)
