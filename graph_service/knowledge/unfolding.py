"""Unnamed classes put out of the way: rules that a person would say."""

from collections.abc import Mapping
from itertools import count

import pyoxigraph as ox

from graph_service.knowledge.rule import Atom, Rule, is_of
from graph_service.knowledge.terminology import SAME_AS, Node


def without_unnamed_classes(rules: list[Rule]) -> list[Rule]:
    """The rules with unnamed classes put out of the way, each replaced by what makes a thing belong to it.

    `A ≡ [hasValue p v]` makes `A(x) <- r(x)` and `r(x) <- p(x, v)`; together they are `A(x) <- p(x, v)`, which is what a person
    would say. An unnamed class that is defined by itself has to stay.
    """
    unnamed = {atom.object for rule in rules for atom in (*rule.body, *((rule.head,) if rule.head else ()))}
    for node in sorted((node for node in unnamed if isinstance(node, ox.BlankNode)), key=str):
        makes = [rule for rule in rules if rule.head is not None and is_of(rule.head, node)]
        needs = [rule for rule in rules if any(is_of(atom, node) for atom in rule.body)]
        if any(rule in needs for rule in makes):
            continue
        others = [rule for rule in rules if rule not in makes and rule not in needs]
        rules = others + [merged for need in needs for merged in _merged(need, node, makes) if merged.head not in merged.body]
    return list(dict.fromkeys(rules))


def _merged(need: Rule, node: ox.BlankNode, makes: list[Rule]) -> list[Rule]:
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
