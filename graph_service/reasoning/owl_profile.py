"""Which axioms the rules over instances support (OWL 2 Profiles, sections 4.2 and 4.3), and which parts of an ontology are left out.

What no rule uses is left out, as an OWL 2 RL reasoner does, and reported: by construct, with its triple. An axiom with a class expression
on a side where the profile does not allow it is used as far as the rules go (members of a class defined by `owl:someValuesFrom` are found,
but no value is invented for a member that must have one). One thing is not reported: whether a literal has the datatype of a property's
range (rules dt-type1, dt-type2 and dt-not-type), which the shapes check.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from graph_service.errors import BuildError
from graph_service.rdf.namespaces import OWL
from graph_service.reasoning.terminology import (
    DECLARATIONS,
    DOMAIN,
    NOTHING,
    ON_PROPERTY,
    RANGE,
    SUB_CLASS,
    SUB_PROPERTY,
    THING,
    TYPE,
    Node,
    Terminology,
    Value,
    described,
    is_datatype,
    owl,
    rdfs,
    show,
)

#: Properties that have a rule in any position.
_PROPERTIES_WITH_RULES = frozenset(
    owl(name)
    for name in (
        *("equivalentClass", "equivalentProperty", "inverseOf", "propertyChainAxiom", "onProperty", "hasValue", "someValuesFrom"),
        *("allValuesFrom", "maxCardinality", "intersectionOf", "unionOf", "oneOf", "complementOf", "disjointWith"),
        *("propertyDisjointWith", "members", "hasKey", "sourceIndividual", "assertionProperty", "targetIndividual", "targetValue"),
        *("maxQualifiedCardinality", "onClass", "distinctMembers"),
    )
)
_CHARACTERISTICS = frozenset(
    owl(name)
    for name in (
        *("SymmetricProperty", "TransitiveProperty", "FunctionalProperty", "InverseFunctionalProperty", "IrreflexiveProperty"),
        "AsymmetricProperty",
    )
)
#: The types that rules know, or need not know.
_KINDS = (
    DECLARATIONS
    | _CHARACTERISTICS
    | {owl(name) for name in ("AllDisjointClasses", "AllDisjointProperties", "AllDifferent", "NegativePropertyAssertion")}
)

#: The class expressions with rules on each side of a subclass axiom (OWL 2 Profiles, section 4.2.3).
_ON_BOTH_SIDES = ("intersectionOf", "hasValue")
_ON_THE_LEFT = (*_ON_BOTH_SIDES, "unionOf", "oneOf", "someValuesFrom")
_ON_THE_RIGHT = (*_ON_BOTH_SIDES, "complementOf", "allValuesFrom", "maxCardinality", "maxQualifiedCardinality")
_RESTRICTIONS = ("hasValue", "someValuesFrom", "allValuesFrom", "maxCardinality", "maxQualifiedCardinality")
_EXPRESSIONS = tuple(dict.fromkeys(_ON_THE_LEFT + _ON_THE_RIGHT))

_LISTS = frozenset(
    owl(name) for name in ("intersectionOf", "unionOf", "oneOf", "members", "distinctMembers", "propertyChainAxiom", "hasKey")
)
_CARDINALITIES = frozenset({owl("maxCardinality"), owl("maxQualifiedCardinality")})
_VALUES_FROM = frozenset({owl("someValuesFrom"), owl("allValuesFrom")})
_PARTS_OF_NEGATION = frozenset(owl(name) for name in ("sourceIndividual", "assertionProperty", "targetIndividual", "targetValue"))

_DATATYPES = frozenset({rdfs("Datatype"), owl("DataRange")})

_OF_RDFS = frozenset({SUB_CLASS, SUB_PROPERTY, DOMAIN, RANGE})

#: Predicates between classes, or between properties.
_BETWEEN_CLASSES = frozenset({SUB_CLASS, owl("equivalentClass"), owl("disjointWith"), owl("complementOf")})
_BETWEEN_PROPERTIES = frozenset({SUB_PROPERTY, owl("equivalentProperty"), owl("propertyDisjointWith")})
#: Predicates whose objects are classes.
_TO_CLASSES = _BETWEEN_CLASSES | _VALUES_FROM | {DOMAIN, RANGE, owl("onClass")}


@dataclass(frozen=True)
class LeftOut:
    """A part of an ontology that no rule uses: the construct's name for people, its axiom, and the reason if that is not obvious.

    `place` is the triple of the construct itself, if that is not the axiom's.
    """

    construct: str
    triple: ox.Triple
    because: str = ""
    place: ox.Triple | None = None


def sort_out(terminology: Iterable[ox.Triple], reasoning: str = "owl-rl") -> tuple[Terminology, list[LeftOut]]:
    """Split an ontology into the part that rules support and what no rule uses, in a stable order.

    For RDFS (`rdfs`) the rules are those of subclass, subproperty, domain and range; OWL's other constructs are not reported.
    """
    ontology = Terminology(terminology if reasoning != "rdfs" else (t for t in terminology if t.predicate in _OF_RDFS))
    without = {t: found for t in sorted(ontology.triples, key=str) if (found := _without_rule(ontology, t)) is not None}
    usable = Terminology(ontology.triples - without.keys()) if without else ontology
    sides = [*_Sides(usable, {t.subject for t in without}).found()] if reasoning != "rdfs" else []
    stepless = {t: LeftOut(f"{name} as a property", t) for t, name in _without_property(usable)}
    # A construct of several triples with one subject (the parts of a negative assertion) is reported once.
    once = {(found.triple.subject, found.construct): found for found in reversed([*without.values(), *stepless.values()])}
    left_out = [*reversed(once.values()), *sides]
    return (Terminology(usable.triples - stepless.keys()) if stepless else usable), left_out


def refuse(ontology: Iterable[ox.Triple], left_out: LeftOut) -> BuildError:
    """The error for a part of an ontology that no rule uses."""
    said, t = Terminology(ontology), left_out.triple
    because = left_out.because or left_out.construct
    axiom = f"{described(said, t.subject)} {show(t.predicate)} {described(said, t.object)}"
    return BuildError(f"The ontology has an axiom from which nothing can be inferred here: {axiom} ({because}).")


def _without_rule(ontology: Terminology, t: ox.Triple) -> LeftOut | None:
    """The construct in a single triple that has no rule."""
    name = show(t.predicate)
    if t.predicate.value.startswith(OWL) and t.predicate not in _PROPERTIES_WITH_RULES:
        return LeftOut(name, t)
    if t.predicate == TYPE and t.object not in _KINDS:
        return LeftOut(show(t.object), t)
    if t.predicate in _LISTS and (place := ontology.break_of(t.object)) is not None:
        return LeftOut(f"{name} of a broken list", t, f"a list of the ontology is broken at {place}")
    if t.predicate in _CARDINALITIES and number(t.object) not in {0, 1}:
        return LeftOut(f"{name} of another number than 0 and 1", t)
    if t.predicate in _VALUES_FROM and (is_datatype(t.object) or _DATATYPES & {*ontology.objects(t.object, TYPE)}):
        return LeftOut(f"{name} of a datatype", t)
    if t.predicate == owl("oneOf") and any(isinstance(member, ox.Literal) for member in ontology.members(t.object)):
        return LeftOut(f"{name} of values", t)
    if t.predicate in {owl("propertyChainAxiom"), owl("hasKey")} and not ontology.members(t.object):
        return LeftOut(f"{name} of nothing", t)
    if _is_part_of_negative_assertion(t) and not _is_negative_assertion(ontology, t.subject):
        return LeftOut("owl:NegativePropertyAssertion", t, "a negative assertion without one subject, one property and one value")
    for node in _classes(ontology, t):
        if not _is_class(node):
            return LeftOut(f"{show(node)} as a class", t)
    return None


def _classes(ontology: Terminology, t: ox.Triple) -> Iterator[Value]:
    """The terms of a triple that must be classes."""
    if t.predicate in _BETWEEN_CLASSES or t.predicate == owl("hasKey"):
        yield t.subject
    if t.predicate in _TO_CLASSES:
        yield t.object
    is_list_of_classes = t.predicate in {owl("intersectionOf"), owl("unionOf")} or (
        t.predicate == owl("members") and owl("AllDisjointClasses") in ontology.objects(t.subject, TYPE)
    )
    if is_list_of_classes:
        yield from ontology.members(t.object)


def _is_class(node: Value) -> bool:
    """Whether a term can be a class or datatype: not a literal, and no other OWL term than owl:Thing and owl:Nothing."""
    if isinstance(node, ox.NamedNode):
        return not node.value.startswith(OWL) or node in {THING, NOTHING} or is_datatype(node)
    return isinstance(node, ox.BlankNode)


def _without_property(ontology: Terminology) -> Iterator[tuple[ox.Triple, str]]:
    """The triples that use something as a property that has no rules as one, and its name."""
    for t in sorted(ontology.triples, key=str):
        for link in _properties(ontology, t):
            if ontology.property_of(link) is None:
                yield t, show(link) if isinstance(link, ox.NamedNode) else described(ontology, link)
                break


def _properties(ontology: Terminology, t: ox.Triple) -> list[Value]:
    """The terms of a triple that must be properties, if there are rules for it."""
    if t.predicate in _BETWEEN_PROPERTIES or (t.predicate == owl("inverseOf") and isinstance(t.subject, ox.NamedNode)):
        return [t.subject, t.object]
    if t.predicate in {DOMAIN, RANGE}:
        return [] if t.object == THING or (t.predicate == RANGE and is_datatype(t.object)) else [t.subject]
    if t.predicate == TYPE:
        return [t.subject] if t.object in _CHARACTERISTICS else []
    if t.predicate in {ON_PROPERTY, owl("assertionProperty")}:
        return [t.object]
    if t.predicate == owl("propertyChainAxiom"):
        return [t.subject, *ontology.members(t.object)]
    if t.predicate == owl("hasKey"):
        return ontology.members(t.object)
    if t.predicate == owl("members") and owl("AllDisjointProperties") in ontology.objects(t.subject, TYPE):
        return ontology.members(t.object)
    return []


def _is_part_of_negative_assertion(t: ox.Triple) -> bool:
    return t.predicate in _PARTS_OF_NEGATION or (t.predicate == TYPE and t.object == owl("NegativePropertyAssertion"))


def _is_negative_assertion(ontology: Terminology, node: object) -> bool:
    """Whether a node has each part of a negative assertion once, with a thing or a literal as its target (OWL 2 Mapping, table 1)."""
    subjects, properties, things, values = (
        ontology.objects(node, owl(name)) for name in ("sourceIndividual", "assertionProperty", "targetIndividual", "targetValue")
    )
    return (
        (len(subjects), len(properties), len(things) + len(values)) == (1, 1, 1)
        and all(isinstance(term, Node) for term in (*subjects, *things))
        and all(isinstance(term, ox.Literal) for term in values)
    )


class _Sides:
    """Finds class expressions, also nested ones, on a side of an axiom where they have no rule."""

    def __init__(self, ontology: Terminology, incomplete: set[object]) -> None:
        """`incomplete` are the terms of which a part is already left out and reported."""
        self._ontology = ontology
        self._incomplete = incomplete
        self._seen: set[tuple[object, tuple[str, ...]]] = set()

    def found(self) -> Iterator[LeftOut]:
        """What has no rule in its position, each expression once, with the first axiom found."""
        ontology = self._ontology
        for t in (ox.Triple(a, SUB_CLASS, b) for a, b in ontology.pairs(SUB_CLASS)):
            yield from self._left(t.subject, t)
            yield from self._right(t.object, t)
        for relation in (owl("equivalentClass"), owl("disjointWith")):
            for t in (ox.Triple(a, relation, b) for a, b in ontology.pairs(relation)):
                for node in (t.subject, t.object):
                    yield from self._left(node, t)
                    if relation == owl("equivalentClass"):
                        yield from self._right(node, t)
        for relation in (DOMAIN, RANGE):
            for p, c in ontology.pairs(relation):
                yield from self._right(c, ox.Triple(p, relation, c))
        for c, key in ontology.pairs(owl("hasKey")):
            yield from self._left(c, ox.Triple(c, owl("hasKey"), key))
        for node in ontology.instances("AllDisjointClasses"):
            for members in ontology.objects(node, owl("members")):
                for member in ontology.members(members):
                    yield from self._left(member, ox.Triple(node, owl("members"), members))
        for name in _EXPRESSIONS:
            for node, value in ontology.pairs(owl(name)):
                if isinstance(node, ox.NamedNode):
                    # A named class is equivalent to the expression, which must have rules on both sides.
                    yield from self._expression(node, _ON_THE_LEFT, ox.Triple(node, owl(name), value), "on the left")
                    yield from self._expression(node, _ON_THE_RIGHT, ox.Triple(node, owl(name), value), "on the right")

    def _left(self, node: Value, axiom: ox.Triple) -> Iterator[LeftOut]:
        if node == THING:
            yield LeftOut("owl:Thing on the left", axiom)
        elif isinstance(node, ox.BlankNode):
            yield from self._expression(node, _ON_THE_LEFT, axiom, "on the left")

    def _right(self, node: Value, axiom: ox.Triple) -> Iterator[LeftOut]:
        if isinstance(node, ox.BlankNode):
            yield from self._expression(node, _ON_THE_RIGHT, axiom, "on the right")

    def _expression(self, node: ox.NamedNode | ox.BlankNode, allowed: tuple[str, ...], axiom: ox.Triple, side: str) -> Iterator[LeftOut]:
        if (node, allowed) in self._seen:
            return
        self._seen.add((node, allowed))
        found = [(name, value) for name in _EXPRESSIONS for value in self._ontology.objects(node, owl(name))]
        if len(found) != 1 and isinstance(node, ox.BlankNode) and node not in self._incomplete and not self._is_datatype(node):
            yield LeftOut("an unnamed class that is not defined once", axiom)
        for name, value in found:
            if name not in allowed:
                yield LeftOut(f"owl:{name} {side}", axiom, place=ox.Triple(node, owl(name), value))
            if name in _RESTRICTIONS and len(self._ontology.objects(node, ON_PROPERTY)) != 1:
                yield LeftOut(f"owl:{name} without one property", axiom, place=ox.Triple(node, owl(name), value))
            if name in {"intersectionOf", "unionOf"}:
                for member in self._ontology.members(value):
                    yield from (self._left if allowed == _ON_THE_LEFT else self._right)(member, axiom)
            elif name == "allValuesFrom":
                yield from self._right(value, axiom)
            elif name == "complementOf" or (name == "someValuesFrom" and value != THING):
                yield from self._left(value, axiom)
            elif name == "maxQualifiedCardinality":
                for kind in self._ontology.objects(node, owl("onClass")):
                    if kind != THING:
                        yield from self._left(kind, axiom)

    def _is_datatype(self, node: object) -> bool:
        return not _DATATYPES.isdisjoint(self._ontology.objects(node, TYPE))


def number(value: Value) -> int | None:
    """A cardinality, or None if the literal is not one."""
    return int(value.value) if isinstance(value, ox.Literal) and value.value.isdigit() else None
