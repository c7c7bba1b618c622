"""The IRIs that a graph reserves for itself, its parts and its service, all below one base.

A running service answers for them under its own host: what is below the base is found at the same path there.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

#: The base of a graph without one, on a reserved host (RFC 6761, section 6.4).
NOBODYS = "https://graph.invalid/"


#: Paths below the base: `id/<type>/<key>`, `vocab/<scheme>/<code>`, terms, and the documents of every service.
_PLACES = re.compile(
    r"id/[^/?#]+/[^/?#]+|vocab/[^?#]+|ns(?:[/#].*)?|shapes|graph/[^/?#]+|(?:#.*)?|downloads/.*|queries(?:[/#].*)?"
    r"|(?:catalog|sparql|openapi\.json|\.well-known/void)(?:#.*)?"
)


class _Below:
    """An IRI at a path below the base of a space."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __get__(self, space: "Space", _: type) -> str:
        return space.base + self._path


@dataclass(frozen=True)
class Space:
    """The base, the IRI of the data set (by default the base), and the prefixes that the graph's files bind.

    The canned queries have an IRI of their own (`api`) in the catalogue, since the document at `queries` describes each query.
    """

    base: str = NOBODYS
    dataset: str = ""
    prefixes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        if not self.dataset:
            object.__setattr__(self, "dataset", self.base)

    def binding(self, prefixes: Iterable[tuple[str, str]]) -> "Space":
        """A copy with these prefixes (pairs of prefix and namespace; the first of a name counts), and `graph` for the named graphs."""
        found: dict[str, str] = {}
        for prefix, namespace in (*prefixes, ("graph", self.graphs)):
            found.setdefault(prefix, namespace)
        return replace(self, prefixes=found)

    @property
    def is_named(self) -> bool:
        """Whether the graph has an IRI of its own; without one it is not published as a data set."""
        return self.dataset != NOBODYS

    def has_place(self, iri: str) -> bool:
        """Whether an IRI has a path of its own at a service: a thing, a concept, a term, a graph, a document.

        Any other IRI, below the base or not, is passed as a parameter.
        """
        return iri.startswith(self.base) and _PLACES.fullmatch(iri, len(self.base)) is not None

    #: The IRI of the graph's ontology.
    ontology = _Below("ns")
    #: The namespace of that ontology's terms.
    terms = _Below("ns#")
    #: The IRI of the SHACL shapes for the graph.
    shapes = _Below("shapes")
    #: The prefix of a thing's IRI, before its type and key.
    things = _Below("id/")
    #: The prefix of the IRI of a concept or scheme.
    vocabulary = _Below("vocab/")
    #: The prefix of a named graph's IRI.
    graphs = _Below("graph/")
    #: The named graph of the ontology.
    graph_ontology = _Below("graph/ontology")
    #: The named graph of inferred triples.
    graph_inferred = _Below("graph/inferred")
    #: The named graph of the data set's description of itself.
    graph_description = _Below("graph/description")
    #: The DCAT catalogue of the data set and its files.
    catalog = _Below("catalog")
    #: The canned queries as a data service.
    api = _Below("catalog#queries")
    #: The SPARQL endpoint.
    endpoint = _Below("sparql")
    #: The document of the canned queries.
    queries = _Below("queries")
    #: The prefix of the IRIs of versions and their files.
    downloads = _Below("downloads/")
    #: The OpenAPI document.
    openapi = _Below("openapi.json")
    #: The VoID description of the data set.
    void = _Below(".well-known/void")

    def write(self) -> str:
        """Serialise as JSON."""
        return json.dumps({"base": self.base, "dataset": self.dataset, "prefixes": dict(self.prefixes)})

    @classmethod
    def read(cls, text: str) -> "Space":
        """Parse what `write` has written."""
        return cls(**json.loads(text))
