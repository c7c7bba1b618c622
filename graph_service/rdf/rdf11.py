"""Converts RDF 1.2 to RDF 1.1, for libraries and rules without triple terms and base directions (RDF 1.2 Concepts, section 3)."""

from collections.abc import Iterable, Iterator

import pyoxigraph as ox


def of_rdf_1_1(triples: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    """The triples without those that have a triple term; literals lose their base direction."""
    for triple in triples:
        term = triple.object
        if isinstance(term, ox.Triple):
            continue
        if isinstance(term, ox.Literal) and term.direction is not None:
            triple = ox.Triple(triple.subject, triple.predicate, ox.Literal(term.value, language=term.language))
        yield triple
