"""Lists of things: narrowed down, in order, by page, and whole as files."""

import csv
import io
import json
import re
from html import unescape

import pyoxigraph as ox
import pytest
import rdflib

from graph_service.snapshot.lists import read_lists
from tests.conftest import ROOT, Answer, Server
from tests.http.test_links import links

pytestmark = pytest.mark.live

KINDS, FAULTS = read_lists(quad.triple for quad in ox.parse(path=ROOT / "data" / "presentation.ttl"))


def rows(answer: Answer) -> list[dict[str, str]]:
    assert answer.status == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text)))


def names(page: str) -> list[str]:
    """The names in a list's page, in its order."""
    return [unescape(re.sub(r"<[^>]+>", "", name)).strip() for name in re.findall(r'<th scope="row"[^>]*>(.*?)</th>', page, re.DOTALL)]


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_every_kind_has_a_list_for_people_and_the_same_as_files(server: Server, kind: str) -> None:
    page = server.ask(f"/things/{kind}", Accept="text/html")
    table = rows(server.ask(f"/things/{kind}.csv"))
    assert len({row["thing"] for row in table}) == len(table) > 0
    total = re.search(r'<caption id="count">(\d+) ', page.text)
    assert total is not None
    assert int(total[1]) == len(table)
    graph = rdflib.Graph().parse(data=server.ask(f"/things/{kind}", Accept="text/turtle").text, format="turtle")
    assert {str(thing) for thing in graph.subjects()} == {row["thing"] for row in table}


def test_the_kinds_are_counted(server: Server) -> None:
    counts = {entry["kind"]: entry["things"] for entry in json.loads(server.ask("/things").body)["kinds"]}
    assert counts["countries"] == len(rows(server.ask("/things/countries.csv")))
    assert "41" in server.ask("/things", Accept="text/html").text


@pytest.mark.parametrize("given", ["place:CRI", "CRI", "Costa%20Rica", "costa%20rica", "CR", "https://w3id.org/labcoop/id/place/CRI"])
def test_a_list_is_narrowed_down_to_a_value_by_any_of_its_names(server: Server, given: str) -> None:
    (row,) = rows(server.ask(f"/things/projects.csv?country={given}"))
    assert row["thing"] == "https://w3id.org/labcoop/id/project/fair-recruitment-central-america"
    assert set(row["country"].split("; ")) == {"Costa Rica", "Guatemala", "Honduras"}


def test_values_of_one_trait_widen_and_those_of_two_narrow(server: Server) -> None:
    def things(query: str) -> set[str]:
        return {row["thing"].rpartition("/")[2] for row in rows(server.ask(f"/things/projects.csv?{query}"))}

    assert things("country=CRI&country=PER") == things("country=CRI") | things("country=PER")
    assert things("country=KHM&department=esdc") == things("country=KHM") & things("department=esdc") == {"cambodia-labour-inspection"}


def test_what_narrows_is_counted_and_leads_to_as_many(server: Server) -> None:
    page = server.ask("/things/organisations", Accept="text/html").text
    link, count = re.findall(r'href="([^"]*country=place%3AKHM)"[^>]*><span>Cambodia</span> <span class="number">(\d+)</span>', page)[0]
    assert len(rows(server.ask("/things/organisations.csv" + unescape(link)[unescape(link).index("?") :]))) == int(count)


def test_words_of_the_name_narrow_without_regard_to_case(server: Server) -> None:
    found = rows(server.ask("/things/projects.csv?q=GARMENT"))
    assert {row["thing"].rpartition("/")[2] for row in found} == {"cambodia-labour-inspection", "jordan-garment-union"}


def test_a_list_is_put_in_order(server: Server) -> None:
    page = server.ask("/things/organisations?sort=-projects", Accept="text/html").text
    numbers = [int(number) for number in re.findall(r'<td class="number">(\d+)</td>', page)]
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[0] > 1
    forwards, backwards = (names(server.ask(f"/things/sectors?sort={order}", Accept="text/html").text) for order in ("name", "-name"))
    assert forwards == backwards[::-1] != []
    started = [row["start"] for row in rows(server.ask("/things/projects.csv?sort=-start"))]
    assert started == sorted(started, reverse=True)
    assert started[0] > "2000"


def test_a_long_list_has_pages_that_lead_to_each_other(server: Server) -> None:
    first, second = (server.ask(f"/things/results?page={number}", Accept="text/html") for number in (1, 2))
    assert links(first)["next"] == [(f"{server.url}/things/results?page=2", None)]
    assert links(second)["prev"] == [(f"{server.url}/things/results", None)]
    assert not set(names(first.text)) & set(names(second.text))
    assert "prev" not in links(first)


def test_names_and_headings_are_in_the_readers_language(server: Server) -> None:
    assert "Royaume" in server.ask("/things/countries.csv?lang=fr").text or "Pérou" in server.ask("/things/countries.csv?lang=fr").text
    assert "Pérou" in server.ask("/things/countries", Accept="text/html", Accept_Language="fr").text


@pytest.mark.parametrize(
    ("path", "status", "parameter"),
    [
        ("/things/projects?country=Atlantis", 422, "country"),
        ("/things/projects?start=soon", 422, "start"),
        ("/things/projects?sort=colour", 422, "sort"),
        ("/things/projects?page=0", 422, "page"),
        ("/things/projects?colour=red", 400, "colour"),
    ],
)
def test_a_wish_that_cannot_be_met_is_refused_by_name(server: Server, path: str, status: int, parameter: str) -> None:
    answer = server.ask(path)
    assert (answer.status, json.loads(answer.body)["parameter"]) == (status, parameter)
    assert json.loads(answer.body).get("allowed") or parameter == "page"


def test_a_value_that_is_almost_one_of_a_list_is_told_the_nearest(server: Server) -> None:
    problem = json.loads(server.ask("/things/projects?country=Kambodia").body)
    assert "'Kambodia' was given. Is place:KHM" in problem["detail"]
    assert problem["allowed"][0] == "place:KHM"


def test_a_kind_that_is_not_there_is_not_found(server: Server) -> None:
    assert server.ask("/things/unicorns").status == 404


def test_what_a_client_sends_never_becomes_query_text(server: Server) -> None:
    attack = "x%22)%20%7D%20%23"
    assert server.ask(f"/things/projects?q={attack}", Accept="text/html").status == 200
    assert rows(server.ask(f"/things/projects.csv?q={attack}")) == []
    assert server.ask(f"/things/projects?country={attack}").status == 422


def test_what_is_only_reported_is_listed_as_such_and_what_is_not_recorded_is_no_nought(server: Server) -> None:
    standards = {row["thing"].rpartition("/")[2]: row for row in rows(server.ask("/things/standards.csv"))}
    for number in ("C122", "C069", "C074"):
        assert (standards[number]["party"], standards[number]["reported"]) == ("", "Canada")
    assert (standards["C087"]["party"], standards["C087"]["reported"]) == ("Canada", "")
    page = server.ask("/things/countries", Accept="text/html").text
    told = dict(
        re.findall(r'<th scope="row" class="long"><a [^>]*>([^<]*)</a></th>.*?((?:<td class="number">(?:(?!</td>).)*</td>){2})</tr>', page)
    )
    assert re.findall(r">(\d+)</a>", told["Canada"]) == ["16", "17"]
    assert 'href="/queries/ratification-comparison?country=https%3A//w3id.org/labcoop/id/place/CAN"' in told["Canada"]
    assert re.sub(r"<[^>]+>", " ", told["Peru"]).split() == ["–", "–"]


@pytest.mark.parametrize(
    ("thing", "query"),
    [
        ("figure/canada-technical-conventions-ratified", "ratification-comparison?figure=figure:canada-technical-conventions-ratified"),
        ("figure/canada-conventions-ratified", "ratification-comparison?figure=figure:canada-conventions-ratified"),
        ("place/CAN", "ratification-comparison?country=place:CAN"),
        ("place/CAN", "ratifications?country=place:CAN"),
    ],
)
def test_a_thing_leads_to_the_questions_that_can_be_asked_about_it(server: Server, thing: str, query: str) -> None:
    page = server.ask(f"/page/{thing}", Accept="text/html").text
    assert f'<a href="/queries/{query}">' in page
    assert server.ask(f"/queries/{query}", Accept="text/csv").text.count("\n") > 1


def test_a_figure_that_is_no_ratification_has_no_question_about_ratifications(server: Server) -> None:
    assert "ratification-comparison" not in server.ask("/page/figure/forteress-production-units", Accept="text/html").text


def test_dates_that_only_a_donors_record_has_say_so(server: Server) -> None:
    projects = {row["thing"].rpartition("/")[2]: row for row in rows(server.ask("/things/projects.csv"))}
    assert (projects["forteress-tunisia"]["start"], projects["forteress-tunisia"]["end"]) == ("2020 (IATI)", "2023 (IATI)")
    assert (projects["fair-recruitment-central-america"]["start"], projects["fair-recruitment-central-america"]["end"]) == ("2022", "2024")


@pytest.mark.parametrize("given", ["Camboya", "Cambodge", "cambodia", "KH", "khm"])
def test_a_list_takes_a_name_in_any_of_the_languages(server: Server, given: str) -> None:
    (row, other) = rows(server.ask(f"/things/projects.csv?country={given}"))
    assert {row["thing"].rpartition("/")[2], other["thing"].rpartition("/")[2]} == {"cambodia-labour-inspection", "triangle-in-asean"}


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("/frameworks", "/things/frameworks"),
        ("/frameworks.csv", "/things/frameworks.csv"),
        ("/frameworks.csv?lang=fr&member=place:CRI", "/things/frameworks.csv?lang=fr&member=place%3ACRI"),
    ],
)
def test_who_asks_for_a_list_where_it_was_before_is_led_to_it(server: Server, asked: str, led: str) -> None:
    answer = server.ask(asked)
    assert (answer.status, answer.headers["location"]) == (308, led)
    assert server.ask(led).status == 200


def test_a_list_in_the_menu_is_where_one_is(server: Server) -> None:
    for path in ("/things/frameworks", "/things/projects"):
        page = server.ask(path, Accept="text/html").text
        menu = page[page.index('aria-label="Main"') : page.index("</header>")]
        current = re.findall(r'<li><a href="([^"]+)" aria-current', menu)
        assert current == ["/things/frameworks" if path == "/things/frameworks" else "/things"]


@pytest.mark.parametrize("order", ["start", "-start"])
def test_what_is_not_stated_comes_last_in_both_directions(server: Server, order: str) -> None:
    page = server.ask(f"/things/projects?sort={order}", Accept="text/html").text
    rows = re.findall(r"<tr><th scope=\"row\".*?</tr>", page, re.DOTALL)
    blank = [re.findall(r"<td>(.*?)</td>", row, re.DOTALL)[-2].startswith('<span class="none"') for row in rows]
    assert True in blank
    assert False in blank
    assert blank == sorted(blank)
    table = server.ask(f"/things/projects.csv?sort={order}").text.split("\r\n")
    assert table[1].count("20") > 0
