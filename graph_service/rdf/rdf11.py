"""What RDF 1.1 has of a graph: for libraries and rules without triple terms and base directions (RDF 1.2 Concepts, section 3)."""

from collections.abc import Iterable, Iterator

import pyoxigraph as ox


def of_rdf_1_1(triples: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    """The triples without those about triples; a text that has a base direction, without it."""
    for triple in triples:
        term = triple.object
        if isinstance(term, ox.Triple):
            continue
        if isinstance(term, ox.Literal) and term.direction is not None:
            triple = ox.Triple(triple.subject, triple.predicate, ox.Literal(term.value, language=term.language))
        yield triple
