"""Results and literals are read as they were written, at any depth, and nothing else is."""

import tempfile
from concurrent.futures import ThreadPoolExecutor

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_service.engine.result import READABLE, Result, ResultKind
from graph_service.errors import Unavailable
from graph_service.rdf import terms

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


def result(kind: ResultKind, content: bytes) -> Result:
    """A result as a worker has written it."""
    return Result(kind, READABLE[kind], content)


@given(st.lists(TERMS, min_size=1, max_size=4))
def test_triples_are_read_as_they_were_written(objects: list[ox.Literal]) -> None:
    triples = [ox.Triple(IRI, IRI, term) for term in objects]
    written = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""
    assert [*result(ResultKind.GRAPH, written).rows()] == [[IRI, IRI, term] for term in objects]


@given(st.lists(st.tuples(st.one_of(LITERALS, st.just(IRI), st.none()), LITERALS), min_size=1, max_size=4))
def test_rows_are_read_as_they_were_written(rows: list[tuple[ox.Literal | None, ox.Literal]]) -> None:
    values = " ".join("(" + " ".join("UNDEF" if term is None else str(term) for term in row) + ")" for row in rows)
    answer = ox.Store().query(f"SELECT ?a ?b {{ VALUES (?a ?b) {{ {values} }} }}")
    again = ox.Store().query(f"SELECT ?a ?b {{ VALUES (?a ?b) {{ {values} }} }}")
    assert isinstance(answer, ox.QuerySolutions)
    assert isinstance(again, ox.QuerySolutions)
    found = result(ResultKind.TABLE, answer.serialize(format=ox.QueryResultsFormat.TSV) or b"")
    assert found.columns == ["a", "b"]
    assert [*found.rows()] == [[*solution] for solution in again]


def test_a_file_is_read_from_its_beginning_wherever_its_writer_stands() -> None:
    file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - the result closes it
    file.write(b"?a\n1\n2\n")
    found = Result(ResultKind.TABLE, READABLE[ResultKind.TABLE], file)
    assert [*found.rows()] == [[ox.Literal(1)], [ox.Literal(2)]]


@pytest.mark.parametrize(
    ("text", "kind"),
    [("1", "integer"), ("-1", "integer"), ("1.5", "decimal"), ("-1e5", "double"), ("true", "boolean")],
)
def test_what_turtle_abbreviates_has_its_datatype(text: str, kind: str) -> None:
    assert [*result(ResultKind.TABLE, f"?a\n{text}\n".encode()).rows()] == [
        [ox.Literal(text, datatype=ox.NamedNode(f"http://www.w3.org/2001/XMLSchema#{kind}"))]
    ]


@pytest.mark.parametrize(
    "cell",
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
        *("1\t2", "<<( <urn:a> <urn:b> " * 100_000 + "1" + " )>>" * 100_000),
    ],
)
def test_what_is_no_term_is_refused(cell: str) -> None:
    with pytest.raises(Unavailable, match="read again"):
        [*result(ResultKind.TABLE, f"?a\n{cell}\n".encode()).rows()]


@pytest.mark.parametrize("line", ["", "<urn:a> <urn:b> .", "<urn:a> <urn:b> <<( <urn:a> <urn:b> " + "<<( <urn:a> <urn:b> " * 100_000])
def test_what_is_no_triple_is_refused(line: str) -> None:
    with pytest.raises(Unavailable, match="read again"):
        [*result(ResultKind.GRAPH, f"<urn:a> <urn:b> <urn:c> .\n{line}\n".encode()).rows()]


@pytest.mark.parametrize("literal", ['"a\tb"', '"a\nb"@fr', '"a\rb"^^<urn:d>'])
def test_a_literal_of_a_client_may_hold_white_space(literal: str) -> None:
    assert terms.term(literal).value.split() == ["a", "b"]


@pytest.mark.parametrize("more", [" .", ' . <urn:s> <urn:p> "b"', '\n"b"', '\t"b"', " # more", '@fr\n"b"'])
def test_a_literal_is_followed_by_nothing(more: str) -> None:
    with pytest.raises(ValueError, match="N-Triples"):
        terms.term('"a"' + more)


def test_rows_begun_in_one_thread_may_be_read_and_dropped_in_another() -> None:
    table = b"?a\n" + b"".join(b"%d\n" % number for number in range(100_000))
    found, dropped = (result(ResultKind.TABLE, table).rows() for _ in range(2))
    first = [next(found), next(dropped)]
    with ThreadPoolExecutor(1) as threads:
        rest = threads.submit(list, found).result()
        threads.submit(dropped.close).result()  # type: ignore[attr-defined]
    assert first == [[ox.Literal(0)]] * 2
    assert [row[0].value for row in rest if isinstance(row[0], ox.Literal)] == [str(number) for number in range(1, 100_000)]


def test_the_columns_of_a_table_in_a_file_are_known_when_its_rows_have_been_read() -> None:
    file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - the result closes it
    file.write(b"?a\t?b\n1\t\n")
    found = Result(ResultKind.TABLE, READABLE[ResultKind.TABLE], file)
    assert [*found.rows()] == [[ox.Literal(1), None]]
    assert found.columns == ["a", "b"]
