"""The outline of a query: its form, and the dataset that it chooses."""

import pytest

from graph_service.errors import MalformedQuery
from graph_service.sparql.outline import outline


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("SELECT * {}", "SELECT"),
        ("# ASK\nPREFIX select: <http://e/> BASE <http://b/> construct {} {}", "CONSTRUCT"),
        ("prefix : <http://e/#ASK> ask {}", "ASK"),
        ("DESCRIBE <http://e/>", "DESCRIBE"),
        (r"\u0041SK {}", "ASK"),
    ],
)
def test_the_form_is_the_first_word_behind_the_prologue(text: str, form: str) -> None:
    assert outline(text).form == form


@pytest.mark.parametrize(
    ("text", "default", "named"),
    [
        ("ASK {}", None, None),
        ("ASK FROM <http://e/a> {}", ["http://e/a"], []),
        ("ASK from\n#c\n<http://e/a> FROM NAMED <http://e/b> {}", ["http://e/a"], ["http://e/b"]),
        ("BASE <http://e/x/> PREFIX : <y#> ASK FROM :a FROM <../b> {}", ["http://e/x/y#a", "http://e/b"], []),
        ("ASK { ?s ?p 'FROM <http://e/a>' } # FROM <http://e/a>", None, None),
        (r"ASK \u0046ROM <http://e/caf\u00E9> {}", ["http://e/café"], []),
    ],
)
def test_from_clauses_are_taken_out(text: str, default: list[str] | None, named: list[str] | None) -> None:
    found = outline(text)
    assert (found.default_graphs, found.named_graphs) == (default, named)
    if default is not None:
        assert "from" not in found.text.lower()
        assert found.text.count("\n") == text.count("\n")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PREFIX e: <http://e/>",
        "define input:inference 'x' SELECT * {}",
        "ASK FROM e:a {}",
        "ASK FROM {}",
        "ASK FROM",
        r"ASK FROM \u003Chttp://e/\u003E {}",
        r"ASK { ?s ?p '\u0027 } FROM <http://e/> #' }",
    ],
)
def test_what_is_no_query_is_refused(text: str) -> None:
    with pytest.raises(MalformedQuery):
        outline(text)


def test_a_base_goes_with_the_text_only_where_it_is_needed() -> None:
    assert outline("ASK {}", "http://e/").text == "ASK {}"
    assert outline("ASK { <x> ?p ?o }", "http://e/").text == "BASE <http://e/> ASK { <x> ?p ?o }"


def test_a_graph_outside_the_dataset_is_no_graph() -> None:
    found = outline("PREFIX e: <http://e/> ASK { GRAPH e:a { ?s ?p e:a } GRAPH <b> {} GRAPH ?g {} }", "http://e/")
    assert found.within(["http://e/a", "http://e/b"], "urn:no") == found.text
    assert found.within(["http://e/a"], "urn:no") == found.text.replace("<b>", "<urn:no>")
    assert found.within([], "urn:no") == found.text.replace("<b>", "<urn:no>").replace("GRAPH e:a", "GRAPH <urn:no>")
