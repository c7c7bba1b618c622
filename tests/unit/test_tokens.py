"""Tokens: a keyword is found wherever it is one, and nowhere else."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_service.sparql.tokens import _ATOMIC, _POSSESSIVE, decoded, is_update, is_volatile, tokens, uses_keyword, values_rows


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://x/> {} }",
        "select * { service<http://x/>{} }",
        "SELECT * {\nSeRvIcE\tSILENT ?s {} }",
        r"SELECT * { \u0053ERVICE <http://x/> {} }",
        r"SELECT * { SER\U00000056ICE <http://x/> {} }",
        "SELECT * { ?s ?p 'a' . SERVICE <http://x/> {} }",
        "SELECT * { ?s ?p 'it\\'s' SERVICE <http://x/> {} }",
        "SELECT * { # SERVICE?\n SERVICE <http://x/> {} }",
        'SELECT * { ?s ?p """a "quoted" word""" . SERVICE <http://x/> {} }',
        "SELECT * { <http://x#y> ?p ?o . SERVICE <http://x/> {} }",
        "SELECT * {SERVICE :x {}}",
    ],
)
def test_a_call_to_another_server_is_seen(text: str) -> None:
    assert uses_keyword(text, "SERVICE")


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?service { ?service ?p $service }",
        "SELECT * { ?s ?p 'SERVICE' }",
        "SELECT * { ?s ?p '''SERVICE 'x' \" SERVICE''' }",
        "SELECT * { ?s <http://x/SERVICE> ?o }",
        "PREFIX service: <http://x/> SELECT * { ?s service:SERVICE ?o }",
        "SELECT * { ?s ?p ?o } # SERVICE <http://x/>",
        "SELECT * { _:SERVICE ?p ?o }",
        "SELECT * { ?s ?p 'a'@service }",
    ],
)
def test_the_word_alone_is_no_call(text: str) -> None:
    assert not uses_keyword(text, "SERVICE")


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA {}",
        "PREFIX a: <http://b/> delete where {}",
        "BASE <http://b/>\n# comment\nLOAD <http://x>",
        "WITH <http://g> DELETE {} WHERE {}",
    ],
)
def test_an_update_is_known_by_its_verb(text: str) -> None:
    assert is_update(text)


@pytest.mark.parametrize(
    "text", ["SELECT ?insert {}", "PREFIX insert: <http://insert/> ASK {}", "", "BASE <x> DESCRIBE <INSERT>", "nonsense"]
)
def test_a_query_is_no_update(text: str) -> None:
    assert not is_update(text)


def test_values_rows_are_found_where_they_stand() -> None:
    text = "# VALUES ?a { 1 }\nSELECT * { VALUES ?a { 'VALUES ?b { }' } values $c {} VALUES (?d) {(1)} }"
    assert {name: text[start:end] for name, (start, end) in values_rows(text).items()} == {"a": " 'VALUES ?b { }' ", "c": ""}


def test_a_variable_with_two_rows_has_none_to_bind() -> None:
    assert values_rows("SELECT * { { VALUES ?a { 1 } } UNION { VALUES ?a { 2 } } }") == {}


@given(st.text())
def test_tokens_cover_any_text_in_order(text: str) -> None:
    end = 0
    for token in tokens(text):
        assert token.start >= end
        assert text[token.start : token.end] == token.text
        end = token.end


@given(
    st.lists(
        st.sampled_from(
            [
                "SERVICE",
                "ſervice",
                "now",
                "kNOWs",
                "'",
                '"',
                "#",
                "\n",
                "<",
                ">",
                " ",
                "\\u0053ervice",
                "?",
                ":",
                "'''",
                '"""',
                "a.",
                "-",
                "5",
            ]
        )
    )
)
def test_the_quick_look_at_a_text_passes_over_no_keyword(pieces: list[str]) -> None:
    text = "".join(pieces)
    words = {token.text.upper() for view in (text, decoded(text)) for token in tokens(view) if token.kind == "word"}
    assert uses_keyword(text, "SERVICE") is ("SERVICE" in words)
    assert is_volatile(text) is (not words.isdisjoint({"NOW", "SERVICE"}))


@given(st.lists(st.sampled_from(["'", "''", "'''", '"', "\\", "\\'", "\\\\", "a", "\n", " "]), max_size=12))
def test_long_strings_are_read_alike_by_old_and_new_versions_of_python(pieces: list[str]) -> None:
    """A version before 3.11.5 reads them by another pattern. Here both are tried, where both are right."""
    text = "'''" + "".join(pieces)
    old, new = (re.match(pattern.format("'"), text, re.DOTALL) for pattern in (_ATOMIC, _POSSESSIVE))
    assert (old and old[0]) == (new and new[0])
