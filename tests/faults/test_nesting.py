"""Texts and terms that are nested deeply, however they are written: each has its answer, and the process that serves goes on."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.conftest import Answer, Server
from tests.faults.beside import lookup

pytestmark = pytest.mark.live

DEPTHS = (10, 1_000, 20_000)

#: A query that is nested so deeply.
QUERIES: dict[str, Callable[[int], str]] = {
    "groups": lambda n: "SELECT * " + "{" * n + "}" * n,
    "optional groups": lambda n: "ASK {" + "OPTIONAL{" * n + "}" * n + "}",
    "subqueries": lambda n: "SELECT * {" + "{SELECT * {" * n + "}}" * n + "}",
    "filters": lambda n: "ASK {" + "FILTER EXISTS{" * n + "}" * n + "}",
    "parentheses": lambda n: "SELECT (" + "(" * n + "1" + ")" * n + " AS ?x) {}",
    "calls": lambda n: "SELECT (" + "STR(" * n + "1" + ")" * n + " AS ?x) {}",
    "calls of TRIPLE": lambda n: "SELECT (" + "TRIPLE(<a:>,<a:>," * n + "1" + ")" * n + " AS ?x) {}",
    "chained TRIPLE": lambda n: "SELECT * {BIND(1 AS ?x0)" + "".join(f"BIND(TRIPLE(<a:>,<a:>,?x{i})AS ?x{i + 1})" for i in range(n)) + "}",
    "triple terms": lambda n: "PREFIX:<http://e/p>SELECT*{VALUES ?x{" + "<<(: : " * n + "1" + " )>>" * n + "}}",
    "reified triples": lambda n: "PREFIX:<http://e/p>SELECT*{" + "<<" * n + ": : :" + " >> : :" * (n - 1) + ">> : :}",
    "annotations": lambda n: "PREFIX:<http://e/p>CONSTRUCT{: : :" + "{|: :" * n + "|}" * n + "}WHERE{}",
    "constructed terms": lambda n: "PREFIX:<http://e/p>CONSTRUCT{: : " + "<<(: : " * n + "1" + " )>>" * n + "}WHERE{}",
    "lists": lambda n: "ASK {" + "(" * n + "1" + ")" * n + " ?p ?o}",
    "brackets": lambda n: "ASK {?s ?p " + "[<a:> " * n + "1" + "]" * n + "}",
    "paths": lambda n: "ASK {?s " + "(" * n + "<a:>" + ")" * n + " ?o}",
    "paths of repetition": lambda n: "ASK {?s " + "(" * n + "<a:>" + ")*" * n + " ?o}",
    "negations": lambda n: "SELECT (" + "!" * n + "true AS ?x) {}",
    "signs": lambda n: "SELECT (" + "- " * n + "1 AS ?x) {}",
    "inverse paths": lambda n: "ASK {?s " + "^" * n + "<a:> ?o}",
    "sequences": lambda n: "ASK {?s " + "/".join(["<a:>"] * n) + " ?o}",
    "alternatives": lambda n: "SELECT (" + "||".join(["true"] * n) + " AS ?x) {}",
    "sums": lambda n: "SELECT (" + "+".join(["1"] * n) + " AS ?x) {}",
    "unions": lambda n: "SELECT * {" + "UNION".join(["{}"] * n) + "}",
    "escaped": lambda n: "SELECT * " + r"\u007B" * n + r"\u007D" * n,
    "strings": lambda n: "ASK { FILTER('" + "({[<<" * n + "' = '') }",
}
#: What has terms for an answer, and not a truth.
TERMS = ("calls of TRIPLE", "chained TRIPLE", "triple terms", "constructed terms")
ACCEPTED = (
    *("application/sparql-results+json", "application/sparql-results+xml", "text/csv", "text/tab-separated-values", "text/html"),
    *("text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json", "application/n-quads", "application/trig"),
)


def serving(server: Server) -> set[str]:
    """The processes that serve, without those that run queries."""
    tasks = Path(f"/proc/{server.process.pid}/task").iterdir()
    return {child for task in tasks for child in (task / "children").read_text().split()}


def ask(server: Server, query: str, accept: str, by: str) -> Answer:
    if by == "GET":
        return server.ask("/sparql?" + urlencode({"query": query, "timeout": "0.7"}), Accept=accept)
    return server.ask("/sparql?timeout=0.7", "POST", query.encode(), Accept=accept, Content_Type="application/sparql-query")


@pytest.mark.parametrize("name", QUERIES)
def test_a_nested_query_has_an_answer(tried: Server, name: str) -> None:
    before = serving(tried)
    for number, depth in enumerate(DEPTHS):
        for accept in (ACCEPTED[0], "text/html") if number == 1 else (ACCEPTED[number],):
            answer = ask(tried, QUERIES[name](depth), accept, "POST")
            assert answer.status in {200, 400, 406, 413, 504, 507}, answer.text[:500]
            assert "outside" not in answer.text
            assert tried.ask("/health").status == 200
    assert serving(tried) == before
    assert lookup(tried, 5) is True


@pytest.mark.parametrize("name", TERMS)
def test_a_nested_term_is_in_no_format(tried: Server, name: str) -> None:
    before = serving(tried)
    for accept in ACCEPTED:
        for depth in (5, 40, 90, 1_100) if accept == "text/html" else (5, 40, 90):
            answer = ask(tried, QUERIES[name](depth), accept, "POST" if depth > 100 else "GET")
            assert answer.status in ({200, 406} if depth == 5 else {400, 406, 413, 504, 507}), (accept, depth, answer.text[:300])
            if depth == 40 and answer.status != 406:
                assert answer.status == 413
                assert re.search("more than 32 levels", answer.text)
    assert tried.ask("/health").status == 200
    assert serving(tried) == before


def test_what_is_refused_is_told_with_its_place(tried: Server) -> None:
    answer = ask(tried, "SELECT *\n" + "{" * 101 + "}" * 101, ACCEPTED[0], "POST")
    assert answer.status == 400
    assert "Line 2, column 101" in answer.text
    assert "100" in answer.text
    assert ask(tried, "SELECT *\n" + "{" * 100 + "}" * 100, ACCEPTED[0], "POST").status == 200
