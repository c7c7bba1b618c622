"""A query is taken apart into what can be tried one after the other, and put together again it asks the same."""

import pyoxigraph as ox
import pytest

from graph_service.sparql.group import Effect, outermost_group


def taken_apart(text: str) -> list[tuple[str, str]]:
    group = outermost_group(text)
    assert group is not None
    for size in range(len(group.elements) + 1):
        ox.Store().query(group.ask(group.elements[:size]))
    return [(element.effect.name, element.text) for element in group.elements]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("SELECT * { ?s ?p ?o }", ["?s ?p ?o ."]),
        ("SELECT * WHERE { ?s ?p ?o ; ?q 1 , 2 . ?t ?u [ ?v 3 ; ?w 4 ] . }", ["?s ?p ?o .", "?s ?q 1 , 2 .", "?t ?u [ ?v 3 ; ?w 4 ] ."]),
        ("SELECT * { ?s ?p 'a;b.c' ; }", ["?s ?p 'a;b.c' ."]),
        ("SELECT * { [] ?p ?o ; ?q ?r . (1 2) ?u ?v }", ["[] ?p ?o ; ?q ?r .", "(1 2) ?u ?v ."]),
        ("SELECT * { ?s ?p ?o { ?a ?b ?c } UNION { ?d ?e ?f } ?x ?y ?z }", ["?s ?p ?o .", "{ ?a ?b ?c } UNION { ?d ?e ?f }", "?x ?y ?z ."]),
        ("SELECT * { VALUES (?a ?b) { (1 2) } VALUES ?c { 3 } ?a ?b ?c }", ["VALUES (?a ?b) { (1 2) }", "VALUES ?c { 3 }", "?a ?b ?c ."]),
        ("CONSTRUCT { ?s ?p ?x } WHERE { ?s ?p ?x }", ["?s ?p ?x ."]),
        ("CONSTRUCT WHERE { ?s ?p ?x }", ["?s ?p ?x ."]),
        ("SELECT * { ?s (<urn:a>/<urn:b>)+ ?o }", ["?s (<urn:a>/<urn:b>)+ ?o ."]),
    ],
)  # fmt: skip
def test_each_property_of_a_subject_is_a_part_of_its_own(text: str, parts: list[str]) -> None:
    assert taken_apart(text) == [("PATTERN", part) for part in parts]


def test_what_adds_and_what_takes_away_is_told_apart() -> None:
    text = (
        "PREFIX e: <http://e/> SELECT (COUNT(*) AS ?n) FROM e:g "
        "WHERE { ?s e:p ?o FILTER(?o > 1) OPTIONAL { ?s e:q ?r FILTER(?r = 2) } "
        "BIND(?o + 1 AS ?x) FILTER NOT EXISTS { ?s e:t ?u } MINUS { ?s e:v ?w } FILTER REGEX(STR(?s), 'a') "
        "GRAPH ?g { ?s ?a ?b } } GROUP BY ?s"
    )
    assert taken_apart(text) == [
        ("PATTERN", "?s e:p ?o ."),
        ("RESTRICTION", "FILTER(?o > 1)"),
        ("ADDITION", "OPTIONAL { ?s e:q ?r FILTER(?r = 2) }"),
        ("ADDITION", "BIND(?o + 1 AS ?x)"),
        ("RESTRICTION", "FILTER NOT EXISTS { ?s e:t ?u }"),
        ("RESTRICTION", "MINUS { ?s e:v ?w }"),
        ("RESTRICTION", "FILTER REGEX(STR(?s), 'a')"),
        ("PATTERN", "GRAPH ?g { ?s ?a ?b }"),
    ]
    group = outermost_group(text)
    assert group is not None
    assert group.ask(group.elements[:1]) == "PREFIX e: <http://e/>  ASK FROM e:g  { ?s e:p ?o . }"
    assert [text[element.start : element.end] for element in group.elements if element.effect is Effect.ADDITION] == [
        "OPTIONAL { ?s e:q ?r FILTER(?r = 2) }",
        "BIND(?o + 1 AS ?x)",
    ]


@pytest.mark.parametrize(
    "text", ["", "DESCRIBE <urn:a>", "SELECT * { SELECT ?x { ?x ?y ?z } }", "}}", "SELECT * {", "CONSTRUCT { ?s ?p ?o }"]
)
def test_a_text_without_such_a_group_has_none(text: str) -> None:
    assert outermost_group(text) is None
