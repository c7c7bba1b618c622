"""A table that a browser takes away has a name that tells what is in it, and is in the language of the page that it was on."""

import html
import re

import pytest

from graph_service.knowledge.snapshot import Snapshot
from graph_service.web.tables.taking import file_name
from tests.conftest import Server

BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"


def test_the_name_of_a_file_tells_what_is_in_it() -> None:
    version = "4d44a04b00000000"
    assert file_name("projects-by-country", [("country", ["CRI"])], "fr", version) == "projects-by-country_country-CRI_fr_4d44a04b"
    assert file_name("projects-by-group", [("group", ["women", "refugees"]), ("q", [])], None, version) == (
        "projects-by-group_group-women-refugees_4d44a04b"
    )
    assert file_name("names", [("name", ['Côte d’Ivoire; rm -rf / .. \\ "x"\r\n'])], "es", version) == (
        "names_name-Cote-dIvoire-rm-rf-x_es_4d44a04b"
    )


@pytest.mark.parametrize("text", ["日本", "", "…", "a" * 500, "é" * 5000])
def test_no_text_makes_a_name_that_is_none(text: str) -> None:
    name = file_name("names", [("name", [text] * 50)], "en", "4d44a04b00000000")
    assert re.fullmatch(r"names_[A-Za-z0-9_.-]+_4d44a04b", name)
    assert len(name) <= 140
    # What was cut off can be told apart all the same.
    assert name != file_name("names", [("name", [text] * 49 + ["other"])], "en", "4d44a04b00000000")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/queries/projects-by-country.csv?country=Costa%20Rica&lang=fr", "projects-by-country_country-CRI_fr"),
        ("/queries/projects.csv?infer=false&page=2&page_size=3", "projects_infer-false_page-2_en"),
        ("/things/projects.csv?country=Cambodia&sort=-start&lang=es", "projects_country-KHM_sort-start_es"),
        ("/search?q=sant%C3%A9&format=csv&lang=fr", "search_q-sante_page-1_fr"),
        ("/documents/news-2022.csv", "statements-of-news-2022"),
    ],
)
def test_a_browser_saves_a_table_under_a_name_of_its_own(server: Server, snapshot: Snapshot, path: str, name: str) -> None:
    answer = server.ask(path, Accept=BROWSER)
    assert answer.status == 200
    assert answer.headers["content-disposition"] == f"attachment; filename={name}_{snapshot.id[:8]}.csv"
    assert "content-disposition" not in server.ask(path).headers


@pytest.mark.parametrize(
    ("page", "file"),
    [
        ("/queries/projects-by-country?country=CRI", r"/queries/projects-by-country\.csv\?"),
        ("/things/projects?country=CRI", r"/things/projects\.csv\?"),
        ("/pictures/network", r"/queries/network\.csv\?"),
    ],
)
def test_the_files_of_a_page_have_the_names_that_it_shows(server: Server, page: str, file: str) -> None:
    chosen = f"{page}{'&' if '?' in page else '?'}lang=fr"
    for address, language in ((page, "fr-CA"), (chosen, "es")):
        text = html.unescape(server.ask(address, Accept=BROWSER, Accept_Language=language).text)
        found = re.findall(rf'href="({file}[^"]*)"', text)
        assert found, address
        assert all("lang=fr" in link for link in found), found
        assert server.ask(found[0]).headers["content-language"] == "fr"
    text = html.unescape(server.ask(page, Accept=BROWSER).text)
    assert not re.findall(rf'href="{file}[^"]*lang=', text)
