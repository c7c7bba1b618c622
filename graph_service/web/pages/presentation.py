"""How a graph wants facts presented: groups of properties, their order, and redundant properties.

Each property names its group (`sh:group`) and its place (`sh:order`); groups have labels and notations, and the description says what each
is for (docs/presentation.md). Without groups all facts are in one.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from graph_service.engine.result import Query
from graph_service.rdf.labels import in_language
from graph_service.rdf.namespaces import RDF, RDFS, SHACL, VIEW
from graph_service.rdf.terms import AnyTerm, Literal, NamedNode, Triple
from graph_service.service.service import Service
from graph_service.snapshot.definitions import by_language
from graph_service.web.display.translations import gettext as _
from graph_service.web.http.languages import language

_GROUPS = """
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?property ?group ?notation ?place WHERE {
  ?property sh:group ?group ; sh:order ?place .
  ?group skos:notation ?notation .
}"""

_BROADER = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?property ?broader WHERE { ?property rdfs:subPropertyOf+ ?broader FILTER(isIRI(?broader) && ?broader != ?property) }"""

_OPPOSITE = """
PREFIX owl: <http://www.w3.org/2002/07/owl#>
SELECT DISTINCT ?one ?other WHERE { ?one owl:inverseOf|^owl:inverseOf ?other FILTER(isIRI(?one) && isIRI(?other)) }"""

#: The group of properties without one, after all others.
OTHER = ""


@dataclass(frozen=True, order=True)
class PropertyPlace:
    """A property's place: the notation of its group, its number there, the group's IRI."""

    notation: str
    number: float
    group: str


@dataclass(frozen=True)
class Inverse:
    """The label of a property read in the inverse direction, by language (`en`: "members" for "member of"), and its place on a page."""

    labels: Mapping[str, str]
    place: PropertyPlace


class Presentation:
    """The presentation in a graph's ontology and description; read once, since a service has one graph."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def place(self, property: str) -> PropertyPlace:
        """The place of a property."""
        return self.places.get(property, PropertyPlace("~", 0, OTHER))

    @cached_property
    def places(self) -> Mapping[str, PropertyPlace]:
        """Property -> place."""
        found = {}
        for property, group, notation, place in self._service.sparql(Query(_GROUPS, infer=False)).rows():
            if isinstance(property, NamedNode) and isinstance(group, NamedNode):
                assert isinstance(notation, Literal)
                found[property.value] = PropertyPlace(notation.value, _number(place), group.value)
        return found

    def marked(self, use: str, fit: bool = True) -> frozenset[str]:
        """The groups and properties (IRIs) marked true for a use, a term of `view:`; with `fit=False` those marked false."""
        return frozenset(iri for iri, value in self._said(use) if (value in {"true", "1"}) == fit)

    @cached_property
    def repeats(self) -> Mapping[str, str]:
        """Property -> the property whose value it repeats for machines."""
        return dict(self._said("repeats"))

    def within(self, group: str, number: float) -> PropertyPlace:
        """A place within a group."""
        return PropertyPlace(self._notations.get(group, "~"), number, group)

    @cached_property
    def _notations(self) -> Mapping[str, str]:
        return {place.group: place.notation for place in self.places.values()}

    @cached_property
    def inverses(self) -> Mapping[str, Inverse]:
        """Property -> its label in the inverse direction: the `sh:name` of an `sh:inversePath` (SHACL, sections 2.3.1.5 and 2.3.2)."""
        found: dict[str, Inverse] = {}
        for about in self._by_subject.values():
            paths = (self._by_subject.get(path, {}) for path in about.get(SHACL + "path", ()))
            properties = [end.value for path in paths for end in path.get(SHACL + "inversePath", ()) if isinstance(end, NamedNode)]
            labels = by_language(about.get(SHACL + "name", ()))
            if properties and labels:
                group = next((group.value for group in about.get(SHACL + "group", ()) if isinstance(group, NamedNode)), OTHER)
                number = next((_number(order) for order in about.get(SHACL + "order", ())), 0)
                found |= dict.fromkeys(properties, Inverse(labels, self.within(group, number)))
        return found

    @cached_property
    def names(self) -> Mapping[str, Mapping[str, str]]:
        """Property -> what pages call it instead of its label, by language: the `sh:name` of an `sh:path`."""
        return {
            path.value: labels
            for about in self._by_subject.values()
            if (labels := by_language(about.get(SHACL + "name", ())))
            for path in about.get(SHACL + "path", ())
            if isinstance(path, NamedNode)
        }

    @cached_property
    def description(self) -> Sequence[Triple]:
        """The graph's description of itself, read once."""
        return self._service.snapshot.description

    @cached_property
    def _by_subject(self) -> Mapping[AnyTerm, Mapping[str, Sequence[AnyTerm]]]:
        """The same: subject -> property -> objects."""
        found: dict[AnyTerm, dict[str, list[AnyTerm]]] = {}
        for triple in self.description:
            found.setdefault(triple.subject, {}).setdefault(triple.predicate.value, []).append(triple.object)
        return found

    @cached_property
    def subjects(self) -> Mapping[str, Mapping[str, str]]:
        """Tag of canned queries -> its label by language."""
        found: dict[str, Mapping[str, str]] = {}
        for said in self._by_subject.values():
            if NamedNode(VIEW + "Subject") in said.get(RDF + "type", ()):
                labels = by_language(said.get(RDFS + "label", ()))
                found |= {name.value: labels for name in said.get(VIEW + "name", ()) if isinstance(name, Literal)}
        return found

    @cached_property
    def subject_orders(self) -> Mapping[str, float]:
        """Tag of canned queries -> its place among the subjects (`sh:order`), for those that have one."""
        return {
            name.value: _number(order)
            for said in self._by_subject.values()
            if NamedNode(VIEW + "Subject") in said.get(RDF + "type", ())
            for order in said.get(SHACL + "order", ())[:1]
            for name in said.get(VIEW + "name", ())
            if isinstance(name, Literal)
        }

    @cached_property
    def first_query(self) -> str:
        """The editor's initial query; "" if the graph defines none."""
        return next((text for _, text in self._said("opensWith")), "")

    @cached_property
    def summaries(self) -> Sequence[str]:
        """Further properties that describe a thing, best first."""
        return [iri for iri, _ in sorted(self._said("summary"), key=lambda pair: (pair[1].zfill(9), pair[0]))]

    def _said(self, term: str) -> Sequence[tuple[str, str]]:
        return self._terms.get(VIEW + term, ())

    @cached_property
    def _terms(self) -> Mapping[str, Sequence[tuple[str, str]]]:
        """Term of `view:` -> (IRI, value) pairs; for a node with `sh:path` the IRI is the property."""
        found: dict[str, list[tuple[str, str]]] = {}
        description = self.description
        paths = {t.subject: t.object.value for t in description if t.predicate.value == SHACL + "path" and isinstance(t.object, NamedNode)}
        for triple in description:
            said = triple.object
            if triple.predicate.value.startswith(VIEW) and isinstance(triple.subject, NamedNode) and isinstance(said, Literal | NamedNode):
                found.setdefault(triple.predicate.value, []).append((paths.get(triple.subject, triple.subject.value), said.value))
        return found

    @cached_property
    def opposites(self) -> Mapping[str, frozenset[str]]:
        """Property -> its inverse properties (`owl:inverseOf`, in either direction)."""
        found: dict[str, set[str]] = {}
        for one, other in self._service.sparql(Query(_OPPOSITE)).rows():
            assert isinstance(one, NamedNode)
            assert isinstance(other, NamedNode)
            found.setdefault(one.value, set()).add(other.value)
        return {one: frozenset(others) for one, others in found.items()}

    @cached_property
    def narrower(self) -> Mapping[str, frozenset[str]]:
        """Property -> its subproperties."""
        found: dict[str, set[str]] = {}
        for property, broader in self._service.sparql(Query(_BROADER)).rows():
            if isinstance(property, NamedNode) and isinstance(broader, NamedNode):
                found.setdefault(broader.value, set()).add(property.value)
        return {broader: frozenset(narrow) for broader, narrow in found.items()}


def _number(order: AnyTerm | None) -> float:
    """A `sh:order`, which may be a decimal (SHACL, section 2.3.2.3); 0 for what is no number."""
    try:
        return float(order.value) if isinstance(order, Literal) else 0
    except ValueError:
        return 0


def subject(service: Service, tag: str) -> str:
    """The label of a tag of canned queries or routes in the reader's language."""
    labels = presentation_of(service).subjects.get(tag)
    return in_language(labels, language()) if labels else _(tag)


@lru_cache(maxsize=2)
def presentation_of(service: Service) -> Presentation:
    """The presentation of a service's graph, cached."""
    return Presentation(service)


def key(group: str) -> str:
    """The last part of a group's IRI, for anchors and lookup."""
    return re.split(r"[/#:]", group)[-1]
