"""An aggregate of an aggregate is refused, wherever it stands, and nothing else is."""

import pytest

from graph_service.errors import MalformedQuery
from graph_service.sparql.guard import refuse_nested_aggregates


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("SELECT (COUNT(COUNT(*)) AS ?c) {}", 15),
        ("SELECT (SUM(1 + (MAX(?x) * 2)) AS ?c) {}", 18),
        ("SELECT ?x {} GROUP BY ?x HAVING (min(if(true, avg(?x), 1)) > 1)", 47),
    ],
)
def test_an_aggregate_in_an_aggregate_is_told_with_its_place(text: str, column: int) -> None:
    with pytest.raises(MalformedQuery, match="cannot stand in another") as error:
        refuse_nested_aggregates(text)
    assert (error.value.members["line"], error.value.members["column"]) == (1, column)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT (COUNT(*) + SUM(?x) AS ?c) {}",
        "SELECT (COUNT(?x) AS ?c) { { SELECT (MAX(?y) AS ?x) {} GROUP BY ?z } }",
        "SELECT (SUM(IF(EXISTS { { SELECT (MAX(?y) AS ?m) {} } }, 1, 0)) AS ?c) {}",
        "SELECT (COUNT(?count) AS ?sum) { ?max <urn:min> 'COUNT(COUNT(*))' } # SUM(SUM(1))",
        "SELECT (GROUP_CONCAT(?x; SEPARATOR = 'SUM(') AS ?c) {}",
        ")}({",
    ],
)
def test_other_queries_pass(text: str) -> None:
    refuse_nested_aggregates(text)
