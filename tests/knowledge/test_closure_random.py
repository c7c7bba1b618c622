"""The closure against owlrl on ontologies that nobody thought of: random axioms of every supported construct, over random facts.

Both run the same rules of the specification, one as they are written there, the other compiled; so they must agree on every triple
and on whether there is a contradiction. Not drawn is what owlrl 7.6.2 gets wrong: AllDisjointProperties and AllDifferent, whose last
member it skips; hasKey, which makes unrelated things the same; two values of a property that may have one; and one value in two writings.
These stand by themselves below and in test_closure.py. Nor are datatype ranges, which neither checks as the specification would have it.
"""

from collections import Counter

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from graph_service.reasoning.closure import close
from graph_service.reasoning.second_opinion import second_opinion
from tests.knowledge.reference import quads, triples

EXAMPLES = 220

Text = SearchStrategy[str]

CLASSES: Text = st.sampled_from([":A", ":B", ":C", ":D"])
THINGS: Text = st.sampled_from([":a", ":b", ":c", ":d"])
OBJECT_PROPERTIES: Text = st.sampled_from([":p", ":q", ":r"])
DATA_PROPERTIES: Text = st.sampled_from([":m", ":n"])
VALUES: Text = st.sampled_from(["1", "'one'", "'un'@fr"])
DECLARED = (
    ":A a owl:Class . :B a owl:Class . :C a owl:Class . :p a owl:ObjectProperty . "
    ":q a owl:ObjectProperty . :m a owl:DatatypeProperty . :n a owl:DatatypeProperty ."
)


def words(template: str, *parts: Text) -> Text:
    """A text with its places `{}` filled by what is drawn."""
    return st.tuples(*parts).map(lambda drawn: template.format(*drawn))


def lists(parts: Text, least: int, most: int) -> Text:
    """The members of a list in Turtle."""
    return st.lists(parts, min_size=least, max_size=most).map(" ".join)


ANY_PROPERTY = OBJECT_PROPERTIES | words("[ owl:inverseOf {} ]", OBJECT_PROPERTIES)
HAS_VALUE = words("[ owl:onProperty {} ; owl:hasValue {} ]", ANY_PROPERTY, THINGS) | words(
    "[ owl:onProperty {} ; owl:hasValue {} ]", DATA_PROPERTIES, VALUES
)
LEFT = st.recursive(
    CLASSES | HAS_VALUE | words("[ owl:oneOf ( {} ) ]", lists(THINGS, 1, 3)),
    lambda inner: (
        words("[ owl:onProperty {} ; owl:someValuesFrom {} ]", ANY_PROPERTY, inner | st.just("owl:Thing"))
        | words("[ owl:onProperty {} ; owl:someValuesFrom owl:Thing ]", DATA_PROPERTIES)
        | words("[ owl:intersectionOf ( {} ) ]", lists(inner, 1, 3))
        | words("[ owl:unionOf ( {} ) ]", lists(inner, 1, 3))
    ),
    max_leaves=3,
)
RIGHT = st.recursive(
    CLASSES
    | HAS_VALUE
    | words("[ owl:onProperty {} ; owl:maxCardinality {} ]", ANY_PROPERTY, st.sampled_from(["1", "1", "0"]))
    | words("[ owl:onProperty {} ; owl:maxCardinality 0 ]", DATA_PROPERTIES)
    | words("[ owl:complementOf {} ]", LEFT),
    lambda inner: (
        words("[ owl:onProperty {} ; owl:allValuesFrom {} ]", ANY_PROPERTY, inner)
        | words("[ owl:intersectionOf ( {} ) ]", lists(inner, 1, 3))
    ),
    max_leaves=3,
)
BOTH = st.recursive(CLASSES | HAS_VALUE, lambda inner: words("[ owl:intersectionOf ( {} ) ]", lists(inner, 1, 3)), max_leaves=3)

#: Those that infer are drawn more often than those that only contradict, and equality, which soon makes all one, least.
AXIOMS: dict[str, list[Text]] = {
    "often": [
        words("{} rdfs:subClassOf {} .", LEFT, RIGHT),
        words("{} rdfs:subClassOf {} .", LEFT, CLASSES),
        words("{} owl:equivalentClass {} .", CLASSES, BOTH),
        words("{} owl:intersectionOf ( {} ) .", CLASSES, lists(BOTH, 1, 3)),
        words("{} rdfs:subPropertyOf {} .", ANY_PROPERTY, ANY_PROPERTY),
        words("{} rdfs:subPropertyOf {} .", DATA_PROPERTIES, DATA_PROPERTIES),
        words("{} owl:equivalentProperty {} .", ANY_PROPERTY, ANY_PROPERTY),
        words("{} owl:inverseOf {} .", OBJECT_PROPERTIES, ANY_PROPERTY),
        words("{} rdfs:domain {} .", ANY_PROPERTY | DATA_PROPERTIES, RIGHT),
        words("{} rdfs:range {} .", ANY_PROPERTY, RIGHT),
        words("{} owl:propertyChainAxiom ( {} ) .", ANY_PROPERTY, lists(ANY_PROPERTY, 1, 4)),
        words("{} owl:propertyChainAxiom ( {} {} ) .", DATA_PROPERTIES, lists(ANY_PROPERTY, 1, 2), DATA_PROPERTIES),
        words("{} a owl:SymmetricProperty .", ANY_PROPERTY),
        words("{} a owl:TransitiveProperty .", ANY_PROPERTY),
    ],
    "seldom": [
        words("{} owl:disjointWith {} .", LEFT, LEFT),
        words("[] a owl:AllDisjointClasses ; owl:members ( {} ) .", lists(LEFT, 2, 3)),
        words("{} owl:propertyDisjointWith {} .", ANY_PROPERTY, ANY_PROPERTY),
        words("{} owl:propertyDisjointWith {} .", DATA_PROPERTIES, DATA_PROPERTIES),
        words("{} a owl:IrreflexiveProperty .", ANY_PROPERTY),
        words("{} a owl:AsymmetricProperty .", ANY_PROPERTY),
        words("{} rdfs:subClassOf owl:Nothing .", LEFT),
        words("{} a owl:FunctionalProperty .", ANY_PROPERTY),
        words("{} a owl:InverseFunctionalProperty .", ANY_PROPERTY),
        words("{} a owl:InverseFunctionalProperty .", DATA_PROPERTIES),
        words("[] owl:sourceIndividual {} ; owl:assertionProperty {} ; owl:targetIndividual {} .", THINGS, OBJECT_PROPERTIES, THINGS),
        words("[] owl:sourceIndividual {} ; owl:assertionProperty {} ; owl:targetValue {} .", THINGS, DATA_PROPERTIES, VALUES),
    ],
}
FACTS: dict[str, list[Text]] = {
    "often": [
        words("{} a {} .", THINGS, CLASSES),
        words("{} {} {} .", THINGS, OBJECT_PROPERTIES, THINGS),
        words("{} {} {} .", THINGS, OBJECT_PROPERTIES, THINGS),
        words("{} {} {} .", THINGS, DATA_PROPERTIES, VALUES),
        words("{} {} [ a {} ] .", THINGS, OBJECT_PROPERTIES, CLASSES),
    ],
    "seldom": [
        words("{} owl:sameAs {} .", THINGS, THINGS),
        words("{} owl:differentFrom {} .", THINGS, THINGS),
    ],
}


def statements(kinds: dict[str, list[Text]], often: int, seldom: int) -> Text:
    """Some statements of the usual kinds and fewer of the others."""
    return st.tuples(
        st.lists(st.one_of(kinds["often"]), min_size=often // 2, max_size=often), st.lists(st.one_of(kinds["seldom"]), max_size=seldom)
    ).map(lambda drawn: "\n".join([*drawn[0], *drawn[1]]))


#: What the drawn examples came to, so that the last test can tell whether they put anything to the test.
SEEN: Counter[str] = Counter()


@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],  # The examples are small: making them smaller would take minutes.
    suppress_health_check=list(HealthCheck),
)
@given(statements(AXIOMS, 8, 1), statements(FACTS, 14, 1))
def test_random_ontologies_have_the_closure_that_owlrl_gives_them(axioms: str, facts: str) -> None:
    ontology, data = quads(DECLARED + axioms), quads(facts)
    inferred, errors = second_opinion(ontology, data)
    note(f"{axioms}\n{facts}\n{errors}")
    closure = close(ontology, data)
    assert bool(closure.clashes) == bool(errors)
    if not errors:  # From a contradiction anything follows, and owlrl makes some of it.
        assert set(closure.inferred) == inferred
    SEEN.update(["examples"], triples=len(inferred), clashes=bool(errors), inferring=bool(inferred), equal=_finds_equality(inferred))


#: Class expressions on either side of an axiom, also where the profile has none, and such as it has not at all.
ANYWHERE = st.recursive(
    CLASSES
    | HAS_VALUE
    | st.just("owl:Thing")
    | words("[ owl:onProperty {} ; owl:maxCardinality {} ]", ANY_PROPERTY, st.sampled_from(["2", "1", "0"]))
    | words("[ owl:onProperty {} ; owl:minCardinality 1 ]", ANY_PROPERTY)
    | words("[ a owl:Class ; owl:complementOf {} ]", CLASSES),
    lambda inner: (
        words("[ owl:onProperty {} ; owl:someValuesFrom {} ]", ANY_PROPERTY, inner)
        | words("[ owl:onProperty {} ; owl:someValuesFrom {} ]", ANY_PROPERTY, inner)
        | words("[ a owl:Class , owl:Restriction ; owl:onProperty {} ; owl:someValuesFrom {} ]", ANY_PROPERTY, inner)
        | words("[ owl:onProperty {} ; owl:allValuesFrom {} ]", ANY_PROPERTY, inner)
        | words("[ owl:onProperty {} ; owl:maxQualifiedCardinality {} ; owl:onClass {} ]", ANY_PROPERTY, st.sampled_from(["1", "0"]), inner)
        | words("[ owl:intersectionOf ( {} ) ]", lists(inner, 1, 3))
        | words("[ a owl:Class ; owl:unionOf ( {} ) ]", lists(inner, 1, 3))
    ),
    max_leaves=3,
)
BEYOND: dict[str, list[Text]] = {
    "often": [
        words("{} rdfs:subClassOf {} .", CLASSES, ANYWHERE),
        words("{} rdfs:subClassOf {} .", ANYWHERE, CLASSES),
        words("{} rdfs:subClassOf {} .", ANYWHERE, ANYWHERE),
        words("{} owl:equivalentClass {} .", CLASSES, ANYWHERE),
        words("{} rdfs:subClassOf {} .", CLASSES, CLASSES),
        words("{} rdfs:subPropertyOf {} .", OBJECT_PROPERTIES, ANY_PROPERTY),
        words("{} rdfs:range {} .", ANY_PROPERTY, ANYWHERE),
        words("{} a {} .", THINGS, ANYWHERE),
    ],
    "seldom": [
        words("{} owl:disjointWith {} .", CLASSES, ANYWHERE),
        words("{} owl:disjointUnionOf ( {} ) .", CLASSES, lists(ANYWHERE, 2, 3)),
    ],
}


@settings(
    max_examples=EXAMPLES // 2,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(statements(BEYOND, 9, 1), statements(FACTS, 10, 0))
def test_random_ontologies_beyond_the_profile_have_the_closure_that_owlrl_gives_them(axioms: str, facts: str) -> None:
    ontology, data = quads(DECLARED + axioms), quads(facts)
    inferred, errors = second_opinion(ontology, data)
    note(f"{axioms}\n{facts}\n{errors}")
    closure = close(ontology, data)
    assert bool(closure.clashes) == bool(errors)
    if not errors:
        assert set(closure.inferred) == inferred


def _finds_equality(inferred: set[ox.Triple]) -> bool:
    return any("sameAs" in str(triple) for triple in inferred)


def test_the_random_ontologies_are_worth_the_name() -> None:
    if not SEEN:
        pytest.skip("the random ontologies were not drawn in this run")
    assert SEEN["examples"] >= 200
    assert SEEN["inferring"] > 0.8 * SEEN["examples"]
    assert SEEN["triples"] > 5 * SEEN["examples"]
    assert SEEN["equal"] > 0.1 * SEEN["examples"]
    assert 0.1 < SEEN["clashes"] / SEEN["examples"] < 0.6


@pytest.mark.parametrize(
    ("axioms", "facts"),
    [
        ("[] a owl:AllDisjointProperties ; owl:members ( :p :q ) .", ":a :p :b ; :q :b ."),
        ("[] a owl:AllDisjointProperties ; owl:members ( :p :q :r ) .", ":a :p :b ; :r :b ."),
        (":m a owl:FunctionalProperty .", ":a :m 1 , 2 ."),
        ("[] a owl:AllDifferent ; owl:members ( :a :b ) .", ":a owl:sameAs :b ."),
    ],
)
def test_where_owlrl_sees_no_contradiction_and_there_is_one(axioms: str, facts: str) -> None:
    ontology, data = quads(DECLARED + axioms), quads(facts)
    [clash] = close(ontology, data).clashes
    assert set(clash.premises) == triples(facts)
    assert not second_opinion(ontology, data)[1], "owlrl sees it now: draw it"


def test_owlrl_makes_things_with_different_keys_the_same() -> None:
    ontology, data = quads(":A owl:hasKey ( :p ) ."), quads(":a a :A ; :p :c . :b a :A ; :p :d .")
    assert not close(ontology, data).inferred
    assert triples(":a owl:sameAs :b .") <= second_opinion(ontology, data)[0], "owlrl no longer does: draw it"
