"""Every failure has one shape: application/problem+json with type, title, status and a detail that helps."""

import json
from html import unescape
from urllib.parse import urlencode

import pytest

from tests.conftest import Server

pytestmark = pytest.mark.live

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"


def get(**parameters: str) -> str:
    return "/sparql?" + urlencode(parameters)


#: What is sent (path, method, body, headers), and what comes back (status, words of the detail).
FAILURES = {
    "unknown path": ("/nowhere", "GET", None, {}, 404, "/nowhere"),
    "unknown thing": ("/id/place/ATLANTIS", "GET", None, {}, 404, "ATLANTIS"),
    "unknown data": ("/data/place/ATLANTIS.ttl", "GET", None, {}, 404, "ATLANTIS"),
    "unknown suffix": ("/queries/projects-by-country.docx", "GET", None, {}, 404, ".csv"),
    "unknown query": ("/queries/nonsense", "GET", None, {}, 404, "nonsense"),
    "unknown graph": ("/graph/nonsense", "GET", None, {}, 404, "brochure-2023"),
    "unknown download": ("/downloads/dataset.xls", "GET", None, {}, 404, "dataset.ttl"),
    "unknown ontology version": ("/ns/99.0.0", "GET", None, {}, 404, "99.0.0"),
    "syntax error": (get(query="SELECT *\nWHERE { ?s ?p }"), "GET", None, {}, 400, "Line 2, column"),
    "no query": ("/sparql", "POST", b"", {"Content_Type": FORM}, 400, "query"),
    "two queries": ("/sparql?query=ASK%7B%7D&query=ASK%7B%7D", "GET", None, {}, 400, "one request asks one"),
    "query in address and body": (get(query="ASK {}"), "POST", b"ASK {}", {"Content_Type": QUERY}, 400, "twice"),
    "body that is not UTF-8": ("/sparql", "POST", b"ASK { ?s ?p '\xff' }", {"Content_Type": QUERY}, 400, "UTF-8"),
    "bad infer": (get(query="ASK {}", infer="maybe"), "GET", None, {}, 400, "true or false"),
    "bad graph IRI": (get(query="ASK {}", **{"default-graph-uri": "not an iri"}), "GET", None, {}, 400, "absolute IRI"),
    "update as a form": ("/sparql", "POST", urlencode({"update": "CLEAR ALL"}).encode(), {"Content_Type": FORM}, 403, "read-only"),
    "update as the body": ("/sparql", "POST", b"CLEAR ALL", {"Content_Type": "application/sparql-update"}, 403, "read-only"),
    "update as a query": (get(query="INSERT DATA { <a:a> <a:a> 1 }"), "GET", None, {}, 403, "read-only"),
    "call to another server": (get(query="SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"), "GET", None, {}, 403, "SERVICE"),
    "body of an unknown type": ("/sparql", "POST", b"<a/>", {"Content_Type": "application/xml"}, 415, "application/sparql-query"),
    "body over the limit": ("/sparql", "POST", b"ASK {} #" + b"x" * 2**20, {"Content_Type": QUERY}, 413, "1048576"),
    "form over the limit": ("/sparql", "POST", b"query=" + b"x" * 2**20, {"Content_Type": FORM}, 413, "1048576"),
    "no such format": (get(query="ASK {}"), "GET", None, {"Accept": "image/png"}, 406, "application/sparql-results+json"),
    "wrong method": ("/downloads/", "DELETE", None, {}, 405, "GET"),
    "unknown parameter": ("/queries/projects-by-country?continent=x", "GET", None, {}, 400, "country"),
    "parameter of another type": ("/queries/projects-active-in-year?year=soon", "GET", None, {}, 422, "four digits"),
    "thing that is none": ("/queries/projects-by-country?country=Atlantis", "GET", None, {}, 422, "lc:Country"),
    "thing of another class": ("/queries/projects-by-country?country=organisation:ilo", "GET", None, {}, 422, "lc:Country"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_is_a_problem_document(server: Server, name: str) -> None:
    path, method, body, headers, status, words = FAILURES[name]
    answer = server.ask(path, method, body, **headers)
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    problem = json.loads(answer.body)
    assert problem["status"] == status
    assert problem["title"]
    assert words in problem["detail"]
    kind, _, fragment = problem["type"].partition("#")
    listed = json.loads(server.ask(kind, Accept="application/json").body)["problems"]
    assert fragment in {entry["key"] for entry in listed}


def test_a_syntax_error_says_line_and_column(server: Server) -> None:
    problem = json.loads(server.ask(get(query="SELECT *\nWHERE { ?s ?p }")).body)
    assert (problem["line"], problem["column"]) == (2, 15)


def test_a_wrong_parameter_is_named_with_what_was_given_and_what_is_allowed(server: Server) -> None:
    problem = json.loads(server.ask("/queries/projects-by-country?country=Atlantis").body)
    assert (problem["parameter"], problem["given"]) == ("country", "Atlantis")
    assert "place:CRI" in problem["allowed"]


def test_a_wrong_method_lists_the_right_ones(server: Server) -> None:
    assert "GET" in server.ask("/queries", "DELETE").headers["allow"]


def test_people_get_a_page_with_the_same_status(server: Server) -> None:
    answer = server.ask("/nowhere", Accept="text/html")
    assert (answer.status, answer.headers["content-type"].split(";")[0]) == (404, "text/html")
    assert "/nowhere" in answer.text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Line 2, column 1: ODER is no word of SPARQL. Is ORDER meant?"),
        ("fr", "Ligne 2, colonne 1 : ODER n’est pas"),
        ("es", "Línea 2, columna 1: ODER no es"),
    ],
)
def test_a_usual_mistake_in_a_query_is_told_in_the_readers_language_with_its_mend(server: Server, language: str, words: str) -> None:
    path = "/sparql?" + urlencode({"query": "SELECT ?s { ?s ?p ?o }\nODER BY ?s"})
    answer = server.ask(path, Accept_Language=language)
    told = json.loads(answer.body)
    assert (answer.status, answer.headers["content-language"]) == (400, language)
    assert words in told["detail"]
    assert [told[name] for name in ("mistake", "line", "column", "length", "mend")] == ["keyword", 2, 1, 4, "ORDER"]
    assert "named" not in told
    page = server.ask(path, Accept="text/html", Accept_Language=language).text
    assert words in unescape(page)


@pytest.mark.parametrize(("language", "advice"), [("fr", "faute de frappe"), ("es", "errata"), ("en", "slip of the pen")])
def test_a_page_that_is_not_found_gives_advice_in_its_language_and_what_is_near(server: Server, language: str, advice: str) -> None:
    page = unescape(server.ask("/page/project/triangle-in-asia", Accept="text/html", Accept_Language=language).text)
    main = page[page.index("<main") : page.index("</main>")]
    assert advice in main
    assert "/id/project/triangle-in-asean" in main[main.index('id="near"') :]
    assert ("Nothing is said of" in main) == (language == "en")


def test_a_page_about_a_wrong_value_keeps_what_is_allowed(server: Server) -> None:
    """No other sentence says which value would be taken."""
    page = unescape(server.ask("/queries/projects-by-country?country=Kambodia", Accept="text/html", Accept_Language="fr").text)
    assert "'Kambodia' was given" in page
