"""Negotiation: what real clients send, and what they get."""

import pytest

from graph_service.errors import NotAcceptable
from graph_service.formats.media_types import GRAPH_FORMATS, HTML, TABLE_FORMATS, named, negotiate

TABLES = (*TABLE_FORMATS, HTML)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, "json"),
        ("", "json"),
        ("*/*", "json"),
        ("application/json", "json"),
        ("text/csv;q=0.5, text/tab-separated-values", "tsv"),
        ("application/sparql-results+xml;q=0.9, application/sparql-results+json;q=0.8", "xml"),
        ("application/sparql-results+json,*/*;q=0.9", "json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "html"),
        ("text/*", "csv"),
        ("application/json;q=0, */*;q=0.1", "xml"),
        ("application/sparql-results+xml,application/rdf+xml,*/*", "xml"),
        ("TEXT/CSV", "csv"),
    ],
)
def test_a_table_is_written_as_accept_asks(accept: str | None, expected: str) -> None:
    assert negotiate(accept, TABLES).name == expected


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, "ttl"),
        ("application/n-triples,*/*;q=0.9", "nt"),
        ("application/sparql-results+xml,application/rdf+xml,*/*", "rdf"),
        ("application/ld+json", "jsonld"),
        ("text/turtle;q=0.3, application/trig;q=0.8", "trig"),
    ],
)
def test_a_graph_is_written_as_accept_asks(accept: str | None, expected: str) -> None:
    assert negotiate(accept, GRAPH_FORMATS).name == expected


@pytest.mark.parametrize("accept", ["image/png", "*/*;q=0", "text/turtle"])
def test_what_cannot_be_written_is_not_acceptable(accept: str) -> None:
    with pytest.raises(NotAcceptable) as error:
        negotiate(accept, TABLE_FORMATS)
    assert "application/sparql-results+json" in str(error.value.members["available"])


def test_a_format_is_named_by_short_name_media_type_and_alias() -> None:
    assert {named(token, GRAPH_FORMATS) for token in ("ttl", "turtle", "text/turtle", "TTL")} == {GRAPH_FORMATS[0]}
    assert named("nonsense", GRAPH_FORMATS) is None
