"""Pages of a table: the query of a page and the query that counts are made from any SELECT query, and agree with the whole."""

import pyoxigraph as ox
import pytest

from graph_service.errors import InvalidParameter
from graph_service.sparql.paging import Page, Select, counted, paged

VALUES = " ".join(f"({n % 3} {n})" for n in range(25))
QUERIES = [
    f"SELECT ?a ?b WHERE {{ VALUES (?a ?b) {{ {VALUES} }} }} ORDER BY ?a DESC(?b)",
    f"SELECT ?a ?b {{ VALUES (?a ?b) {{ {VALUES} }} }} ORDER BY ?a",
    f"SELECT DISTINCT ?a ?b {{ VALUES (?a ?b) {{ {VALUES} }} }} ORDER BY ?b # by LIMIT 1\n",
    f"SELECT ?a (COUNT(*) AS ?n) WHERE {{ VALUES (?a ?b) {{ {VALUES} }} }} GROUP BY ?a HAVING (COUNT(*) > 1) ORDER BY ?a",
    f"SELECT ?a ?b {{ VALUES (?a ?b) {{ {VALUES} }} }} ORDER BY ?b LIMIT 12 OFFSET 5",
    f"SELECT ?a ?b {{ VALUES (?a ?b) {{ {VALUES} }} }} ORDER BY ?b VALUES ?a {{ 0 1 }}",
    f"PREFIX x: <urn:x:> SELECT * WHERE {{ {{ SELECT ?b WHERE {{ VALUES (?a ?b) {{ {VALUES} }} }} ORDER BY ?b LIMIT 20 }} }} ORDER BY ?b",
    f"SELECT (EXISTS {{ VALUES ?x {{ 1 }} }} AS ?e) (?b * 2 AS ?c) {{ VALUES (?a ?b) {{ {VALUES} }} }} ORDER BY ?c",
    "SELECT ?a { VALUES ?a { } } ORDER BY ?a",
    f"SELECT ?a ?b {{ VALUES (?a ?b) {{ {VALUES} }} }} ORDER BY ?b LIMIT # five 7\n 12 # {{ \n OFFSET# }}\n5",
]


def rows(text: str) -> list[tuple[str, ...]]:
    solutions = ox.Store().query(text)
    assert isinstance(solutions, ox.QuerySolutions)
    return [tuple(str(term) for term in solution) for solution in solutions]


@pytest.mark.parametrize("text", QUERIES)
@pytest.mark.parametrize("size", [1, 4, 7, 100])
def test_the_pages_together_are_the_whole(text: str, size: int) -> None:
    whole = rows(text)
    ((count,),) = rows(counted(text))
    assert count.startswith(f'"{len(whole)}"')
    last = Page(1, size).last_of(len(whole))
    pages = [rows(paged(text, Page(number, size))) for number in range(1, last + 1)]
    assert all(len(page) == size for page in pages[:-1])
    found = [row for page in pages for row in page]
    assert sorted(found) == sorted(whole)
    if "ORDER BY ?a\n" not in text and not text.endswith("ORDER BY ?a"):
        assert found == whole


def test_ties_that_an_order_leaves_are_broken_by_the_other_columns() -> None:
    assert "ORDER BY ?a\n  ?b" in paged(QUERIES[1], Page(1, 5))
    assert Select.read(QUERIES[7]).columns == ["e", "c"]


def test_a_dataset_stays_outside_of_the_count() -> None:
    text = "SELECT ?s FROM <urn:g> FROM NAMED <urn:h> WHERE { ?s ?p ?o } ORDER BY ?s"
    assert counted(text).index("FROM NAMED <urn:h>") < counted(text).index("WHERE")
    assert rows(counted(text)) == [('"0"^^<http://www.w3.org/2001/XMLSchema#integer>',)]
    assert rows(paged(text, Page(2, 10))) == []


@pytest.mark.parametrize(("count", "size", "last"), [(0, 10, 1), (1, 10, 1), (10, 10, 1), (11, 10, 2), (100, 1, 100)])
def test_the_last_page_is_known_and_none_is_beyond_it(count: int, size: int, last: int) -> None:
    assert Page(1, size).last_of(count) == last
    with pytest.raises(InvalidParameter) as error:
        Page(last + 1, size).last_of(count)
    assert error.value.members["parameter"] == "page"
    assert error.value.members["maximum"] == last
