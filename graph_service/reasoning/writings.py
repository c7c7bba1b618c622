"""Values that are written in several ways: the rules that hold for one writing, for any.

By rule dt-eq of OWL 2 RL (Profiles, table 8) two literals of one value are the same, and what is said with the one holds with the other
(eq-rep-o). Here no triple is made for that: what is said keeps its writing, and a rule that looks for a literal, or for one literal at
two places, gets another beside it that takes any writing of the value. Which those are is told by `values.value_of`. (A literal where a
class expects a thing is compared as it is written: what is said of it as of a thing has no triple.)
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from itertools import count

import pyoxigraph as ox

from graph_service.reasoning.rule import Atom, Rule
from graph_service.reasoning.terminology import TYPE, Value


def of_any_writing(rules: Iterable[Rule], properties_of_things: Collection[object]) -> Iterator[Rule]:
    """The further rules by which values are compared and not their writings; no property of things has any."""
    for rule in rules:
        further = _of_any_writing(rule, properties_of_things)
        if further is not None:
            yield further


def _of_any_writing(rule: Rule, properties_of_things: Collection[object]) -> Rule | None:
    """The rule with a variable of its own for each place of a literal that it compares; None if it compares none."""
    subjects = {atom.subject for atom in rule.body} | {atom.object for atom in rule.body if atom.predicate in properties_of_things}
    objects = Counter(atom.object for atom in rule.body if atom.predicate != TYPE)
    taken = {variable for atom in rule.body for variable in atom.variables}
    fresh = (name for n in count() if (name := f"w{n}") not in taken)
    seen = set[Value | str]()
    pairs: list[tuple[str, str | ox.Literal]] = []
    body: list[Atom] = []
    for atom in rule.body:
        value = atom.object
        shared = isinstance(value, str) and objects[value] > 1 and value not in subjects
        if atom.predicate != TYPE and (isinstance(value, ox.Literal) or (shared and value in seen)):
            assert isinstance(value, str | ox.Literal)
            name = next(fresh)
            pairs.append((name, value))
            atom = replace(atom, object=name)
        seen.add(value)
        body.append(atom)
    return replace(rule, name=f"{rule.name}, dt-eq", body=tuple(body), one_value=tuple(pairs)) if pairs else None
