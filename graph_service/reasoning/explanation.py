"""Why the graph says something: a derivation from asserted triples by the rules of `reasoning.rules`.

Made on demand by searching backwards from the triple, one level deeper at a time, so that the derivation found is a shortest one
and none goes in a circle. What cannot be derived within a level is remembered for that level; the time is bounded by a deadline.

What follows for a thing without a name, and for a term of the ontology, is not kept in the graph (see `closure`), and may yet be what a
triple that is kept follows from. Such a step on the way is derived here anew. Its ends are looked for only where no derivation is found
otherwise: a derivation through what the graph tells is preferred to a shorter one.
"""

import time
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice

import pyoxigraph as ox

from graph_service.errors import NotFound, OutOfTime, ResultTooLarge
from graph_service.reasoning.rule import Atom, Rule
from graph_service.reasoning.rules import equality
from graph_service.reasoning.terminology import TYPE, Value
from graph_service.reasoning.values import is_one_value

#: Triples that match a pattern of subject, predicate and object, None for any: in all of the graph, inferred ones included. A blank node
#: is itself: that of its name in what was matched before.
Match = Callable[[Value | None, ox.NamedNode, Value | None], Iterable[ox.Triple]]

_Pattern = tuple[Value | None, ox.NamedNode, Value | None]

Binding = Mapping[str, Value]

#: An explanation of more steps is not told: nobody reads it, and the origin of each is looked up.
MOST_STEPS = 1000

#: No derivation in a graph of this kind is nearly as deep; the deadline bounds the search long before.
_DEEPEST = 64

#: What matches a pattern is remembered for a search, if it is not more than so many triples.
_FEW = 256


@dataclass(frozen=True)
class Step:
    """A triple and why it holds: by a rule from premises, or, with no rule, because it is asserted."""

    triple: ox.Triple
    rule: Rule | None = None
    premises: tuple["Step", ...] = ()

    @property
    def steps(self) -> list["Step"]:
        """The steps of the derivation, this one first, each once: many may rest on the same."""
        # By its triple: a step's own hash would look through all steps below it, and through those that are shared again and again.
        found: dict[ox.Triple, Step] = {}
        waiting = [self]
        while waiting:
            step = waiting.pop()
            if step.triple not in found:
                found[step.triple] = step
                waiting += reversed(step.premises)
        return list(found.values())

    @property
    def leaves(self) -> list[ox.Triple]:
        """The asserted triples that the derivation rests on, each once, in order."""
        return [step.triple for step in self.steps if step.rule is None]


class Explainer:
    """Finds derivations of the triples of one graph.

    `match` finds triples in the whole graph, `is_asserted` tells those that are said and not inferred. `terms` are the subjects of which
    the graph does not tell what follows, beside blank nodes. With `equality` the rules of owl:sameAs belong to the rules.
    """

    def __init__(
        self,
        rules: Iterable[Rule],
        match: Match,
        is_asserted: Callable[[ox.Triple], bool],
        terms: Container[object] = (),
        equality: bool = False,
    ) -> None:
        self._match = match
        self._is_asserted = is_asserted
        self._terms = terms
        self._equality = equality
        self._equal: dict[tuple[ox.NamedNode, object], list[Rule]] = {}
        self._rules: dict[tuple[ox.NamedNode, object], list[Rule]] = {}
        for rule in rules:
            if rule.head is not None:
                self._rules.setdefault(_relation(rule.head.predicate, rule.head.object), []).append(rule)

    def explain(self, triple: ox.Triple, seconds: float) -> Step:
        """A shortest derivation of a triple.

        Raises NotFound if it is neither asserted nor derivable, OutOfTime if the search takes longer than `seconds`, and ResultTooLarge
        for one of more than MOST_STEPS steps.
        """
        end = time.monotonic() + seconds
        step = _Search(self, triple, end).found()
        if step is None and (self.is_untold(triple.subject, triple.object) or any(self.match(*triple))):
            # It holds, so there is a derivation, and it takes what the graph does not tell.
            step = _Search(self, triple, end, wide=True).found()
        if step is None:
            raise NotFound(f"Nothing in the graph leads to {triple}.")
        if len(step.steps) > MOST_STEPS:
            raise ResultTooLarge(f"The explanation has more than {MOST_STEPS} steps.", limit=MOST_STEPS)
        return step

    def rules_for(self, predicate: ox.NamedNode, object_: Value | None) -> list[Rule]:
        """The rules whose head may be a triple of a property, or of rdf:type with a class."""
        relation = _relation(predicate, object_)
        if self._equality and relation not in self._equal:
            properties, classes = ([], [object_]) if predicate == TYPE and object_ is not None else ([predicate], [])
            heads = ((rule, rule.head) for rule in equality(properties, classes))
            self._equal[relation] = [rule for rule, head in heads if head and _relation(head.predicate, head.object) == relation]
        return self._rules.get(relation, []) + self._equal.get(relation, [])

    def match(self, subject: Value | None, predicate: ox.NamedNode, object_: Value | None) -> Iterable[ox.Triple]:
        """The triples of the graph that match a pattern."""
        return self._match(subject, predicate, object_)

    def is_untold(self, subject: object, object_: object) -> bool:
        """Whether the graph does not tell what follows for a subject and an object."""
        return not isinstance(subject, ox.NamedNode) or subject in self._terms or isinstance(object_, ox.BlankNode)

    def asserted(self, triple: ox.Triple) -> bool:
        """Whether a triple is said and not only inferred."""
        return self._is_asserted(triple)


class _Search:
    """One search: what was proved, what cannot be proved within a depth, and whether a depth was ever too small.

    With `wide`, what the graph does not tell is looked for as well.
    """

    def __init__(self, explainer: Explainer, goal: ox.Triple, deadline: float, wide: bool = False) -> None:
        self._explainer = explainer
        self._goal = goal
        self._deadline = deadline
        self._wide = wide
        self._proved: dict[ox.Triple, Step] = {}
        self._failed: dict[ox.Triple, int] = {}
        self._told: dict[_Pattern, list[ox.Triple]] = {}
        self._derived: dict[tuple[_Pattern, int], list[ox.Triple]] = {}
        self._cut_off = False

    def found(self) -> Step | None:
        """A shortest derivation. Raises OutOfTime."""
        for depth in range(_DEEPEST):
            known = (len(self._proved), len(self._failed))
            self._cut_off = False
            step = self._prove(self._goal, depth)
            if step is not None:
                return step
            # A level that has reached nothing else goes in a circle.
            if not self._wide and (not self._cut_off or (depth > 1 and known == (len(self._proved), len(self._failed)))):
                break
        return None

    def _prove(self, triple: ox.Triple, depth: int) -> Step | None:
        if self._explainer.asserted(triple):
            return Step(triple)
        if triple in self._proved:
            return self._proved[triple]
        if depth <= self._failed.get(triple, 0):
            self._cut_off = True
            return None
        self._look_at_the_clock()
        for rule in self._explainer.rules_for(triple.predicate, triple.object):
            assert rule.head is not None
            binding = _unify(rule.head, triple, {})
            if binding is None:
                continue
            for premises, _ in self._solutions(rule, binding, depth - 1):
                steps = self._prove_all(premises, depth - 1)
                if steps is not None:
                    return self._proved.setdefault(triple, Step(triple, rule, steps))
        self._failed[triple] = depth
        return None

    def _prove_all(self, triples: tuple[ox.Triple, ...], depth: int) -> tuple[Step, ...] | None:
        steps = []
        for triple in triples:
            step = self._prove(triple, depth)
            if step is None:
                return None
            steps.append(step)
        return tuple(steps)

    def _solutions(self, rule: Rule, binding: Binding, depth: int) -> Iterator[tuple[tuple[ox.Triple, ...], Binding]]:
        """The ways to fill the body of a rule, each as the triples of its atoms in order, with the binding of all variables.

        Of what the graph does not tell, what can be derived within a depth; a triple with both ends known may be one that cannot.
        """
        for triples, filled in self._filled(rule.body, binding, depth):
            if rule.different and len({filled[name] for name in rule.different}) == 1:
                continue
            if all(is_one_value(filled[name], filled[of] if isinstance(of, str) else of) for name, of in rule.one_value):
                yield triples, filled

    def _filled(self, body: tuple[Atom, ...], binding: Binding, depth: int) -> Iterator[tuple[tuple[ox.Triple, ...], Binding]]:
        if not body:
            yield (), binding
            return
        # The atom with the fewest open ends is looked up first; the triples are handed out in the order of the body.
        place = min(range(len(body)), key=lambda n: sum(part not in binding for part in body[n].variables))
        atom = body[place]
        subject, object_ = (binding.get(part) if isinstance(part, str) else part for part in (atom.subject, atom.object))
        rest = body[:place] + body[place + 1 :]
        for triple in self._matching((subject, atom.predicate, object_), depth):
            unified = _unify(atom, triple, binding)
            if unified is not None:
                for others, filled in self._filled(rest, unified, depth):
                    yield (*others[:place], triple, *others[place:]), filled

    def _matching(self, pattern: _Pattern, depth: int) -> Iterator[ox.Triple]:
        subject, predicate, object_ = pattern
        if isinstance(subject, ox.Literal):
            return
        if subject is not None and object_ is not None and self._explainer.is_untold(subject, object_):
            yield ox.Triple(subject, predicate, object_)
            return
        yield from self._told_of(pattern)
        if self._wide and (subject is None or object_ is None):
            yield from self._untold_of(pattern, depth)

    def _told_of(self, pattern: _Pattern) -> Iterable[ox.Triple]:
        if pattern in self._told:
            return self._told[pattern]
        found = iter(self._explainer.match(*pattern))
        first = list(islice(found, _FEW + 1))
        if len(first) > _FEW:
            return chain(first, found)
        return self._told.setdefault(pattern, first)

    def _untold_of(self, pattern: _Pattern, depth: int) -> list[ox.Triple]:
        """What matches a pattern, can be derived within a depth, and is nothing that the graph tells."""
        if depth <= 0:
            return []
        if (pattern, depth) not in self._derived:
            self._look_at_the_clock()
            found: dict[ox.Triple, None] = {}
            subject, predicate, object_ = pattern
            for rule in self._explainer.rules_for(predicate, object_):
                assert rule.head is not None
                binding = _bound(rule.head, subject, object_)
                for _, filled in self._solutions(rule, binding, depth - 1) if binding is not None else ():
                    triple = _instance(rule.head, filled)
                    if triple is not None and self._explainer.is_untold(triple.subject, triple.object):
                        found[triple] = None
            self._derived[pattern, depth] = [*found]
        return self._derived[pattern, depth]

    def _look_at_the_clock(self) -> None:
        if time.monotonic() > self._deadline:
            raise OutOfTime(f"No explanation of {self._goal} was found in time.")


def _relation(predicate: ox.NamedNode, object_: object) -> tuple[ox.NamedNode, object]:
    return (predicate, object_ if predicate == TYPE else None)


def _unify(atom: Atom, triple: ox.Triple, binding: Binding) -> Binding | None:
    """The binding with which the atom is the triple, or None."""
    filled = dict(binding)
    for part, term in ((atom.subject, triple.subject), (atom.object, triple.object)):
        if (part if not isinstance(part, str) else filled.setdefault(part, term)) != term:
            return None
    return filled


def _bound(atom: Atom, subject: Value | None, object_: Value | None) -> Binding | None:
    """The binding with which the atom matches a pattern of its property, or None."""
    filled: dict[str, Value] = {}
    for part, term in ((atom.subject, subject), (atom.object, object_)):
        if term is not None and (part if not isinstance(part, str) else filled.setdefault(part, term)) != term:
            return None
    return filled


def _instance(atom: Atom, binding: Binding) -> ox.Triple | None:
    """The triple of an atom whose variables are bound; None where its subject is a literal, which no triple can have."""
    subject, object_ = (binding[part] if isinstance(part, str) else part for part in (atom.subject, atom.object))
    return None if isinstance(subject, ox.Literal) else ox.Triple(subject, atom.predicate, object_)
