"""Unnamed classes put out of the way: rules that a person would say."""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from itertools import count

import pyoxigraph as ox

from graph_service.reasoning.rule import Atom, Rule, is_of
from graph_service.reasoning.terminology import SAME_AS, THING, TYPE, Node, show

#: How many rules may take the place of one, and of those of any unnamed class. A class that would make more stays: what is of one of ten
#: classes, and of one of ten others, and so on, would be said in a hundred ways, in a thousand, ….
_MOST_FOR_ONE, _MOST_FOR_ANY = 4, 256


class _Rules:
    """Rules in order, each once, with those that make or need a class at hand."""

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
        """The rules that make things members of a class, and those that need them to be."""
        return [*self._makes[node]], [*self._needs[node]]

    def _places(self, rule: Rule) -> Iterator[tuple[defaultdict[object, dict[Rule, None]], object]]:
        if rule.head is not None and rule.head.predicate == TYPE:
            yield self._makes, rule.head.object
        for atom in rule.body:
            if atom.predicate == TYPE:
                yield self._needs, atom.object


def without_unnamed_classes(rules: Iterable[Rule], but: Container[object] = ()) -> list[Rule]:
    """The rules with unnamed classes put out of the way, each replaced by what makes a thing belong to it.

    `A ≡ [hasValue p v]` makes `A(x) <- r(x)` and `r(x) <- p(x, v)`; together they are `A(x) <- p(x, v)`, which is what a person
    would say. An unnamed class that is defined by itself has to stay, and so do those in `but`, of which something is said to be.
    """
    left = _Rules(rules)
    unnamed = {atom.object for rule in left.all for atom in (*rule.body, *((rule.head,) if rule.head else ()))}
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


def with_everything_told(rules: list[Rule], classes: Iterable[Node]) -> list[Rule]:
    """The rules, and further ones for those that ask for an owl:Thing: a member of any class is one (scm-cls)."""
    needs = [rule for rule in rules if any(is_of(atom, THING) for atom in rule.body)]
    if not needs:
        return rules
    makes = [Rule("scm-cls", f"{show(c)} a owl:Class", Atom("x", TYPE, THING), (Atom("x", TYPE, c),)) for c in classes if c != THING]
    return [*rules, *(merged for need in needs for merged in _merged(need, THING, makes))]


def _merged(need: Rule, node: Node, makes: list[Rule]) -> list[Rule]:
    """The rule with its first atom of the class replaced by each body that makes things belong to it, and so on for the next."""
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
            # The class has this one known member (owl:oneOf): the variable stands for it.
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
    """New names for the variables of a rule, so that none is a variable of the other."""
    taken = {variable for atom in (*need.body, *((need.head,) if need.head else ())) for variable in atom.variables}
    names: dict[str, str] = {}
    for variable in dict.fromkeys(variable for atom in make.body for variable in atom.variables):
        number = next(n for n in count() if f"{variable}v{n}" not in taken)
        names[variable] = f"{variable}v{number}"
        taken.add(names[variable])
    return names


def _renamed(atom: Atom, names: Mapping[str, Node | ox.Literal | str]) -> Atom:
    subject = names.get(atom.subject, atom.subject) if isinstance(atom.subject, str) else atom.subject
    object_ = names.get(atom.object, atom.object) if isinstance(atom.object, str) else atom.object
    return Atom(subject, atom.predicate, object_)
