"""Restrictions below each other by what they ask for (OWL 2 Profiles, table 9: scm-svf1, scm-svf2, scm-avf1, scm-avf2, scm-hv).

Whoever has a daughter has a child, if daughters are children. Of a thing whose daughter is known the rules over instances find as much by
themselves; of a member of a class whose members have to have one, nothing else does.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise, product

import pyoxigraph as ox

from graph_service.reasoning.terminology import ON_PROPERTY, SUB_CLASS, SUB_PROPERTY, THING, Node, Terminology, Value, owl

#: Of restrictions of one kind: (property, what they ask for) -> those that ask for it.
_Asking = Mapping[tuple[Value, Value], list[Node]]

#: What is above a term.
_Reach = Callable[[Value], set[Value]]

#: (rule, restriction, the one above it)
_Below = tuple[str, Node, Node]


def below_by_their_values(ontology: Terminology) -> list[_Below]:
    """The restrictions that are below others by their property or by their class, but for what follows from others of these."""
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
            # That of known values is for what rests on it: the rules over instances find it by themselves.
            return [(rule, a, b) for (a, b), rule in found.items() if rule != "scm-hv"]
        # What is below makes more so: of restrictions within restrictions.
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
    """What is above a term: what is declared is above itself, and below the top."""
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
    """What one rule tells."""
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
    """Each of some restrictions below each of others; those that ask for the same each below the next, in a ring."""
    nodes = list(nodes)
    for other in others:
        if other == own:
            yield from ((rule, a, b) for a, b in pairwise([*nodes, *nodes[:1]]))
        else:
            yield from ((rule, a, b) for a, b in product(nodes, asking.get(other, ())))
