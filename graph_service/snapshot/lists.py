"""Lists of things as a graph defines them: which kinds there are, with columns, facets and sort orders.

A file `presentation.ttl` at the top of a data folder defines them, in the terms of `view:` (docs/presentation.md). An invalid list is left
out and reported.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from graph_service.errors import MalformedQuery
from graph_service.queries.header import NAME, Text
from graph_service.rdf.namespaces import RDF, RDFS, SHACL, SKOS, VIEW, XSD
from graph_service.rdf.prefixes import curie
from graph_service.rdf.terms import AnyTerm, Literal, NamedNode, Triple
from graph_service.sparql import syntax

#: Datatype of a trait's only value -> type of its column. Others are texts.
_TYPES = {XSD + "integer": "integer", XSD + "decimal": "decimal", XSD + "gYear": "year", XSD + "date": "day"}

#: Parameters and columns of every list, and variables of its query: not allowed as names of traits.
RESERVED = frozenset({"q", "sort", "page", "format", "output", "lang", "name", "thing", "thing_label", *("class", "own", "english")})

#: The syntax of a trait's name, which is also a variable.
_VARIABLE = re.compile(r"[A-Za-z][A-Za-z0-9_]*")

#: Prefixes that list patterns may use without declaration.
_PREFIXES = {"rdf": RDF, "rdfs": RDFS, "skos": SKOS}


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


@dataclass(frozen=True)
class ListFault:
    """A fault in a list's or trait's definition: its IRI, and the reason as a sentence."""

    thing: str
    reason: str


class _Unfit(Exception):
    """A definition is incomplete or invalid."""


def read_lists(said: Iterable[Triple]) -> tuple[list[ListedKind], list[ListFault]]:
    """Parse the lists in a description, in their order; and the faults of lists and traits that are left out."""
    things: dict[str, dict[str, list[AnyTerm]]] = defaultdict(lambda: defaultdict(list))
    for triple in sorted(said, key=str):
        if isinstance(triple.subject, NamedNode):
            things[triple.subject.value][triple.predicate.value].append(triple.object)
    prologue = prologue_of(things)
    kinds, faults = [], []
    for iri in [iri for iri, given in things.items() if NamedNode(VIEW + "List") in given[RDF + "type"]]:
        try:
            traits = []
            for trait in _named(things[iri][VIEW + "trait"]):
                try:
                    traits.append((_place(things[trait]), _trait(things[trait], prologue)))
                except _Unfit as why:
                    faults.append(ListFault(trait, str(why)))
            kinds.append((_place(things[iri]), _kind(things[iri], [trait for _, trait in sorted(traits, key=_by_place)], prologue)))
        except _Unfit as why:
            faults.append(ListFault(iri, str(why)))
    ordered = [kind for _, kind in sorted(kinds, key=_by_place)]
    for kind in ordered:
        if [other.name for other in ordered].count(kind.name) > 1:
            faults.append(ListFault(kind.classes[0], f"two lists are called {kind.name!r}"))
    return list({kind.name: kind for kind in ordered}.values()), faults


def prologue_of(things: Mapping[str, Mapping[str, Sequence[AnyTerm]]]) -> str:
    """PREFIX lines of the declared prefixes (`sh:declare`, SHACL section 5.2.1), and of those that need no declaration."""
    prefixes = dict(_PREFIXES)
    for given in things.values():
        for prefix, namespace in zip(given.get(SHACL + "prefix", ()), given.get(SHACL + "namespace", ()), strict=False):
            if isinstance(prefix, Literal) and isinstance(namespace, Literal) and re.fullmatch(r"[\w.-]*", prefix.value):
                prefixes[prefix.value] = namespace.value
    return "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in sorted(prefixes.items()))


def _kind(given: Mapping[str, Sequence[AnyTerm]], traits: Sequence[Trait], prologue: str) -> ListedKind:
    classes = _named(given[SHACL + "targetClass"])
    if not classes:
        raise _Unfit("a list has the classes of its things (sh:targetClass)")
    names = [trait.name for trait in traits]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise _Unfit(f"two traits of the list are called {twice!r}")
    return ListedKind(
        name=_name(given),
        label=_label(given),
        classes=tuple(classes),
        traits=tuple(traits),
        without=tuple(_named(given[VIEW + "without"])),
        only=_pattern(given, prologue, needed=False),
        featured=_flag(given, VIEW + "featured", False),
        menu=_flag(given, VIEW + "menu", False),
        formerly=tuple(_formerly(given)),
        prologue=prologue,
    )


def _trait(given: Mapping[str, Sequence[AnyTerm]], prologue: str) -> Trait:
    name = _name(given)
    if not _VARIABLE.fullmatch(name):
        raise _Unfit("view:name of a trait is a letter, and then letters of ASCII, digits and _")
    if name in RESERVED:
        raise _Unfit(f"{name!r} means something else in every list")
    kind, query, parameter = _text(given, SHACL + "datatype"), _text(given, VIEW + "toldBy"), _text(given, VIEW + "toldOf")
    if kind and kind not in _TYPES:
        raise _Unfit(f"sh:datatype is one of {', '.join(map(curie, _TYPES))}, not {curie(kind)}")
    if bool(query) != bool(parameter):
        raise _Unfit("view:toldBy, a canned query, and view:toldOf, its parameter, come together")
    return Trait(
        name=name,
        label=_label(given),
        pattern=_pattern(given, prologue),
        column=_flag(given, VIEW + "column", True),
        facet=_flag(given, VIEW + "facet", default=not _flag(given, VIEW + "count", False)),
        count=_flag(given, VIEW + "count", False),
        plain=_text(given, SHACL + "nodeKind") == SHACL + "Literal",
        type=_TYPES.get(kind, "string"),
        told_by=(query, parameter) if query else None,
    )


def _pattern(given: Mapping[str, Sequence[AnyTerm]], prologue: str, needed: bool = True) -> str:
    """The given pattern, or that of the property in `sh:path`. It becomes part of a query, so it must parse by itself."""
    path = _text(given, SHACL + "path")
    pattern = _text(given, VIEW + "pattern") or (f"?thing <{path}> ?value ." if path else "")
    if not pattern:
        if needed:
            raise _Unfit("a trait has a pattern from ?thing to ?value (view:pattern), or a property (sh:path)")
        return ""
    try:
        syntax.check(f"{prologue}SELECT * WHERE {{ {pattern}\n}}")
    except MalformedQuery as fault:
        raise _Unfit(f"the pattern is no SPARQL: {fault.reason}") from fault
    if not re.search(r"[?$]thing\b", pattern) or (needed and not re.search(r"[?$]value\b", pattern)):
        raise _Unfit("the pattern leads from ?thing to ?value" if needed else "the pattern is about ?thing")
    return pattern


def _name(given: Mapping[str, Sequence[AnyTerm]]) -> str:
    name = _text(given, VIEW + "name")
    if not NAME.fullmatch(name):
        raise _Unfit("view:name is a word of letters, digits, - and _")
    return name


def _formerly(given: Mapping[str, Sequence[AnyTerm]]) -> Iterator[str]:
    for term in given.get(VIEW + "formerly", ()):
        if not isinstance(term, Literal) or not NAME.fullmatch(term.value):
            raise _Unfit("view:formerly is a word of letters, digits, - and _: the first part of an address")
        yield term.value


def _label(given: Mapping[str, Sequence[AnyTerm]]) -> Text:
    labels = {term.language or "en": term.value for term in given[RDFS + "label"] if isinstance(term, Literal)}
    if not labels:
        raise _Unfit("there is no rdfs:label")
    return labels


def _flag(given: Mapping[str, Sequence[AnyTerm]], property: str, default: bool) -> bool:
    said = _text(given, property)
    if said not in {"", "true", "false", "1", "0"}:
        raise _Unfit(f"{curie(property)} is true or false, not {said!r}")
    return said in {"true", "1"} if said else default


def _place(given: Mapping[str, Sequence[AnyTerm]]) -> float:
    try:
        return float(_text(given, SHACL + "order") or 0)
    except ValueError as error:
        raise _Unfit(f"sh:order is a number, not {_text(given, SHACL + 'order')!r}") from error


def _by_place(pair: tuple[float, ListedKind | Trait]) -> tuple[float, str]:
    return pair[0], pair[1].name


def _text(given: Mapping[str, Sequence[AnyTerm]], property: str) -> str:
    """The only value of a property, as text; "" if there is none."""
    values = [term.value for term in given.get(property, ()) if isinstance(term, Literal | NamedNode)]
    if len(values) > 1:
        raise _Unfit(f"there are {len(values)} values of {curie(property)}, and one is meant")
    return values[0] if values else ""


def _named(terms: Iterable[AnyTerm]) -> list[str]:
    return [term.value for term in terms if isinstance(term, NamedNode)]
