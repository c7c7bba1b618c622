"""Compiles an ontology into rules over instances: the OWL 2 RL/RDF rules with the ontology's terms filled in.

The generic rules (OWL 2 Profiles, section 4.3, tables 4 to 8) quantify over axioms; here each axiom becomes a rule of its own, so that
`ex:Dog rdfs:subClassOf ex:Animal` is the rule "a Dog is an Animal" and not a join. Every class expression, named or not, is a class.
`supported` has removed what no rule uses.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from itertools import combinations

import pyoxigraph as ox

from graph_service.rdf.prefixes import curie
from graph_service.reasoning.owl_profile import LeftOut, number, sort_out
from graph_service.reasoning.rule import Atom, Rule, is_of
from graph_service.reasoning.rule_unfolding import with_things, without_unnamed_classes
from graph_service.reasoning.subsumption import below_by_their_values
from graph_service.reasoning.terminology import (
    DIFFERENT_FROM,
    DOMAIN,
    NOTHING,
    ON_PROPERTY,
    RANGE,
    SAME_AS,
    SUB_CLASS,
    SUB_PROPERTY,
    THING,
    TYPE,
    Node,
    Terminology,
    Value,
    is_datatype,
    owl,
    show,
)
from graph_service.reasoning.writings import of_any_writing


def compile_rules(terminology: Iterable[ox.Triple], reasoning: str = "owl-rl", having_members: Collection[object] = ()) -> list[Rule]:
    """Compile an ontology's terminology, as far as the kind of reasoning has rules (see `sort_out`).

    `having_members` are the unnamed classes that have stated members.
    """
    ontology, left_out = sort_out(terminology, reasoning)
    return rules_of_rdfs(ontology) if reasoning == "rdfs" else rules_of(ontology, left_out, having_members)


def rules_of_rdfs(ontology: Terminology) -> list[Rule]:
    """The rules of subclass, subproperty, domain and range for the supported part of an ontology."""
    rules = [
        *(_class_rule(a, b) for a, b in _hierarchy(ontology, SUB_CLASS, owl("equivalentClass"))),
        *(_property_rule(ontology, a, b) for a, b in _hierarchy(ontology, SUB_PROPERTY, owl("equivalentProperty"))),
        *_properties(ontology),
    ]
    return without_unnamed_classes(rules)


def rules_of(ontology: Terminology, left_out: Iterable[LeftOut] = (), having_members: Collection[object] = ()) -> list[Rule]:
    """The rules for the supported part of an ontology, given what was left out of it."""
    rules = [
        *(_class_rule(a, b) for a, b in _hierarchy(ontology, SUB_CLASS, owl("equivalentClass"))),
        *(_property_rule(ontology, a, b) for a, b in _hierarchy(ontology, SUB_PROPERTY, owl("equivalentProperty"))),
        *_properties(ontology),
        *_expressions(ontology),
        *_disjointness(ontology),
        *_difference(ontology),
        *_keys(ontology),
        *_negative_assertions(ontology),
        Rule("cls-nothing2", "owl:Nothing has no members", None, (Atom("x", TYPE, NOTHING),)),
        Rule("eq-ref, eq-diff1", "nothing differs from itself", None, (Atom("x", DIFFERENT_FROM, "x"),)),
    ]
    if any(left_out) or having_members:
        # Within OWL 2 RL each restriction has rules for its members, which imply these.
        rules += (replace(_class_rule(a, b), name=name) for name, a, b in below_by_their_values(ontology))
    rules = with_things(list(dict.fromkeys(map(_clash_if_nothing, rules))), ontology.instances("Class"))
    compiled = without_unnamed_classes(rules, having_members)
    return [*compiled, *of_any_writing(compiled, frozenset(ontology.instances("ObjectProperty")))]


def _clash_if_nothing(rule: Rule) -> Rule:
    """Turn a rule that derives membership in owl:Nothing into a contradiction."""
    return replace(rule, head=None) if rule.head is not None and is_of(rule.head, NOTHING) else rule


def produces_equality(rules: Iterable[Rule]) -> bool:
    """Whether a rule may derive that two things are the same."""
    return any(rule.head is not None and rule.head.predicate == SAME_AS for rule in rules)


def equality(predicates: Iterable[ox.NamedNode], classes: Iterable[Value]) -> Iterator[Rule]:
    """The rules of equality (table 4): symmetric, transitive, and same things have the same properties and classes."""
    same = Atom("x", SAME_AS, "y")
    yield Rule("eq-sym", "owl:sameAs is symmetric", Atom("y", SAME_AS, "x"), (same,))
    yield Rule("eq-trans", "owl:sameAs is transitive", Atom("x", SAME_AS, "z"), (same, Atom("y", SAME_AS, "z")))
    yield Rule("eq-diff1", "owl:sameAs and owl:differentFrom exclude each other", None, (same, Atom("x", DIFFERENT_FROM, "y")))
    for p in predicates:
        if p not in {SAME_AS, TYPE}:
            yield Rule("eq-rep-s", f"same things have the same {curie(p.value)}", Atom("y", p, "z"), (same, Atom("x", p, "z")))
            yield Rule("eq-rep-o", f"same things have the same {curie(p.value)}", Atom("z", p, "y"), (same, Atom("z", p, "x")))
    for c in classes:
        yield Rule("eq-rep-s", "same things have the same classes", Atom("y", TYPE, c), (same, Atom("x", TYPE, c)))


def _hierarchy(ontology: Terminology, relation: ox.NamedNode, equivalence: ox.NamedNode) -> list[tuple[Node, Value]]:
    """The stated pairs of a hierarchy: the transitive ones follow from these."""
    pairs = set(ontology.pairs(relation))
    for a, b in ontology.pairs(equivalence):
        assert isinstance(b, Node)
        pairs |= {(a, b), (b, a)}
    return sorted(((a, b) for a, b in pairs if a != b and b != THING and a != NOTHING), key=str)


def _class_rule(a: Node, b: Value) -> Rule:
    return Rule("cax-sco", f"{show(a)} rdfs:subClassOf {show(b)}", Atom("x", TYPE, b), (Atom("x", TYPE, a),))


def _property_rule(ontology: Terminology, a: Node, b: Value) -> Rule:
    axiom = f"{_show_step(ontology, a)} rdfs:subPropertyOf {_show_step(ontology, b)}"
    return Rule("prp-spo1", axiom, _step(ontology, b, "x", "y"), (_step(ontology, a, "x", "y"),))


def _properties(ontology: Terminology) -> Iterator[Rule]:
    for p, c in ontology.pairs(DOMAIN):
        if c != THING:
            axiom = f"{_show_step(ontology, p)} rdfs:domain {show(c)}"
            yield Rule("prp-dom", axiom, Atom("x", TYPE, c), (_step(ontology, p, "x", "y"),))
    for p, c in ontology.pairs(RANGE):
        if c != THING and not is_datatype(c):
            axiom = f"{_show_step(ontology, p)} rdfs:range {show(c)}"
            yield Rule("prp-rng", axiom, Atom("y", TYPE, c), (_step(ontology, p, "x", "y"),))
    for p, q in ontology.pairs(owl("inverseOf")):
        if isinstance(p, ox.NamedNode):
            axiom = f"{show(p)} owl:inverseOf {_show_step(ontology, q)}"
            one, other = _step(ontology, p, "x", "y"), _step(ontology, q, "y", "x")
            yield Rule("prp-inv1", axiom, other, (one,))
            yield Rule("prp-inv2", axiom, one, (other,))
    for p, chain in ontology.pairs(owl("propertyChainAxiom")):
        links = ontology.members(chain)
        body = tuple(_step(ontology, link, f"x{n}", f"x{n + 1}") for n, link in enumerate(links))
        axiom = f"{_show_step(ontology, p)} owl:propertyChainAxiom ( {' '.join(_show_step(ontology, link) for link in links)} )"
        yield Rule("prp-spo2", axiom, _step(ontology, p, "x0", f"x{len(links)}"), body)
    yield from _characteristics(ontology)


def _characteristics(ontology: Terminology) -> Iterator[Rule]:
    def each(kind: str) -> Iterator[tuple[Node, str]]:
        return ((p, f"{_show_step(ontology, p)} a owl:{kind}") for p in ontology.instances(kind))

    def step(p: Node, source: str, target: str) -> Atom:
        return _step(ontology, p, source, target)

    for p, axiom in each("SymmetricProperty"):
        yield Rule("prp-symp", axiom, step(p, "y", "x"), (step(p, "x", "y"),))
    for p, axiom in each("TransitiveProperty"):
        yield Rule("prp-trp", axiom, step(p, "x", "z"), (step(p, "x", "y"), step(p, "y", "z")))
    for p, axiom in each("FunctionalProperty"):
        yield from _at_most_one(ontology, p, "prp-fp", axiom, (step(p, "x", "y"), step(p, "x", "z")))
    for p, axiom in each("InverseFunctionalProperty"):
        if p in ontology.instances("DatatypeProperty"):
            # Subjects are things, whatever the property's values are.
            yield Rule("prp-ifp", axiom, Atom("y", SAME_AS, "z"), (step(p, "y", "x"), step(p, "z", "x")), different=("y", "z"))
        else:
            yield from _at_most_one(ontology, p, "prp-ifp", axiom, (step(p, "y", "x"), step(p, "z", "x")))
    for p, axiom in each("IrreflexiveProperty"):
        yield Rule("prp-irp", axiom, None, (step(p, "x", "x"),))
    for p, axiom in each("AsymmetricProperty"):
        yield Rule("prp-asyp", axiom, None, (step(p, "x", "y"), step(p, "y", "x")))


def _at_most_one(ontology: Terminology, p: Node, name: str, axiom: str, body: tuple[Atom, ...]) -> Iterator[Rule]:
    """The rules for a body whose `y` and `z` must be the same: two things become the same, two different values are a contradiction."""
    if p not in ontology.instances("DatatypeProperty"):
        yield Rule(name, axiom, Atom("y", SAME_AS, "z"), body, different=("y", "z"))
    if p not in ontology.instances("ObjectProperty"):
        yield Rule(f"{name}, dt-diff", axiom, None, body, different=("y", "z"))


def _keys(ontology: Terminology) -> Iterator[Rule]:
    """Members of a class that share a value of each key property are the same (prp-key)."""
    for c, key in ontology.pairs(owl("hasKey")):
        parts = ontology.members(key)
        shared = [_step(ontology, p, thing, f"z{n}") for n, p in enumerate(parts) for thing in ("x", "y")]
        axiom = f"{show(c)} owl:hasKey ( {' '.join(_show_step(ontology, p) for p in parts)} )"
        body = (Atom("x", TYPE, c), Atom("y", TYPE, c), *shared)
        yield Rule("prp-key", axiom, Atom("x", SAME_AS, "y"), body, different=("x", "y"))


def _expressions(ontology: Terminology) -> Iterator[Rule]:
    def restrictions(kind: str) -> Iterator[tuple[Node, Node, Value]]:
        for node, value in ontology.pairs(owl(kind)):
            for p in ontology.objects(node, ON_PROPERTY):
                assert isinstance(p, Node)
                yield node, p, value

    for node, p, v in restrictions("hasValue"):
        step, axiom = _step(ontology, p, "x", v), f"hasValue: {_show_step(ontology, p)} {show(v)}"
        yield Rule("cls-hv1", axiom, step, (Atom("x", TYPE, node),))
        yield Rule("cls-hv2", axiom, Atom("x", TYPE, node), (step,))
    for node, p, c in restrictions("someValuesFrom"):
        step = _step(ontology, p, "x", "y")
        body = (step,) if c == THING else (step, Atom("y", TYPE, c))
        yield Rule("cls-svf1", f"someValuesFrom: {_show_step(ontology, p)} {show(c)}", Atom("x", TYPE, node), body)
    for node, p, c in restrictions("allValuesFrom"):
        body = (Atom("x", TYPE, node), _step(ontology, p, "x", "y"))
        yield Rule("cls-avf", f"allValuesFrom: {_show_step(ontology, p)} {show(c)}", Atom("y", TYPE, c), body)
    for node, p, n in restrictions("maxCardinality"):
        one, two = _step(ontology, p, "x", "y"), _step(ontology, p, "x", "z")
        axiom = f"maxCardinality {number(n)}: {_show_step(ontology, p)}"
        if number(n) == 0:
            yield Rule("cls-maxc1", axiom, None, (Atom("x", TYPE, node), one))
        else:
            yield from _at_most_one(ontology, p, "cls-maxc2", axiom, (Atom("x", TYPE, node), one, two))
    for node, p, n in restrictions("maxQualifiedCardinality"):
        one, two = _step(ontology, p, "x", "y"), _step(ontology, p, "x", "z")
        for kind in ontology.objects(node, owl("onClass")):
            axiom = f"maxQualifiedCardinality {number(n)}: {_show_step(ontology, p)} {show(kind)}"
            first, second = ((Atom(y, TYPE, kind),) if kind != THING else () for y in ("y", "z"))
            if number(n) == 0:
                yield Rule("cls-maxqc2" if kind == THING else "cls-maxqc1", axiom, None, (Atom("x", TYPE, node), one, *first))
            else:
                name = "cls-maxqc4" if kind == THING else "cls-maxqc3"
                body = (Atom("x", TYPE, node), one, *first, two, *second)
                yield from _at_most_one(ontology, p, name, axiom, body)
    for node, parts in ontology.pairs(owl("intersectionOf")):
        members, axiom = ontology.members(parts), f"{show(node)} owl:intersectionOf"
        yield Rule("cls-int1", axiom, Atom("x", TYPE, node), tuple(Atom("x", TYPE, member) for member in members))
        for member in members:
            yield Rule("cls-int2", axiom, Atom("x", TYPE, member), (Atom("x", TYPE, node),))
    for node, parts in ontology.pairs(owl("unionOf")):
        for member in ontology.members(parts):
            yield Rule("cls-uni", f"{show(node)} owl:unionOf", Atom("x", TYPE, node), (Atom("x", TYPE, member),))
    for node, parts in ontology.pairs(owl("oneOf")):
        for member in ontology.members(parts):
            assert isinstance(member, Node)  # `sort_out` guarantees it
            yield Rule("cls-oo", f"{show(node)} owl:oneOf", Atom(member, TYPE, node), ())
    for a, b in ontology.pairs(owl("complementOf")):
        yield Rule("cls-com", f"{show(a)} owl:complementOf {show(b)}", None, (Atom("x", TYPE, a), Atom("x", TYPE, b)))


def _disjointness(ontology: Terminology) -> Iterator[Rule]:
    def classes(a: Value, b: Value) -> Rule:
        return Rule("cax-dw", f"{show(a)} owl:disjointWith {show(b)}", None, (Atom("x", TYPE, a), Atom("x", TYPE, b)))

    def properties(a: Value, b: Value) -> Rule:
        axiom = f"{_show_step(ontology, a)} owl:propertyDisjointWith {_show_step(ontology, b)}"
        return Rule("prp-pdw", axiom, None, (_step(ontology, a, "x", "y"), _step(ontology, b, "x", "y")))

    for a, b in ontology.pairs(owl("disjointWith")):
        yield classes(a, b)
    for a, b in ontology.pairs(owl("propertyDisjointWith")):
        yield properties(a, b)
    for kind, rule in (("AllDisjointClasses", classes), ("AllDisjointProperties", properties)):
        for node, o in ontology.pairs(TYPE):
            if o == owl(kind):
                for members in ontology.objects(node, owl("members")):
                    yield from (rule(a, b) for a, b in combinations(ontology.members(members), 2))


def _difference(ontology: Terminology) -> Iterator[Rule]:
    """The members of a list are all different (eq-diff2, eq-diff3)."""
    for node in ontology.instances("AllDifferent"):
        for part, name in (("members", "eq-diff2"), ("distinctMembers", "eq-diff3")):
            for members in ontology.objects(node, owl(part)):
                for a, b in combinations((thing for thing in ontology.members(members) if isinstance(thing, Node)), 2):
                    yield Rule(name, f"{show(a)} owl:differentFrom {show(b)}", None, (Atom(a, SAME_AS, b),))


def _negative_assertions(ontology: Terminology) -> Iterator[Rule]:
    """Negative assertions (prp-npa1, prp-npa2). `sort_out` guarantees one subject and one value for each."""
    for kind, name in (("targetIndividual", "prp-npa1"), ("targetValue", "prp-npa2")):
        for node, value in ontology.pairs(owl(kind)):
            [subject] = ontology.objects(node, owl("sourceIndividual"))
            assert isinstance(subject, Node)
            assert isinstance(value, Node | ox.Literal)
            for p in ontology.objects(node, owl("assertionProperty")):
                step = _step(ontology, p, "x", "y")
                ends: dict[object, Node | ox.Literal] = {"x": subject, "y": value}
                filled = Atom(ends[step.subject], step.predicate, ends[step.object])
                yield Rule(name, f"not {show(subject)} {_show_step(ontology, p)} {show(value)}", None, (filled,))


def _step(ontology: Terminology, link: Value, source: str, target: Value | str) -> Atom:
    """The atom of a property or its inverse: of a chain's link, a restriction, an axiom."""
    forward = ontology.property_of(link)
    assert forward is not None  # `sort_out` guarantees it
    if ontology.inverse_of(link):
        assert not isinstance(target, ox.Triple)
        return Atom(target, forward, source)
    return Atom(source, forward, target)


def _show_step(ontology: Terminology, link: Value) -> str:
    return next((f"inverse of {show(forward)}" for forward in ontology.inverse_of(link)), show(link))
