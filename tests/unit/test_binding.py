"""Values given beside a query hold everywhere in its outermost group, and are never query text."""

import pyoxigraph as ox
import pytest

from graph_service.rdf.terms import term, write
from graph_service.sparql.binding import bind

STORE = ox.Store()
STORE.bulk_load(b"<http://e/a> <http://e/p> 1 . <http://e/a> <http://e/q> 2 . <http://e/b> <http://e/p> 3 .", format=ox.RdfFormat.TURTLE)
A = "<http://e/a>"


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("SELECT * { ?s ?p ?o }", 2),
        ("SELECT (COUNT(*) AS ?n) WHERE { ?s <http://e/p> ?o } HAVING (COUNT(*) = 1)", 1),
        ("SELECT ?o (EXISTS { ?s <http://e/q> ?x } AS ?has) { ?s <http://e/p> ?o }", 1),
        ("SELECT ?o { ?x <http://e/p> ?o FILTER(?x = ?s) }", 1),
        ("SELECT ?o { { SELECT * { ?s <http://e/p> ?o } } } # {", 1),
        ("SELECT ?o { SELECT ?s ?o { ?s <http://e/p> ?o } }", 1),
        ("CONSTRUCT { ?s <http://e/new> ?o } WHERE { ?s ?p ?o }", 2),
        ("CONSTRUCT WHERE { ?s ?p ?o } # the end", 2),
        ("CONSTRUCT FROM <http://e/graph> WHERE { ?s ?p ?o }", 0),
        ("CONSTRUCT WHERE { ?s ?p ?o # the end\n}", 2),
        ("CONSTRUCT WHERE { ?s ?p ?o } VALUES ?o { 1 }", 1),
        ("CONSTRUCT WHERE { ?s ?p ?o } ORDER BY ?o LIMIT 1", 1),
        ("CONSTRUCT { ?s <http://e/new> [] } WHERE { { SELECT * { ?s ?p ?o } } }", 2),
        ("PREFIX e: <http://e/> # {\nDESCRIBE ?s { ?s e:p ?o }", 2),
        ("DESCRIBE ?s", 2),
        ("DESCRIBE ?s <http://e/b> # both\nLIMIT 1", 3),
        ("DESCRIBE ?s ORDER BY ?s VALUES ?x { 1 }", 2),
    ],
)
def test_a_value_holds_wherever_the_variable_is(query: str, count: int) -> None:
    answer = STORE.query(bind(query, {"s": A}))
    assert not isinstance(answer, ox.QueryBoolean)
    assert len(list(answer)) == count


def test_a_truth_depends_on_the_value() -> None:
    assert bool(STORE.query(bind("ASK { ?s <http://e/q> ?o }", {"s": A})))
    assert not bool(STORE.query(bind("ASK { ?s <http://e/q> ?o }", {"s": "<http://e/b>"})))


def test_a_text_that_looks_like_syntax_stays_a_text() -> None:
    value = term('"} } SELECT * { ?a ?b ?c } #"')
    (row,) = STORE.query(bind("SELECT ?s { }", {"s": write(value)}))  # type: ignore[misc]
    assert row["s"] == value


@pytest.mark.parametrize(
    "text", ["", "SELECT ?s", "SELECT * {", "ASK", "CONSTRUCT WHERE", "INSERT DATA { }", "# nothing", "{", "}{", "DESCRIBE {"]
)
def test_what_is_no_query_is_left_for_the_engine_to_refuse(text: str) -> None:
    bound = bind(text, {"s": A})
    assert bound == text or text == "DESCRIBE {"
    with pytest.raises(SyntaxError):
        STORE.query(bound)
