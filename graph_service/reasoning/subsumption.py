"""Subsumption between restrictions by their property and filler (OWL 2 Profiles, table 9: scm-svf1, scm-svf2, scm-avf1, scm-avf2, scm-hv).

If daughters are children, whoever has a daughter has a child. For a thing whose daughter is known, the rules over instances infer the same;
for a member of a class whose members must have one, only this does.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise, product

import pyoxigraph as ox

from graph_service.reasoning.terminology import ON_PROPERTY, SUB_CLASS, SUB_PROPERTY, THING, Node, Terminology, Value, owl

#: The restrictions of one kind: (property, filler) -> restrictions.
_Asking = Mapping[tuple[Value, Value], list[Node]]

#: The superclasses or superproperties of a term.
_Reach = Callable[[Value], set[Value]]

#: (rule, restriction, superclass)
_Below = tuple[str, Node, Node]


def below_by_their_values(ontology: Terminology) -> list[_Below]:
    """The pairs of a restriction and one that subsumes it, by their property or filler, without those that follow from others."""
    named = {*ontology.instances("ObjectProperty"), *ontology.instances("DatatypeProperty")}
    properties = _reach(_above(ontology, SUB_PROPERTY, "equivalentProperty"), named, top=None)
    asking = {name: _asking(ontology, name) for name in ("someValuesFrom", "allValuesFrom", "hasValue")}
    above, kinds = _above(ontology, SUB_CLASS, "equivalentClass"), set(ontology.instances("Class"))
    for node, parts in ontology.pairs(owl("intersectionOf")):
        above[node].update(ontology.members(parts))
    for node, parts in ontology.pairs(owl("unionOf")):
        for member in ontology.members(parts):
            above[member].add(node)
    found: dict[tuple[Node, Node], str] = {}
    while True:
        known = len(found)
        for rule, a, b in _steps(asking, properties, _reach(above, kinds, THING)):
            if a != b:
                found.setdefault((a, b), rule)
        if len(found) == known:
            # scm-hv only serves the others: the rules over instances infer the same.
            return [(rule, a, b) for (a, b), rule in found.items() if rule != "scm-hv"]
        # Repeat with the new pairs: restrictions may be nested.
        for a, b in found:
            above[a].add(b)


def _asking(ontology: Terminology, name: str) -> _Asking:
    found: defaultdict[tuple[Value, Value], list[Node]] = defaultdict(list)
    for node, value in ontology.pairs(owl(name)):
        for p in ontology.objects(node, ON_PROPERTY):
            found[p, value].append(node)
    return found


def _above(ontology: Terminology, relation: ox.NamedNode, equivalence: str) -> defaultdict[Value, set[Value]]:
    above: defaultdict[Value, set[Value]] = defaultdict(set)
    for a, b in ontology.pairs(relation):
        above[a].add(b)
    for a, b in ontology.pairs(owl(equivalence)):
        above[a].add(b)
        above[b].add(a)
    return above


def _reach(above: Mapping[Value, set[Value]], declared: set[Node], top: Value | None) -> _Reach:
    """All superclasses or superproperties of a term: declared ones include themselves, and are below the top."""
    known: dict[Value, set[Value]] = {}

    def reach(start: Value) -> set[Value]:
        if start not in known:
            found, todo = {start} & declared, [start]
            while todo:
                new = above.get(todo.pop(), set()) - found
                found |= new
                todo += new
            known[start] = found | {top} if top is not None and not found.isdisjoint(declared) else found
        return known[start]

    return reach


def _steps(asking: Mapping[str, _Asking], properties: _Reach, classes: _Reach) -> Iterator[_Below]:
    """The pairs that each rule gives."""
    some, every, value = (asking[name] for name in ("someValuesFrom", "allValuesFrom", "hasValue"))
    for (p, y), nodes in some.items():
        yield from _between("scm-svf1", nodes, ((p, z) for z in classes(y)), some, (p, y))
        yield from _between("scm-svf2", nodes, ((q, y) for q in properties(p)), some, (p, y))
    for (p, y), nodes in every.items():
        yield from _between("scm-avf1", nodes, ((p, z) for z in classes(y)), every, (p, y))
        for q in properties(p):
            yield from _between("scm-avf2", every.get((q, y), ()), [(p, y)], every, (q, y))
    for (p, v), nodes in value.items():
        yield from _between("scm-hv", nodes, ((q, v) for q in properties(p)), value, (p, v))


def _between(
    rule: str, nodes: Iterable[Node], others: Iterable[tuple[Value, Value]], asking: _Asking, own: tuple[Value, Value]
) -> Iterator[_Below]:
    """Pair each of some restrictions with each of others; equivalent ones with the next, in a ring."""
    nodes = list(nodes)
    for other in others:
        if other == own:
            yield from ((rule, a, b) for a, b in pairwise([*nodes, *nodes[:1]]))
        else:
            yield from ((rule, a, b) for a, b in product(nodes, asking.get(other, ())))
