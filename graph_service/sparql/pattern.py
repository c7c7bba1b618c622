"""A triple pattern of terms for a query, in which blank nodes stand for themselves.

In query text a blank node is a variable (SPARQL 1.1, section 4.1.4), so each becomes one, and `Query.nodes` says which node it is. The
embedded engine keeps blank node labels across results. A remote engine need not: it is asked with the variable unbound and its solutions
are compared, which works as far as it gives a node the same label in each answer; otherwise nothing matches.
"""

from collections.abc import Sequence
from typing import NamedTuple

from graph_service.rdf.terms import AnyTerm, BlankNode, parts, write

_NAMES = ("s", "p", "o")


class Pattern(NamedTuple):
    """The terms of a pattern, None for any. Its variables are `?s`, `?p` and `?o`."""

    subject: AnyTerm | None
    predicate: AnyTerm | None
    object: AnyTerm | None

    @property
    def texts(self) -> list[str]:
        """Subject, predicate and object as query text."""
        return [f"?{name}" if term is None or _is_nameless(term) else write(term) for name, term in zip(_NAMES, self, strict=True)]

    @property
    def nodes(self) -> list[tuple[str, str]]:
        """The `Query.nodes` for a query with these texts."""
        return [(name, term.value) for name, term in zip(_NAMES, self, strict=True) if isinstance(term, BlankNode)]

    @property
    def compared(self) -> list[str]:
        """The variables whose values must be compared with the pattern's terms, in order."""
        return [text for text, term in zip(self.texts, self, strict=True) if term is not None and _is_nameless(term)]

    def fits(self, found: Sequence[AnyTerm | None]) -> bool:
        """Whether the values of the compared variables equal the pattern's terms."""
        return list(found) == [term for term in self if term is not None and _is_nameless(term)]

    def fits_triple(self, triple: Sequence[AnyTerm | None]) -> bool:
        """Whether a triple found with the texts matches the pattern."""
        return self.fits([found for found, term in zip(triple, self, strict=True) if term is not None and _is_nameless(term)])


def _is_nameless(term: AnyTerm) -> bool:
    """Whether a term is a blank node, or a triple term that contains one."""
    return any(isinstance(part, BlankNode) for part in parts(term))
