"""A triple pattern of terms, to be put into a query: blank nodes stand for themselves.

In the text of a query a blank node is a variable (SPARQL 1.1, section 4.1.4), so each gets one, and what it stands for is told beside the
text (`Query.nodes`). The embedded engine knows a blank node by the label that it gave it in any result. Of an engine elsewhere that is not
said by any standard: it is asked with the variable left open, and what it finds is compared, which serves as far as it gives a node the
same label in each answer; otherwise nothing fits.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from graph_service.rdf.terms import AnyTerm, BlankNode, parts, write

_NAMES = ("s", "p", "o")


@dataclass(frozen=True)
class Pattern:
    """The terms of a pattern, None for any. `?s`, `?p` and `?o` are its variables."""

    subject: AnyTerm | None
    predicate: AnyTerm | None
    object: AnyTerm | None

    @property
    def texts(self) -> list[str]:
        """Subject, predicate and object as they stand in a query."""
        return [f"?{name}" if term is None or _is_nameless(term) else write(term) for name, term in zip(_NAMES, self._terms, strict=True)]

    @property
    def nodes(self) -> list[tuple[str, str]]:
        """What `Query.nodes` is for a query with the texts."""
        return [(name, term.value) for name, term in zip(_NAMES, self._terms, strict=True) if isinstance(term, BlankNode)]

    @property
    def compared(self) -> list[str]:
        """The texts of the variables whose values must be compared with the pattern's terms, in order."""
        return [text for text, term in zip(self.texts, self._terms, strict=True) if term is not None and _is_nameless(term)]

    def fits(self, found: Sequence[AnyTerm | None]) -> bool:
        """Whether the values of the compared variables are the pattern's own."""
        return list(found) == [term for term in self._terms if term is not None and _is_nameless(term)]

    def fits_triple(self, triple: Sequence[AnyTerm | None]) -> bool:
        """Whether a triple that was found with the texts is one of the pattern's."""
        return self.fits([found for found, term in zip(triple, self._terms, strict=True) if term is not None and _is_nameless(term)])

    @property
    def _terms(self) -> tuple[AnyTerm | None, ...]:
        return (self.subject, self.predicate, self.object)


def _is_nameless(term: AnyTerm) -> bool:
    """Whether a term is a blank node, or a triple term with one in it."""
    return any(isinstance(part, BlankNode) for part in parts(term))
