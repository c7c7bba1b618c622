"""Eliminates unnamed classes from rules, which gives rules as a person would state them."""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from itertools import count

import pyoxigraph as ox

from graph_service.reasoning.rule import Atom, Rule, is_of
from graph_service.reasoning.terminology import SAME_AS, THING, TYPE, Node, show

#: The most rules that may replace one, and all that use an unnamed class. A class that needs more is kept: unions in intersections would
#: multiply the rules by ten each.
_MOST_FOR_ONE, _MOST_FOR_ANY = 4, 256


class _Rules:
    """An ordered set of rules, indexed by the classes in heads and bodies."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.all: dict[Rule, None] = {}
        self._makes: defaultdict[object, dict[Rule, None]] = defaultdict(dict)
        self._needs: defaultdict[object, dict[Rule, None]] = defaultdict(dict)
        for rule in rules:
            self.add(rule)

    def add(self, rule: Rule) -> None:
        self.all.setdefault(rule)
        for places, node in self._places(rule):
            places[node].setdefault(rule)

    def remove(self, rule: Rule) -> None:
        self.all.pop(rule, None)
        for places, node in self._places(rule):
            places[node].pop(rule, None)

    def of(self, node: Node) -> tuple[list[Rule], list[Rule]]:
        """The rules with a class in their head, and those with it in their body."""
        return [*self._makes[node]], [*self._needs[node]]

    def _places(self, rule: Rule) -> Iterator[tuple[defaultdict[object, dict[Rule, None]], object]]:
        if rule.head is not None and rule.head.predicate == TYPE:
            yield self._makes, rule.head.object
        for atom in rule.body:
            if atom.predicate == TYPE:
                yield self._needs, atom.object


def without_unnamed_classes(rules: Iterable[Rule], but: Container[object] = ()) -> list[Rule]:
    """Replace unnamed classes in bodies by the bodies that derive them.

    `A ≡ [hasValue p v]` gives `A(x) <- r(x)` and `r(x) <- p(x, v)`; together they are `A(x) <- p(x, v)`. An unnamed class that depends on
    itself is kept, and so are those in `but`, which have stated members.
    """
    left = _Rules(rules)
    unnamed = {atom.object for rule in left.all for atom in rule.atoms}
    for node in sorted((node for node in unnamed if isinstance(node, ox.BlankNode) and node not in but), key=str):
        makes, needs = left.of(node)
        many = sum(len(makes) ** sum(is_of(atom, node) for atom in need.body) for need in needs)
        if not set(makes).isdisjoint(needs) or many > max(_MOST_FOR_ANY, _MOST_FOR_ONE * (len(makes) + len(needs))):
            continue
        for rule in (*makes, *needs):
            left.remove(rule)
        for need in needs:
            for merged in _merged(need, node, makes):
                if merged.head not in merged.body:
                    left.add(merged)
    return list(left.all)


def with_things(rules: list[Rule], classes: Iterable[Node]) -> list[Rule]:
    """The rules, with further ones for bodies that require an owl:Thing: a member of any class is one (scm-cls)."""
    needs = [rule for rule in rules if any(is_of(atom, THING) for atom in rule.body)]
    if not needs:
        return rules
    makes = [Rule("scm-cls", f"{show(c)} a owl:Class", Atom("x", TYPE, THING), (Atom("x", TYPE, c),)) for c in classes if c != THING]
    return [*rules, *(merged for need in needs for merged in _merged(need, THING, makes))]


def _merged(need: Rule, node: Node, makes: list[Rule]) -> list[Rule]:
    """Replace each atom of the class in a rule's body by each body that derives it."""
    place = next((n for n, atom in enumerate(need.body) if is_of(atom, node)), None)
    if place is None:
        return [need]
    found = []
    for make in makes:
        assert make.head is not None
        member, thing = make.head.subject, need.body[place].subject
        fresh: dict[str, Node | ox.Literal | str] = {**_fresh(make, need)}
        names: dict[str, Node | ox.Literal | str] = {}
        same: tuple[Atom, ...] = ()
        if isinstance(member, str):
            fresh[member] = thing
        elif isinstance(thing, str):
            # The class has one known member (owl:oneOf), which the variable is bound to.
            names[thing] = member
        elif thing != member:
            same = (Atom(thing, SAME_AS, member),)
        body = (*(_renamed(atom, fresh) for atom in make.body), *same)
        before, after = (tuple(_renamed(atom, names) for atom in part) for part in (need.body[:place], need.body[place + 1 :]))
        head = need.head and _renamed(need.head, names)
        rule = Rule(f"{make.name}, {need.name}", f"{make.axiom}; {need.axiom}", head, before + body + after, need.different)
        found += _merged(rule, node, makes)
    return found


def _fresh(make: Rule, need: Rule) -> dict[str, str]:
    """New names for a rule's variables that the other rule does not use."""
    taken = {variable for atom in need.atoms for variable in atom.variables}
    names: dict[str, str] = {}
    for variable in make.variables:
        number = next(n for n in count() if f"{variable}v{n}" not in taken)
        names[variable] = f"{variable}v{number}"
        taken.add(names[variable])
    return names


def _renamed(atom: Atom, names: Mapping[str, Node | ox.Literal | str]) -> Atom:
    subject = names.get(atom.subject, atom.subject) if isinstance(atom.subject, str) else atom.subject
    object_ = names.get(atom.object, atom.object) if isinstance(atom.object, str) else atom.object
    return Atom(subject, atom.predicate, object_)
