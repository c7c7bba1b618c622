"""Values of parameters that stand for more than they are: long numbers, very many of them."""

import os
from collections.abc import Callable
from urllib.parse import urlencode

import pytest

from tests.conftest import Server
from tests.faults.beside import answers_beside

pytestmark = pytest.mark.live

QUERY = """#+ summary: Things of a size
#+ params:
#+   x: {type: decimal, min: 0}
#+   year: {type: year}
#+   code: {pattern: "(C[0-9]+)+"}
#+   thing: {choices: "SELECT ?s { ?s ?p ?o }", many: true}
SELECT ?s ?x ?year ?code ?thing { VALUES ?x { 1 } VALUES ?year { 2020 } VALUES ?code { "C1" } VALUES ?thing { UNDEF } ?s ?p ?thing }
"""

TOLD = """#+ summary: A text beside each thing
#+ params:
#+   text: {}
SELECT ?s ?text { VALUES ?text { "x" } ?s ?p ?o }
"""

#: Numerals of a few characters whose values have millions of digits, and others that are none.
NUMERALS = ("1e50000000", "1e-50000000", "1E99999999999", "-1e50000000", "1_000", "１０", "٣", "1e3", "NaN", "INF", 5000 * "1", "0x10")


@pytest.fixture(scope="module")
def server(start: Callable[..., Server], chain: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> Server:
    folder = tmp_path_factory.mktemp("queries")
    (folder / "sized.rq").write_text(QUERY)
    (folder / "told.rq").write_text(TOLD)
    # A thing of a class, so that there is a list.
    (folder / "thing.nt").write_text("<http://e/0> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://e/Thing> .\n")
    return start(*chain, "--data", os.pathsep.join([chain[chain.index("--data") + 1], str(folder / "thing.nt")]), "--queries", str(folder))


@pytest.mark.parametrize("accept", ["text/csv", "text/html"])
def test_numbers_of_few_characters_and_millions_of_digits(server: Server, accept: str, idle: Server) -> None:
    with answers_beside(server, idle):
        for numeral in NUMERALS:
            for name in ("x", "year"):
                answer = server.ask("/queries/sized?" + urlencode({name: numeral}), Accept=accept)
                assert answer.status == 422, f"{name}={numeral[:20]}: {answer.status}"
            for name in ("page", "page_size", "timeout"):
                path = "/sparql?query=ASK%7B%7D&" if name == "timeout" else "/queries/sized?"
                answer = server.ask(path + urlencode({name: numeral}), Accept=accept)
                assert answer.status in {400, 422}, f"{name}={numeral[:20]}: {answer.status}"
            assert server.ask("/things/Thing?" + urlencode({"page": numeral}), Accept=accept).status == 422


def test_numbers_in_a_result_that_is_shown_as_a_page(server: Server, idle: Server) -> None:
    with answers_beside(server, idle):
        for kind in ("integer", "decimal", "double", "date", "gYearMonth", "dateTime", "boolean"):
            values = " ".join(f'"{numeral}"^^<http://www.w3.org/2001/XMLSchema#{kind}>' for numeral in NUMERALS)
            query = f"SELECT ?x {{ VALUES ?x {{ {values} }} }}"
            assert server.ask("/sparql?" + urlencode({"query": query}), Accept="text/html").status == 200


def test_a_pattern_is_held_against_a_text_of_bounded_length(server: Server, idle: Server) -> None:
    with answers_beside(server, idle):
        answer = server.ask("/queries/sized?" + urlencode({"code": "C1" + 4000 * "C"}))
    assert answer.status == 422
    assert "at most 1000 characters" in answer.text


def test_very_many_values_are_refused_and_the_same_value_counts_once(server: Server, idle: Server) -> None:
    with answers_beside(server, idle):
        many = server.ask("/queries/sized?" + urlencode({"thing": [f"http://e/{n}" for n in range(101)]}, doseq=True))
        assert (many.status, "thing may have 100 values" in many.text) == (422, True)
        for path in ("/queries/sized", "/things/Thing", "/pictures/timeline", "/search"):
            form = urlencode({"a": [str(n) for n in range(20_000)]}, doseq=True).encode()
            assert server.ask(path, "POST", form, Content_Type="application/x-www-form-urlencoded").status in {405, 422}
        again = server.ask("/queries/sized?" + urlencode({"thing": 900 * ["http://e/7"], "page": 1}, doseq=True), Accept="text/html")
        assert again.status == 200
        assert len(again.body) < 100_000
        assert again.headers["link"].count("http://e/7") + again.headers["link"].count("http%3A%2F%2Fe%2F7") <= 4


@pytest.mark.parametrize("accept", ["text/csv", "text/html", "application/json", "application/sparql-results+json"])
def test_long_values_are_not_told_again_and_again(server: Server, accept: str, idle: Server) -> None:
    form = "application/x-www-form-urlencoded"
    with answers_beside(server, idle):
        for name in ("x", "thing", "page", "lang", "format", "nothing"):
            long = server.ask("/queries/sized", "POST", urlencode({name: 1_000_000 * "x"}).encode(), Content_Type=form, Accept=accept)
            assert long.status == 422
            assert len(long.body) < 20_000
        # As long as a value may be: they fit into no header, and all of them into no address.
        body = urlencode({"thing": [f"http://e/{n}?{2000 * 'x'}" for n in range(50)], "page": 1}, doseq=True).encode()
        answer = server.ask("/queries/sized", "POST", body, Content_Type=form, Accept=accept)
        assert answer.status == 422
        assert len(answer.headers.get("link", "")) < 4096


@pytest.mark.parametrize("size", [0, 400, 1500, 3000, 6000, 20_000])
def test_links_leave_room_in_a_header_for_others(server: Server, size: int) -> None:
    for path, name in (("/queries/told", "text"), ("/search", "q"), ("/things/Thing", "q")):
        given = {name: "c" + size * "x", "page": 1}
        for accept in ("text/html", "text/csv", "application/json"):
            if path == "/queries/told":
                form = "application/x-www-form-urlencoded"
                answer = server.ask(path, "POST", urlencode(given).encode(), Content_Type=form, Accept=accept)
            else:
                answer = server.ask(f"{path}?{urlencode(given)}", Accept=accept)
            assert answer.status == 200 or size > 100
            assert len(answer.headers.get("link", "")) < 4096
            if path == "/queries/told" and answer.status == 200:
                # The next page is told in the header as long as there is room, and in the body as long as an address takes it.
                assert ('rel="next"' in answer.headers["link"]) == (size < 2400)
                told = {"text/html": 'rel="next"', "application/json": '"next"'}.get(accept)
                assert told is None or (told in answer.text) == (size < 7900)


def test_a_page_for_people_has_fewer_rows_than_a_file(server: Server) -> None:
    assert server.ask("/queries/told?page_size=1000", Accept="text/html").status == 200
    refused = server.ask("/queries/told?page_size=1001", Accept="text/html")
    assert (refused.status, "at most 1000" in refused.text) == (422, True)
    assert server.ask("/queries/told?page_size=10000", Accept="text/csv").body.count(b"\n") == 5002
