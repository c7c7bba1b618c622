"""Answers of canned queries: in pages with true links, plainly in JSON, and as files that a spreadsheet opens right."""

import csv
import io
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest

from tests.conftest import Answer, Server

LINK = re.compile(r'<([^>]*)>; rel="(first|prev|next|last)"')

#: What browsers like.
BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"


def links(answer: Answer) -> dict[str, str]:
    return {relation: address for address, relation in LINK.findall(answer.headers.get("link", ""))}


def table(answer: Answer) -> list[list[str]]:
    assert answer.status == 200, answer.text
    return list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig"), newline="")))


def test_following_next_gives_the_whole_table_once(server: Server) -> None:
    whole = table(server.ask("/queries/statements-per-passage.csv"))
    path = "/queries/statements-per-passage.csv?infer=true&page=1&page_size=25"
    rows, seen = [], []
    while path:
        answer = server.ask(path)
        head, *page = table(answer)
        assert head == whole[0]
        rows += page
        seen.append(links(answer))
        address = seen[-1].get("next")
        assert address is None or address.startswith(server.url + "/queries/statements-per-passage.csv?")
        path = address.removeprefix(server.url) if address else ""
    assert rows == whole[1:]
    assert len(seen) == -(-len(rows) // 25) > 2
    assert "prev" not in seen[0]
    assert "next" not in seen[-1]
    for number, found in enumerate(seen, 1):
        asked = {relation: parse_qs(urlsplit(address).query) for relation, address in found.items()}
        assert all(parameters["infer"] == ["true"] and parameters["page_size"] == ["25"] for parameters in asked.values())
        assert (asked["first"]["page"], asked["last"]["page"]) == (["1"], [str(len(seen))])
        assert asked.get("prev", {"page": ["0"]})["page"] == [str(number - 1)]


def test_a_form_is_paged_by_links_that_carry_its_values(server: Server) -> None:
    body = b"country=Tunisie&infer=true&page_size=1"
    answer = server.ask("/queries/projects-by-country.csv", "POST", body, Content_Type="application/x-www-form-urlencoded")
    asked = parse_qs(urlsplit(links(answer)["next"]).query)
    assert asked == {"country": ["Tunisie"], "infer": ["true"], "page": ["2"], "page_size": ["1"]}
    assert table(server.ask(links(answer)["next"].removeprefix(server.url)))[1] != table(answer)[1]


def test_without_a_page_the_whole_table_comes_and_links_to_none(server: Server) -> None:
    answer = server.ask("/queries/statements-per-passage.csv")
    assert links(answer) == {}
    assert answer.headers["etag"]


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("/queries/projects.csv?page=0", "page"),
        ("/queries/projects.csv?page=-1", "page"),
        ("/queries/projects.csv?page=second", "page"),
        ("/queries/projects.csv?page=1&page=2", "page"),
        ("/queries/projects.csv?page=1000", "page"),
        ("/queries/projects.csv?page=999999999999999999", "page"),
        ("/queries/projects.csv?page_size=0", "page_size"),
        ("/queries/projects.csv?page_size=10001", "page_size"),
        ("/queries/country-rdf.ttl?page=1", "page"),
    ],
)
def test_a_page_that_cannot_be_is_a_problem_with_its_parameter(server: Server, path: str, parameter: str) -> None:
    answer = server.ask(path)
    assert (answer.status, answer.headers["content-type"]) == (422, "application/problem+json")
    assert json.loads(answer.body)["parameter"] == parameter
    page = server.ask(path.replace(".csv", "").replace(".ttl", ""), Accept="text/html")
    assert (page.status, "text/html" in page.headers["content-type"]) == (422, True)


def test_a_page_has_an_etag_of_its_own_and_is_not_sent_twice(server: Server) -> None:
    first, second = (server.ask(f"/queries/statements-per-passage.csv?page={number}&page_size=10") for number in (1, 2))
    assert first.headers["etag"] != second.headers["etag"]
    again = server.ask("/queries/statements-per-passage.csv?page=2&page_size=10", If_None_Match=second.headers["etag"])
    assert (again.status, again.body) == (304, b"")


def test_pages_for_people_are_linked(server: Server) -> None:
    first = server.ask("/queries/statements-per-passage?page_size=50", Accept="text/html").text
    assert 'rel="next"' in first
    assert 'rel="prev"' not in first
    assert "Rows 1 to 50 of" in first
    last = server.ask("/queries/statements-per-passage?page_size=50&page=3", Accept="text/html").text
    assert 'rel="prev"' in last
    assert 'rel="next"' not in last


def test_plain_json_has_rows_with_types_and_says_what_they_mean(server: Server) -> None:
    answer = server.ask("/queries/ratification-comparison", Accept="application/json")
    assert answer.headers["content-type"] == "application/json"
    document = json.loads(answer.body)
    assert document["query"] == "ratification-comparison"
    assert document["version"]
    names = [column["name"] for column in document["columns"]]
    assert all(list(row) == names for row in document["rows"])
    row = document["rows"][0]
    assert row["country"] == "https://w3id.org/labcoop/id/place/CAN"
    assert {type(row[name]) for name in ("recorded", "reported", "neither")} == {int}
    assert document["links"]["self"] == server.url + "/queries/ratification-comparison"
    truths = json.loads(server.ask("/queries/frameworks-that-meet.rows").body)["rows"]
    assert {type(row["serves"]) for row in truths} == {bool}
    absent = json.loads(server.ask("/queries/projects.rows").body)["rows"]
    assert None in {row["end_year"] for row in absent}


def test_plain_json_says_which_page_it_is(server: Server) -> None:
    answer = server.ask("/queries/projects.rows?page=2&page_size=3")
    document = json.loads(answer.body)
    assert len(document["rows"]) == 3
    whole = json.loads(server.ask("/queries/projects.rows").body)["rows"]
    assert document["page"] == {"number": 2, "size": 3, "last": -(-len(whole) // 3), "rows": len(whole)}
    assert {name: address for name, address in document["links"].items() if name not in {"self", "query"}} == links(answer)


def test_who_speaks_sparql_json_is_understood_as_before(server: Server) -> None:
    """SPARQLWrapper's Accept, `format=json` and `.json` mean the recommendation's JSON; only `application/json` alone is plain."""
    wrapper = "application/sparql-results+json,application/json,text/javascript,application/javascript"
    for path, accept in (("", wrapper), ("?format=json", "*/*"), (".json", "*/*"), ("", "*/*"), (".srj", "*/*")):
        answer = server.ask(f"/queries/projects{path}", Accept=accept)
        assert answer.headers["content-type"] == "application/sparql-results+json", (path, accept)
        assert json.loads(answer.body)["results"]["bindings"]


def test_a_file_that_a_browser_takes_away_is_marked_as_utf_8_and_one_for_a_program_is_not(server: Server) -> None:
    for path in ("/queries/projects", "/things/projects", "/documents", "/documents/news-2022", "/things/frameworks"):
        file = server.ask(f"{path}.csv", Accept=BROWSER)
        answer = server.ask(path, Accept="text/csv")
        assert file.body.startswith(b"\xef\xbb\xbf"), path
        assert not answer.body.startswith(b"\xef\xbb\xbf"), path
        assert table(file) == table(answer), path
        assert file.headers["content-type"] == answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert "Accept" in file.headers["vary"]
        assert "content-disposition" not in answer.headers
    same = {
        server.ask(f"/queries/projects{asked}", Accept=accept).body
        for asked, accept in ((".csv", "*/*"), ("?format=csv", "*/*"), ("", "text/csv"))
    }
    assert len(same) == 1


HOSTILE = """#+ summary: What a spreadsheet must not run
#+ columns:
#+   text: {label: text, type: string}
#+   number: {label: number, type: decimal}
#+   day: {label: day, type: date}
#+   fine: {label: fine, type: boolean}
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
SELECT ?text ?number ?day ?fine WHERE {
  VALUES (?text ?number ?day ?fine) {
    ("=1+1" -12.5 "2022-08-16"^^xsd:date true) ("+cmd" 1000000 "2023-06-30"^^xsd:date false)
    ("@x" 0.1 UNDEF UNDEF) ("\\t=2" 3 UNDEF UNDEF) ("Côte d’Ivoire, Ñuble" 7 UNDEF UNDEF) ("-5" 8 UNDEF UNDEF)
  }
} ORDER BY ?number
"""


@pytest.fixture(scope="module")
def hostile(start: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory) -> Server:
    folder = tmp_path_factory.mktemp("queries")
    (folder / "hostile.rq").write_text(HOSTILE, encoding="utf-8")
    return start("--data", "none", "--ontology", "none", "--reasoning", "none", "--queries", str(folder))


def test_nothing_in_a_csv_for_a_spreadsheet_is_a_formula_and_programs_have_what_the_graph_has(hostile: Server) -> None:
    rows = table(hostile.ask("/queries/hostile.csv", Accept=BROWSER))
    assert ["-5", "8", "", ""] in rows
    assert ["'=1+1", "-12.5", "2022-08-16", "TRUE"] in rows
    assert {row[0] for row in rows[1:]} == {"'=1+1", "'@x", "'\t=2", "Côte d’Ivoire, Ñuble", "-5", "'+cmd"}
    rows = table(hostile.ask("/queries/hostile.csv"))
    assert ["=1+1", "-12.5", "2022-08-16", "TRUE"] in rows
    assert {row[0] for row in rows[1:]} == {"=1+1", "@x", "\t=2", "Côte d’Ivoire, Ñuble", "-5", "+cmd"}
    query = "/sparql?format=csv&query=SELECT%20(%22%3D1%2B1%22%20AS%20%3Fa)%20%7B%7D"
    assert hostile.ask(query).body == b"a\r\n=1+1\r\n"


def test_names_come_in_the_language_that_is_asked_for_and_else_in_english(server: Server) -> None:
    path = "/queries/projects-by-country.csv?country=KHM"
    english, french, spanish = (table(server.ask(path + lang))[1][1] for lang in ("", "&lang=fr", "&lang=es"))
    assert (english, french, spanish) == ("Cambodia", "Cambodge", "Camboya")
    answer = server.ask(path + "&lang=fr", Accept_Language="es")
    assert (table(answer)[1][1], answer.headers["content-language"]) == ("Cambodge", "fr")
    assert table(server.ask(path, Accept_Language="fr"))[1][1] == "Cambodia"
    names = {row["name"]: row["label"] for row in json.loads(server.ask("/queries/projects.rows?lang=es").body)["columns"]}
    assert (names["project"], names["project_label"]) == ("proyecto o programa (IRI)", "proyecto o programa")
    page = server.ask("/queries/projects-by-country?country=KHM", Accept="text/html", Accept_Language="fr")
    assert "Cambodge" in page.text
    assert "Accept-Language" in page.headers["vary"]


def test_a_language_that_is_none_is_a_problem_with_its_parameter(server: Server) -> None:
    answer = server.ask("/queries/projects.csv?lang=d_e")
    assert (answer.status, json.loads(answer.body)["parameter"]) == (400, "lang")
    assert json.loads(answer.body)["allowed"] == ["en", "fr", "es"]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed (Debian: libreoffice-calc-nogui)")
def test_libreoffice_opens_the_file_with_types_and_accents(server: Server, hostile: Server, tmp_path: Path) -> None:
    files = {"hostile": hostile.ask("/queries/hostile.csv", Accept=BROWSER).body}
    files["projects"] = server.ask("/queries/projects-by-country.csv?country=CRI&lang=fr").body
    files["contributions"] = server.ask("/queries/contributions.csv?lang=es").body
    for name, content in files.items():
        (tmp_path / f"{name}.csv").write_bytes(content)
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    # What a person says in LibreOffice's dialog: comma, quote, UTF-8. Without a word it takes any file for the encoding of its machine.
    words = "--infilter=CSV:44,34,76"
    command = [
        "soffice",
        profile,
        "--headless",
        words,
        "--convert-to",
        "fods",
        "--outdir",
        str(tmp_path),
        *(f"{tmp_path}/{n}.csv" for n in files),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=600)
    cells = {name: opened(tmp_path / f"{name}.fods") for name in files}
    assert {
        ("string", "'=1+1"),
        ("float", "-12.5"),
        ("float", "0.1"),
        ("date", "2022-08-16"),
        ("string", "Côte d’Ivoire, Ñuble"),
        ("float", "-5"),
    } <= cells["hostile"]
    assert {("float", "54600000"), ("float", "2018"), ("string", "Canadá"), ("string", "USD")} <= cells["contributions"]
    assert ("string", "Costa Rica") in cells["projects"]
    assert b"table:formula" not in b"".join((tmp_path / f"{name}.fods").read_bytes() for name in files)


def opened(file: Path) -> set[tuple[str, str]]:
    """The kind and the value of each cell of a flat OpenDocument spreadsheet."""
    office, text = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}", "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
    table = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
    found = set()
    for cell in ElementTree.parse(file).iter(f"{table}table-cell"):
        kind = cell.get(f"{office}value-type")
        if kind is not None:
            words = "".join("".join(part.itertext()) for part in cell.iter(f"{text}p"))
            found.add((kind, cell.get(f"{office}value") or cell.get(f"{office}date-value") or words))
    return found
