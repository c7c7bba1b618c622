"""Short names of IRIs for people: by the usual prefixes, and by those that the graph's own files bind."""

from graph_service.rdf.labels import last_part
from graph_service.rdf.prefixes import curie
from graph_service.rdf.space import Space


class Shortening:
    """How the IRIs of one graph are written short."""

    def __init__(self, space: Space) -> None:
        """`space` has the prefixes that the graph's files bind."""
        self._base = space.base
        #: The longest first: of `http://example.org/` and `http://example.org/menu/` the second says more.
        self._declared = sorted(((iri, prefix) for prefix, iri in space.prefixes.items() if iri), key=lambda pair: (-len(pair[0]), pair[1]))

    def short(self, iri: str) -> str | None:
        """`pizza:Margherita`, the name alone in the namespace that a file binds to the empty prefix; None where no prefix fits."""
        usual = curie(iri)
        if usual != iri:
            return usual
        for space, prefix in self._declared:
            name = iri.removeprefix(space)
            if name and name != iri and not set(name) & set("/#?"):
                return f"{prefix}:{name}" if prefix else name
        return None

    def name(self, iri: str) -> str:
        """The short name of a thing or term of the graph: by a prefix, else what its IRI ends with, where it is none of the service's."""
        return self.short(iri) or (iri if iri.startswith(self._base) else last_part(iri))
