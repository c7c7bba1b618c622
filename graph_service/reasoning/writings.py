"""Literals with several lexical forms: extends rules so that they match values in any form.

By rule dt-eq of OWL 2 RL (Profiles, table 8) literals of the same value are the same, and statements hold for each of them (eq-rep-o). Here
no triples are materialised for that: a rule that matches a literal, or one literal in two places, gets a second version that matches any
lexical form of the value. `values.value_of` gives the value. (A literal in the place of a thing is compared by its lexical form.)
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from itertools import count

import pyoxigraph as ox

from graph_service.reasoning.rule import Atom, Rule
from graph_service.reasoning.terminology import TYPE, Value


def of_any_writing(rules: Iterable[Rule], properties_of_things: Collection[object]) -> Iterator[Rule]:
    """The additional rules that compare values instead of lexical forms; object properties need none."""
    for rule in rules:
        further = _of_any_writing(rule, properties_of_things)
        if further is not None:
            yield further


def _of_any_writing(rule: Rule, properties_of_things: Collection[object]) -> Rule | None:
    """The rule with a separate variable for each place of a literal that it compares; None if it compares none."""
    subjects = {atom.subject for atom in rule.body} | {atom.object for atom in rule.body if atom.predicate in properties_of_things}
    objects = Counter(atom.object for atom in rule.body if atom.predicate != TYPE)
    fresh = (name for n in count() if (name := f"w{n}") not in rule.variables)
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
