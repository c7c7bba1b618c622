"""Limits on the nesting of query texts and of triple terms.

Parsers and serialisers of SPARQL and RDF, the engine's and those of clients, recurse with each level. So there is a limit, checked here
without recursion over brackets or objects.
"""

from pyoxigraph import Triple

from graph_service.errors import ResultTooLarge
from graph_service.rdf.terms import AnyTerm
from graph_service.sparql.outline import malformed
from graph_service.sparql.tokens import decoded, tokens

_OPENING, _CLOSING = frozenset("({["), frozenset(")}]")

#: What a query that creates a triple term contains: TRIPLE, `<<`, an annotation, a reifier, or an escape that may stand for one of them.
_MAKES_TRIPLES = ("<<", "{|", "~", "\\", "TRIPLE")


def refuse_nested(text: str, most: int) -> None:
    """Raise MalformedQuery for brackets and triple terms nested more than `most` deep."""
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
    """Whether a query may create triple terms (no false negatives)."""
    upper = text.upper()
    return any(mark in upper for mark in _MAKES_TRIPLES)


def refuse_deep(term: AnyTerm | None, most: int) -> None:
    """Raise ResultTooLarge for a triple term nested more than `most` levels deep."""
    depth = 0
    while isinstance(term, Triple):
        depth += 1
        if depth > most:
            raise ResultTooLarge(f"A term of the result is nested more than {most} levels deep, its limit.", limit=most)
        if isinstance(term.subject, Triple):
            refuse_deep(term.subject, most - depth)
        term = term.object
