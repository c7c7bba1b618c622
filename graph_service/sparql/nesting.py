"""How deeply texts and terms are nested.

Parsers and writers of SPARQL and RDF, the engine's own and those of clients, go down a level of their stack with each level of what
they read. So there is a limit, and both are looked at without going down any level.
"""

from pyoxigraph import Triple

from graph_service.errors import ResultTooLarge
from graph_service.rdf.terms import AnyTerm
from graph_service.sparql.outline import malformed
from graph_service.sparql.tokens import decoded, tokens

_OPENING, _CLOSING = frozenset("({["), frozenset(")}]")

#: What a query that can make a triple term has: TRIPLE itself, `<<`, an annotation or a reifier, or an escape that may stand for it.
_MAKES_TRIPLES = ("<<", "{|", "~", "\\", "TRIPLE")


def refuse_nested(text: str, most: int) -> None:
    """Raise MalformedQuery for a query with more than `most` brackets and triple terms within each other."""
    if "\\" in text:
        text = decoded(text)
    if sum(map(text.count, ("(", "{", "[", "<<"))) <= most:
        return
    depth = 0
    end = -1
    for token in tokens(text):
        if token.kind != "mark":
            continue
        if token.text in _OPENING:
            depth += 1
        elif token.text in _CLOSING:
            depth -= 1
        elif token.text in "<>" and token.start == end:
            depth += 1 if token.text == "<" else -1
        end = token.end if token.text in "<>" and token.start != end else -1
        if depth > most:
            raise malformed(text, token, f"brackets are nested more than {most} deep, the limit")


def may_make_triples(text: str) -> bool:
    """Whether a query may make triple terms of its own."""
    upper = text.upper()
    return any(mark in upper for mark in _MAKES_TRIPLES)


def refuse_deep(term: AnyTerm | None, most: int) -> None:
    """Raise ResultTooLarge for a triple term with more than `most` levels."""
    depth = 0
    while isinstance(term, Triple):
        depth += 1
        if depth > most:
            raise ResultTooLarge(f"A term of the result is nested more than {most} levels deep, its limit.", limit=most)
        if isinstance(term.subject, Triple):
            refuse_deep(term.subject, most - depth)
        term = term.object
