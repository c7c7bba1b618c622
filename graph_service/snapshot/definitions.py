"""What definitions of lists and leads in a graph's description have in common: names, labels, places, patterns.

Each reader raises `Unfit`, with the reason as a sentence, for a value that is incomplete or invalid.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from graph_service.errors import MalformedQuery
from graph_service.queries.header import NAME, Text
from graph_service.rdf.namespaces import RDF, RDFS, SHACL, SKOS, VIEW
from graph_service.rdf.prefixes import curie
from graph_service.rdf.terms import AnyTerm, Literal, NamedNode, Triple
from graph_service.sparql import syntax

Made = TypeVar("Made")

#: What a description says of one thing: property -> values.
Definition = Mapping[str, Sequence[AnyTerm]]

#: The syntax of a trait's name, which is also a variable.
_VARIABLE = re.compile(r"[A-Za-z][A-Za-z0-9_]*")

#: Prefixes that patterns may use without declaration.
_PREFIXES = {"rdf": RDF, "rdfs": RDFS, "skos": SKOS}


class Unfit(Exception):
    """A definition is incomplete or invalid."""


@dataclass(frozen=True)
class Fault:
    """A fault in a definition: the IRI of what is defined, and the reason as a sentence."""

    thing: str
    reason: str


def by_subject(said: Iterable[Triple]) -> Mapping[str, Definition]:
    """IRI -> what triples say of it, sorted; an unknown one has an empty definition."""
    things: dict[str, dict[str, list[AnyTerm]]] = defaultdict(lambda: defaultdict(list))
    for triple in sorted(said, key=str):
        if isinstance(triple.subject, NamedNode):
            things[triple.subject.value][triple.predicate.value].append(triple.object)
    return things


def of_class(things: Mapping[str, Definition], name: str) -> list[str]:
    """The IRIs of the things of a class of `view:`."""
    return [iri for iri, given in things.items() if NamedNode(VIEW + name) in given.get(RDF + "type", ())]


def read_each(
    things: Mapping[str, Definition], iris: Iterable[str], read: Callable[[Definition], Made], faults: list[Fault]
) -> list[tuple[float, Made]]:
    """What `read` makes of some definitions, each with its place. Those that are unfit are left out, and added to the faults."""
    found = []
    for iri in iris:
        try:
            found.append((place_of(things[iri]), read(things[iri])))
        except Unfit as why:
            faults.append(Fault(iri, str(why)))
    return found


def prologue_of(things: Mapping[str, Definition]) -> str:
    """PREFIX lines of the declared prefixes (`sh:declare`, SHACL section 5.2.1), and of those that need no declaration."""
    prefixes = dict(_PREFIXES)
    for given in things.values():
        for prefix, namespace in zip(given.get(SHACL + "prefix", ()), given.get(SHACL + "namespace", ()), strict=False):
            if isinstance(prefix, Literal) and isinstance(namespace, Literal) and re.fullmatch(r"[\w.-]*", prefix.value):
                prefixes[prefix.value] = namespace.value
    return "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in sorted(prefixes.items()))


def pattern_of(given: Definition, prologue: str, needed: bool = True) -> str:
    """The given pattern, or that of the property in `sh:path`. It becomes part of a query, so it must parse by itself."""
    path = text_of(given, SHACL + "path")
    pattern = text_of(given, VIEW + "pattern") or (f"?thing <{path}> ?value ." if path else "")
    if not pattern:
        if needed:
            raise Unfit("a trait has a pattern from ?thing to ?value (view:pattern), or a property (sh:path)")
        return ""
    try:
        syntax.check(f"{prologue}SELECT * WHERE {{ {pattern}\n}}")
    except MalformedQuery as fault:
        raise Unfit(f"the pattern is no SPARQL: {fault.reason}") from fault
    if not re.search(r"[?$]thing\b", pattern) or (needed and not re.search(r"[?$]value\b", pattern)):
        raise Unfit("the pattern leads from ?thing to ?value" if needed else "the pattern is about ?thing")
    return pattern


def name_of(given: Definition) -> str:
    """The `view:name`. Raises Unfit."""
    name = text_of(given, VIEW + "name")
    if not NAME.fullmatch(name):
        raise Unfit("view:name is a word of letters, digits, - and _")
    return name


def variable_of(given: Definition) -> str:
    """The `view:name` of a trait, which can be a variable. Raises Unfit."""
    name = name_of(given)
    if not _VARIABLE.fullmatch(name):
        raise Unfit("view:name of a trait is a letter, and then letters of ASCII, digits and _")
    return name


def classes_of(given: Definition, what: str) -> tuple[str, ...]:
    """The `sh:targetClass`es. Raises Unfit if there are none; `what` is what has them (`a list`)."""
    classes = named(given.get(SHACL + "targetClass", ()))
    if not classes:
        raise Unfit(f"{what} has the classes of its things (sh:targetClass)")
    return tuple(classes)


def label_of(given: Definition) -> Text:
    """The `rdfs:label` by language. Raises Unfit if there is none."""
    labels = by_language(given.get(RDFS + "label", ()))
    if not labels:
        raise Unfit("there is no rdfs:label")
    return labels


def flag(given: Definition, property: str, default: bool) -> bool:
    """A truth value, or the default. Raises Unfit."""
    said = text_of(given, property)
    if said not in {"", "true", "false", "1", "0"}:
        raise Unfit(f"{curie(property)} is true or false, not {said!r}")
    return said in {"true", "1"} if said else default


def place_of(given: Definition) -> float:
    """The `sh:order`; 0 if there is none. Raises Unfit."""
    try:
        return float(text_of(given, SHACL + "order") or 0)
    except ValueError as error:
        raise Unfit(f"sh:order is a number, not {text_of(given, SHACL + 'order')!r}") from error


def text_of(given: Definition, property: str) -> str:
    """The only value of a property, as text; "" if there is none."""
    values = [term.value for term in given.get(property, ()) if isinstance(term, Literal | NamedNode)]
    if len(values) > 1:
        raise Unfit(f"there are {len(values)} values of {curie(property)}, and one is meant")
    return values[0] if values else ""


def by_language(terms: Iterable[AnyTerm]) -> Text:
    """Language -> the text in it; one without a language is English."""
    return {term.language or "en": term.value for term in terms if isinstance(term, Literal)}


def named(terms: Iterable[AnyTerm]) -> list[str]:
    """The IRIs among terms."""
    return [term.value for term in terms if isinstance(term, NamedNode)]
