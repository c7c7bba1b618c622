"""Explanations: every inferred triple has one, and each step of it is what its rule says."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache

import pyoxigraph as ox
import pytest

from graph_service.errors import NotFound, OutOfTime, ResultTooLarge
from graph_service.reasoning import explanation
from graph_service.reasoning.closure import Closure, close
from graph_service.reasoning.explanation import Explainer, Step
from graph_service.reasoning.knowledge import read
from graph_service.reasoning.rule import Atom, Rule
from graph_service.reasoning.terminology import terminology_of
from graph_service.settings import bundled
from graph_service.sources.sources import Sources
from tests.knowledge.reference import quads, triples

SECONDS = 10


class Graph:
    """A graph in memory: what is said, its closure, and the explainer over both."""

    def __init__(self, ontology: Iterable[ox.Quad], data: Iterable[ox.Quad]) -> None:
        ontology, data = list(ontology), list(data)
        self.said = {quad.triple for quad in (*ontology, *data)}
        self.closure: Closure = close(ontology, data)
        store = ox.Store()
        store.bulk_extend(ox.Quad(*triple) for triple in (*self.said, *self.closure.inferred))

        def match(subject: object, predicate: ox.NamedNode, object_: object) -> Iterator[ox.Triple]:
            return (quad.triple for quad in store.quads_for_pattern(subject, predicate, object_, None))  # type: ignore[arg-type]

        terms = {triple.subject for triple in terminology_of(quad.triple for quad in ontology)}
        self.explainer = Explainer(self.closure.rules, match, self.said.__contains__, terms)

    def explain(self, turtle: str) -> Step:
        """The derivation of the one triple of a text."""
        [triple] = triples(turtle)
        return self.explainer.explain(triple, SECONDS)


def graph(ontology: str, data: str) -> Graph:
    """The graph of two Turtle texts."""
    return Graph(quads(ontology), quads(data))


@pytest.fixture(scope="module")
def own() -> Graph:
    """The project's own graph."""
    knowledge = read(Sources.find([bundled("ontology")], [bundled("data")]), lambda _: None)
    return Graph(knowledge.ontology, knowledge.data)


def steps(step: Step) -> Iterator[Step]:
    """A step and all below it."""
    yield step
    for premise in step.premises:
        yield from steps(premise)


def depth(step: Step) -> int:
    """How many rules stand on one another."""
    return 0 if step.rule is None else 1 + max(map(depth, step.premises), default=0)


def is_instance(step: Step) -> bool:
    """Whether terms can be put for the variables of a step's rule so that it says the step."""
    assert isinstance(step.rule, Rule)
    assert isinstance(step.rule.head, Atom)
    binding: dict[str, object] = {}
    for atom, triple in [(step.rule.head, step.triple), *zip(step.rule.body, (p.triple for p in step.premises), strict=True)]:
        for part, term in ((atom.subject, triple.subject), (atom.object, triple.object)):
            if isinstance(part, str):
                binding.setdefault(part, term)
    if step.rule.different and len({binding[name] for name in step.rule.different}) == 1:
        return False
    return filled(step.rule.head, binding) == step.triple and [filled(atom, binding) for atom in step.rule.body] == [
        premise.triple for premise in step.premises
    ]


def filled(atom: Atom, binding: Mapping[str, object]) -> ox.Triple:
    """An atom with terms for its variables."""
    subject, object_ = (binding[part] if isinstance(part, str) else part for part in (atom.subject, atom.object))
    return ox.Triple(subject, atom.predicate, object_)  # type: ignore[arg-type]


def check(graph: Graph, step: Step) -> None:
    """A derivation is one: it ends in what is said, and every step is an instance of a rule of the graph."""
    assert set(step.leaves) <= graph.said
    for part in steps(step):
        if part.rule is None:
            assert part.triple in graph.said
        else:
            assert part.triple not in graph.said
            assert part.rule in graph.closure.rules
            assert is_instance(part), part


def test_every_inferred_triple_of_the_own_graph_has_a_derivation_by_its_rules(own: Graph) -> None:
    assert len(own.closure.inferred) > 3000
    for triple in own.closure.inferred:
        step = own.explainer.explain(triple, SECONDS)
        assert step.triple == triple
        assert step.rule is not None
        check(own, step)


def test_the_check_of_a_step_fails_for_a_false_one(own: Graph) -> None:
    step = next(s for s in (own.explainer.explain(t, SECONDS) for t in own.closure.inferred) if len(s.premises) == 2)
    assert is_instance(step)
    assert not is_instance(Step(step.triple, step.rule, step.premises[::-1]))


def test_no_shorter_derivation_exists_in_the_own_graph(own: Graph) -> None:
    """Depths found by searching backwards are those of inferring forwards, all that can be inferred at each step."""
    depths = forwards(own)
    for triple in own.closure.inferred:
        assert depth(own.explainer.explain(triple, SECONDS)) == depths[triple], triple


def forwards(graph: Graph) -> dict[ox.Triple, int]:
    """How many steps each triple is from what is said."""
    depths = dict.fromkeys(graph.said, 0)
    store = ox.Store()
    store.bulk_extend(ox.Quad(*triple) for triple in graph.said)
    queries = [_query(rule) for rule in graph.closure.rules if rule.head is not None]
    level = 0
    while True:
        level += 1
        found = {triple for query in queries for triple in _constructed(store, query)} - depths.keys()
        if not found:
            return depths
        depths |= dict.fromkeys(found, level)
        store.extend(ox.Quad(*triple) for triple in found)


def _constructed(store: ox.Store, query: str) -> Iterable[ox.Triple]:
    result = store.query(query)
    assert isinstance(result, ox.QueryTriples)
    return result


@cache
def _query(rule: Rule) -> str:
    def pattern(atom: Atom) -> str:
        return " ".join(f"?{part}" if isinstance(part, str) else str(part) for part in (atom.subject, atom.predicate, atom.object))

    assert rule.head is not None
    return f"CONSTRUCT {{ {pattern(rule.head)} }} WHERE {{ {' . '.join(map(pattern, rule.body))} }}"


def test_what_is_said_is_its_own_explanation() -> None:
    step = graph(":A rdfs:subClassOf :B .", ":x a :A , :B .").explain(":x a :B .")
    assert (step.rule, step.premises) == (None, ())
    assert set(step.leaves) == triples(":x a :B .")


def test_a_derivation_reads_as_a_person_would_say_it() -> None:
    small = graph(":A rdfs:subClassOf :B . :p rdfs:domain :A .", ":x :p :y .")
    step = small.explain(":x a :B .")
    check(small, step)
    assert step.rule is not None
    assert step.rule.axiom == "http://e/A rdfs:subClassOf http://e/B"
    [premise] = step.premises
    assert premise.rule is not None
    assert premise.rule.axiom == "http://e/p rdfs:domain http://e/A"
    assert set(step.leaves) == triples(":x :p :y .")


def test_of_two_derivations_the_shorter_is_found() -> None:
    # Over three subclasses, or straight from the domain: the classes are tried first.
    small = graph(":A rdfs:subClassOf :B . :B rdfs:subClassOf :C . :C rdfs:subClassOf :D . :p rdfs:domain :D .", ":x a :A ; :p :y .")
    step = small.explain(":x a :D .")
    check(small, step)
    assert set(step.leaves) == triples(":x :p :y .")
    assert depth(small.explain(":x a :C .")) == 2


def test_a_transitive_path_is_halved_and_not_walked() -> None:
    small = graph(":p a owl:TransitiveProperty .", " ".join(f":n{n} :p :n{n + 1} ." for n in range(16)))
    step = small.explain(":n0 :p :n16 .")
    check(small, step)
    assert depth(step) == 4
    assert len(step.leaves) == 16


def test_a_premise_that_serves_twice_is_a_leaf_once() -> None:
    small = graph("[ owl:intersectionOf ( :A :B ) ] rdfs:subClassOf :C . :p rdfs:domain :A , :B .", ":x :p :y .")
    step = small.explain(":x a :C .")
    check(small, step)
    assert step.leaves == [*triples(":x :p :y .")]


@pytest.mark.parametrize(
    ("ontology", "data", "wanted"),
    [
        (":p a owl:SymmetricProperty .", ":x :p :y .", ":y :p :x ."),
        (":p a owl:TransitiveProperty .", ":x :p :y . :y :p :x .", ":x :p :x ."),
        (":p a owl:TransitiveProperty , owl:SymmetricProperty .", ":x :p :y . :z :p :y .", ":z :p :x ."),
        (":p owl:inverseOf :q . :q owl:inverseOf :p .", ":x :p :y .", ":y :q :x ."),
        (":A rdfs:subClassOf :B . :B rdfs:subClassOf :A .", ":x a :A .", ":x a :B ."),
        (":p owl:propertyChainAxiom ( :p :q ) , ( :q :p ) . :q rdfs:subPropertyOf :p .", ":a :q :b . :b :q :c . :c :q :a .", ":a :p :a ."),
        (":A rdfs:subClassOf [ owl:onProperty :p ; owl:allValuesFrom :A ] .", ":x a :A ; :p :y . :y :p :z . :z :p :x .", ":z a :A ."),
        (":p a owl:FunctionalProperty .", ":x :p :y , :z . :z a :A .", ":y a :A ."),
        ("[ owl:oneOf ( :x ) ] rdfs:subClassOf :A . :A rdfs:subClassOf :B .", "", ":x a :B ."),
    ],
)
def test_rules_in_a_circle_end_and_explain_nothing_by_itself(ontology: str, data: str, wanted: str) -> None:
    small = graph(ontology, data)
    step = small.explain(wanted)
    if "oneOf" in ontology:
        assert step.leaves == []
    check(small, step)

    def never_rests_on_itself(step: Step, above: tuple[ox.Triple, ...]) -> None:
        assert step.triple not in above
        for premise in step.premises:
            never_rests_on_itself(premise, (*above, step.triple))

    never_rests_on_itself(step, ())


@pytest.mark.parametrize("unknown", [":x a :C .", ":y :p :z .", ":y a :A .", ":x :unheard-of :y ."])
def test_what_the_graph_does_not_say_is_not_found(unknown: str) -> None:
    small = graph(
        ":A rdfs:subClassOf :B . :C rdfs:subClassOf :A . :p a owl:SymmetricProperty , owl:TransitiveProperty .", ":x a :A ; :p :y ."
    )
    [triple] = triples(unknown)
    with pytest.raises(NotFound, match="Nothing in the graph leads to"):
        small.explainer.explain(triple, SECONDS)


def test_a_search_that_takes_too_long_is_stopped() -> None:
    small = graph(":A rdfs:subClassOf :B .", ":x a :A .")
    [triple] = triples(":x a :B .")
    with pytest.raises(OutOfTime, match="in time"):
        small.explainer.explain(triple, 0)


def test_an_explanation_of_very_many_steps_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explanation, "MOST_STEPS", 2)
    small = graph(":p a owl:TransitiveProperty .", ":a :p :b . :b :p :c . :c :p :d .")
    assert len(small.explain(":a :p :b .").steps) == 1
    with pytest.raises(ResultTooLarge, match="more than 2 steps"):
        small.explain(":a :p :c .")
