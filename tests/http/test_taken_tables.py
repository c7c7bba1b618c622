"""A table that a browser takes away has a name that tells what is in it, and is in the language of the page that it was on."""

import io
import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import openpyxl
import pytest

from graph_service.formats.media_types import XLSX
from graph_service.snapshot.snapshot import Snapshot
from graph_service.web.tables.attachments import file_name
from tests.conftest import Server
from tests.http.test_pages_of_tables import BROWSER, opened


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
        text = unescape(server.ask(address, Accept=BROWSER, Accept_Language=language).text)
        found = re.findall(rf'href="({file}[^"]*)"', text)
        assert found, address
        assert all("lang=fr" in link for link in found), found
        assert server.ask(found[0]).headers["content-language"] == "fr"
    text = unescape(server.ask(page, Accept=BROWSER).text)
    assert not re.findall(rf'href="{file}[^"]*lang=', text)


def test_a_workbook_tells_what_it_is_in_the_language_that_is_asked_for(server: Server, snapshot: Snapshot) -> None:
    answer = server.ask("/queries/projects-by-country.xlsx?country=Costa%20Rica&lang=fr&infer=false")
    assert answer.status == 200, answer.text
    assert answer.headers["content-type"] == XLSX.media
    name = f"projects-by-country_country-CRI_infer-false_fr_{snapshot.id[:8]}.xlsx"
    assert answer.headers["content-disposition"] == f"attachment; filename={name}"
    rows, about = openpyxl.load_workbook(io.BytesIO(answer.body)).worksheets
    table = json.loads(server.ask("/queries/projects-by-country.rows?country=CRI&lang=fr&infer=false").body)
    assert [cell.value for cell in rows[1]] == [column["label"] for column in table["columns"]]
    assert [cell.comment.text.split("\n")[0].strip() for cell in rows[1]] == [column["name"] for column in table["columns"]]
    assert [[cell.value for cell in row] for row in rows.iter_rows(min_row=2)] == [list(row.values()) for row in table["rows"]]
    told = {row[0].value: row[1].value for row in about.iter_rows() if row[0].value}
    assert told["Question"] == "Projets par pays"
    assert told["Pays"] == "Costa Rica (place:CRI)"
    assert told["Version"] == snapshot.id
    assert told["Licence"] == "https://creativecommons.org/licenses/by/4.0/"
    assert told["Adresse"].startswith(f"{server.url}/queries/projects-by-country?country=Costa%20Rica")
    assert server.ask("/queries/projects-by-country.xlsx?country=Costa%20Rica&lang=fr&infer=false&").body == answer.body


def test_a_list_is_a_workbook_too_and_tells_what_it_was_narrowed_down_to(server: Server, snapshot: Snapshot) -> None:
    answer = server.ask("/things/commitments.xlsx?by=organisation:government-of-canada&sort=-year&q=compac&lang=es")
    assert answer.status == 200, answer.text
    name = f"commitments_by-government-of-canada_q-compac_sort-year_es_{snapshot.id[:8]}.xlsx"
    assert answer.headers["content-disposition"] == f"attachment; filename={name}"
    rows, about = openpyxl.load_workbook(io.BytesIO(answer.body)).worksheets
    table = json.loads(server.ask("/things/commitments.rows?by=organisation:government-of-canada&sort=-year&q=compac&lang=es").body)
    assert (table["list"], len(table["rows"])) == ("commitments", 1)
    assert [cell.value for cell in rows[1]] == [column["label"] for column in table["columns"]]
    assert [[cell.value for cell in row] for row in rows.iter_rows(min_row=2)] == [list(row.values()) for row in table["rows"]]
    told = {row[0].value: row[1].value for row in about.iter_rows() if row[0].value}
    assert told["Asumido por"] == "Government of Canada (organisation:government-of-canada)"
    assert (told["Palabras del nombre"], told["Orden"]) == ("compac", "Año, en orden inverso")
    page = server.ask("/things/commitments?by=organisation:government-of-canada", Accept=BROWSER)
    assert 'href="/things/commitments.xlsx?by=' in page.text


def test_a_sum_of_a_list_is_a_number_and_a_year_a_year(server: Server) -> None:
    rows, _ = openpyxl.load_workbook(io.BytesIO(server.ask("/things/money.xlsx?currency=USD").body)).worksheets
    amount = [cell.value for cell in rows[1]].index("Amount")
    assert 54_600_000 in [row[amount].value for row in rows.iter_rows(min_row=2)]


def test_a_workbook_may_be_asked_for_by_its_media_type_and_is_no_form_of_a_graph(server: Server) -> None:
    asked = server.ask("/queries/projects", Accept=XLSX.media)
    assert asked.body == server.ask("/queries/projects.xlsx").body
    assert server.ask("/queries/country-rdf.xlsx?country=CRI").status == 404
    page = server.ask("/queries/projects", Accept=BROWSER, Accept_Language="es").text
    assert 'href="/queries/projects.xlsx?lang=es"' in page


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed (Debian: libreoffice-calc-nogui)")
def test_libreoffice_opens_a_workbook_with_its_types(server: Server, tmp_path: Path) -> None:
    (tmp_path / "contributions.xlsx").write_bytes(server.ask("/queries/contributions.xlsx?lang=es").body)
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "fods", "--outdir", str(tmp_path), str(tmp_path / "contributions.xlsx")]
    subprocess.run(command, check=True, capture_output=True, timeout=600)
    assert {("float", "54600000"), ("float", "2018"), ("string", "Canadá"), ("string", "USD")} <= opened(tmp_path / "contributions.fods")
    assert b"table:formula" not in (tmp_path / "contributions.fods").read_bytes()
