"""Lists of things: SPARQL queries for filtering, sorting, columns and facets.

Every query is composed of the kind's patterns and serialised terms; no client text becomes query text.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from unicodedata import normalize

from graph_service.engine.result import Query
from graph_service.errors import InvalidParameter
from graph_service.rdf import terms
from graph_service.rdf.labels import LABELS
from graph_service.rdf.namespaces import RDFS, SKOS
from graph_service.rdf.prefixes import curie
from graph_service.rdf.terms import AnyTerm, Literal, NamedNode
from graph_service.service.service import Service
from graph_service.snapshot.lists import ListedKind, Trait
from graph_service.web.display.cells import Cell, cell

#: How many things a page of a list has.
PAGE = 50

#: The variables of a pattern other than `?thing`.
_VARIABLE = re.compile(r"\?(?!thing\b)(\w+)")

#: A label in the reader's language or English, by the two most common properties; else by any label property; else the last part of the
#: IRI. Several labels give several rows.
_NAME = (
    f"""
  OPTIONAL {{{{ ?thing <{RDFS}label>|<{SKOS}prefLabel> ?own FILTER(LANG(?own) = "{{language}}") }}}}
  OPTIONAL {{{{ ?thing <{RDFS}label>|<{SKOS}prefLabel> ?english FILTER(LANG(?english) = "en") }}}}
  OPTIONAL {{{{ ?thing {"|".join(f"<{name}>" for name in LABELS)} ?other FILTER(!BOUND(?own) && !BOUND(?english)) }}}}"""
    r"""
  BIND(COALESCE(?own, ?english, ?other, REPLACE(STR(?thing), "^.*[/#:](.)", "$1")) AS ?name)"""
)


@dataclass(frozen=True)
class FilterOption:
    """A filter option: its value in addresses, its cell, how many things have it, whether it is selected."""

    token: str
    cell: Cell
    count: int
    chosen: bool


@dataclass(frozen=True)
class Row:
    """A thing in a list, and its values by trait."""

    thing: Cell
    values: Mapping[str, list[Cell]]


@dataclass(frozen=True)
class ListRequest:
    """A request for a list: filter values by trait, words in the name, sort order."""

    values: Mapping[str, tuple[terms.Term, ...]]
    words: str = ""
    order: str = "name"


class Listing:
    """A kind's list for a request, in a language."""

    def __init__(self, service: Service, kind: ListedKind, choices: ListRequest, language: str) -> None:
        self._service = service
        self._language = language
        self._choices = choices
        self.kind = kind

    @property
    def total(self) -> int:
        """How many things fit."""
        ((count,),) = self.rows(f"SELECT (COUNT(DISTINCT ?thing) AS ?n) WHERE {{ {self._fitting()} }}")
        assert isinstance(count, Literal)
        return int(count.value)

    def page(self, number: int) -> list[Row]:
        """The rows of a page (from 1), sorted."""
        order = self._choices.order
        trait = next((trait for trait in self.kind.traits if trait.name == order.lstrip("-")), None)
        key = "" if trait is None else "(COUNT(DISTINCT ?value) AS ?key)" if trait.count else "(MIN(?value) AS ?key)"
        valued = f"OPTIONAL {{ {trait.pattern} }}" if trait else ""
        # What is not stated comes last both ways.
        first = f"{'(!BOUND(?key)) ' if trait else ''}{'DESC' if order.startswith('-') else 'ASC'}({'?key' if trait else '?called'})"
        text = (
            f"SELECT ?thing (MIN({self._service.sorting('STR(?name)')}) AS ?called) {key} WHERE {{ {self._fitting()} {valued} }} "
            f"GROUP BY ?thing ORDER BY {first} ?called ?thing LIMIT {PAGE} OFFSET {PAGE * (number - 1)}"
        )
        return self._rows([thing for thing, *_ in self.rows(text)])

    def in_order(self, most: int) -> tuple[str, ...]:
        """The IRIs of the first things by name."""
        text = (
            f"SELECT ?thing (MIN({self._service.sorting('STR(?name)')}) AS ?called) WHERE {{ {self._fitting()} }} "
            f"GROUP BY ?thing ORDER BY ?called ?thing LIMIT {most}"
        )
        return tuple(thing.value for thing, *_ in self.rows(text) if isinstance(thing, NamedNode))

    def options(self) -> dict[str, list[FilterOption]]:
        """Options of each facet, by its name: selected ones first, then the most frequent."""
        parts = [
            f'{{ SELECT ("{facet.name}" AS ?facet) ?value (COUNT(DISTINCT ?thing) AS ?things) WHERE '
            f"{{ {self._fitting(but=facet.name)} {facet.pattern} }} GROUP BY ?value }}"
            for facet in self.kind.facets
        ]
        rows = self.rows(f"SELECT ?facet ?value ?things WHERE {{ {' UNION '.join(parts)} }}") if parts else []
        labels = self._service.labels([value for _, value, _ in rows], self._language)
        found: dict[str, list[FilterOption]] = {facet.name: [] for facet in self.kind.facets}
        for facet, value, count in rows:
            if isinstance(facet, Literal) and isinstance(value, NamedNode | Literal) and isinstance(count, Literal):
                shown = cell(value, labels)
                assert shown is not None
                chosen = value in self._choices.values.get(facet.value, ())
                found[facet.value].append(FilterOption(token(value), shown, int(count.value), chosen))
        return {
            name: sorted(options, key=lambda option: (not option.chosen, -option.count, option.cell.text.casefold()))
            for name, options in found.items()
        }

    @property
    def as_table(self) -> str:
        """The whole sorted list as a SPARQL query for a table: a row for each thing, several texts in a cell separated by `; `."""
        traits = self.kind.columns
        parts = " ".join(f"OPTIONAL {{ {self._column(trait)} }}" for trait in traits)
        names = " ".join(f"(COALESCE(?{t.name}_, 0) AS ?{t.name})" if t.count else f"(?{t.name}_ AS ?{t.name})" for t in traits)
        order = self._choices.order.lstrip("-")
        name = self._service.sorting("STR(?thing_label)")
        key = name if order == "name" else f"?{order}"
        last = "" if order == "name" else f"(!BOUND({key})) "
        first = f"{last}{'DESC' if self._choices.order.startswith('-') else 'ASC'}({key})"
        named = f"SELECT ?thing (MIN(?name) AS ?thing_label) WHERE {{ {self._fitting()} }} GROUP BY ?thing"
        where = f"{{ {named} }} {parts}"
        return f"{self.kind.prologue}SELECT DISTINCT ?thing ?thing_label {names} WHERE {{ {where} }} ORDER BY {first} {name} ?thing"

    @property
    def as_graph(self) -> str:
        """The whole list as a SPARQL query for a graph with all triples about each thing."""
        return f"{self.kind.prologue}CONSTRUCT {{ ?thing ?p ?o }} WHERE {{ {self._fitting()} ?thing ?p ?o }}"

    def _rows(self, things: Sequence[AnyTerm | None]) -> list[Row]:
        """The rows of a page's things, with their columns."""
        given = " ".join(terms.write(thing) for thing in things if isinstance(thing, NamedNode))
        parts = [f'{{ {trait.pattern} BIND("{trait.name}" AS ?trait) }}' for trait in self.kind.columns]
        rows: list[list[AnyTerm | None]] = []
        if parts and given:
            rows = self.rows(f"SELECT DISTINCT ?thing ?trait ?value WHERE {{ VALUES ?thing {{ {given} }} {' UNION '.join(parts)} }}")
        labels = self._service.labels([*things, *(value for *_, value in rows)], self._language)
        values: dict[AnyTerm | None, dict[str, list[Cell]]] = {thing: {} for thing in things}
        for thing, trait, value in rows:
            shown = cell(value, labels)
            if isinstance(trait, Literal) and shown is not None:
                values[thing].setdefault(trait.value, []).append(shown)
        return [
            Row(shown, {name: sorted(cells, key=lambda c: c.text.casefold()) for name, cells in values[thing].items()})
            for thing in things
            if (shown := cell(thing, labels)) is not None
        ]

    def _fitting(self, but: str = "") -> str:
        """The pattern of fitting things; `but` leaves out the filter of one facet."""
        chosen = [self._chosen(name, values) for name, values in self._choices.values.items() if name != but and values]
        words = terms.write(Literal(normalize("NFC", self._choices.words).casefold()))
        named = f"FILTER(CONTAINS(LCASE(STR(?name)), {words}))" if self._choices.words else ""
        return f"{_of(self.kind)} {' '.join(chosen)} {_NAME.format(language=self._language)} {named}"

    def _chosen(self, name: str, values: Sequence[terms.Term]) -> str:
        """The pattern of things with one of the values, in variables of its own."""
        pattern = next(trait.pattern for trait in self.kind.traits if trait.name == name)
        return f"VALUES ?{name}_value {{ {' '.join(map(terms.write, values))} }} " + _VARIABLE.sub(rf"?{name}_\1", pattern)

    def _column(self, trait: Trait) -> str:
        """A subquery for a trait's values in one cell, or their number."""
        if trait.count:
            return f"SELECT ?thing (COUNT(DISTINCT ?value) AS ?{trait.name}_) WHERE {{ {trait.pattern} }} GROUP BY ?thing"
        if trait.type != "string":
            return f"SELECT ?thing (MIN(?value) AS ?{trait.name}_) WHERE {{ {trait.pattern} }} GROUP BY ?thing"
        if trait.plain:
            text, named = "STR(?value)", ""
        else:
            text, named = "STR(?said)", _NAME.format(language=self._language)
            named = named.replace("?thing", "?value").replace("?name", "?said")
        each = f"SELECT DISTINCT ?thing ({text} AS ?shown) WHERE {{ {trait.pattern} {named} }} ORDER BY {self._service.sorting('?shown')}"
        return f'SELECT ?thing (GROUP_CONCAT(?shown; separator="; ") AS ?{trait.name}_) WHERE {{ {{ {each} }} }} GROUP BY ?thing'

    def rows(self, text: str) -> list[list[AnyTerm | None]]:
        """Run a SELECT query that uses the prefixes of the patterns."""
        return list(self._service.sparql(Query(self.kind.prologue + text)).rows())


def counts(service: Service, kinds: Iterable[ListedKind]) -> dict[str, int]:
    """The number of things of each kind, by name."""
    listed = list(kinds)
    if not listed:
        return {}
    parts = [f'{{ SELECT ("{k.name}" AS ?kind) (COUNT(DISTINCT ?thing) AS ?things) WHERE {{ {_of(k)} }} }}' for k in listed]
    rows = service.sparql(Query(f"{listed[0].prologue}SELECT ?kind ?things WHERE {{ {' UNION '.join(parts)} }}")).rows()
    return {kind.value: int(count.value) for kind, count in rows if isinstance(kind, Literal) and isinstance(count, Literal)}


def token(value: terms.Term) -> str:
    """A value in addresses: a CURIE, or a text."""
    return curie(value.value) if isinstance(value, NamedNode) else value.value


def lists(service: Service, kind: ListedKind, iri: str) -> bool:
    """Whether a thing is in a kind's list."""
    return bool(service.sparql(Query(f"{kind.prologue}ASK {{ VALUES ?thing {{ {terms.write(NamedNode(iri))} }} {_of(kind)} }}")))


def values(service: Service, kind: ListedKind, facet: Trait) -> list[terms.Term]:
    """The values of a facet that things of a kind have."""
    query = f"{kind.prologue}SELECT DISTINCT ?value WHERE {{ {_of(kind)} {facet.pattern} }} ORDER BY ?value"
    return [value for (value,) in service.sparql(Query(query)).rows() if isinstance(value, NamedNode | Literal)]


def chosen(service: Service, kind: ListedKind, facet: Trait, given: Sequence[str]) -> tuple[terms.Term, ...]:
    """The values that a client's texts name: an IRI, a CURIE, a key or a name. Raises InvalidParameter."""
    if not any(text.strip() for text in given):
        return ()
    known = values(service, kind, facet)
    named = service.canned.named(value.value for value in known if isinstance(value, NamedNode))
    texts = {value.value: value for value in known if isinstance(value, Literal)}
    found: list[terms.Term] = []
    for text in dict.fromkeys(filter(str.strip, given)):
        meant: list[terms.Term] = [NamedNode(choice.iri) for choice in named.called(text)]
        meant += [texts[text.strip()]] if text.strip() in texts else []
        if len(meant) != 1:
            # Suggestions come first.
            near = list(dict.fromkeys([*named.called(text), *named.near(text)]))
            perhaps = f" Is {' or '.join(map(named.short, near))} meant?" if near else ""
            detail = f"{facet.name} must be one of the {len(known)} values in the list of {kind.name}; {text!r} was given.{perhaps}"
            allowed = list(dict.fromkeys([*(token(NamedNode(choice.iri)) for choice in near), *map(token, known)]))[:200]
            raise InvalidParameter(detail, parameter=facet.name, given=text, allowed=allowed)
        found.append(meant[0])
    return tuple(dict.fromkeys(found))


def _of(kind: ListedKind) -> str:
    """The pattern of a kind's things."""
    without = " ".join(f"FILTER NOT EXISTS {{ ?thing a {_written(other)} }}" for other in kind.without)
    return f"VALUES ?class {{ {' '.join(map(_written, kind.classes))} }} ?thing a ?class . FILTER(isIRI(?thing)) {without} {kind.only}"


def _written(iri: str) -> str:
    return terms.write(NamedNode(iri))
