"""Short names of IRIs for people: by the usual prefixes, and by those that the graph's own files bind."""

from collections.abc import Mapping

from graph_service.words.labels import last_part
from graph_service.words.names import BASE, PREFIXES, curie


class Shortening:
    """How the IRIs of one graph are written short."""

    def __init__(self, declared: Mapping[str, str]) -> None:
        """`declared`: prefix -> IRI, as the graph's files bind them."""
        #: The longest first: of `http://example.org/` and `http://example.org/menu/` the second says more.
        self._declared = sorted(((iri, prefix) for prefix, iri in declared.items() if iri), key=lambda pair: (-len(pair[0]), pair[1]))
        #: The prefixes that mean the same in the graph's files and to the service; those of files that mean something else to it are not.
        self.prefixes = {prefix: iri for prefix, iri in declared.items() if prefix and prefix not in PREFIXES}

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
        return self.short(iri) or (iri if iri.startswith(BASE) else last_part(iri))
