"""Values of parameters that stand for more than they are: long numbers, very many of them."""

from collections.abc import Callable
from pathlib import Path
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

#: Numerals of a few characters whose values have millions of digits, and others that are none.
NUMERALS = ("1e50000000", "1e-50000000", "1E99999999999", "-1e50000000", "1_000", "１０", "٣", "1e3", "NaN", "INF", 5000 * "1", "0x10")


@pytest.fixture(scope="module")
def server(start: Callable[..., Server], chain: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> Server:
    folder = tmp_path_factory.mktemp("queries")
    (folder / "sized.rq").write_text(QUERY)
    return start(*chain, "--queries", str(Path(folder)))


@pytest.mark.parametrize("accept", ["text/csv", "text/html"])
def test_numbers_of_few_characters_and_millions_of_digits(server: Server, accept: str) -> None:
    with answers_beside(server):
        for numeral in NUMERALS:
            for name in ("x", "year"):
                answer = server.ask("/queries/sized?" + urlencode({name: numeral}), Accept=accept)
                assert answer.status == 422, f"{name}={numeral[:20]}: {answer.status}"
            for name in ("page", "page_size", "timeout"):
                path = "/sparql?query=ASK%7B%7D&" if name == "timeout" else "/queries/sized?"
                answer = server.ask(path + urlencode({name: numeral}), Accept=accept)
                assert answer.status in {400, 422}, f"{name}={numeral[:20]}: {answer.status}"
            assert server.ask("/things/projects?" + urlencode({"page": numeral}), Accept=accept).status == 422


def test_numbers_in_a_result_that_is_shown_as_a_page(server: Server) -> None:
    with answers_beside(server):
        for kind in ("integer", "decimal", "double", "date", "gYearMonth", "dateTime", "boolean"):
            values = " ".join(f'"{numeral}"^^<http://www.w3.org/2001/XMLSchema#{kind}>' for numeral in NUMERALS)
            query = f"SELECT ?x {{ VALUES ?x {{ {values} }} }}"
            assert server.ask("/sparql?" + urlencode({"query": query}), Accept="text/html").status == 200


def test_a_pattern_is_held_against_a_text_of_bounded_length(server: Server) -> None:
    with answers_beside(server):
        answer = server.ask("/queries/sized?" + urlencode({"code": "C1" + 4000 * "C"}))
    assert answer.status == 422
    assert "at most 1000 characters" in answer.text
