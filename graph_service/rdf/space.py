"""The IRIs that a graph has for itself, for its parts, and for the service that opens it: all below one base.

A running service answers for them under its own host, so that what lies below the base is found at the same path there.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

#: The base of a graph that has none: of a host that is nobody's (RFC 6761, section 6.4).
NOBODYS = "https://graph.invalid/"


#: What may stand behind the base: `id/<type>/<key>`, `vocab/<scheme>/<code>`, terms, and the documents that every service has.
_PLACES = re.compile(
    r"id/[^/?#]+/[^/?#]+|vocab/[^?#]+|ns(?:[/#].*)?|shapes|graph/[^/?#]+|(?:#.*)?|downloads/.*|queries(?:[/#].*)?"
    r"|(?:catalog|sparql|openapi\.json|\.well-known/void)(?:#.*)?"
)


@dataclass(frozen=True)
class Space:
    """The base, the IRI of the data set as a whole (the base, if it has no other), and the prefixes that the graph's files bind.

    The canned queries as a service (`api`) are told of in the catalogue, since their own document tells of each of them.
    """

    base: str = NOBODYS
    dataset: str = ""
    prefixes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        if not self.dataset:
            object.__setattr__(self, "dataset", self.base)

    def binding(self, prefixes: Iterable[tuple[str, str]]) -> "Space":
        """It with prefixes (prefix, namespace), of several of one name the first; and `graph` for its graphs."""
        found: dict[str, str] = {}
        for prefix, namespace in (*prefixes, ("graph", self.graphs)):
            found.setdefault(prefix, namespace)
        return replace(self, prefixes=found)

    @property
    def is_named(self) -> bool:
        """Whether the makers of the graph have given it a name: one that is nobody's is not published."""
        return self.dataset != NOBODYS

    def has_place(self, iri: str) -> bool:
        """Whether an IRI is of a kind that has an address of its own at a service: a thing, a concept, a term, a graph, a document.

        Any other IRI, below the base or not, is a parameter of an address.
        """
        return iri.startswith(self.base) and _PLACES.fullmatch(iri, len(self.base)) is not None

    @property
    def ontology(self) -> str:
        """The ontology that goes with the graph."""
        return self.base + "ns"

    @property
    def terms(self) -> str:
        """The namespace of that ontology's terms."""
        return self.base + "ns#"

    @property
    def shapes(self) -> str:
        """The shapes that things of the graph must have."""
        return self.base + "shapes"

    @property
    def things(self) -> str:
        """What the IRI of a thing begins with, before its type and its key."""
        return self.base + "id/"

    @property
    def vocabulary(self) -> str:
        """What the IRI of a concept or a scheme begins with."""
        return self.base + "vocab/"

    @property
    def graphs(self) -> str:
        """What the IRI of a named graph begins with."""
        return self.base + "graph/"

    @property
    def graph_ontology(self) -> str:
        """The named graph of the ontology."""
        return self.graphs + "ontology"

    @property
    def graph_inferred(self) -> str:
        """The named graph of what is inferred."""
        return self.graphs + "inferred"

    @property
    def graph_description(self) -> str:
        """The named graph of what the graph says of itself."""
        return self.graphs + "description"

    @property
    def catalog(self) -> str:
        """The catalogue of the data set and its files."""
        return self.base + "catalog"

    @property
    def api(self) -> str:
        """The canned queries as a service."""
        return self.catalog + "#queries"

    @property
    def endpoint(self) -> str:
        """The SPARQL endpoint."""
        return self.base + "sparql"

    @property
    def queries(self) -> str:
        """The document of the canned queries."""
        return self.base + "queries"

    @property
    def downloads(self) -> str:
        """What the IRI of a version, and of its files, begins with."""
        return self.base + "downloads/"

    @property
    def openapi(self) -> str:
        """The description of the service for programs."""
        return self.base + "openapi.json"

    @property
    def void(self) -> str:
        """The description of the data set."""
        return self.base + ".well-known/void"

    def write(self) -> str:
        """It as a text."""
        return json.dumps({"base": self.base, "dataset": self.dataset, "prefixes": dict(self.prefixes)})

    @classmethod
    def read(cls, text: str) -> "Space":
        """What `write` has written."""
        return cls(**json.loads(text))
