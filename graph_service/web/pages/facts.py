"""Facts on a page: statements about a thing as properties with values, grouped and ordered as the ontology says.

A value is asserted, with its passages or graphs, or inferred, with a link to its explanation. What only repeats another value with a more
general property (a `partner` is also `involved`), inferred classes, and properties that the graph wants folded are shown separately.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from graph_service.rdf import terms
from graph_service.rdf.labels import closest
from graph_service.rdf.namespaces import RDF
from graph_service.rdf.terms import AnyTerm, NamedNode, Triple
from graph_service.web.data.statements_about import Extent
from graph_service.web.display.cells import Cell
from graph_service.web.http.languages import language
from graph_service.web.pages.annotations import Annotation
from graph_service.web.pages.presentation import OTHER, Inverse, Presentation, PropertyPlace, key

#: A statement and the value to show of it.
Said = tuple[Triple, AnyTerm]


@dataclass(frozen=True)
class FactPassage:
    """The words of a passage with their language, and links to the passage and its document."""

    words: str
    language: str | None
    passage: Cell
    document: Cell


@dataclass(frozen=True)
class Value:
    """A value of a property: what to show, its gist if it is a fact itself, its sources or explanation, and annotations."""

    cell: Cell
    gist: list[Cell]
    inferred: bool
    passages: list[FactPassage]
    graphs: tuple[Cell, ...]
    explanation: str
    annotations: Sequence[Annotation] = ()


@dataclass(frozen=True)
class Fact:
    """A property with its values: asserted ones, then inferred; their number and address, if not all are shown."""

    term: Cell
    stated: list[Value]
    inferred: list[Value]
    rest: tuple[int, str] | None = None
    #: Whether other things state it of this one.
    inverse: bool = False
    #: Whether it has no values, although readers expect some.
    missing: bool = False

    @property
    def shared(self) -> list[FactPassage]:
        """The passages shared by all asserted values, if there are several values."""
        first = self.stated[0].passages if len(self.stated) > 1 else []
        return first if all(value.passages == first for value in self.stated) else []

    @property
    def origin(self) -> tuple[Cell, ...]:
        """The graphs shared by all asserted values, if no passage states them."""
        first = self.stated[0].graphs if self.stated and not self.stated[0].passages else ()
        return first if all(value.graphs == first and not value.passages for value in self.stated) else ()


@dataclass(frozen=True)
class Section:
    """A group of facts: key and IRI ("" for facts in no group), and whether pictures draw them."""

    key: str
    group: str
    drawn: bool = True
    facts: list[Fact] = field(default_factory=list)


@dataclass(frozen=True)
class Expected:
    """What readers expect to be told of a thing and the graph does not tell: its name, and its place on the page."""

    term: Cell
    place: PropertyPlace


@dataclass(frozen=True)
class Teller:
    """Builds the facts of one page from terms, sources and passages."""

    show: Callable[[AnyTerm], Cell]
    gists: Mapping[str, list[Cell]]
    inferred: frozenset[Triple] | set[Triple]
    passages: Mapping[Triple, list[FactPassage]]
    graphs: Callable[[Triple], tuple[Cell, ...]]
    annotations: Mapping[Triple, Sequence[Annotation]]
    presentation: Presentation
    extent: Extent
    #: Whether a class is asserted.
    classed: bool = True

    def sections(self, said: Iterable[Said], of: bool = True, expected: Iterable[Expected] = ()) -> list[Section]:
        """Facts about the thing, or mentions of it, by group; without those to be folded, and with what is expected and missing."""
        said = list(said)
        given = _values_by_property(said)
        return self._grouped((pair for pair in said if not self._is_folded(pair, given)), of, expected)

    def folded(self, said: Iterable[Said]) -> list[Fact]:
        """The inferred facts that repeat another one's value with a more general property, inferred classes, and technical properties."""
        said = list(said)
        given = _values_by_property(said)
        return [
            fact for section in self._grouped((pair for pair in said if self._is_folded(pair, given)), of=True) for fact in section.facts
        ]

    def value(self, triple: Triple, value: AnyTerm) -> Value:
        """Make a value to show."""
        gist = self.gists.get(value.value, []) if isinstance(value, terms.NamedNode) else []
        return Value(
            cell=self.show(value),
            gist=gist,
            inferred=triple in self.inferred,
            passages=self.passages.get(triple, []),
            graphs=self.graphs(triple),
            explanation=explanation(triple),
            annotations=self.annotations.get(triple, ()),
        )

    def _is_folded(self, pair: Said, given: Mapping[tuple[str, bool], set[AnyTerm]]) -> bool:
        triple, value = pair
        if triple.predicate.value in self.presentation.marked("folded") and not _is_inverse(pair):
            return True
        if triple not in self.inferred:
            return False
        if triple.predicate.value == RDF + "type":
            return self.classed
        narrower = self.presentation.narrower.get(triple.predicate.value, ())
        return any(value in given.get((narrow, _is_inverse(pair)), ()) for narrow in narrower)

    def _named(self, property: NamedNode, inverse: Inverse | None) -> tuple[Cell, PropertyPlace]:
        """The label of a property, or of its inverse, and its place."""
        shown = self.show(property)
        place = self.presentation.place(property.value) if inverse is None else inverse.place
        labels = self.presentation.names.get(property.value) if inverse is None else inverse.labels
        if not labels:
            return shown, place
        tag = closest(labels, language())
        return replace(shown, text=labels[tag], language=None if tag == language() else tag), place

    def _grouped(self, said: Iterable[Said], of: bool, expected: Iterable[Expected] = ()) -> list[Section]:
        facts: dict[tuple[str, bool], list[Value]] = {}
        shown: dict[tuple[str, bool], tuple[Cell, PropertyPlace]] = {}
        for triple, value in said:
            end = (triple.predicate.value, of and _is_inverse((triple, value)))
            shown[end] = self._named(triple.predicate, self.presentation.inverses.get(end[0]) if end[1] else None)
            facts.setdefault(end, []).append(self.value(triple, value))
        placed = [(place, self._fact(end, term, values=facts[end], of=of)) for end, (term, place) in shown.items()]
        placed += [(each.place, Fact(each.term, [], [], missing=True)) for each in expected]
        undrawn = self.presentation.marked("drawn", False)
        sections: dict[str, Section] = {}
        # In its group what is only inferred comes after what is asserted.
        for place, fact in sorted(placed, key=lambda pair: (pair[0].notation, _rank(pair[1]), pair[0], pair[1].term.text.casefold())):
            named, drawn = key(place.group) if place.group != OTHER else "other", place.group not in undrawn
            sections.setdefault(place.group, Section(named, place.group, drawn)).facts.append(fact)
        return list(sections.values())

    def _fact(self, end: tuple[str, bool], term: Cell, values: Iterable[Value], of: bool) -> Fact:
        values = sorted(_once(values), key=lambda value: value.cell.text.casefold())
        stated, inferred = [v for v in values if not v.inferred], [v for v in values if v.inferred]
        return Fact(term, stated, inferred, self.extent.rest(end[0], of and not end[1]), end[1])


def _rank(fact: Fact) -> int:
    return 2 if fact.missing else 0 if fact.stated else 1


def _is_inverse(pair: Said) -> bool:
    """Whether a triple is shown as a fact about its object: the value is then its subject."""
    triple, value = pair
    return value == triple.subject != triple.object


def _values_by_property(said: Iterable[Said]) -> dict[tuple[str, bool], set[AnyTerm]]:
    given: dict[tuple[str, bool], set[AnyTerm]] = {}
    for triple, value in said:
        given.setdefault((triple.predicate.value, _is_inverse((triple, value))), set()).add(value)
    return given


def _once(values: Iterable[Value]) -> list[Value]:
    """Remove duplicates, preferring asserted values."""
    first: dict[Cell, Value] = {}
    for value in sorted(values, key=lambda value: value.inferred):
        first.setdefault(value.cell, value)
    return list(first.values())


def explanation(triple: Triple) -> str:
    """The address of a triple's explanation."""
    parts = {name: terms.text(part) for name, part in (("s", triple.subject), ("p", triple.predicate), ("o", triple.object))}
    return f"/explain?{urlencode(parts)}"
