"""Short names of IRIs on pages: by the usual prefixes, and by those that the graph's files bind."""

from graph_service.rdf.labels import last_part
from graph_service.rdf.prefixes import curie
from graph_service.rdf.space import Space


class Shortening:
    """Abbreviates the IRIs of one graph."""

    def __init__(self, space: Space) -> None:
        """`space` has the prefixes that the graph's files bind."""
        self._base = space.base
        #: Longest first: `http://example.org/menu/` is more specific than `http://example.org/`.
        self._declared = sorted(((iri, prefix) for prefix, iri in space.prefixes.items() if iri), key=lambda pair: (-len(pair[0]), pair[1]))

    def short(self, iri: str) -> str | None:
        """`pizza:Margherita`, or just `Margherita` in the namespace of the empty prefix; None if no prefix fits."""
        usual = curie(iri)
        if usual != iri:
            return usual
        for space, prefix in self._declared:
            name = iri.removeprefix(space)
            if name and name != iri and not set(name) & set("/#?"):
                return f"{prefix}:{name}" if prefix else name
        return None

    def name(self, iri: str) -> str:
        """The name of a thing or term: its short name, else the last part of its IRI; IRIs below the service's base stay as they are."""
        return self.short(iri) or (iri if iri.startswith(self._base) else last_part(iri))
