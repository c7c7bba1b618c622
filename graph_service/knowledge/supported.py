"""Which axioms have rules over instances (OWL 2 Profiles, section 4.2), and a clear no to all others.

What has no rule is an error that names the axiom, never silently left out. One thing only is left to others: whether a literal is of
the datatype that is a property's range (rules dt-type1, dt-type2 and dt-not-type), which the shapes check.
"""

import pyoxigraph as ox

from graph_service.errors import BuildError
from graph_service.knowledge.terminology import (
    DECLARATIONS,
    DOMAIN,
    NOTHING,
    ON_PROPERTY,
    RANGE,
    SUB_CLASS,
    THING,
    TYPE,
    Node,
    Terminology,
    Value,
    described,
    is_datatype,
    owl,
    show,
)
from graph_service.words.names import OWL

#: What has a rule above, wherever it stands.
_PROPERTIES_WITH_RULES = frozenset(
    owl(name)
    for name in (
        *("equivalentClass", "equivalentProperty", "inverseOf", "propertyChainAxiom", "onProperty", "hasValue", "someValuesFrom"),
        *("allValuesFrom", "maxCardinality", "intersectionOf", "unionOf", "oneOf", "complementOf", "disjointWith"),
        *("propertyDisjointWith", "members", "hasKey", "sourceIndividual", "assertionProperty", "targetIndividual", "targetValue"),
    )
)
_KINDS_WITH_RULES = frozenset(
    owl(name)
    for name in (
        *("SymmetricProperty", "TransitiveProperty", "FunctionalProperty", "InverseFunctionalProperty", "IrreflexiveProperty"),
        *("AsymmetricProperty", "AllDisjointClasses", "AllDisjointProperties", "NegativePropertyAssertion"),
    )
)

#: The class expressions there are, and those that have a rule on each side of a subclass axiom (OWL 2 Profiles, section 4.2.3).
_ON_BOTH_SIDES = ("intersectionOf", "hasValue")
_ON_THE_LEFT = (*_ON_BOTH_SIDES, "unionOf", "oneOf", "someValuesFrom")
_ON_THE_RIGHT = (*_ON_BOTH_SIDES, "complementOf", "allValuesFrom", "maxCardinality")
_RESTRICTIONS = ("hasValue", "someValuesFrom", "allValuesFrom", "maxCardinality")
_EXPRESSIONS = tuple(dict.fromkeys(_ON_THE_LEFT + _ON_THE_RIGHT))


def refuse_what_has_no_rule(ontology: Terminology) -> None:
    """Raises BuildError naming the first axiom, or part of one, for which there is no rule."""
    for t in sorted(ontology.triples, key=str):
        said = f"{described(ontology, t.subject)} {show(t.predicate)} {described(ontology, t.object)}"
        if t.predicate.value.startswith(OWL) and t.predicate not in _PROPERTIES_WITH_RULES:
            raise no_rule(said)
        if t.predicate == TYPE and t.object not in DECLARATIONS | _KINDS_WITH_RULES:
            raise no_rule(said)
        if t.predicate == owl("maxCardinality") and number(t.object) not in {0, 1}:
            raise no_rule(said)
        if t.predicate in {owl("someValuesFrom"), owl("allValuesFrom")} and is_datatype(t.object):
            raise no_rule(said)
        if t.predicate == owl("oneOf") and any(isinstance(member, ox.Literal) for member in ontology.members(t.object)):
            raise no_rule(said)
        if t.predicate in {owl("propertyChainAxiom"), owl("hasKey")} and not ontology.members(t.object):
            raise no_rule(said)
        if _is_part_of_negative_assertion(t) and not _is_negative_assertion(ontology, t.subject):
            raise no_rule(said, "a negative assertion without one subject, one property and one value")
    check = _Sides(ontology)
    for a, b in ontology.pairs(SUB_CLASS):
        check.left(a, axiom := f"{described(ontology, a)} rdfs:subClassOf {described(ontology, b)}")
        check.right(b, axiom)
    for relation in ("equivalentClass", "disjointWith"):
        for a, b in ontology.pairs(owl(relation)):
            axiom = f"{described(ontology, a)} owl:{relation} {described(ontology, b)}"
            for node in (a, b):
                check.left(node, axiom)
                if relation == "equivalentClass":
                    check.right(node, axiom)
    for property in (DOMAIN, RANGE):
        for p, c in ontology.pairs(property):
            check.right(c, f"{described(ontology, p)} {show(property)} {described(ontology, c)}")
    for c, key in ontology.pairs(owl("hasKey")):
        check.left(c, f"{described(ontology, c)} owl:hasKey {described(ontology, key)}")
    for node in ontology.instances("AllDisjointClasses"):
        for members in ontology.objects(node, owl("members")):
            for member in ontology.members(members):
                check.left(member, f"owl:AllDisjointClasses {described(ontology, members)}")
    for name in _EXPRESSIONS:
        for node, value in ontology.pairs(owl(name)):
            if isinstance(node, ox.NamedNode):
                check.definition(node, f"{show(node)} owl:{name} {described(ontology, value)}")


def _is_part_of_negative_assertion(t: ox.Triple) -> bool:
    parts = {owl(name) for name in ("sourceIndividual", "assertionProperty", "targetIndividual", "targetValue")}
    return t.predicate in parts or (t.predicate == TYPE and t.object == owl("NegativePropertyAssertion"))


def _is_negative_assertion(ontology: Terminology, node: object) -> bool:
    """Whether a node says the parts of a negative assertion once each, a thing or a literal for its value (OWL 2 Mapping, table 1)."""
    subjects, properties, things, values = (
        ontology.objects(node, owl(name)) for name in ("sourceIndividual", "assertionProperty", "targetIndividual", "targetValue")
    )
    return (
        (len(subjects), len(properties), len(things) + len(values)) == (1, 1, 1)
        and all(isinstance(term, Node) for term in (*subjects, *things))
        and all(isinstance(term, ox.Literal) for term in values)
    )


class _Sides:
    """Refuses class expressions that stand on a side of an axiom for which they have no rule, nested ones too."""

    def __init__(self, ontology: Terminology) -> None:
        self._ontology = ontology
        self._seen: set[tuple[object, tuple[str, ...]]] = set()

    def left(self, node: Value, axiom: str) -> None:
        if node == THING:
            raise no_rule(axiom, "owl:Thing on the left")
        self._class(node, _ON_THE_LEFT, axiom, "on the left")

    def right(self, node: Value, axiom: str) -> None:
        self._class(node, _ON_THE_RIGHT, axiom, "on the right")

    def definition(self, node: Value, axiom: str) -> None:
        """Refuse what has no rule on both sides: a name is defined by the expression."""
        self._expression(node, _ON_THE_LEFT, axiom, "on the left")
        self._expression(node, _ON_THE_RIGHT, axiom, "on the right")

    def _class(self, node: Value, allowed: tuple[str, ...], axiom: str, side: str) -> None:
        if isinstance(node, ox.BlankNode):
            self._expression(node, allowed, axiom, side)
        elif not isinstance(node, ox.NamedNode) or (node.value.startswith(OWL) and node not in {THING, NOTHING}):
            raise no_rule(axiom, f"{show(node)} as a class")

    def _expression(self, node: Value, allowed: tuple[str, ...], axiom: str, side: str) -> None:
        if (node, allowed) in self._seen:
            return
        self._seen.add((node, allowed))
        found = [(name, value) for name in _EXPRESSIONS for value in self._ontology.objects(node, owl(name))]
        if len(found) != 1 and isinstance(node, ox.BlankNode):
            raise no_rule(axiom, "an unnamed class that is not defined once")
        for name, value in found:
            if name not in allowed:
                raise no_rule(axiom, f"owl:{name} {side}")
            if name in _RESTRICTIONS and len(self._ontology.objects(node, ON_PROPERTY)) != 1:
                raise no_rule(axiom, f"owl:{name} without one property")
            if name in {"intersectionOf", "unionOf"}:
                for member in self._ontology.members(value):
                    self._same_side(member, allowed, axiom)
            elif name == "allValuesFrom":
                self.right(value, axiom)
            elif name == "complementOf" or (name == "someValuesFrom" and value != THING):
                self.left(value, axiom)

    def _same_side(self, node: Value, allowed: tuple[str, ...], axiom: str) -> None:
        (self.left if allowed == _ON_THE_LEFT else self.right)(node, axiom)


def no_rule(axiom: str, because: str = "") -> BuildError:
    """The error for an axiom, or a part of one, that has no rule."""
    return BuildError(f"The ontology has an axiom from which nothing can be inferred here: {axiom}{because and f' ({because})'}.")


def number(value: Value) -> int | None:
    """A cardinality, or None for what is none."""
    return int(value.value) if isinstance(value, ox.Literal) and value.value.isdigit() else None
