"""How the ontology wants facts told to people: the groups of its properties, their order, and which say less than others.

The groups are a concept scheme of the graph itself (`vocab/fact-group`), and each property says in which it is told
(`lc:factGroup`) and at which place (`sh:order`). A graph whose ontology has no groups is told in one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from graph_service.engine.result import Query
from graph_service.service import Service
from graph_service.words.names import VOCABULARY
from graph_service.words.terms import Literal, NamedNode

_GROUPS = """
PREFIX lc: <https://w3id.org/labcoop/ns#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?property ?group ?notation ?place WHERE {
  ?property lc:factGroup ?group ; sh:order ?place .
  ?group skos:notation ?notation .
}"""

_BROADER = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?property ?broader WHERE { ?property rdfs:subPropertyOf+ ?broader FILTER(isIRI(?broader) && ?broader != ?property) }"""

#: The group of what no group was given, after all others.
OTHER = ""


@dataclass(frozen=True, order=True)
class Place:
    """Where a property is told: the notation of its group, its number there, the group's IRI."""

    notation: str
    number: int
    group: str


class Presentation:
    """What the graph's ontology says of telling its facts; read once, since a service has one graph."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def place(self, property: str) -> Place:
        """Where a property is told."""
        return self.places.get(property, Place("~", 0, OTHER))

    @cached_property
    def places(self) -> Mapping[str, Place]:
        """Property -> where it is told."""
        found = {}
        for property, group, notation, place in self._service.sparql(Query(_GROUPS, infer=False)).rows():
            if isinstance(property, NamedNode) and isinstance(group, NamedNode):
                assert isinstance(notation, Literal)
                assert isinstance(place, Literal)
                found[property.value] = Place(notation.value, int(place.value), group.value)
        return found

    @cached_property
    def narrower(self) -> Mapping[str, frozenset[str]]:
        """Property -> the properties from which it follows."""
        found: dict[str, set[str]] = {}
        for property, broader in self._service.sparql(Query(_BROADER)).rows():
            if isinstance(property, NamedNode) and isinstance(broader, NamedNode):
                found.setdefault(broader.value, set()).add(property.value)
        return {broader: frozenset(narrow) for broader, narrow in found.items()}


def key(group: str) -> str:
    """The last part of a group's IRI, for anchors and to find it by."""
    return group.removeprefix(VOCABULARY + "fact-group/").rsplit("/", 1)[-1]
