"""Two ways to one question agree: lists of things, canned queries, pages and the search."""

import csv
import io
import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from urllib.parse import quote

import pytest

from graph_service.engine.result import ResultKind
from graph_service.formats.media_types import named
from graph_service.service.service import Service
from graph_service.web.pages.listed_kinds import kinds_of
from graph_service.web.pages.listing import PAGE, Listing, ListRequest
from tests.conftest import Server

pytestmark = pytest.mark.live

Row = dict[str, str]

#: The list of a kind, and its trait -> the canned query that answers the same, its column of the list's things, and that of the values.
SAME = {
    ("countries", "project"): ("projects-by-country", "country", "project"),
    ("organisations", "project"): ("organisation-projects", "organisation", "project"),
    ("frameworks", "project"): ("projects-by-framework", "framework", "project"),
    ("groups", "project"): ("projects-by-group", "group", "project"),
    ("topics", "project"): ("projects-by-topic", "topic", "project"),
    ("sectors", "projects"): ("projects-by-sector", "sector", "project"),
    ("projects", "country"): ("projects-by-country", "project", "country"),
    ("projects", "organisation"): ("organisation-projects", "project", "organisation"),
    ("projects", "framework"): ("projects-by-framework", "project", "framework"),
    ("projects", "group"): ("projects-by-group", "project", "group"),
    ("projects", "sector"): ("projects-by-sector", "project", "sector"),
    ("projects", "region"): ("projects-by-region", "project", "region"),
    ("results", "project"): ("project-results", "item", "project"),
    ("people", "quotations"): ("people", "person", "quotation"),
}

#: Lists -> the canned query that has all of their things, and in which column.
WHOLE = {
    "projects": [("projects", "project"), ("projects-by-status", "project"), ("projects-by-amount", "project")],
    "figures": [("reported-figures", "figure")],
    "people": [("people", "person")],
    "groups": [("group-tree", "group")],
}


@pytest.fixture(scope="module")
def answered(service: Service) -> Callable[..., list[Row]]:
    """The rows of a canned query's whole table."""

    def ask(name: str, **arguments: str) -> list[Row]:
        format = named("csv", ResultKind.TABLE.formats)
        assert format is not None
        result = service.canned.run(name, {key: [value] for key, value in arguments.items()}, formats={ResultKind.TABLE: format})
        return list(csv.DictReader(io.StringIO(result.read().decode())))

    return ask


def listed(service: Service, name: str, trait: str) -> dict[str, set[str]]:
    """The things of a list, each with its values of a trait, all by IRI."""
    found = kinds_of(service).named(name)
    assert found is not None
    pattern = next(each.pattern for each in found.traits if each.name == trait)
    listing = Listing(service, found, ListRequest({}), "en")
    things = {str(row.thing.title) for number in range(1, -(-listing.total // PAGE) + 1) for row in listing.page(number)}
    text = f"SELECT DISTINCT ?thing ?value WHERE {{ VALUES ?thing {{ {' '.join(f'<{iri}>' for iri in things)} }} {pattern} }}"
    values: dict[str, set[str]] = {thing: set() for thing in things}
    for thing, value in listing.rows(text):
        values[thing.value].add(value.value)  # type: ignore[union-attr]
    return values


def paired(rows: Iterable[Row], thing: str, value: str) -> dict[str, set[str]]:
    values: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row[value]:
            values[row[thing]].add(row[value])
    return values


@pytest.mark.parametrize(("name", "trait"), SAME, ids=[" ".join(key) for key in SAME])
def test_a_list_says_of_each_thing_what_the_query_says(service: Service, answered: Callable[..., list[Row]], name: str, trait: str) -> None:
    query, thing, value = SAME[name, trait]
    told = paired(answered(query), thing, value)
    assert told
    assert {iri: values for iri, values in listed(service, name, trait).items() if values} == told


@pytest.mark.parametrize("name", WHOLE)
def test_a_list_has_the_things_that_a_query_has(service: Service, answered: Callable[..., list[Row]], name: str) -> None:
    found = kinds_of(service).named(name)
    assert found is not None
    things = set(listed(service, name, found.traits[0].name))
    for query, column in WHOLE[name]:
        assert {row[column] for row in answered(query)} == things


def test_numbers_of_projects_are_numbers_of_their_rows(answered: Callable[..., list[Row]]) -> None:
    for query, thing in (("projects-by-country", "country"), ("organisation-projects", "organisation")):
        rows = answered(query)
        told = paired(rows, thing, "project")
        assert {row[thing]: int(row["projects"]) for row in rows} == {iri: len(projects) for iri, projects in told.items()}
    reached = paired(answered("projects-by-group"), "group", "project")
    assert all(int(row["projects"]) == len(reached[row["group"]]) for row in answered("group-tree"))


def test_ratifications_are_the_same_in_each_way(service: Service, answered: Callable[..., list[Row]]) -> None:
    rows = answered("ratifications")
    recorded, reported = ({row["standard"] for row in rows if row["basis"].endswith(f"/{basis}")} for basis in ("recorded", "reported"))
    parties = listed(service, "standards", "party")
    claimed = listed(service, "standards", "reported")
    canada = rows[0]["country"]
    assert {standard for standard, states in parties.items() if canada in states} == recorded
    assert {standard for standard, states in claimed.items() if canada in states} == reported
    compared = answered("ratification-comparison")
    assert sum(int(row["recorded"]) for row in compared) == len(recorded)
    assert sum(int(row["reported"]) for row in compared) == len(reported)
    left = {row["standard"] for row in answered("conventions-not-ratified")}
    assert sum(int(row["neither"]) for row in compared) == len(left)
    assert left | recorded | reported == set(parties)
    assert not left & (recorded | reported)


def test_trade_unions_are_the_same_by_class_and_by_kind(server: Server, answered: Callable[..., list[Row]]) -> None:
    by_kind = {row["organisation"] for row in answered("organisations-by-kind", kind="orgtype:trade-union")}
    by_list = server.ask("/things/organisations.csv?type=lc:TradeUnion").text
    assert {row["thing"] for row in csv.DictReader(io.StringIO(by_list))} == by_kind
    above = {row["organisation"] for row in answered("organisations-by-kind", kind="orgtype:workers-organisations")}
    assert by_kind <= above


def test_every_project_is_found_by_its_title_and_its_page_leads_to_its_list(server: Server, answered: Callable[..., list[Row]]) -> None:
    for row in answered("projects"):
        found = json.loads(server.ask(f"/search?q={quote(row['project_label'])}&format=json").text)
        assert row["project"] in json.dumps(found["results"][:1]), row["project_label"]
        page = server.ask("/page/" + row["project"].partition("/id/")[2], Accept="text/html").text
        assert '<a href="/things/projects">' in page


def test_what_stands_in_no_list_does_not_lead_to_one(server: Server) -> None:
    page = server.ask("/page/project/ilo-development-cooperation-programme", Accept="text/html").text
    assert "development cooperation programme" in page
    assert 'href="/things/projects"' not in page.partition("<main")[2].partition("</nav>")[0]
