"""The columns of `SELECT *` stand in the order in which the query's text names them."""

import pytest

from graph_service.sparql.select_star import with_columns


@pytest.mark.parametrize(
    ("text", "variables", "expected"),
    [
        ("SELECT * { ?s ?p ?o }", "o p s", "SELECT ?s ?p ?o { ?s ?p ?o }"),
        (
            "PREFIX a: <b#*> # *\nselect distinct * { $z a:b ?a }",
            "a z",
            "PREFIX a: <b#*> # *\nselect distinct ?z ?a { $z a:b ?a }",
        ),
        ("SELECT * { ?s ?p ?o { SELECT ?k { ?k ?x ?y } } }", "k o p s", "SELECT ?s ?p ?o ?k { ?s ?p ?o { SELECT ?k { ?k ?x ?y } } }"),
        ("SELECT ?s { { SELECT * { ?s ?p ?o } } }", "s", "SELECT ?s { { SELECT * { ?s ?p ?o } } }"),
        ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "n", "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"),
        ("SELECT (1*2 AS ?n) { }", "n", "SELECT (1*2 AS ?n) { }"),
        ("SELECT * { }", "", "SELECT * { }"),
        ("SELECT * { ?\\u0061 ?p '?b *' }", "a p", "SELECT * { ?\\u0061 ?p '?b *' }"),
        ("ASK { ?s ?p ?o }", "", "ASK { ?s ?p ?o }"),
    ],
)
def test_an_outermost_asterisk_becomes_the_columns(text: str, variables: str, expected: str) -> None:
    assert with_columns(text, variables.split()) == expected
