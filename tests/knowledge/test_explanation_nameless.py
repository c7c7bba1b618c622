"""Explanations where a derivation passes through what has no name, through terms of the ontology, and through equality."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, Phase, given, note, settings

from graph_service.build.build import build
from graph_service.engine.result import Query
from graph_service.errors import BuildError, NotFound
from graph_service.reasoning.closure import close
from graph_service.service.service import Service
from graph_service.settings import Settings
from tests.conftest import SPACE
from tests.knowledge.reference import quads, triples
from tests.knowledge.test_closure_random import AXIOMS, DECLARED, FACTS, statements
from tests.knowledge.test_explanation import SECONDS, Graph, check, graph

#: An ontology, data, and a triple that follows by way of something of which the graph does not tell what follows.
CASES = {
    "an asserted blank node": (":r owl:propertyChainAxiom ( :p :q ) .", ":x :p [ :q :y ] .", ":x :r :y ."),
    "a class of a blank node": (
        ":A rdfs:subClassOf :B . [ owl:onProperty :p ; owl:someValuesFrom :B ] rdfs:subClassOf :C .",
        ":x :p [ a :A ] .",
        ":x a :C .",
    ),
    "a class of a blank node, by several steps": (
        ":A rdfs:subClassOf :B . :B rdfs:subClassOf :C . :q rdfs:domain :A . "
        "[ owl:onProperty :p ; owl:someValuesFrom :C ] rdfs:subClassOf :D .",
        ":x :p [ :q 1 ] .",
        ":x a :D .",
    ),
    "an inferred link to a blank node": (
        ":p owl:inverseOf :q . :r owl:propertyChainAxiom ( :p :s ) .",
        "_:b :q :x ; :s :y .",
        ":x :r :y .",
    ),
    "a path over blank nodes": (
        ":p a owl:TransitiveProperty .",
        ":x :p _:a . _:a :p _:b . _:b :p _:c . _:c :p _:d . _:d :p :y .",
        ":x :p :y .",
    ),
    "one of two blank nodes": (
        "[ owl:onProperty :p ; owl:someValuesFrom :B ] rdfs:subClassOf :C . :A rdfs:subClassOf :B .",
        ":x :p [ a :D ] , [ a :A ] , [ :p :x ] .",
        ":x a :C .",
    ),
    "an equal blank node": (
        ":m a owl:DatatypeProperty , owl:InverseFunctionalProperty .",
        ":x :m 'a' . [] :m 'a' ; :p :y .",
        ":x :p :y .",
    ),
    "an equal blank node, of a value in another writing": (
        ":m a owl:DatatypeProperty , owl:InverseFunctionalProperty .",
        ":x :m 1 . [] :m '1'^^xsd:decimal ; a :A .",
        ":x a :A .",
    ),
    "equal things": (":p a owl:FunctionalProperty .", ":x :p :y , :z . :z :q :w .", ":y :q :w ."),
    "things said to be equal": ("", ":x owl:sameAs :y . :y owl:sameAs :z . :z :q :w .", ":x :q :w ."),
    "a class as a thing": (
        ":A a owl:Class ; :p :x . :p rdfs:range :B ; rdfs:domain :C . :r owl:propertyChainAxiom ( [ owl:inverseOf :p ] :s ) . "
        "[ owl:onProperty [ owl:inverseOf :p ] ; owl:someValuesFrom :C ] rdfs:subClassOf :D .",
        "",
        ":x a :D .",
    ),
    "a value in another writing": (
        "[ owl:onProperty :p ; owl:hasValue 1 ] rdfs:subClassOf :A . [ owl:onProperty :q ; owl:someValuesFrom :A ] rdfs:subClassOf :B .",
        ":x :q [ :p '1'^^xsd:decimal ] .",
        ":x a :B .",
    ),
    "a class that is defined by itself": (
        "[] owl:intersectionOf ( :A [ owl:onProperty :p ; owl:someValuesFrom _:c ] ) ; rdfs:subClassOf _:c . "
        "_:c owl:onProperty :q ; owl:hasValue :v . ",
        ":x a :A ; :p [ :q :v ] .",
        ":x :q :v .",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_passes_through_it_is_explained(name: str) -> None:
    ontology, data, wanted = CASES[name]
    small = graph(ontology, data)
    assert triples(wanted) <= set(small.closure.inferred)
    for triple in small.closure.inferred:
        check(small, small.explainer.explain(triple, SECONDS))


def test_what_does_not_follow_by_a_blank_node_is_not_found() -> None:
    small = graph("[ owl:onProperty :p ; owl:someValuesFrom :B ] rdfs:subClassOf :C .", ":x :p [ a :A ] . :y :p [ a :B ] .")
    [wrong] = triples(":x a :C .")
    with pytest.raises(NotFound):
        small.explainer.explain(wrong, SECONDS)


@settings(max_examples=60, derandomize=True, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(statements(AXIOMS, 8, 1), statements(FACTS, 14, 1))
def test_all_that_random_ontologies_infer_is_explained(axioms: str, facts: str) -> None:
    note(f"{axioms}\n{facts}")
    ontology, data = quads(DECLARED + axioms), quads(facts)
    try:
        closure = close(ontology, data)
    except BuildError:
        return
    if closure.clashes:
        return
    small = Graph(ontology, data)
    for triple in small.closure.inferred:
        check(small, small.explainer.explain(triple, SECONDS))


#: All of it in one graph.
ONTOLOGY = """
    :r owl:propertyChainAxiom ( :p :q ) . :t a owl:TransitiveProperty . :m a owl:DatatypeProperty , owl:InverseFunctionalProperty .
    :A rdfs:subClassOf :B . [ owl:onProperty :s ; owl:someValuesFrom :B ] rdfs:subClassOf :C .
"""
DATA = """
    :x :p [ :q :y ] , [ :q [] ] ; :s [ a :D ] , [ a :A ] ; :t [ :t [ :t [ :t :z ] ] ] ; :m 'a' .
    [] :m 'a' ; :u :v . [] :p [ :q :y ] ; :s [ a :A ] ; :m 'b' ; :u :w .
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service over a graph with blank nodes."""
    folder = tmp_path_factory.mktemp("nameless")
    for name, text in (("ontology", ONTOLOGY), ("data", DATA)):
        (folder / name).mkdir()
        (folder / name / f"{name}.nt").write_bytes(ox.serialize(quads(text), format=ox.RdfFormat.N_TRIPLES) or b"")
    places: dict[str, Path | tuple[Path, ...]] = {name: (folder / name,) for name in ("data", "ontology")}
    own = replace(Settings(), workers=1, queries=(), snapshots=folder / "snapshots", **places)  # type: ignore[arg-type]
    with Service.open(build(own, lambda _: None), own) as service:
        yield service


@pytest.mark.parametrize("wanted", [":x :r :y .", ":x a :C .", ":x :t :z .", ":x :u :v ."])
def test_the_service_explains_it_down_to_what_is_said_and_where(service: Service, wanted: str) -> None:
    [triple] = triples(wanted)
    explanation = service.explain(triple)
    assert explanation.step.rule is not None
    assert any(isinstance(leaf.subject, ox.BlankNode) for leaf in explanation.step.leaves)
    for leaf in explanation.step.leaves:
        assert explanation.origins[leaf].graphs, leaf
        assert SPACE.graph_inferred not in explanation.origins[leaf].graphs


@pytest.mark.parametrize("wrong", [":x :u :w .", ":x a :E ."])
def test_the_service_tells_blank_nodes_apart(service: Service, wrong: str) -> None:
    [triple] = triples(wrong)
    with pytest.raises(NotFound):
        service.explain(triple)


def test_a_blank_node_is_one_in_all_graphs_and_from_one_query_to_the_next(service: Service) -> None:
    [[one]] = service.sparql(Query("SELECT ?b { <http://e/x> <http://e/p> ?b . GRAPH ?g { ?b <http://e/q> <http://e/y> } }")).rows()
    for infer in (True, False):
        [[again]] = service.sparql(Query("SELECT ?b { <http://e/x> <http://e/p> ?b . ?b <http://e/q> <http://e/y> }", infer=infer)).rows()
        assert again == one
