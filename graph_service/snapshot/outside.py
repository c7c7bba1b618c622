"""The things of a graph whose IRIs lie outside the service's own namespace: they have pages here too, and pages lead to them.

Kept as a file of the snapshot: the hash of each IRI in eight bytes, in order, so that a page can tell at once of every IRI that it shows
whether there is a page for it, however many things there are. Two IRIs of one hash would be one in 10^19; one of them would lead to a
page that says that nothing is known of it.
"""

import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from hashlib import blake2b

from graph_service.rdf.prefixes import USUAL
from graph_service.rdf.space import Space
from graph_service.rdf.terms import NamedNode, Quad

#: Numbers of eight bytes, the least significant first in the file.
_NUMBERS = "Q"


class Outside:
    """The IRIs outside the service's own namespace of which a graph states something."""

    def __init__(self, content: bytes = b"") -> None:
        """`content` is what `outside_of` has made."""
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

    What is only inferred of a thing (that it is the same as one of ours) does not make a page for it; nor does what an ontology, or the
    description of the dataset, says in passing of a term of a vocabulary that everybody knows: who follows it wants the vocabulary.
    """
    # Graphs in which terms are spoken of.
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
