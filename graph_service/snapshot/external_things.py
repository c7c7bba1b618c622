"""The set of things with IRIs outside the service's namespace: they have pages here, too, and pages link to them.

A file of the snapshot has the sorted 8-byte hashes of their IRIs, so that a page checks each IRI quickly, however many things there are. A
collision (1 in 10^19) would only link to a page that says that nothing is known.
"""

import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from hashlib import blake2b

from graph_service.rdf.namespaces import USUAL
from graph_service.rdf.space import Space
from graph_service.rdf.terms import NamedNode, Quad

#: Eight-byte unsigned numbers, little-endian in the file.
_NUMBERS = "Q"


class Outside:
    """The IRIs outside the service's namespace about which the graph has asserted triples."""

    def __init__(self, content: bytes = b"") -> None:
        """`content` is the file's content, from `outside_of`."""
        self._hashes = array(_NUMBERS, content)
        if sys.byteorder == "big":
            self._hashes.byteswap()

    def __contains__(self, iri: str) -> bool:
        wanted = _hash(iri)
        place = bisect_left(self._hashes, wanted)
        return place < len(self._hashes) and self._hashes[place] == wanted

    def __len__(self) -> int:
        return len(self._hashes)


def outside_of(space: Space, quads: Iterable[Quad]) -> bytes:
    """The content of the file.

    Things with only inferred triples (such as being the same as one of ours) are left out; so are terms of common vocabularies about which
    only an ontology or the description says something: a link should lead to the vocabulary.
    """
    # Graphs that describe terms.
    of_terms = {NamedNode(space.graph_ontology), NamedNode(space.graph_description)}
    usual = tuple(USUAL.values())
    inferred = NamedNode(space.graph_inferred)
    subjects: dict[NamedNode, bool] = {}
    for quad in quads:
        if isinstance(quad.subject, NamedNode) and quad.graph_name != inferred:
            subjects[quad.subject] = subjects.get(quad.subject, False) or quad.graph_name not in of_terms
    things = {
        iri.value for iri, is_data in subjects.items() if not space.has_place(iri.value) and (is_data or not iri.value.startswith(usual))
    }
    found = array(_NUMBERS, sorted(map(_hash, things)))
    if sys.byteorder == "big":
        found.byteswap()
    return found.tobytes()


def _hash(iri: str) -> int:
    return int.from_bytes(blake2b(iri.encode(), digest_size=8).digest(), "big")
