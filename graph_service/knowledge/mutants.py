"""Mutants: the ontology with one axiom taken away. Each must be noticed: some case of `entailments` fails without the axiom.

Nothing is closed anew for a mutant. Taking an axiom away only takes rules away, so whatever still follows is among what followed
before: the derivation that a case rests on is searched for again, by the rules that are left, and only if it used one that is gone.

An axiom that follows from the others (a domain that the property has from its parent too) changes nothing and cannot be noticed.
It is told by trying each of its rules on things of which nothing is known but what the rule asks for.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from graph_service.errors import NotFound
from graph_service.knowledge.checks import Finding
from graph_service.knowledge.closure import Clash, close, terminology_of
from graph_service.knowledge.entailments import Case, clashes, given
from graph_service.knowledge.explanation import Explainer, Step
from graph_service.knowledge.rules import TYPE, Atom, Rule, compile_rules
from graph_service.knowledge.sources import Sources
from graph_service.words.names import OWL, RDF, RDFS, curie

#: Searches are short: a case has a handful of things.
_SECONDS = 10

#: The rule of this gate, as a sentence.
NOTICED = "Some case fails when an axiom that infers is taken away."

_FIRST, _REST = ox.NamedNode(RDF + "first"), ox.NamedNode(RDF + "rest")
_MEMBERS, _INVERSE = ox.NamedNode(OWL + "members"), ox.NamedNode(OWL + "inverseOf")
_RELATIONS = frozenset(
    {ox.NamedNode(RDFS + name) for name in ("subClassOf", "subPropertyOf", "domain", "range")}
    | {
        ox.NamedNode(OWL + name)
        for name in (
            *("equivalentClass", "equivalentProperty", "inverseOf", "propertyChainAxiom", "disjointWith", "propertyDisjointWith"),
            *("sameAs", "differentFrom"),
        )
    }
)
_CHARACTERISTICS = frozenset(
    ox.NamedNode(f"{OWL}{name}Property")
    for name in ("Symmetric", "Transitive", "Functional", "InverseFunctional", "Irreflexive", "Asymmetric")
)

Triples = frozenset[ox.Triple]


@dataclass(frozen=True)
class Mutant:
    """An ontology without one axiom: what the axiom says, the triple it is told by, and the rules that are gone and that are left."""

    axiom: str
    triple: ox.Triple
    gone: frozenset[Rule]
    left: frozenset[Rule]


@dataclass(frozen=True)
class Outcome:
    """Which mutants were noticed by a case, which were not, and which say the same as the ontology does."""

    noticed: Sequence[Mutant]
    unnoticed: Sequence[Mutant]
    equal: Sequence[Mutant]

    def findings(self, sources: Sources) -> list[Finding]:
        """The mutants that no case notices."""
        return [
            Finding(next(iter(sources.where_said(mutant.triple)), "(nowhere)"), "entailment-mutants", NOTICED, mutant.axiom)
            for mutant in self.unnoticed
        ]


@dataclass(frozen=True)
class _Goal:
    """What has to hold: what says so, given the rules there are, and the rules that it was found to rest on."""

    holds: Callable[["_Prover"], frozenset[Rule] | None]
    rests_on: frozenset[Rule]


class _Prover:
    """Tells what follows by some rules from what is asserted, where `store` holds all that could follow."""

    def __init__(self, rules: frozenset[Rule], store: ox.Store, asserted: set[ox.Triple], found: Sequence[Clash]) -> None:
        self.rules = rules
        self.clashes = [clash for clash in found if clash.rule in rules]
        self._explainer = Explainer(
            sorted(rules, key=lambda rule: (rule.name, rule.axiom)),
            lambda s, p, o: (quad.triple for quad in store.quads_for_pattern(s, p, o, None)),  # type: ignore[arg-type]
            asserted.__contains__,
        )

    def proof(self, triples: Iterable[ox.Triple]) -> frozenset[Rule] | None:
        """The rules by which all of the triples follow, or None if one does not."""
        used: set[Rule] = set()
        for triple in triples:
            try:
                used |= set(_rules_of(self._explainer.explain(triple, _SECONDS)))
            except NotFound:
                return None
        return frozenset(used)

    def clash(self, found: Iterable[Clash]) -> frozenset[Rule] | None:
        """The rules by which one of the clashes comes about, or None."""
        for clash in found:
            used = self.proof(clash.premises)
            if used is not None:
                return used | {clash.rule}
        return None


def mutate(ontology: Sequence[ox.Quad], cases: Sequence[Case]) -> Outcome:
    """What the cases notice of each axiom that is taken away. Raises BuildError as `closure.close` does."""
    terminology = terminology_of({quad.triple for quad in ontology})
    rules = frozenset(compile_rules(terminology, terminology))
    trials = {rule: _trial(rule, f"urn:trial:{number}:") for number, rule in enumerate(sorted(rules, key=repr))}
    data = [*given(cases), *(ox.Quad(t.subject, t.predicate, t.object) for body, _ in trials.values() for t in body)]  # type: ignore[arg-type]
    closure = close(ontology, data)
    asserted = {quad.triple for quad in (*data, *ontology)}
    store = ox.Store()
    store.bulk_extend(ox.Quad(t.subject, t.predicate, t.object) for t in (*asserted, *closure.inferred))

    whole = _Prover(rules, store, asserted, closure.clashes)
    goals = [_Goal(holds, used) for case in cases for holds in _goals(case) if (used := holds(whole)) is not None]
    noticed, unnoticed, equal = [], [], []
    for mutant in mutants(terminology, rules):
        prover = _Prover(mutant.left, store, asserted, closure.clashes)
        if all(_follows(prover, *trials[rule]) for rule in mutant.gone):
            equal.append(mutant)
        elif all(goal.holds(prover) is not None for goal in goals if goal.rests_on & mutant.gone):
            unnoticed.append(mutant)
        else:
            noticed.append(mutant)
    return Outcome(noticed, unnoticed, equal)


def mutants(terminology: Iterable[ox.Triple], rules: frozenset[Rule]) -> Iterator[Mutant]:
    """The ontologies without one axiom each, in order of axiom; of a list of disjoint classes, without one class each.

    An axiom for which there is no rule, such as the range of a datatype property, infers nothing and is left alone.
    """
    whole = frozenset(terminology)
    for triple in sorted(whole, key=str):
        if triple.predicate == _INVERSE and isinstance(triple.subject, ox.BlankNode):
            continue  # Not an axiom: the inverse itself, as it stands in a chain.
        if triple.predicate in _RELATIONS or (triple.predicate == TYPE and triple.object in _CHARACTERISTICS):
            yield from _mutant(triple, whole - {triple}, rules)
        elif triple.predicate == _MEMBERS:
            for node in _nodes(triple.object, whole):
                without = {ox.Triple(t.subject, t.predicate, node.rest) if t.object == node.node else t for t in whole}  # type: ignore[arg-type]
                kept = frozenset(t for t in without if t.subject != node.node)
                yield from _mutant(triple, kept, rules, f"{curie(node.first.value)} in a list of what is disjoint")


@dataclass(frozen=True)
class _Node:
    """A node of a list: itself, its member, and what comes behind it."""

    node: object
    first: ox.NamedNode
    rest: object


def _nodes(head: object, triples: Triples) -> Iterator[_Node]:
    first = {t.subject: t.object for t in triples if t.predicate == _FIRST}
    rest = {t.subject: t.object for t in triples if t.predicate == _REST}
    while head in first:
        member = first[head]  # type: ignore[index]
        assert isinstance(member, ox.NamedNode)
        yield _Node(head, member, rest[head])  # type: ignore[index]
        head = rest[head]  # type: ignore[index]


def _mutant(triple: ox.Triple, without: Triples, rules: frozenset[Rule], axiom: str | None = None) -> Iterator[Mutant]:
    left = frozenset(compile_rules(without, without))
    gone = rules - left
    if gone:
        yield Mutant(axiom or "; ".join(sorted({rule.axiom for rule in gone})), triple, gone, left)


def _goals(case: Case) -> Iterator[Callable[[_Prover], frozenset[Rule] | None]]:
    """What has to hold for a case not to fail."""
    for triple in sorted(case.follows, key=str):
        yield lambda prover, triple=triple: prover.proof([triple])  # type: ignore[misc]
    for triple in sorted(case.contradicts, key=str):
        yield lambda prover, triple=triple: prover.clash(c for c in clashes(case, prover.clashes) if triple in c.premises)  # type: ignore[misc]


def _trial(rule: Rule, prefix: str) -> tuple[Triples, ox.Triple | None]:
    """What a rule asks for, of things that are known for nothing else, and what it says then; nothing if it is a clash."""

    def filled(atom: Atom) -> ox.Triple:
        subject, object_ = (
            ox.NamedNode(prefix + part) if isinstance(part, str) else part for part in (atom.subject, atom.object)
        )
        return ox.Triple(subject, atom.predicate, object_)  # type: ignore[arg-type]

    return frozenset(map(filled, rule.body)), rule.head and filled(rule.head)


def _follows(prover: _Prover, body: Triples, head: ox.Triple | None) -> bool:
    if head is not None:
        return prover.proof([head]) is not None
    things = {t.subject for t in body}
    return prover.clash(clash for clash in prover.clashes if things.intersection(t.subject for t in clash.premises)) is not None


def _rules_of(step: Step) -> Iterator[Rule]:
    if step.rule is not None:
        yield step.rule
    for premise in step.premises:
        yield from _rules_of(premise)
