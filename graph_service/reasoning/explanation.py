"""Explanations: derives a triple from asserted ones by the rules of `reasoning.rules`.

A backward search on demand with iterative deepening: the derivation found is a shortest one, without cycles. Failures are remembered for
each depth; a deadline limits the time.

Inferences about blank nodes and terms of the ontology are not kept in the graph (see `closure`), though a kept triple may depend on them.
Such intermediate steps are derived again, but only if there is no derivation otherwise: one through triples in the graph is preferred to a
shorter one.
"""

import time
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice

import pyoxigraph as ox

from graph_service.errors import NotFound, OutOfTime, ResultTooLarge
from graph_service.reasoning.datatype_values import is_one_value
from graph_service.reasoning.rule import Atom, Rule, relation_of
from graph_service.reasoning.rules import equality
from graph_service.reasoning.terminology import TYPE, Value

#: The triples that match a subject, predicate and object, None for any, in the whole graph with its inferences. A blank node is matched by
#: the label of earlier results.
Match = Callable[[Value | None, ox.NamedNode, Value | None], Iterable[ox.Triple]]

_Pattern = tuple[Value | None, ox.NamedNode, Value | None]

Binding = Mapping[str, Value]

#: A longer explanation is refused: nobody reads it, and the source of each step is looked up.
MOST_STEPS = 1000

#: No derivation in such graphs is nearly as deep; the deadline ends the search long before.
_DEEPEST = 64

#: The most triples of a match that are cached for a search.
_FEW = 256


@dataclass(frozen=True)
class Step:
    """A triple and why it holds: by a rule from premises, or, without a rule, because it is asserted."""

    triple: ox.Triple
    rule: Rule | None = None
    premises: tuple["Step", ...] = ()

    @property
    def steps(self) -> list["Step"]:
        """The steps of the derivation, this one first, each once, since several may share a premise."""
        # Keyed by triple: a step's own hash would recurse into shared premises again and again.
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
        """The asserted triples of the derivation, each once, in order."""
        return [step.triple for step in self.steps if step.rule is None]


class Explainer:
    """Finds derivations of the triples of one graph.

    `match` finds triples in the whole graph, `is_asserted` tells asserted from inferred ones. `terms` are subjects, beside blank nodes,
    whose inferences are not kept in the graph. With `equality`, the rules of owl:sameAs are used, too.
    """

    def __init__(
        self,
        rules: Iterable[Rule],
        match: Match,
        is_asserted: Callable[[ox.Triple], bool],
        terms: Container[object] = (),
        equality: bool = False,
    ) -> None:
        self.match = match
        self.is_asserted = is_asserted
        self._terms = terms
        self._equality = equality
        self._equal: dict[tuple[ox.NamedNode, object], list[Rule]] = {}
        self._rules: dict[tuple[ox.NamedNode, object], list[Rule]] = {}
        for rule in rules:
            if rule.head is not None:
                self._rules.setdefault(relation_of(rule.head), []).append(rule)

    def explain(self, triple: ox.Triple, seconds: float) -> Step:
        """A shortest derivation of a triple.

        Raises NotFound if it is neither asserted nor derivable, OutOfTime if the search takes longer than `seconds`, and ResultTooLarge for
        more than MOST_STEPS steps.
        """
        end = time.monotonic() + seconds
        step = _Search(self, triple, end).found()
        if step is None and (self.is_not_kept(triple.subject, triple.object) or any(self.match(*triple))):
            # The triple holds, so its derivation must use inferences that the graph does not keep.
            step = _Search(self, triple, end, wide=True).found()
        if step is None:
            raise NotFound(f"Nothing in the graph leads to {triple}.")
        if len(step.steps) > MOST_STEPS:
            raise ResultTooLarge(f"The explanation has more than {MOST_STEPS} steps.", limit=MOST_STEPS)
        return step

    def rules_for(self, predicate: ox.NamedNode, object_: Value | None) -> list[Rule]:
        """The rules whose head may be a triple of a property, or of rdf:type with a class."""
        wanted = (predicate, object_ if predicate == TYPE else None)
        if self._equality and wanted not in self._equal:
            properties, classes = ([], [object_]) if predicate == TYPE and object_ is not None else ([predicate], [])
            heads = ((rule, rule.head) for rule in equality(properties, classes))
            self._equal[wanted] = [rule for rule, head in heads if head and relation_of(head) == wanted]
        return self._rules.get(wanted, []) + self._equal.get(wanted, [])

    def is_not_kept(self, subject: object, object_: object) -> bool:
        """Whether the graph does not keep inferences with this subject and object."""
        return not isinstance(subject, ox.NamedNode) or subject in self._terms or isinstance(object_, ox.BlankNode)


class _Search:
    """One search: what is proved, what failed at which depth, and whether the depth limit was reached.

    With `wide`, inferences that the graph does not keep are derived as well.
    """

    def __init__(self, explainer: Explainer, goal: ox.Triple, deadline: float, wide: bool = False) -> None:
        self._explainer = explainer
        self._goal = goal
        self._deadline = deadline
        self._wide = wide
        self._proved: dict[ox.Triple, Step] = {}
        self._failed: dict[ox.Triple, int] = {}
        self._kept: dict[_Pattern, list[ox.Triple]] = {}
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
            # An iteration that found nothing new goes in a cycle.
            if not self._wide and (not self._cut_off or (depth > 1 and known == (len(self._proved), len(self._failed)))):
                break
        return None

    def _prove(self, triple: ox.Triple, depth: int) -> Step | None:
        if self._explainer.is_asserted(triple):
            return Step(triple)
        if triple in self._proved:
            return self._proved[triple]
        if depth <= self._failed.get(triple, 0):
            self._cut_off = True
            return None
        self._check_deadline()
        for rule in self._explainer.rules_for(triple.predicate, triple.object):
            assert rule.head is not None
            binding = _unify(rule.head, triple.subject, triple.object, {})
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
        """The matches of a rule's body, each as the triples of its atoms in order, with the binding of all variables.

        Atoms that the graph does not keep are derived within the depth; with both ends bound, one is only assumed, to be proved later.
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
        # The atom with the fewest unbound variables is matched first; the triples are returned in the order of the body.
        place = min(range(len(body)), key=lambda n: sum(part not in binding for part in body[n].variables))
        atom = body[place]
        subject, object_ = (binding.get(part) if isinstance(part, str) else part for part in (atom.subject, atom.object))
        rest = body[:place] + body[place + 1 :]
        for triple in self._matching((subject, atom.predicate, object_), depth):
            unified = _unify(atom, triple.subject, triple.object, binding)
            if unified is not None:
                for others, filled in self._filled(rest, unified, depth):
                    yield (*others[:place], triple, *others[place:]), filled

    def _matching(self, pattern: _Pattern, depth: int) -> Iterator[ox.Triple]:
        subject, predicate, object_ = pattern
        if isinstance(subject, ox.Literal):
            return
        if subject is not None and object_ is not None and self._explainer.is_not_kept(subject, object_):
            yield ox.Triple(subject, predicate, object_)
            return
        yield from self._kept_in_graph(pattern)
        if self._wide and (subject is None or object_ is None):
            yield from self._derivable(pattern, depth)

    def _kept_in_graph(self, pattern: _Pattern) -> Iterable[ox.Triple]:
        if pattern in self._kept:
            return self._kept[pattern]
        found = iter(self._explainer.match(*pattern))
        first = list(islice(found, _FEW + 1))
        if len(first) > _FEW:
            return chain(first, found)
        return self._kept.setdefault(pattern, first)

    def _derivable(self, pattern: _Pattern, depth: int) -> list[ox.Triple]:
        """The triples that match a pattern, are derivable within the depth, and are not kept in the graph."""
        if depth <= 0:
            return []
        if (pattern, depth) not in self._derived:
            self._check_deadline()
            found: dict[ox.Triple, None] = {}
            subject, predicate, object_ = pattern
            for rule in self._explainer.rules_for(predicate, object_):
                assert rule.head is not None
                binding = _unify(rule.head, subject, object_, {})
                for _, filled in self._solutions(rule, binding, depth - 1) if binding is not None else ():
                    triple = _instance(rule.head, filled)
                    if triple is not None and self._explainer.is_not_kept(triple.subject, triple.object):
                        found[triple] = None
            self._derived[pattern, depth] = [*found]
        return self._derived[pattern, depth]

    def _check_deadline(self) -> None:
        if time.monotonic() > self._deadline:
            raise OutOfTime(f"No explanation of {self._goal} was found in time.")


def _unify(atom: Atom, subject: Value | None, object_: Value | None, binding: Binding) -> Binding | None:
    """The binding that makes an atom match a pattern of its property, None for any term; or None."""
    filled = dict(binding)
    for part, term in ((atom.subject, subject), (atom.object, object_)):
        if term is not None and (part if not isinstance(part, str) else filled.setdefault(part, term)) != term:
            return None
    return filled


def _instance(atom: Atom, binding: Binding) -> ox.Triple | None:
    """The triple of an atom whose variables are bound; None if its subject is a literal."""
    subject, object_ = atom.ends(binding)
    return None if isinstance(subject, ox.Literal) else ox.Triple(subject, atom.predicate, object_)
