"""Mutation testing of the ontology: removes one axiom at a time; some case of `entailments` must then fail.

Nothing is materialised again for a mutant. Removing an axiom only removes rules, so what still follows has followed before: a case's
derivation is searched for again, by the remaining rules, if it used a removed one.

An axiom that follows from others (a domain that the property inherits) cannot be detected. It is recognised by testing each of its rules on
individuals with nothing but the rule's body, and stays removed for the following mutants, so that two redundant axioms do not hide each
other.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from graph_service.checks.entailments import Case, clashes, given
from graph_service.checks.sparql_rules import Finding
from graph_service.errors import NotFound
from graph_service.rdf.namespaces import OWL, RDF, RDFS
from graph_service.rdf.prefixes import curie
from graph_service.reasoning.closure import Clash, close
from graph_service.reasoning.explanation import Explainer, Step
from graph_service.reasoning.rule import Atom, Rule
from graph_service.reasoning.rules import compile_rules
from graph_service.reasoning.terminology import TYPE, terminology_of
from graph_service.sources.sources import Sources

#: Seconds for a search: a case has a handful of individuals.
_SECONDS = 10

#: The sentence of a finding: an axiom that no case needs.
NOTICED = "No case fails when this axiom is taken away: add one that needs it to the folder entailments/ of the ontology."

_FIRST, _REST = ox.NamedNode(RDF + "first"), ox.NamedNode(RDF + "rest")
_MEMBERS, _INVERSE = ox.NamedNode(OWL + "members"), ox.NamedNode(OWL + "inverseOf")
_RELATIONS = frozenset(
    {ox.NamedNode(RDFS + name) for name in ("subClassOf", "subPropertyOf", "domain", "range")}
    | {
        ox.NamedNode(OWL + name)
        for name in (*("equivalentClass", "equivalentProperty", "inverseOf", "propertyChainAxiom", "disjointWith", "propertyDisjointWith"),)
    }
)
_CHARACTERISTICS = frozenset(
    ox.NamedNode(f"{OWL}{name}Property")
    for name in ("Symmetric", "Transitive", "Functional", "InverseFunctional", "Irreflexive", "Asymmetric")
)

Triples = frozenset[ox.Triple]


@dataclass(frozen=True)
class Mutant:
    """An ontology without one axiom: the axiom in words, its triple, the remaining triples, and the removed rules."""

    axiom: str
    triple: ox.Triple
    left: Triples
    gone: frozenset[Rule]


@dataclass(frozen=True)
class Outcome:
    """The mutants that a case detects, those that none does, and those that are equivalent to the ontology."""

    noticed: Sequence[Mutant]
    unnoticed: Sequence[Mutant]
    equal: Sequence[Mutant]

    def findings(self, sources: Sources) -> list[Finding]:
        """The undetected mutants, each with the axiom's file and line."""
        return [
            Finding(next(iter(sources.where_said(mutant.triple)), "(nowhere)"), "entailment-mutants", NOTICED, mutant.axiom)
            for mutant in self.unnoticed
        ]


@dataclass(frozen=True)
class _Goal:
    """Something that a case requires: a function that proves it by given rules, and the rules of its last proof."""

    holds: Callable[["_Prover"], frozenset[Rule] | None]
    rests_on: frozenset[Rule]

    def again(self, prover: "_Prover") -> "_Goal":
        """The goal proved again with fewer rules."""
        return _Goal(self.holds, self.holds(prover) or frozenset())


class _Prover:
    """Proves triples by some rules from asserted ones; `graph` has all that could follow."""

    def __init__(self, rules: Iterable[Rule], graph: "_Graph", asserted: set[ox.Triple], found: Sequence[Clash]) -> None:
        rules = dict.fromkeys(rules)
        self.clashes = [clash for clash in found if clash.rule in rules]
        self._explainer = Explainer(rules, graph.match, asserted.__contains__)

    def proof(self, triples: Iterable[ox.Triple]) -> frozenset[Rule] | None:
        """The rules of a proof of all the triples, or None if one cannot be proved."""
        used: set[Rule] = set()
        for triple in triples:
            try:
                used |= set(_rules_of(self._explainer.explain(triple, _SECONDS)))
            except NotFound:
                return None
        return frozenset(used)

    def clash(self, found: Iterable[Clash]) -> frozenset[Rule] | None:
        """The rules that lead to one of the contradictions, or None."""
        for clash in found:
            used = self.proof(clash.premises)
            if used is not None:
                return used | {clash.rule}
        return None


class _Graph:
    """An index of triples by lexical form: a store would merge 10.0 and 10."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self._found: dict[tuple[object, ox.NamedNode, object], list[ox.Triple]] = {}
        for t in sorted(triples, key=str):
            for key in ((t.subject, t.predicate, t.object), (t.subject, t.predicate, None), (None, t.predicate, t.object)):
                self._found.setdefault(key, []).append(t)
            self._found.setdefault((None, t.predicate, None), []).append(t)

    def match(self, subject: object, predicate: ox.NamedNode, object_: object) -> list[ox.Triple]:
        """The triples that match a pattern, None for any term."""
        return self._found.get((subject, predicate, object_), [])


def mutate(ontology: Sequence[ox.Quad], cases: Sequence[Case]) -> Outcome:
    """Test all mutants of the ontology with the cases. Raises BuildError as `closure.close` does."""
    terminology = frozenset(terminology_of({quad.triple for quad in ontology}))
    rules = compile_rules(terminology)
    trials = {rule: _trial(rule, f"urn:trial:{number}:") for number, rule in enumerate(rules)}
    data = [*given(cases), *(ox.Quad(t.subject, t.predicate, t.object) for body, _ in trials.values() for t in body)]
    closure = close(ontology, data)
    asserted = {quad.triple for quad in (*data, *ontology)}
    graph = _Graph({*asserted, *closure.inferred})

    whole = _Prover(rules, graph, asserted, closure.clashes)
    goals = [_Goal(holds, used) for case in cases for holds in _goals(case) if (used := holds(whole)) is not None]

    def without(mutant: Mutant) -> _Prover:
        return _Prover((rule for rule in rules if rule not in mutant.gone), graph, asserted, closure.clashes)

    def is_noticed(mutant: Mutant, prover: _Prover) -> bool:
        return any(goal.holds(prover) is None for goal in goals if goal.rests_on & mutant.gone)

    noticed: list[Mutant] = []
    unnoticed: list[Mutant] = []
    equal: list[Mutant] = []
    doubtful: list[Axiom] = []
    for axiom in axioms(terminology):
        mutant = axiom.taken_from(terminology, rules)
        prover = without(mutant)
        if not mutant.gone:
            continue
        if all(_follows(prover, *trials[rule]) for rule in mutant.gone):
            # It stays removed: then what makes it redundant is needed, and a case has to detect that.
            equal.append(mutant)
            terminology, rules = mutant.left, [rule for rule in rules if rule not in mutant.gone]
            goals = [goal.again(prover) if goal.rests_on & mutant.gone else goal for goal in goals]
        elif is_noticed(mutant, prover):
            noticed.append(mutant)
        else:
            doubtful.append(axiom)
    for axiom in doubtful:
        # Axioms removed since may have been the ones that made it redundant.
        mutant = axiom.taken_from(terminology, rules)
        (noticed if is_noticed(mutant, without(mutant)) else unnoticed).append(mutant)
    return Outcome(noticed, unnoticed, equal)


@dataclass(frozen=True)
class Axiom:
    """An axiom: a triple, or a class in a list of disjoint ones, with its node of the list."""

    triple: ox.Triple
    node: ox.BlankNode | None = None

    def taken_from(self, terminology: Triples, rules: Iterable[Rule]) -> Mutant:
        """The terminology without the axiom, and the rules that it loses."""
        if self.node is None:
            left = terminology - {self.triple}
        else:
            [member] = (t.object for t in terminology if (t.subject, t.predicate) == (self.node, _FIRST))
            [rest] = (t.object for t in terminology if (t.subject, t.predicate) == (self.node, _REST))
            linked = {ox.Triple(t.subject, t.predicate, rest) if t.object == self.node else t for t in terminology}
            left = frozenset(t for t in linked if t.subject != self.node)
        kept = set(compile_rules(left))
        gone = frozenset(rule for rule in rules if rule not in kept)
        if self.node is None:
            return Mutant("; ".join(sorted({rule.axiom for rule in gone})), self.triple, left, gone)
        name = curie(member.value) if isinstance(member, ox.NamedNode) else "an unnamed class"
        return Mutant(f"{name} in a list of what is disjoint", self.triple, left, gone)


def axioms(terminology: Triples) -> Iterator[Axiom]:
    """All axioms that can be removed by themselves, in a stable order."""
    rest = {t.subject: t.object for t in terminology if t.predicate == _REST}
    for triple in sorted(terminology, key=str):
        if triple.predicate == _INVERSE and isinstance(triple.subject, ox.BlankNode):
            continue  # not an axiom: an unnamed inverse, as in a property chain
        if triple.predicate in _RELATIONS or (triple.predicate == TYPE and triple.object in _CHARACTERISTICS):
            yield Axiom(triple)
        elif triple.predicate == _MEMBERS:
            node = triple.object
            while isinstance(node, ox.BlankNode):
                yield Axiom(triple, node)
                node = rest[node]


def _goals(case: Case) -> Iterator[Callable[[_Prover], frozenset[Rule] | None]]:
    """What must hold for a case to pass."""
    for triple in sorted(case.follows, key=str):
        yield lambda prover, triple=triple: prover.proof([triple])  # type: ignore[misc]
    for triple in sorted(case.contradicts, key=str):
        yield lambda prover, triple=triple: prover.clash(c for c in clashes(case, prover.clashes) if triple in c.premises)  # type: ignore[misc]


def _trial(rule: Rule, prefix: str) -> tuple[Triples, ox.Triple | None]:
    """A rule's body and head over fresh individuals; None for the head of a contradiction."""

    def filled(atom: Atom) -> ox.Triple:
        subject, object_ = (ox.NamedNode(prefix + part) if isinstance(part, str) else part for part in (atom.subject, atom.object))
        return ox.Triple(subject, atom.predicate, object_)  # type: ignore[arg-type]

    return frozenset(map(filled, rule.body)), None if rule.head is None else filled(rule.head)


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
