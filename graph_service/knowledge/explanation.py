"""Why the graph says something: a derivation from asserted triples by the rules of `knowledge.rules`.

Made on demand by searching backwards from the triple, one level deeper at a time, so that the derivation found is a shortest one
and none goes in a circle. What cannot be derived within a level is remembered for that level; the time is bounded by a deadline.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from graph_service.errors import NotFound, OutOfTime, ResultTooLarge
from graph_service.knowledge.rule import Atom, Rule
from graph_service.knowledge.terminology import TYPE

#: Triples that match a pattern of subject, predicate and object, None for any: in all of the graph, inferred ones included.
Match = Callable[[ox.NamedNode | ox.BlankNode | None, ox.NamedNode, object | None], Iterable[ox.Triple]]

Binding = Mapping[str, object]

#: An explanation of more steps is not told: nobody reads it, and the origin of each is looked up.
MOST_STEPS = 1000

#: No derivation in a graph of this kind is nearly as deep; the deadline bounds the search long before.
_DEEPEST = 64


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

    `match` finds triples in the whole graph, `is_asserted` tells those that are said and not inferred.
    """

    def __init__(self, rules: Iterable[Rule], match: Match, is_asserted: Callable[[ox.Triple], bool]) -> None:
        self._match = match
        self._is_asserted = is_asserted
        self._rules: dict[tuple[ox.NamedNode, object], list[Rule]] = {}
        for rule in rules:
            if rule.head is not None:
                self._rules.setdefault(_relation(rule.head.predicate, rule.head.object), []).append(rule)

    def explain(self, triple: ox.Triple, seconds: float) -> Step:
        """A shortest derivation of a triple.

        Raises NotFound if it is neither asserted nor derivable, OutOfTime if the search takes longer than `seconds`, and ResultTooLarge
        for one of more than MOST_STEPS steps.
        """
        search = _Search(self, time.monotonic() + seconds)
        for depth in range(_DEEPEST):
            search.cut_off = False
            step = search.prove(triple, depth)
            if step is not None:
                if len(step.steps) > MOST_STEPS:
                    raise ResultTooLarge(f"The explanation has more than {MOST_STEPS} steps.", limit=MOST_STEPS)
                return step
            if not search.cut_off:
                break
        raise NotFound(f"Nothing in the graph leads to {triple}.")

    def rules_for(self, triple: ox.Triple) -> list[Rule]:
        """The rules whose head may be the triple."""
        return self._rules.get(_relation(triple.predicate, triple.object), [])

    def asserted(self, triple: ox.Triple) -> bool:
        """Whether a triple is said and not only inferred."""
        return self._is_asserted(triple)

    def solutions(self, body: tuple[Atom, ...], binding: Binding) -> Iterator[tuple[ox.Triple, ...]]:
        """The ways in which the graph fills the body of a rule, each as the triples of its atoms in order."""
        if not body:
            yield ()
            return
        # The atom with the fewest open ends is looked up first; the triples are handed out in the order of the body.
        place = min(range(len(body)), key=lambda n: sum(part not in binding for part in body[n].variables))
        atom = body[place]
        subject, object_ = (binding.get(part) if isinstance(part, str) else part for part in (atom.subject, atom.object))
        rest = body[:place] + body[place + 1 :]
        for triple in self._match(subject, atom.predicate, object_):  # type: ignore[arg-type]
            filled = _unify(atom, triple, binding)
            if filled is not None:
                for others in self.solutions(rest, filled):
                    yield (*others[:place], triple, *others[place:])


class _Search:
    """One search: what was proved, what cannot be proved within a depth, and whether a depth was ever too small."""

    def __init__(self, explainer: Explainer, deadline: float) -> None:
        self._explainer = explainer
        self._deadline = deadline
        self._proved: dict[ox.Triple, Step] = {}
        self._failed: dict[ox.Triple, int] = {}
        self.cut_off = False

    def prove(self, triple: ox.Triple, depth: int) -> Step | None:
        if self._explainer.asserted(triple):
            return Step(triple)
        if triple in self._proved:
            return self._proved[triple]
        if depth <= self._failed.get(triple, 0):
            self.cut_off = True
            return None
        if time.monotonic() > self._deadline:
            raise OutOfTime(f"No explanation of {triple} was found in time.")
        for rule in self._explainer.rules_for(triple):
            assert rule.head is not None
            binding = _unify(rule.head, triple, {})
            if binding is None:
                continue
            for premises in self._explainer.solutions(rule.body, binding):
                steps = self._prove_all(premises, depth - 1)
                if steps is not None:
                    return self._proved.setdefault(triple, Step(triple, rule, steps))
        self._failed[triple] = depth
        return None

    def _prove_all(self, triples: tuple[ox.Triple, ...], depth: int) -> tuple[Step, ...] | None:
        steps = []
        for triple in triples:
            step = self.prove(triple, depth)
            if step is None:
                return None
            steps.append(step)
        return tuple(steps)


def _relation(predicate: ox.NamedNode, object_: object) -> tuple[ox.NamedNode, object]:
    return (predicate, object_ if predicate == TYPE else None)


def _unify(atom: Atom, triple: ox.Triple, binding: Binding) -> Binding | None:
    """The binding with which the atom is the triple, or None."""
    filled = dict(binding)
    for part, term in ((atom.subject, triple.subject), (atom.object, triple.object)):
        if (part if not isinstance(part, str) else filled.setdefault(part, term)) != term:
            return None
    return filled
