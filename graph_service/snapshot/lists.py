"""How a graph wants its things listed: which kinds there are, and what each is told by, narrowed down by and sorted by.

A file `presentation.ttl` at the top of a data folder says it, in the terms of `view:` (docs/presentation.md). A list that says less than
it must is a fault, and harms no other.
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

#: Datatype of a trait's only value -> the type of its column in a table. Values that are not said to be so are texts.
_TYPES = {XSD + "integer": "integer", XSD + "decimal": "decimal", XSD + "gYear": "year", XSD + "date": "day"}

#: Parameters and columns of every list, and variables of its query, which no trait may be called.
RESERVED = frozenset({"q", "sort", "page", "format", "output", "lang", "name", "thing", "thing_label", *("class", "own", "english")})

#: What a trait may be called: it is a variable too.
_VARIABLE = re.compile(r"[A-Za-z][A-Za-z0-9_]*")

#: The prefixes that the pattern of every list may use, whatever is declared.
_PREFIXES = {"rdf": RDF, "rdfs": RDFS, "skos": SKOS}


@dataclass(frozen=True)
class Trait:
    """Something that things of a kind are told by: its name in addresses, its label by language, the pattern from `?thing` to `?value`.

    `column`: shown in the list. `facet`: the list can be narrowed down to a value of it. `count`: only how many values there are
    matters. `plain`: its values are texts or numbers and not things, so that a list can be put in their order. `type`: that of its
    column in a file; of any but a text a thing has one value at most. `told_by`: the canned query that tells where a count comes from,
    and its parameter for the thing.
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
        """Whether a list can be put in the order of it."""
        return self.count or self.plain


@dataclass(frozen=True)
class ListedKind:
    """A kind of things: its name in addresses, what its list is called by language, its classes, those that its things must not be of
    (IRIs), and its traits.

    `only` is a pattern that `?thing` must fit besides; `featured`: the first page names its things; `menu`: every page leads to it;
    `formerly`: first parts of addresses that lead to it; `prologue` declares the prefixes of the patterns.
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
        """The traits that the list can be narrowed down by."""
        return tuple(trait for trait in self.traits if trait.facet)

    @property
    def columns(self) -> tuple[Trait, ...]:
        """The traits that the list shows."""
        return tuple(trait for trait in self.traits if trait.column)

    @property
    def orders(self) -> tuple[str, ...]:
        """What the list can be sorted by, the name first; with `-` before it backwards."""
        names = ("name", *(trait.name for trait in self.traits if trait.sortable))
        return (*names, *(f"-{name}" for name in names))


@dataclass(frozen=True)
class ListFault:
    """What is wrong with what is said of a list or of a trait: its IRI, and why in a sentence."""

    thing: str
    reason: str


class _Unfit(Exception):
    """What is said of something is not enough, or not right."""


def read_lists(said: Iterable[Triple]) -> tuple[list[ListedKind], list[ListFault]]:
    """The lists that a description has, in their order, and what is wrong with those that are left out, or lack a trait."""
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
    """The PREFIX lines of the prefixes that are declared (`sh:declare`, SHACL section 5.2.1), and of those that need no declaration."""
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
    """The pattern that is said, or that of a property as path. It stands in a query, so it must be one by itself."""
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
    """The only value of a property, as text; empty where there is none."""
    values = [term.value for term in given.get(property, ()) if isinstance(term, Literal | NamedNode)]
    if len(values) > 1:
        raise _Unfit(f"there are {len(values)} values of {curie(property)}, and one is meant")
    return values[0] if values else ""


def _named(terms: Iterable[AnyTerm]) -> list[str]:
    return [term.value for term in terms if isinstance(term, NamedNode)]
