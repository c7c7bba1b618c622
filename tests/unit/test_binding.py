"""Values given beside a query hold everywhere in its outermost group, and are never query text."""

import pyoxigraph as ox
import pytest

from graph_service.words.binding import bind
from graph_service.words.terms import term, write

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
        ("PREFIX e: <http://e/> # {\nDESCRIBE ?s { ?s e:p ?o }", 2),
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


def test_where_there_is_no_group_there_is_nothing_to_bind() -> None:
    with pytest.raises(ValueError, match="no group"):
        bind("DESCRIBE <http://e/a>", {"s": A})
    assert bind("DESCRIBE <http://e/a>", {}) == "DESCRIBE <http://e/a>"
