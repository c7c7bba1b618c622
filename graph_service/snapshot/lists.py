"""Lists of things as a graph defines them: which kinds there are, with columns, facets and sort orders.

A file `presentation.ttl` at the top of a data folder defines them, in the terms of `view:` (docs/presentation.md). An invalid list is left
out and reported.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from graph_service.queries.header import NAME, Text
from graph_service.rdf.namespaces import SHACL, VIEW, XSD
from graph_service.rdf.prefixes import curie
from graph_service.rdf.terms import Literal, Triple
from graph_service.snapshot.definitions import (
    Definition,
    Fault,
    Unfit,
    by_subject,
    classes_of,
    flag,
    label_of,
    name_of,
    named,
    of_class,
    pattern_of,
    prologue_of,
    read_each,
    text_of,
    variable_of,
)

#: Datatype of a trait's only value -> type of its column. Others are texts.
_TYPES = {XSD + "integer": "integer", XSD + "decimal": "decimal", XSD + "gYear": "year", XSD + "date": "day"}

#: Parameters and columns of every list, and variables of its query: not allowed as names of traits.
RESERVED = frozenset({"q", "sort", "page", "format", "output", "lang", "name", "thing", "thing_label", *("class", "own", "english")})


@dataclass(frozen=True)
class Trait:
    """A trait, which lists show, filter and sort by: its name in URLs, its label by language, its pattern from `?thing` to `?value`.

    `column`: a column of the list. `facet`: a filter of the list. `count`: only the number of values matters. `plain`: its values are
    literals, so that the list can be sorted by it. `type`: the type of its column in a file; anything but a text has at most one value.
    `told_by`: the canned query that details a count, and its parameter for the thing.
    """

    name: str
    label: Text
    pattern: str
    column: bool = True
    facet: bool = True
    count: bool = False
    plain: bool = False
    type: str = "string"
    told_by: tuple[str, str] | None = None

    @property
    def sortable(self) -> bool:
        """Whether the list can be sorted by it."""
        return self.count or self.plain


@dataclass(frozen=True)
class ListedKind:
    """A kind of things with a list: name in URLs, label by language, classes, excluded classes (IRIs), traits.

    `only` is a pattern that `?thing` must match, too; `featured`: the home page names its things; `menu`: it is in every page's menu;
    `formerly`: earlier names in URLs, which redirect; `prologue` declares the prefixes of the patterns.
    """

    name: str
    label: Text
    classes: tuple[str, ...]
    traits: tuple[Trait, ...] = ()
    without: tuple[str, ...] = ()
    only: str = ""
    featured: bool = False
    menu: bool = False
    formerly: tuple[str, ...] = ()
    prologue: str = ""

    @property
    def facets(self) -> tuple[Trait, ...]:
        """The traits that the list can be filtered by."""
        return tuple(trait for trait in self.traits if trait.facet)

    @property
    def columns(self) -> tuple[Trait, ...]:
        """The traits that are columns."""
        return tuple(trait for trait in self.traits if trait.column)

    @property
    def orders(self) -> tuple[str, ...]:
        """The sort orders of the list, the name first; `-` before one means descending."""
        names = ("name", *(trait.name for trait in self.traits if trait.sortable))
        return (*names, *(f"-{name}" for name in names))


def read_lists(said: Iterable[Triple]) -> tuple[list[ListedKind], list[Fault]]:
    """Parse the lists in a description, in their order; and the faults of lists and traits that are left out."""
    things = by_subject(said)
    prologue = prologue_of(things)
    faults: list[Fault] = []

    def kind_of(given: Definition) -> ListedKind:
        traits = read_each(things, named(given.get(VIEW + "trait", ())), lambda trait: _trait(trait, prologue), faults)
        return _kind(given, [trait for _, trait in sorted(traits, key=_by_place)], prologue)

    kinds = read_each(things, of_class(things, "List"), kind_of, faults)
    ordered = [kind for _, kind in sorted(kinds, key=_by_place)]
    for kind in ordered:
        if [other.name for other in ordered].count(kind.name) > 1:
            faults.append(Fault(kind.classes[0], f"two lists are called {kind.name!r}"))
    return list({kind.name: kind for kind in ordered}.values()), faults


def _kind(given: Definition, traits: Sequence[Trait], prologue: str) -> ListedKind:
    classes = classes_of(given, "a list")
    names = [trait.name for trait in traits]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise Unfit(f"two traits of the list are called {twice!r}")
    return ListedKind(
        name=name_of(given),
        label=label_of(given),
        classes=classes,
        traits=tuple(traits),
        without=tuple(named(given.get(VIEW + "without", ()))),
        only=pattern_of(given, prologue, needed=False),
        featured=flag(given, VIEW + "featured", False),
        menu=flag(given, VIEW + "menu", False),
        formerly=tuple(_formerly(given)),
        prologue=prologue,
    )


def _trait(given: Definition, prologue: str) -> Trait:
    name = variable_of(given)
    if name in RESERVED:
        raise Unfit(f"{name!r} means something else in every list")
    kind, query, parameter = text_of(given, SHACL + "datatype"), text_of(given, VIEW + "toldBy"), text_of(given, VIEW + "toldOf")
    if kind and kind not in _TYPES:
        raise Unfit(f"sh:datatype is one of {', '.join(map(curie, _TYPES))}, not {curie(kind)}")
    if bool(query) != bool(parameter):
        raise Unfit("view:toldBy, a canned query, and view:toldOf, its parameter, come together")
    return Trait(
        name=name,
        label=label_of(given),
        pattern=pattern_of(given, prologue),
        column=flag(given, VIEW + "column", True),
        facet=flag(given, VIEW + "facet", default=not flag(given, VIEW + "count", False)),
        count=flag(given, VIEW + "count", False),
        plain=text_of(given, SHACL + "nodeKind") == SHACL + "Literal",
        type=_TYPES.get(kind, "string"),
        told_by=(query, parameter) if query else None,
    )


def _formerly(given: Definition) -> Iterator[str]:
    for term in given.get(VIEW + "formerly", ()):
        if not isinstance(term, Literal) or not NAME.fullmatch(term.value):
            raise Unfit("view:formerly is a word of letters, digits, - and _: the first part of an address")
        yield term.value


def _by_place(pair: tuple[float, ListedKind | Trait]) -> tuple[float, str]:
    return pair[0], pair[1].name
