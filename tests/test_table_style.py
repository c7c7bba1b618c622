"""The tables of this project's canned queries are of one style: the one that `queries/README.md` tells."""

import re

import pytest

from graph_service.engine.result import Query
from graph_service.queries.catalogue import CannedQuery
from graph_service.rdf.terms import NamedNode
from graph_service.service.service import Service
from graph_service.settings import LANGUAGES
from tests.conftest import catalogue

QUERIES = [query for query in catalogue().queries.values() if query.form == "SELECT"]

#: A word that stands in a query's text and would be answered in English, whatever the reader's language.
CODED = re.compile(r'(?:BIND\(|IF\(|, )"[A-Za-z][a-z ]{2,}"(?=[,)]| AS )')

#: What columns of years, dates and amounts are called.
YEARS = {"year", "start_year", "end_year", "made_in"}
DATES = {"date", "start_date", "end_date", "as_of", "seen_on", "signed_on", "completed_by"}
AMOUNTS = {"amount", "value", "at_least", "at_most", "of_total", "counted", "counted_alone"}


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_what_has_a_name_stands_beside_it(service: Service, query: CannedQuery) -> None:
    result = service.sparql(Query(service.canned.bind(query, {})))
    names = list(result.columns)
    rows = list(result.rows())
    named = service.labels([term for row in rows for term in row])
    for place, name in enumerate(names):
        things = {term.value for row in rows if isinstance(term := row[place], NamedNode)}
        assert not things & set(named) or f"{name}_label" in names, (
            f"{name} holds things that have names, such as {min(things & set(named))}"
        )


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_names_of_columns_are_the_same_in_all_tables(query: CannedQuery) -> None:
    columns = {name: column.type for name, column in query.columns.items()}
    assert {name for name, kind in columns.items() if kind == "year"} <= YEARS
    assert {name for name, kind in columns.items() if kind == "date"} <= DATES
    assert {name for name, kind in columns.items() if kind == "decimal"} <= AMOUNTS
    assert "country" not in columns or "country_iso3" in columns
    assert "amount" not in columns or columns.keys() & {"currency", "note"}
    assert all(set(column.label) == set(LANGUAGES) for column in query.columns.values())
    assert not CODED.findall(query.text)
