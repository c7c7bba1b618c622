"""Calls to other servers are found in a query as they are written, with what is to be asked of each."""

import pytest

from graph_service.errors import MalformedQuery
from graph_service.sparql.service_clauses import service_calls


@pytest.mark.parametrize(
    ("text", "address", "silent", "pattern"),
    [
        ("SELECT * { SERVICE <http://a/> { ?s ?p ?o } }", "http://a/", False, "{ ?s ?p ?o }"),
        ("SELECT * { service SILENT <http://a/>{?s ?p ?o} }", "http://a/", True, "{?s ?p ?o}"),
        ("SELECT * { SERVICE <http://a/> { { ?s ?p '}' } UNION { ?s ?p ?o } # }\n } }", "http://a/", False, None),
        (r"SELECT * { \u0053ERVICE <http://a/> { ?s ?p ?o } }", "http://a/", False, "{ ?s ?p ?o }"),
        ("SELECT * { SERVICE ?where { ?s ?p ?o } }", None, False, "{ ?s ?p ?o }"),
        ("SELECT * { SERVICE <sparql> { ?s ?p ?o } }", "http://here/sparql", False, "{ ?s ?p ?o }"),
    ],
)
def test_a_call_has_its_address_and_its_pattern(text: str, address: str | None, silent: bool, pattern: str | None) -> None:
    plain, (call,) = service_calls(text, "http://here/x")
    assert (call.address, call.silent, call.inner) == (address, silent, False)
    assert plain[call.start : call.start + 7].upper() == "SERVICE"
    assert plain[: call.start] + plain[call.end :] == "SELECT * {  }"
    assert pattern is None or call.query == f"BASE <http://here/x> SELECT * {pattern}"


def test_a_call_takes_the_prefixes_with_it() -> None:
    _, (call,) = service_calls("PREFIX a: <http://a/>\nPREFIX b: <http://b/> SELECT ?x { SERVICE a:sparql { ?x b:p a:y } }")
    assert call.address == "http://a/sparql"
    assert call.query == "PREFIX a: <http://a/>\nPREFIX b: <http://b/> SELECT * { ?x b:p a:y }"


def test_a_call_within_a_call_is_for_the_other_server_to_make() -> None:
    text = "SELECT * { SERVICE <http://a/> { SERVICE <http://b/> { ?s ?p ?o } SERVICE <http://c/> {} } SERVICE <http://d/> {} }"
    _, calls = service_calls(text)
    assert [(call.address, call.inner) for call in calls] == [
        ("http://a/", False),
        ("http://b/", True),
        ("http://c/", True),
        ("http://d/", False),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://a/> { ?s ?p ?o ",
        "SELECT * { SERVICE",
        "SELECT * { SERVICE b:c { } }",
        "SELECT * { SERVICE <http://a/> ?s }",
    ],
)
def test_half_a_call_is_no_query(text: str) -> None:
    with pytest.raises(MalformedQuery):
        service_calls(text)
