"""`--reasoning rdfs`: as much as owlrl's RDFS makes of subclass, subproperty, domain and range, and nothing of OWL."""

import json
from pathlib import Path

import pytest

from graph_service.cli import main
from graph_service.reasoning.closure import close
from graph_service.reasoning.second_opinion import second_opinion
from tests.knowledge.reference import quads, triples

#: Ontology, data, and all that follows.
FOLLOWS = {
    "subclass": (":A rdfs:subClassOf :B . :B rdfs:subClassOf :C .", ":x a :A .", ":x a :B , :C ."),
    "subproperty": (":p rdfs:subPropertyOf :q . :q rdfs:subPropertyOf rdfs:label .", ":x :p 'a' .", ":x :q 'a' ; rdfs:label 'a' ."),
    "domain and range": (":p rdfs:domain :A ; rdfs:range :B . :A rdfs:subClassOf :C .", ":x :p :y , 1 .", ":x a :A , :C . :y a :B ."),
    "range of a subproperty": (":p rdfs:subPropertyOf :q . :q rdfs:range :B .", ":x :p :y .", ":x :q :y . :y a :B ."),
    "a class without a name between": (":A rdfs:subClassOf [ rdfs:subClassOf :B ] .", ":x a :A .", ":x a :B ."),
    "what OWL says": (
        ":A owl:equivalentClass :B . :p a owl:TransitiveProperty , owl:FunctionalProperty ; owl:inverseOf :q . :A owl:disjointWith :C . "
        ":A rdfs:subClassOf [ owl:onProperty :p ; owl:hasValue :v ] , :D .",
        ":x a :A , :C ; :p :y , :z ; owl:sameAs :w . :y :p :z .",
        ":x a :D .",
    ),
    "nothing": (":A rdfs:subClassOf owl:Nothing .", ":x a :A .", ":x a owl:Nothing ."),
}


@pytest.mark.parametrize("name", FOLLOWS)
def test_what_follows_by_rdfs(name: str) -> None:
    ontology, data, follows = FOLLOWS[name]
    closure = close(quads(ontology), quads(data), reasoning="rdfs")
    assert set(closure.inferred) == triples(follows)
    assert not closure.clashes
    assert not closure.left_out
    assert second_opinion(quads(ontology), quads(data), "rdfs") == (set(closure.inferred), [])


def test_a_property_of_the_language_is_left_out() -> None:
    closure = close(quads(":p rdfs:subPropertyOf rdf:type . :q rdfs:domain :A ."), quads(":x :p :B ; :q :y ."), reasoning="rdfs")
    assert [left.construct for left in closure.left_out] == ["rdf:type as a property"]
    assert set(closure.inferred) == triples(":x a :A .")


def test_a_graph_is_built_and_explained_by_rdfs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    prefixes = (
        "@prefix : <http://e/> . @prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> ."
    )
    (tmp_path / "o.ttl").write_text(f"{prefixes}\n:A rdfs:subClassOf :B ; owl:equivalentClass :C .\n")
    (tmp_path / "d.ttl").write_text(f"{prefixes}\n:x a :A .\n")
    places = ("--ontology", str(tmp_path / "o.ttl"), "--data", str(tmp_path / "d.ttl"), "--snapshots", str(tmp_path / "snapshots"))
    flags = (*places, "--queries", "none", "--reasoning", "rdfs")
    assert main(["build", "--json", *flags]) == 0
    told = capsys.readouterr()
    assert "Inferring what follows (RDFS)." in told.err
    graphs = json.loads(told.out)["graphs"]
    assert graphs["https://graph.invalid/graph/inferred"] == 1
    arguments = ["http://e/x", "http://www.w3.org/1999/02/22-rdf-syntax-ns#type", "http://e/B"]
    assert main(["explain", *arguments, *flags]) == 0
    assert "rdfs:subClassOf" in capsys.readouterr().out
