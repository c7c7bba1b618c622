"""Results and literals are read as they were written, at any depth, and nothing else is."""

import io

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_service.rdf.ntriples import read_row, read_term, read_triple

IRI = ox.NamedNode("http://e/a")
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
LITERALS = st.one_of(
    st.builds(ox.Literal, TEXTS),
    st.builds(lambda text: ox.Literal(text, language="fr"), TEXTS),
    st.builds(lambda text: ox.Literal(text, language="ar", direction=ox.BaseDirection.RTL), TEXTS),
    st.builds(lambda text: ox.Literal(text, datatype=ox.NamedNode("http://e/d-1#x")), TEXTS),
    st.builds(lambda value: ox.Literal(value), st.one_of(st.integers(-(2**60), 2**60), st.booleans())),
)
TERMS = st.recursive(
    st.one_of(LITERALS, st.sampled_from([IRI, ox.NamedNode("urn:x:é?q=1")]), st.builds(lambda: ox.BlankNode("b1"))),
    lambda inner: st.builds(lambda term: ox.Triple(IRI, IRI, term), inner),
)


@given(st.lists(TERMS, min_size=1, max_size=4))
def test_triples_are_read_as_they_were_written(objects: list[ox.Literal]) -> None:
    triples = [ox.Triple(IRI, IRI, term) for term in objects]
    written = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""
    assert [read_triple(line.decode().removesuffix("\n")) for line in io.BytesIO(written)] == [[IRI, IRI, term] for term in objects]


@given(st.lists(st.tuples(st.one_of(LITERALS, st.just(IRI), st.none()), LITERALS), min_size=1, max_size=4))
def test_rows_are_read_as_they_were_written(rows: list[tuple[ox.Literal | None, ox.Literal]]) -> None:
    values = " ".join("(" + " ".join("UNDEF" if term is None else str(term) for term in row) + ")" for row in rows)
    answer = ox.Store().query(f"SELECT ?a ?b {{ VALUES (?a ?b) {{ {values} }} }}")
    again = ox.Store().query(f"SELECT ?a ?b {{ VALUES (?a ?b) {{ {values} }} }}")
    assert isinstance(answer, ox.QuerySolutions)
    assert isinstance(again, ox.QuerySolutions)
    lines = [*io.BytesIO(answer.serialize(format=ox.QueryResultsFormat.TSV) or b"")]
    assert lines[0] == b"?a\t?b\n"
    assert [read_row(line.decode().removesuffix("\n")) for line in lines[1:]] == [[*solution] for solution in again]


@pytest.mark.parametrize(
    ("text", "kind"),
    [("1", "integer"), ("-1", "integer"), ("1.5", "decimal"), ("-1e5", "double"), ("true", "boolean")],
)
def test_what_turtle_abbreviates_has_its_datatype(text: str, kind: str) -> None:
    assert read_term(text) == ox.Literal(text, datatype=ox.NamedNode(f"http://www.w3.org/2001/XMLSchema#{kind}"))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "<",
            "<a",
            "<a b>",
            "_:",
            '"',
            '"a',
            '"a"b',
            '"a"@',
            '"a"^^',
            '"a"^^<rel>',
            '"a"@x-',
            '"\\x"',
            '"\\uD8"',
            "a b",
            "<<(",
            ")>>",
            "<<( )>>",
        ),
        *("<<( <urn:a> <urn:b> )>>", "<<( <urn:a> <urn:b> <urn:c> <urn:d> )>>", '<<( "a" <urn:b> <urn:c> )>>', "<urn:a> <urn:b>"),
    ],
)
def test_what_is_no_term_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_term(text)


def test_a_literal_is_followed_by_nothing() -> None:
    with pytest.raises(ValueError, match=r"."):
        read_term('"a" .\n<urn:s> <urn:p> ' + "<<( <urn:s> <urn:p> " * 100_000)
