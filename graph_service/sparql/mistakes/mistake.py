"""The class Mistake, and what the checks share: keyword lists and token helpers."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from graph_service.sparql.mistakes.sentences import SENTENCES
from graph_service.sparql.tokens import Token
from graph_service.sparql.top_level import MODIFIERS
from graph_service.text.memo import remembered

FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
CLOSING = {"(": ")", "{": "}", "[": "]"}
AGGREGATES = ("COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT")
CLAUSES = (
    *("BASE", "PREFIX", "VERSION", *FORMS, "DISTINCT", "REDUCED", "AS", "FROM", "NAMED", "WHERE", *MODIFIERS, "BY", "ASC", "DESC"),
    *("OPTIONAL", "UNION", "MINUS", "GRAPH", "SERVICE", "SILENT", "LATERAL", "BIND", "FILTER", "UNDEF", "NOT", "EXISTS", "IN", "SEPARATOR"),
)
FUNCTIONS = (
    *("STR", "LANG", "LANGMATCHES", "DATATYPE", "BOUND", "IRI", "URI", "BNODE", "RAND", "ABS", "CEIL", "FLOOR", "ROUND", "CONCAT"),
    *("STRLEN", "UCASE", "LCASE", "ENCODE_FOR_URI", "CONTAINS", "STRSTARTS", "STRENDS", "STRBEFORE", "STRAFTER", "YEAR", "MONTH", "DAY"),
    *("HOURS", "MINUTES", "SECONDS", "TIMEZONE", "TZ", "NOW", "UUID", "STRUUID", "MD5", "SHA1", "SHA256", "SHA384", "SHA512"),
    *("COALESCE", "IF", "STRLANG", "STRDT", "SAMETERM", "ISIRI", "ISURI", "ISBLANK", "ISLITERAL", "ISNUMERIC", "REGEX", "SUBSTR"),
    *("REPLACE", "LANGDIR", "HASLANG", "HASLANGDIR", "STRLANGDIR", "ISTRIPLE", "TRIPLE", "SUBJECT", "PREDICATE", "OBJECT", *AGGREGATES),
)
KNOWN = frozenset((*CLAUSES, *FUNCTIONS, "A", "TRUE", "FALSE", "LTR", "RTL"))

#: Keywords of other languages, such as SQL.
FOREIGN = {"AND": ("and", "&&"), "OR": ("or", "||"), "LIKE": ("like", None), "NULL": ("null", None), "IS": ("null", None)}
#: Kinds of tokens that can be terms of triples and arguments.
TERMS = frozenset({"variable", "iri", "name", "string", "number"})


@dataclass(frozen=True)
class Mistake:
    """A mistake: its kind, its start and end in the text, the values of its sentence, and the correct text if that is certain.

    `proposals` are texts of which one may be meant, likeliest first.
    """

    kind: str
    start: int
    end: int
    values: Mapping[str, object] = field(default_factory=dict)
    mend: str | None = None
    proposals: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The mistake explained in English."""
        return SENTENCES[self.kind] % self.values


def here(token: Token, kind: str, mend: str | None = None, **values: object) -> Mistake:
    """A mistake at a token."""
    return Mistake(kind, token.start, token.end, {"found": token.text, **values}, mend)


def past(token: Token, kind: str, mend: str | None = None, **values: object) -> Mistake:
    """A mistake right after a token."""
    return Mistake(kind, token.end, token.end, values, mend)


def with_next(stream: Sequence[Token]) -> Iterator[tuple[Token, Token | None]]:
    """Each token with the next one."""
    yield from zip_longest(stream, stream[1:])


def near(token: Token, words: tuple[str, ...]) -> str | None:
    """The keyword of which a token may be a misspelling."""
    return _nearest(token.text.upper(), words) if token.kind == "word" and len(token.text) > 2 else None


@remembered(512)
def _nearest(word: str, words: tuple[str, ...]) -> str | None:
    found = difflib.get_close_matches(word, words, n=1, cutoff=0.75)
    return found[0] if found else None


def text_behind(stream: Sequence[Token], token: Token, steps: int) -> str:
    """The text of the token `steps` after another; empty past the end."""
    at = stream.index(token) + steps
    return stream[at].text if at < len(stream) else ""


def up_to_closing(stream: Sequence[Token], start: Token | None) -> list[Token]:
    """The tokens from one on, up to the bracket that closes the first."""
    if start is None:
        return []
    found, depth = [], 0
    for token in stream[stream.index(start) + (start.text != "(") :]:
        depth += (token.text == "(") - (token.text == ")")
        found.append(token)
        if depth <= 0:
            break
    return found
