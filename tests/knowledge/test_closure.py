"""What the closure infers: as much as owlrl on the project's own graph, and each construct of OWL 2 RL by itself."""

import re
from typing import NamedTuple

import pyoxigraph as ox
import pytest

from graph_service.errors import BuildError
from graph_service.reasoning.closure import close
from graph_service.reasoning.knowledge import Knowledge, read
from graph_service.reasoning.second_opinion import second_opinion
from graph_service.settings import bundled
from graph_service.sources.sources import Sources
from tests.knowledge.reference import quads, triples


class Case(NamedTuple):
    """An ontology, data, and all that follows."""

    ontology: str
    data: str
    follows: str


#: By construct. What does not follow is as much a part of a case as what does: `follows` is everything.
FOLLOWS = {
    "subclass": Case(":A rdfs:subClassOf :B . :B rdfs:subClassOf :C .", ":x a :A . :y a :C .", ":x a :B , :C ."),
    "subclasses in a circle": Case(":A rdfs:subClassOf :B . :B rdfs:subClassOf :A .", ":x a :A . :y a :B .", ":x a :B . :y a :A ."),
    "equivalent classes": Case(":A owl:equivalentClass :B .", ":x a :A . :y a :B .", ":x a :B . :y a :A ."),
    "subproperty": Case(":p rdfs:subPropertyOf :q .", ":x :p :y , 1 . :x :q :z .", ":x :q :y , 1 ."),
    "subproperty of a label": Case(
        ":p rdfs:subPropertyOf rdfs:label . :q rdfs:subPropertyOf rdfs:comment .",
        ":x :p 'a' ; :q 'b' .",
        ":x rdfs:label 'a' ; rdfs:comment 'b' .",
    ),
    "equivalent properties": Case(":p owl:equivalentProperty :q .", ":x :p :y . :y :q :x .", ":x :q :y . :y :p :x ."),
    "subproperty of an inverse": Case(":p rdfs:subPropertyOf [ owl:inverseOf :q ] .", ":x :p :y .", ":y :q :x ."),
    "inverse as subproperty": Case("[ owl:inverseOf :p ] rdfs:subPropertyOf :q .", ":x :p :y .", ":y :q :x ."),
    "domain": Case(":p rdfs:domain :A .", ":x :p :y , 1 .", ":x a :A ."),
    "range": Case(":p rdfs:range :A .", ":x :p :y .", ":y a :A ."),
    "domain and range alike": Case(":p rdfs:domain :A ; rdfs:range :A .", ":x :p :y .", ":x a :A . :y a :A ."),
    "range of what has literals": Case(":p rdfs:range :A .", ":x :p 'text' .", ""),
    "range that is a datatype": Case(":p rdfs:range xsd:integer .", ":x :p 1 .", ""),
    "domain of an inverse": Case("[ owl:inverseOf :p ] rdfs:domain :A .", ":x :p :y .", ":y a :A ."),
    "inverse": Case(":p owl:inverseOf :q .", ":x :p :y . :z :q :x .", ":y :q :x . :x :p :z ."),
    "inverse of what has literals": Case(":p owl:inverseOf :q .", ":x :p 'text' .", ""),
    "inverse of itself": Case(":p owl:inverseOf :p .", ":x :p :y .", ":y :p :x ."),
    "symmetric": Case(":p a owl:SymmetricProperty .", ":x :p :y . :z :p :z .", ":y :p :x ."),
    "transitive": Case(":p a owl:TransitiveProperty .", ":a :p :b . :b :p :c . :c :p :d .", ":a :p :c , :d . :b :p :d ."),
    "transitive in a circle": Case(":p a owl:TransitiveProperty .", ":a :p :b . :b :p :a .", ":a :p :a . :b :p :b ."),
    "chain of one": Case(":r owl:propertyChainAxiom ( :p ) .", ":a :p :b .", ":a :r :b ."),
    "chain of two": Case(":r owl:propertyChainAxiom ( :p :q ) .", ":a :p :b . :b :q :c , :d .", ":a :r :c , :d ."),
    "chain of three": Case(":r owl:propertyChainAxiom ( :p :q :p ) .", ":a :p :b . :b :q :c . :c :p :d .", ":a :r :d ."),
    "chain of four": Case(":r owl:propertyChainAxiom ( :p :q :p :q ) .", ":a :p :b . :b :q :c . :c :p :d . :d :q :e .", ":a :r :e ."),
    "chain that ends in a value": Case(":r owl:propertyChainAxiom ( :p :q ) .", ":a :p :b . :b :q 'text' .", ":a :r 'text' ."),
    "chain into itself": Case(":p owl:propertyChainAxiom ( :p :q ) .", ":a :p :b . :b :q :c . :c :q :d .", ":a :p :c , :d ."),
    "inverse first in a chain": Case(":r owl:propertyChainAxiom ( [ owl:inverseOf :p ] :q ) .", ":a :p :b . :a :q :c .", ":b :r :c ."),
    "inverse last in a chain": Case(
        ":r owl:propertyChainAxiom ( :p :q [ owl:inverseOf :p ] ) .", ":a :p :b . :b :q :c . :d :p :c .", ":a :r :d ."
    ),
    "inverses in a chain of four": Case(
        ":r owl:propertyChainAxiom ( :p [ owl:inverseOf :q ] [ owl:inverseOf :p ] :q ) .",
        ":a :p :b . :c :q :b . :d :p :c . :d :q :e .",
        ":a :r :e .",
    ),
    "hasValue makes a member": Case("[ owl:onProperty :p ; owl:hasValue :v ] rdfs:subClassOf :A .", ":x :p :v . :y :p :w .", ":x a :A ."),
    "hasValue of a member": Case(":A rdfs:subClassOf [ owl:onProperty :p ; owl:hasValue :v ] .", ":x a :A . :y :p :v .", ":x :p :v ."),
    "hasValue both ways": Case(
        ":A owl:equivalentClass [ owl:onProperty :p ; owl:hasValue 1 ] .", ":x a :A . :y :p 1 . :z :p 2 .", ":x :p 1 . :y a :A ."
    ),
    "hasValue of an inverse": Case(
        ":A owl:equivalentClass [ owl:onProperty [ owl:inverseOf :p ] ; owl:hasValue :v ] .", ":x a :A . :v :p :y .", ":v :p :x . :y a :A ."
    ),
    "someValuesFrom": Case(
        "[ owl:onProperty :p ; owl:someValuesFrom :A ] rdfs:subClassOf :B .", ":x :p :y . :y a :A . :z :p :x .", ":x a :B ."
    ),
    "someValuesFrom of anything": Case(
        "[ owl:onProperty :p ; owl:someValuesFrom owl:Thing ] rdfs:subClassOf :B .", ":x :p :y , 1 .", ":x a :B ."
    ),
    "someValuesFrom of an inverse": Case(
        "[ owl:onProperty [ owl:inverseOf :p ] ; owl:someValuesFrom :A ] rdfs:subClassOf :B .", ":x :p :y . :x a :A .", ":y a :B ."
    ),
    "allValuesFrom": Case(":A rdfs:subClassOf [ owl:onProperty :p ; owl:allValuesFrom :B ] .", ":x a :A ; :p :y . :z :p :w .", ":y a :B ."),
    "allValuesFrom of allValuesFrom": Case(
        ":A rdfs:subClassOf [ owl:onProperty :p ; owl:allValuesFrom [ owl:onProperty :q ; owl:allValuesFrom :B ] ] .",
        ":x a :A ; :p :y . :y :q :z .",
        ":z a :B .",
    ),
    "intersection makes a member": Case(
        "[ owl:intersectionOf ( :A :B :C ) ] rdfs:subClassOf :D .", ":x a :A , :B , :C . :y a :A , :B .", ":x a :D ."
    ),
    "intersection of a member": Case(":D rdfs:subClassOf [ owl:intersectionOf ( :A :B ) ] .", ":x a :D . :y a :A , :B .", ":x a :A , :B ."),
    "intersection both ways": Case(
        ":D owl:equivalentClass [ owl:intersectionOf ( :A :B ) ] .", ":x a :D . :y a :A , :B .", ":x a :A , :B . :y a :D ."
    ),
    "intersection by name": Case(":D owl:intersectionOf ( :A :B ) .", ":x a :D . :y a :A , :B .", ":x a :A , :B . :y a :D ."),
    "intersection in an intersection": Case(
        "[ owl:intersectionOf ( :A [ owl:intersectionOf ( :B [ owl:onProperty :p ; owl:hasValue :v ] ) ] ) ] rdfs:subClassOf :D .",
        ":x a :A , :B ; :p :v . :y a :A , :B .",
        ":x a :D .",
    ),
    "union": Case("[ owl:unionOf ( :A :B ) ] rdfs:subClassOf :C .", ":x a :A . :y a :B . :z a :C .", ":x a :C . :y a :C ."),
    "union in an intersection": Case(
        "[ owl:intersectionOf ( [ owl:unionOf ( :A :B ) ] [ owl:unionOf ( :C :D ) ] ) ] rdfs:subClassOf :E .",
        ":x a :A , :D . :y a :A , :B .",
        ":x a :E .",
    ),
    "oneOf": Case("[ owl:oneOf ( :x :y ) ] rdfs:subClassOf :A .", ":y a :A .", ":x a :A ."),
    "oneOf in an intersection": Case(
        "[ owl:intersectionOf ( :A [ owl:oneOf ( :x :y ) ] ) ] rdfs:subClassOf :B .", ":x a :A . :z a :A .", ":x a :B ."
    ),
    "oneOf twice": Case("[ owl:intersectionOf ( [ owl:oneOf ( :x :y ) ] [ owl:oneOf ( :y :z ) ] ) ] rdfs:subClassOf :B .", "", ":y a :B ."),
    "oneOf twice, of what is the same": Case(
        "[ owl:intersectionOf ( [ owl:oneOf ( :x ) ] [ owl:oneOf ( :y ) ] ) ] rdfs:subClassOf :B .",
        ":x owl:sameAs :y .",
        ":y owl:sameAs :x . :x a :B . :y a :B .",
    ),
    "someValuesFrom of oneOf": Case(
        "[ owl:onProperty :p ; owl:someValuesFrom [ owl:oneOf ( :v :w ) ] ] rdfs:subClassOf :A .", ":x :p :v . :y :p :z .", ":x a :A ."
    ),
    "functional": Case(":p a owl:FunctionalProperty .", ":x :p :y , :z .", ":y owl:sameAs :z . :z owl:sameAs :y ."),
    "functional inverse": Case(
        "[ owl:inverseOf :p ] a owl:FunctionalProperty .", ":y :p :x . :z :p :x .", ":y owl:sameAs :z . :z owl:sameAs :y ."
    ),
    "functional with one value written twice": Case(":p a owl:FunctionalProperty , owl:DatatypeProperty .", ":x :p 1 , 1 .", ""),
    "inverse functional": Case(
        ":p a owl:InverseFunctionalProperty .",
        ":y :p :x . :z :p :x , :w .",
        ":y owl:sameAs :z ; :p :w . :z owl:sameAs :y . :x owl:sameAs :x .",
    ),
    "inverse functional with values": Case(
        ":p a owl:DatatypeProperty , owl:InverseFunctionalProperty .",
        ":x :p 'a' , 'b' . :y :p 'a' . :z :p 'A' , 'a'@en .",
        ":x owl:sameAs :y . :y owl:sameAs :x ; :p 'b' .",
    ),
    "inverse functional by a subproperty with values": Case(
        ":p rdfs:subPropertyOf :q . :q a owl:DatatypeProperty , owl:InverseFunctionalProperty .",
        ":x :p 1 . :y :q 1 .",
        ":x :q 1 ; owl:sameAs :y . :y owl:sameAs :x ; :p 1 .",
    ),
    "same things have the same values": Case(
        "", ":x owl:sameAs :y . :x :p 'a' . :y :p 'a'@en .", ":y owl:sameAs :x ; :p 'a' . :x :p 'a'@en ."
    ),
    "same things have the same": Case(
        ":A rdfs:subClassOf :B .",
        ":x owl:sameAs :y . :y owl:sameAs :z . :x a :A ; :p :w . :w :p :z .",
        ":y owl:sameAs :x ; a :A , :B ; :p :w . :x owl:sameAs :z ; a :B . :z owl:sameAs :x , :y ; a :A , :B ; :p :w . :w :p :x , :y .",
    ),
    "same things that the ontology names": Case(
        ":x owl:sameAs :y . :x a owl:NamedIndividual , :A . :A a owl:Class .", ":y :p 1 .", ":y owl:sameAs :x ; a :A . :x :p 1 ."
    ),
    "what is the same starts an inference": Case(
        ":p a owl:FunctionalProperty . :r owl:propertyChainAxiom ( :p :q ) .",
        ":x :p :y , :z . :z :q :w .",
        ":y owl:sameAs :z ; :q :w . :z owl:sameAs :y . :x :r :w .",
    ),
    "maxCardinality 1": Case(
        ":A rdfs:subClassOf [ owl:onProperty :p ; owl:maxCardinality 1 ] .",
        ":x a :A ; :p :y , :z . :w :p :y , :x .",
        ":y owl:sameAs :z . :z owl:sameAs :y . :w :p :z .",
    ),
    "maxCardinality 1 of an inverse": Case(
        ":A rdfs:subClassOf [ owl:onProperty [ owl:inverseOf :p ] ; owl:maxCardinality 1 ] .",
        ":x a :A . :y :p :x . :z :p :x .",
        ":y owl:sameAs :z . :z owl:sameAs :y .",
    ),
    "maxQualifiedCardinality 1": Case(
        ":A rdfs:subClassOf [ owl:onProperty :p ; owl:maxQualifiedCardinality 1 ; owl:onClass :B ] .",
        ":x a :A ; :p :y , :z , :w . :y a :B . :z a :B .",
        ":y owl:sameAs :z . :z owl:sameAs :y .",
    ),
    "maxQualifiedCardinality 1 of anything": Case(
        ":A rdfs:subClassOf [ owl:onProperty :p ; owl:maxQualifiedCardinality 1 ; owl:onClass owl:Thing ] .",
        ":x a :A ; :p :y , :z .",
        ":y owl:sameAs :z . :z owl:sameAs :y .",
    ),
    "a thing of a class without a name": Case(
        ":x a [ a owl:Restriction ; owl:onProperty :p ; owl:allValuesFrom :A ] . :A rdfs:subClassOf :B .",
        ":x :p :y . :z :p :w .",
        ":y a :A , :B .",
    ),
    "maxCardinality 0": Case(":A rdfs:subClassOf [ owl:onProperty :p ; owl:maxCardinality 0 ] .", ":x a :A . :y :p :x .", ""),
    "complement": Case(":A rdfs:subClassOf [ owl:complementOf :B ] .", ":x a :A . :y a :B .", ""),
    "facts of the ontology": Case(":A rdfs:subClassOf :B . :x a :A ; owl:versionInfo '1' ; :p [ a :A ] .", "", ":x a :B ."),
    "a class that is also a thing": Case(":A a owl:Class ; :p :x . :p rdfs:range :B .", "", ":x a :B ."),
    "a thing without a name": Case(
        "[ owl:onProperty :p ; owl:someValuesFrom :B ] rdfs:subClassOf :C . :A rdfs:subClassOf :B .", ":x :p [ a :A ] .", ":x a :C ."
    ),
    "annotated axiom": Case(
        ":A rdfs:subClassOf :B . [] a owl:Axiom ; owl:annotatedSource :A ; owl:annotatedProperty rdfs:subClassOf ; "
        "owl:annotatedTarget :B ; rdfs:comment 'so it is' .",
        ":x a :A .",
        ":x a :B .",
    ),
    "what is above everything": Case(
        ":A rdfs:subClassOf owl:Thing . :p rdfs:domain owl:Thing ; rdfs:range rdfs:Resource .", ":x a :A ; :p :y .", ""
    ),
    "a subclass by way of restrictions": Case(
        ":A rdfs:subClassOf [ owl:onProperty :p ; owl:hasValue :v ] . :p rdfs:subPropertyOf :q . "
        "[ owl:onProperty :q ; owl:hasValue :v ] rdfs:subClassOf :B .",
        ":x a :A .",
        ":x a :B ; :p :v ; :q :v .",
    ),
}

#: owlrl writes these, and they say nothing: that a thing is itself.
_ITSELF = re.compile(r"<(\S+)> <http://www.w3.org/2002/07/owl#sameAs> <\1>")


@pytest.mark.parametrize("name", FOLLOWS)
def test_what_follows_and_nothing_else(name: str) -> None:
    case = FOLLOWS[name]
    ontology, data = quads(case.ontology), quads(case.data)
    closure = close(ontology, data)
    assert not closure.clashes
    assert set(closure.inferred) == {t for t in triples(case.follows) if not _ITSELF.match(str(t))}
    assert closure.inferred == sorted(closure.inferred, key=str)
    assert second_opinion(ontology, data) == (set(closure.inferred), [])


#: owlrl makes things with different keys the same, so it judges none of these.
KEYS = {
    "a key": Case(
        ":A owl:hasKey ( :p ) .", ":x a :A ; :p :c . :y a :A ; :p :c , :d . :z :p :c .", ":x owl:sameAs :y ; :p :d . :y owl:sameAs :x ."
    ),
    "a key of several": Case(
        ":A owl:hasKey ( :p [ owl:inverseOf :q ] ) .",
        ":x a :A ; :p 'a' . :y a :A ; :p 'a' . :z a :A ; :p 'a' . :v :q :x , :y . :w :q :z .",
        ":x owl:sameAs :y . :y owl:sameAs :x .",
    ),
    "a key of a class without a name": Case(
        "[ owl:onProperty :q ; owl:hasValue 1 ] owl:hasKey ( :p ) .",
        ":x :q 1 ; :p 'a' . :y :q 1 ; :p 'a' .",
        ":x owl:sameAs :y . :y owl:sameAs :x .",
    ),
}


@pytest.mark.parametrize("name", KEYS)
def test_things_of_one_key_are_the_same_and_no_others(name: str) -> None:
    case = KEYS[name]
    closure = close(quads(case.ontology), quads(case.data))
    assert set(closure.inferred) == triples(case.follows)
    assert not closure.clashes


#: By construct, where the same value is written in two ways. `%s` stands for the second; owlrl compares by values of its own.
IN_ANY_WRITING = {
    "inverse functional": (":p a owl:DatatypeProperty , owl:InverseFunctionalProperty .", ":x :p 1 . :y :p %s .", ":x owl:sameAs :y ."),
    "inverse functional, of no said kind": (":p a owl:InverseFunctionalProperty .", ":x :p 1 . :y :p %s .", ":x owl:sameAs :y ."),
    "a key": (":A owl:hasKey ( :p ) .", ":x a :A ; :p 1 . :y a :A ; :p %s .", ":x owl:sameAs :y ."),
    "a key of two": (":A owl:hasKey ( :p :q ) .", ":x a :A ; :p 1 ; :q 'a' . :y a :A ; :p %s ; :q 'a' .", ":x owl:sameAs :y ."),
    "hasValue": ("[ owl:onProperty :p ; owl:hasValue 1 ] rdfs:subClassOf :A .", ":x :p %s .", ":x a :A ."),
    "hasValue of an inferred value": (
        "[ owl:onProperty :p ; owl:hasValue 1 ] rdfs:subClassOf :A . :q rdfs:subPropertyOf :p .",
        ":x :q %s .",
        ":x a :A .",
    ),
    "hasValue that makes a value": (
        "[ owl:onProperty :p ; owl:hasValue 1 ] rdfs:subClassOf :A . :B rdfs:subClassOf [ owl:onProperty :p ; owl:hasValue %s ] .",
        ":x a :B .",
        ":x a :A .",
    ),
    "disjoint properties": (":p owl:propertyDisjointWith :q .", ":x :p 1 ; :q %s .", None),
    "negative assertion": ("[] owl:sourceIndividual :x ; owl:assertionProperty :p ; owl:targetValue 1 .", ":x :p %s .", None),
}


@pytest.mark.parametrize("name", IN_ANY_WRITING)
def test_a_value_counts_in_any_writing(name: str) -> None:
    ontology, data, follows = IN_ANY_WRITING[name]
    for writing, is_one in (("01", True), ("1.0", True), ("'1'^^xsd:byte", True), ("2", False), ("1e0", False), ("'1'", False)):
        said = [text.replace("%s", writing) for text in (ontology, data)]
        closure = close(quads(said[0]), quads(said[1]))
        if follows is None:
            assert [set(clash.premises) for clash in closure.clashes] == ([triples(said[1])] if is_one else [])
        else:
            assert (triples(follows) <= set(closure.inferred)) == is_one, writing
    # Of a text that is not of its datatype, and of a datatype that is not known, nothing is known.
    for writing in ("'one'^^xsd:integer", "'1'^^:unknown") if "%s" in data else ():
        closure = close(quads(ontology), quads(data.replace("%s", writing)))
        assert not closure.clashes
        assert follows is None or not triples(follows) <= set(closure.inferred)


class Contradiction(NamedTuple):
    """An ontology, data, the axiom and the rule of the clash, and the triples that must not stand together."""

    ontology: str
    data: str
    axiom: str
    rule: str
    premises: str
    seen_by_owlrl: bool = True


CONTRADICTIONS = {
    "disjoint classes": Contradiction(
        ":A owl:disjointWith :B .", ":x a :A , :B . :y a :A .", ":A owl:disjointWith :B", "cax-dw", ":x a :A , :B ."
    ),
    "disjoint classes, one inferred": Contradiction(
        ":A owl:disjointWith :B . :C rdfs:subClassOf :B .", ":x a :A , :C .", ":A owl:disjointWith :B", "cax-dw", ":x a :A , :B ."
    ),
    "disjoint expressions": Contradiction(
        ":A owl:disjointWith [ owl:onProperty :p ; owl:hasValue :v ] .",
        ":x a :A ; :p :v .",
        "hasValue: :p :v; :A owl:disjointWith an unnamed class",
        "cls-hv2, cax-dw",
        ":x a :A ; :p :v .",
    ),
    "all disjoint classes": Contradiction(
        "[] a owl:AllDisjointClasses ; owl:members ( :A :B :C ) .",
        ":x a :A , :C . :y a :B .",
        ":A owl:disjointWith :C",
        "cax-dw",
        ":x a :A , :C .",
    ),
    "a thing that it is said not to have": Contradiction(
        "[] owl:sourceIndividual :x ; owl:assertionProperty :p ; owl:targetIndividual :y .",
        ":x :p :y . :y :p :x .",
        "not :x :p :y",
        "prp-npa1",
        ":x :p :y .",
    ),
    "a thing that it is said not to have, by an inverse": Contradiction(
        "[] owl:sourceIndividual :y ; owl:assertionProperty [ owl:inverseOf :p ] ; owl:targetIndividual :x .",
        ":x :p :y . :y :p :x .",
        "not :y inverse of :p :x",
        "prp-npa1",
        ":x :p :y .",
    ),
    "a value that it is said not to have": Contradiction(
        "[] a owl:NegativePropertyAssertion ; owl:sourceIndividual :x ; owl:assertionProperty :p ; owl:targetValue 'a' .",
        ":x :p 'a' , 'b' . :y :p 'a' .",
        'not :x :p "a"',
        "prp-npa2",
        ":x :p 'a' .",
    ),
    "complement": Contradiction(
        ":A rdfs:subClassOf [ owl:complementOf :B ] .",
        ":x a :A , :B .",
        ":A rdfs:subClassOf an unnamed class; an unnamed class owl:complementOf :B",
        "cax-sco, cls-com",
        ":x a :A , :B .",
    ),
    "disjoint properties": Contradiction(
        ":p owl:propertyDisjointWith :q .",
        ":x :p :y . :x :q :y . :y :p :x .",
        ":p owl:propertyDisjointWith :q",
        "prp-pdw",
        ":x :p :y . :x :q :y .",
    ),
    "disjoint properties with values": Contradiction(
        ":p a owl:DatatypeProperty ; owl:propertyDisjointWith :q .",
        ":x :p 'a' ; :q 'a' . :y :p 'a'@en .",
        ":p owl:propertyDisjointWith :q",
        "prp-pdw",
        ":x :p 'a' ; :q 'a' .",
    ),
    "disjoint inverses": Contradiction(
        ":p owl:propertyDisjointWith [ owl:inverseOf :q ] .",
        ":x :p :y . :y :q :x .",
        ":p owl:propertyDisjointWith inverse of :q",
        "prp-pdw",
        ":x :p :y . :y :q :x .",
    ),
    "all disjoint properties, the first two of three": Contradiction(
        "[] a owl:AllDisjointProperties ; owl:members ( :p :q :r ) .",
        ":x :p :y ; :q :y .",
        ":p owl:propertyDisjointWith :q",
        "prp-pdw",
        ":x :p :y . :x :q :y .",
    ),
    "all disjoint properties, the last of three": Contradiction(
        "[] a owl:AllDisjointProperties ; owl:members ( :p :q :r ) .",
        ":x :q :y ; :r :y .",
        ":q owl:propertyDisjointWith :r",
        "prp-pdw",
        ":x :q :y . :x :r :y .",
        seen_by_owlrl=False,
    ),
    "all disjoint properties, two": Contradiction(
        "[] a owl:AllDisjointProperties ; owl:members ( :p :q ) .",
        ":x :p :y ; :q :y .",
        ":p owl:propertyDisjointWith :q",
        "prp-pdw",
        ":x :p :y . :x :q :y .",
        seen_by_owlrl=False,
    ),
    "irreflexive": Contradiction(
        ":p a owl:IrreflexiveProperty .", ":x :p :x , :y .", ":p a owl:IrreflexiveProperty", "prp-irp", ":x :p :x ."
    ),
    "asymmetric": Contradiction(
        ":p a owl:AsymmetricProperty .", ":x :p :y . :y :p :x , :z .", ":p a owl:AsymmetricProperty", "prp-asyp", ":x :p :y . :y :p :x ."
    ),
    "asymmetric, with itself": Contradiction(
        ":p a owl:AsymmetricProperty .", ":x :p :x .", ":p a owl:AsymmetricProperty", "prp-asyp", ":x :p :x ."
    ),
    "nothing above": Contradiction(
        ":A rdfs:subClassOf owl:Nothing .", ":x a :A .", ":A rdfs:subClassOf owl:Nothing", "cax-sco", ":x a :A ."
    ),
    "nothing said": Contradiction("", ":x a owl:Nothing .", "owl:Nothing has no members", "cls-nothing2", ":x a owl:Nothing ."),
    "nothing as a range": Contradiction(":p rdfs:range owl:Nothing .", ":x :p :y .", ":p rdfs:range owl:Nothing", "prp-rng", ":x :p :y ."),
    "nothing by all values": Contradiction(
        ":A rdfs:subClassOf [ owl:onProperty :p ; owl:allValuesFrom owl:Nothing ] .",
        ":x a :A ; :p :y .",
        ":A rdfs:subClassOf an unnamed class; allValuesFrom: :p owl:Nothing",
        "cax-sco, cls-avf",
        ":x a :A ; :p :y .",
    ),
    "maxCardinality 0": Contradiction(
        ":A rdfs:subClassOf [ owl:onProperty :p ; owl:maxCardinality 0 ] .",
        ":x a :A ; :p :y .",
        ":A rdfs:subClassOf an unnamed class; maxCardinality 0: :p",
        "cax-sco, cls-maxc1",
        ":x a :A ; :p :y .",
    ),
    "the same and different": Contradiction(
        "",
        ":x owl:sameAs :y . :y owl:differentFrom :x .",
        "owl:sameAs and owl:differentFrom exclude each other",
        "eq-diff1",
        ":y owl:sameAs :x . :y owl:differentFrom :x .",
    ),
    "different from itself": Contradiction(
        "", ":x owl:differentFrom :x .", "nothing differs from itself", "eq-ref, eq-diff1", ":x owl:differentFrom :x ."
    ),
    "two values of a functional property": Contradiction(
        ":p a owl:FunctionalProperty , owl:DatatypeProperty .",
        ":x :p 1 , 2 .",
        ":p a owl:FunctionalProperty",
        "prp-fp, dt-diff",
        ":x :p 1 , 2 .",
        seen_by_owlrl=False,
    ),
    "two values of a property of unknown kind": Contradiction(
        ":p a owl:FunctionalProperty .",
        ":x :p 'a' , 'b' .",
        ":p a owl:FunctionalProperty",
        "prp-fp, dt-diff",
        ":x :p 'a' , 'b' .",
        seen_by_owlrl=False,
    ),
    "two values where one is allowed": Contradiction(
        ":p a owl:DatatypeProperty . :A rdfs:subClassOf [ owl:onProperty :p ; owl:maxCardinality 1 ] .",
        ":x a :A ; :p 'a'@en , 'a'@fr .",
        ":A rdfs:subClassOf an unnamed class; maxCardinality 1: :p",
        "cax-sco, cls-maxc2, dt-diff",
        ":x a :A ; :p 'a'@en , 'a'@fr .",
        seen_by_owlrl=False,
    ),
    "a literal where a thing belongs": Contradiction(
        ":p rdfs:range :A . :q rdfs:range :B . :A owl:disjointWith :B .",
        ":x :p 'a' . :y :q 'a' .",
        ":A owl:disjointWith :B",
        "cax-dw",
        ":x :p 'a' . :y :q 'a' .",
    ),
    "more than none of a class": Contradiction(
        ":A rdfs:subClassOf [ owl:onProperty :p ; owl:maxQualifiedCardinality 0 ; owl:onClass :B ] .",
        ":x a :A ; :p :y , :z . :y a :B .",
        ":A rdfs:subClassOf an unnamed class; maxQualifiedCardinality 0: :p :B",
        "cax-sco, cls-maxqc1",
        ":x a :A ; :p :y . :y a :B .",
    ),
    "more than none of anything": Contradiction(
        ":A rdfs:subClassOf [ owl:onProperty :p ; owl:maxQualifiedCardinality 0 ; owl:onClass owl:Thing ] .",
        ":x a :A ; :p :y .",
        ":A rdfs:subClassOf an unnamed class; maxQualifiedCardinality 0: :p owl:Thing",
        "cax-sco, cls-maxqc2",
        ":x a :A ; :p :y .",
    ),
    "all different, and two the same": Contradiction(
        "[] a owl:AllDifferent ; owl:members ( :x :y :z ) .",
        ":x owl:sameAs :y .",
        ":x owl:differentFrom :y",
        "eq-diff2",
        ":x owl:sameAs :y .",
    ),
    "all different in the older way": Contradiction(
        "[] a owl:AllDifferent ; owl:distinctMembers ( :x :y :z ) . :p a owl:FunctionalProperty .",
        ":v :p :y , :z .",
        ":y owl:differentFrom :z",
        "eq-diff3",
        ":y owl:sameAs :z .",
        seen_by_owlrl=False,
    ),
    "disjoint with itself": Contradiction(":A owl:disjointWith :A .", ":x a :A .", ":A owl:disjointWith :A", "cax-dw", ":x a :A ."),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_clash_names_its_axiom_its_rule_and_the_triples(name: str) -> None:
    case = CONTRADICTIONS[name]
    ontology, data = quads(case.ontology), quads(case.data)
    clashes = close(ontology, data).clashes
    found = {(clash.rule.axiom.replace("http://e/", ":"), clash.rule.name, frozenset(clash.premises)) for clash in clashes}
    assert (case.axiom, case.rule, frozenset(triples(case.premises))) in found
    assert len(found) == 1 or "differentFrom" in case.data
    assert bool(second_opinion(ontology, data)[1]) == case.seen_by_owlrl


NO_CONTRADICTION = {
    "a value written in two ways": (":p a owl:FunctionalProperty , owl:DatatypeProperty .", ":x :p 1 , 01 , 1.0 ."),
    "two things that may be one": (":p a owl:FunctionalProperty , owl:ObjectProperty .", ":x :p :y , :z ."),
    "different, and not the same": (":p a owl:FunctionalProperty .", ":x owl:differentFrom :y ; :p :y ."),
    "a value of another datatype": (":p a owl:DatatypeProperty ; rdfs:range xsd:integer .", ":x :p 'text' ."),
    "disjoint, but not of one thing": (":A owl:disjointWith :B . :p owl:propertyDisjointWith :q .", ":x a :A ; :p :y . :y a :B ; :q :x ."),
}


@pytest.mark.parametrize("name", NO_CONTRADICTION)
def test_what_is_no_clash(name: str) -> None:
    ontology, data = NO_CONTRADICTION[name]
    assert not close(quads(ontology), quads(data)).clashes


#: An axiom without a rule, and what the error says of it.
REFUSED = {
    "an empty key": (":A owl:hasKey () .", "http://e/A owl:hasKey"),
    "a value as a key": (":A owl:hasKey ( 1 ) .", "as a property"),
    "a key of what has no rule": ("[ owl:complementOf :A ] owl:hasKey ( :p ) .", "owl:complementOf on the left"),
    "someValuesFrom on the right": (
        ":A rdfs:subClassOf [ owl:onProperty :p ; owl:someValuesFrom :B ] .",
        "http://e/A rdfs:subClassOf [ owl:onProperty http://e/p ; owl:someValuesFrom http://e/B ] (owl:someValuesFrom on the right)",
    ),
    "someValuesFrom in a definition": (
        ":A owl:equivalentClass [ owl:onProperty :p ; owl:someValuesFrom :B ] .",
        "owl:someValuesFrom on the right",
    ),
    "unionOf on the right": (":A rdfs:subClassOf [ owl:unionOf ( :B :C ) ] .", "http://e/A rdfs:subClassOf [ owl:unionOf ( http://e/B"),
    "unionOf as a range": (":p rdfs:range [ owl:unionOf ( :A :B ) ] .", "http://e/p rdfs:range [ owl:unionOf ( http://e/A http://e/B ) ]"),
    "unionOf by name": (":A owl:unionOf ( :B :C ) .", "http://e/A owl:unionOf ( http://e/B http://e/C ) (owl:unionOf on the right)"),
    "unionOf in allValuesFrom": (
        ":A rdfs:subClassOf [ owl:onProperty :p ; owl:allValuesFrom [ owl:unionOf ( :B :C ) ] ] .",
        "owl:unionOf on the right",
    ),
    "oneOf on the right": (":A rdfs:subClassOf [ owl:oneOf ( :x ) ] .", "owl:oneOf on the right"),
    "oneOf of values": ("[ owl:oneOf ( 1 2 ) ] rdfs:subClassOf :A .", "owl:oneOf ("),
    "allValuesFrom on the left": ("[ owl:onProperty :p ; owl:allValuesFrom :B ] rdfs:subClassOf :A .", "owl:allValuesFrom on the left"),
    "allValuesFrom in a union": (
        "[ owl:unionOf ( :C [ owl:onProperty :p ; owl:allValuesFrom :B ] ) ] rdfs:subClassOf :A .",
        "owl:allValuesFrom on the left",
    ),
    "allValuesFrom in a complement": (
        ":A rdfs:subClassOf [ owl:complementOf [ owl:onProperty :p ; owl:allValuesFrom :B ] ] .",
        "owl:allValuesFrom on the left",
    ),
    "allValuesFrom that is disjoint": (
        ":A owl:disjointWith [ owl:onProperty :p ; owl:allValuesFrom :B ] .",
        "owl:allValuesFrom on the left",
    ),
    "allValuesFrom among all disjoint": (
        "[] a owl:AllDisjointClasses ; owl:members ( :A [ owl:onProperty :p ; owl:allValuesFrom :B ] ) .",
        "owl:allValuesFrom on the left",
    ),
    "complementOf on the left": ("[ owl:complementOf :B ] rdfs:subClassOf :A .", "owl:complementOf on the left"),
    "complementOf by name": (":A owl:complementOf :B .", "owl:complementOf on the left"),
    "maxCardinality on the left": ("[ owl:onProperty :p ; owl:maxCardinality 1 ] rdfs:subClassOf :A .", "owl:maxCardinality on the left"),
    "maxCardinality 2": (":A rdfs:subClassOf [ owl:onProperty :p ; owl:maxCardinality 2 ] .", "owl:maxCardinality"),
    "minCardinality": (":A rdfs:subClassOf [ owl:onProperty :p ; owl:minCardinality 1 ] .", "owl:minCardinality"),
    "cardinality": (":A rdfs:subClassOf [ owl:onProperty :p ; owl:cardinality 1 ] .", "owl:cardinality"),
    "exact qualified cardinality": (
        ":A rdfs:subClassOf [ owl:onProperty :p ; owl:onClass :B ; owl:qualifiedCardinality 1 ] .",
        "owl:qualifiedCardinality",
    ),
    "qualified cardinality 2": (
        ":A rdfs:subClassOf [ owl:onProperty :p ; owl:onClass :B ; owl:maxQualifiedCardinality 2 ] .",
        "owl:maxQualifiedCardinality of another number",
    ),
    "qualified cardinality of what has no rule": (
        ":A rdfs:subClassOf [ owl:onProperty :p ; owl:onClass [ owl:complementOf :B ] ; owl:maxQualifiedCardinality 1 ] .",
        "owl:complementOf on the left",
    ),
    "hasSelf": (":A rdfs:subClassOf [ owl:onProperty :p ; owl:hasSelf true ] .", "owl:hasSelf"),
    "someValuesFrom of a datatype": (
        "[ owl:onProperty :p ; owl:someValuesFrom xsd:integer ] rdfs:subClassOf :A .",
        "owl:someValuesFrom xsd:integer",
    ),
    "allValuesFrom of a datatype": (
        ":A rdfs:subClassOf [ owl:onProperty :p ; owl:allValuesFrom rdfs:Literal ] .",
        "owl:allValuesFrom rdfs:Literal",
    ),
    "a datatype with facets": (":D a rdfs:Datatype ; owl:onDatatype xsd:integer .", "http://e/D owl:onDatatype xsd:integer"),
    "disjoint union": (":A owl:disjointUnionOf ( :B :C ) .", "http://e/A owl:disjointUnionOf"),
    "reflexive": (":p a owl:ReflexiveProperty .", "http://e/p rdf:type owl:ReflexiveProperty"),
    "half a negative assertion": ("[] a owl:NegativePropertyAssertion ; owl:sourceIndividual :x .", "without one subject, one property"),
    "a negative assertion of a thing as a value": (
        "[] owl:sourceIndividual :x ; owl:assertionProperty :p ; owl:targetIndividual 'a' .",
        "without one subject, one property",
    ),
    "a negative assertion of a property of the language": (
        "[] owl:sourceIndividual :x ; owl:assertionProperty rdf:type ; owl:targetIndividual :A .",
        "rdf:type as a property",
    ),
    "anything on the left": ("owl:Thing rdfs:subClassOf :A .", "owl:Thing on the left"),
    "anything as a definition": (":A owl:equivalentClass owl:Thing .", "owl:Thing on the left"),
    "a class of the language": (":A rdfs:subClassOf owl:TransitiveProperty .", "owl:TransitiveProperty as a class"),
    "a property of the language": (":p rdfs:subPropertyOf rdf:type .", "rdf:type as a property"),
    "a property of the language in a chain": (":p owl:propertyChainAxiom ( :q rdfs:subClassOf ) .", "rdfs:subClassOf as a property"),
    "the property above all": (":p rdfs:subPropertyOf owl:topObjectProperty .", "owl:topObjectProperty as a property"),
    "an empty chain": (":p owl:propertyChainAxiom () .", "http://e/p owl:propertyChainAxiom"),
    "a property that is nothing": (":p owl:inverseOf [ rdfs:label 'nothing' ] .", "as a property"),
    "an inverse of an inverse": ("[ owl:inverseOf [ owl:inverseOf :p ] ] rdfs:subPropertyOf :q .", "as a property"),
    "an unnamed class of nothing": (":A rdfs:subClassOf [ a owl:Class ] .", "an unnamed class that is not defined once"),
    "a restriction of two kinds": (
        ":A rdfs:subClassOf [ owl:onProperty :p ; owl:hasValue 1 ; owl:allValuesFrom :B ] .",
        "an unnamed class that is not defined once",
    ),
    "a restriction without a property": (":A rdfs:subClassOf [ owl:hasValue 1 ] .", "owl:hasValue without one property"),
    "a broken list": ("[ owl:unionOf [ rdf:first :A ] ] rdfs:subClassOf :B .", "list of the ontology is broken"),
    "a list without an end": (
        "_:l rdf:first :A ; rdf:rest _:l . [ owl:unionOf _:l ] rdfs:subClassOf :B .",
        "list of the ontology is broken",
    ),
    "classes that are the same": (":A a owl:Class . :A owl:sameAs :B .", "http://e/A owl:sameAs http://e/B"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_axiom_without_a_rule_is_an_error_that_names_it(name: str) -> None:
    axiom, words = REFUSED[name]
    with pytest.raises(BuildError, match=re.escape(words)) as error:
        close(quads(axiom), [], strict=True)
    assert "nothing can be inferred" in str(error.value)


#: Where owlrl fails, or goes in a circle for ever.
NOT_FOR_OWLRL = {"a broken list", "a list without an end", "a value as a key", "an empty key", "an empty chain"}
#: What owlrl uses all the same: it has terms of the language for classes and properties, and literals for members of their datatypes.
USED_BY_OWLRL = {
    *("allValuesFrom of a datatype", "a negative assertion of a property of the language", "a property of the language"),
    *("an inverse of an inverse", "classes that are the same"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_axiom_without_a_rule_is_left_out_and_told(name: str) -> None:
    """What is inferred beside it is what owlrl infers of all."""
    axiom, _ = REFUSED[name]
    ontology = quads(f"{axiom} :C rdfs:subClassOf :D .")
    data = quads(":x a :A , :C ; :p :y , 1 . :y a :B ; :q :x .")
    closure = close(ontology, data)
    assert closure.left_out
    assert {left.triple for left in closure.left_out} <= {quad.triple for quad in ontology}
    assert triples(":x a :D .") <= set(closure.inferred)
    if name not in NOT_FOR_OWLRL:
        inferred, errors = second_opinion(ontology, data)
        if name in USED_BY_OWLRL:
            assert errors or set(closure.inferred) < inferred
        else:
            assert not errors
            assert set(closure.inferred) == inferred


#: The rules of the specification (OWL 2 Profiles, tables 4 to 8) that are rules here, each of which some case above needs.
RULES = {
    *("eq-ref", "eq-sym", "eq-trans", "eq-rep-s", "eq-rep-o", "eq-diff1", "prp-dom", "prp-rng", "prp-fp", "prp-ifp", "prp-irp", "prp-symp"),
    *("prp-asyp", "prp-trp", "prp-spo1", "prp-spo2", "prp-pdw", "prp-inv1", "prp-inv2", "cls-nothing2", "cls-int1", "cls-int2", "cls-uni"),
    *("cls-com", "cls-svf1", "cls-avf", "cls-hv1", "cls-hv2", "cls-maxc1", "cls-maxc2", "cls-oo", "cax-sco", "cax-dw", "dt-diff", "dt-eq"),
    *("prp-key", "prp-npa1", "prp-npa2", "eq-diff2", "eq-diff3", "cls-maxqc1", "cls-maxqc2", "cls-maxqc3", "cls-maxqc4"),
}
#: The others, and what becomes of them.
OTHER_RULES = {
    **dict.fromkeys(("prp-eqp1", "prp-eqp2"), "as prp-spo1"),
    **dict.fromkeys(("cax-eqc1", "cax-eqc2"), "as cax-sco"),
    **{"prp-adp": "as prp-pdw", "cax-adc": "as cax-dw", "cls-svf2": "as cls-svf1"},
    **dict.fromkeys(("cls-thing", "cls-nothing1", "prp-ap", "dt-type1"), "say only what kind of term a term of the language is"),
    "eq-rep-p": "left out: a property that is the same as another",
    **dict.fromkeys(("dt-type2", "dt-not-type"), "left to the shapes: whether a literal is of its datatype"),
}


def test_every_rule_of_the_specification_is_used_or_accounted_for() -> None:
    ontologies = [(c.ontology, c.data) for c in (*FOLLOWS.values(), *KEYS.values())]
    ontologies += [(c.ontology, c.data) for c in CONTRADICTIONS.values()]
    rules = {rule for ontology, data in ontologies for rule in close(quads(ontology), quads(data)).rules}
    assert {name for rule in rules for name in rule.name.split(", ")} == RULES
    assert not RULES & OTHER_RULES.keys()
    assert len(RULES) + len(OTHER_RULES) == 58  # 9 + 20 + 19 + 5 + 5


def test_a_value_is_given_as_it_is_written() -> None:
    ontology = quads(":p rdfs:subPropertyOf :q . :q a owl:DatatypeProperty , owl:InverseFunctionalProperty .")
    inferred = set(close(ontology, quads(":x :p 01 . :y :p 1.0 .")).inferred)
    assert inferred >= triples(":x :q 01 , 1.0 ; owl:sameAs :y . :y :q 01 , 1.0 .")
    assert not inferred & triples(":x :q 1 . :y :q 1 .")


def test_axioms_among_the_data_are_facts() -> None:
    assert not close([], quads(":A rdfs:subClassOf :B . :x a :A .")).inferred


def test_a_fact_said_in_two_graphs_is_one_fact() -> None:
    data = [ox.Quad(t.subject, t.predicate, t.object, ox.NamedNode(f"http://g/{n}")) for t in triples(":x a :A .") for n in (1, 2)]
    assert close(quads(":A rdfs:subClassOf :B ."), data).inferred == [*triples(":x a :B .")]


@pytest.fixture(scope="module")
def own() -> Knowledge:
    """The project's own ontology and data."""
    return read(Sources.find([bundled("ontology")], [bundled("data")]), lambda _: None)


def test_on_the_own_graph_the_closure_is_that_of_owlrl(own: Knowledge) -> None:
    closure = close(own.ontology, own.data)
    inferred, errors = second_opinion(own.ontology, own.data)
    assert len(inferred) > 3000
    assert set(closure.inferred) == inferred
    assert not closure.clashes
    assert not errors
