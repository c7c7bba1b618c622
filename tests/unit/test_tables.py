"""Plain tables: RDF's terms become JSON's and a spreadsheet's own kinds of values, and nothing becomes a formula."""

import csv
import io
import json

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_service.formats.media_types import CSV, ROWS, SHEET
from graph_service.formats.plain_tables import cell, plain, write_records
from graph_service.formats.results import write_answer

XSD = "http://www.w3.org/2001/XMLSchema#"


def literal(value: str, kind: str) -> ox.Literal:
    return ox.Literal(value, datatype=ox.NamedNode(XSD + kind))


@pytest.mark.parametrize(
    ("term", "value", "shown"),
    [
        (None, None, ""),
        (literal("42", "integer"), 42, "42"),
        (literal("+007", "integer"), 7, "7"),
        (literal("-5", "integer"), -5, "-5"),
        (literal("54600000.50", "decimal"), 54600000.5, "54600000.50"),
        (literal(".5", "decimal"), 0.5, "0.5"),
        (literal("1.5E3", "double"), 1500, "1500.0"),
        (literal("INF", "double"), "INF", "INF"),
        (literal("NaN", "double"), "NaN", "NaN"),
        (literal("1_0", "integer"), "1_0", "1_0"),
        (literal("many", "integer"), "many", "many"),
        (literal("true", "boolean"), True, "TRUE"),
        (literal("0", "boolean"), False, "FALSE"),
        (literal("2022-08-16", "date"), "2022-08-16", "2022-08-16"),
        (literal("2021-04", "gYearMonth"), "2021-04", "2021-04"),
        (ox.Literal("Côte d’Ivoire", language="fr"), "Côte d’Ivoire", "Côte d’Ivoire"),
        (ox.Literal("42"), "42", "42"),
        (ox.Literal("=1+1"), "=1+1", "=1+1"),
        (ox.Literal("@SUM(A1)"), "@SUM(A1)", "@SUM(A1)"),
        (ox.Literal("\t=1"), "\t=1", "\t=1"),
        (ox.Literal("-5"), "-5", "-5"),
        (ox.Literal("-cmd"), "-cmd", "-cmd"),
        (ox.NamedNode("https://example.org/é"), "https://example.org/é", "https://example.org/é"),
        (ox.BlankNode("b"), "_:b", "_:b"),
    ],
    ids=str,
)
def test_a_term_is_the_value_it_says(term: ox.NamedNode | ox.BlankNode | ox.Literal | None, value: object, shown: str) -> None:
    assert json.loads(plain(term)) == value
    assert type(json.loads(plain(term))) is type(value) or isinstance(value, int | float)
    assert cell(term) == shown


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_every_text_comes_back_from_json_and_none_begins_a_formula(text: str) -> None:
    assert json.loads(plain(ox.Literal(text))) == text
    assert cell(ox.Literal(text)) == text
    output = io.BytesIO()
    write_records(["a", "b"], [[text, "b"]], SHEET, output)
    [_, [shown, _]] = csv.reader(io.StringIO(output.getvalue().decode("utf-8-sig"), newline=""))
    assert shown in {text, "'" + text}
    assert not shown or shown[0] not in "=+-@\t\r\n" or float(shown) is not None


@pytest.mark.parametrize(
    ("text", "shown"),
    [("=1+1", "'=1+1"), ("@SUM(A1)", "'@SUM(A1)"), ("\t=1", "'\t=1"), ("-cmd", "'-cmd"), ("＝1", "'＝1")]
    + [(same, same) for same in ("-5", "+1.5", "-1.5e+22", "a=1", "", "'=1")],
)
def test_a_spreadsheet_is_given_no_formula(text: str, shown: str) -> None:
    output = io.BytesIO()
    write_records(["a"], [[text]], SHEET, output)
    assert output.getvalue().startswith(b"\xef\xbb\xbfa\r\n")
    assert next(csv.reader(io.StringIO(output.getvalue().decode("utf-8-sig").partition("\n")[2], newline="")), [""])[0] == shown


def test_a_table_is_written_row_by_row_with_all_its_columns() -> None:
    text = 'SELECT ?a ?b { VALUES (?a ?b) { (1 "x, \\"y\\"") (UNDEF "é\\nz") } }'
    for format in (ROWS, CSV):
        solutions = ox.Store().query(text)
        assert isinstance(solutions, ox.QuerySolutions)
        output = io.BytesIO()
        write_answer(solutions, format, output)
        if format is ROWS:
            assert json.loads(output.getvalue()) == [{"a": 1, "b": 'x, "y"'}, {"a": None, "b": "é\nz"}]
        else:
            read = list(csv.reader(io.StringIO(output.getvalue().decode(), newline="")))
            assert read == [["a", "b"], ["1", 'x, "y"'], ["", "é\nz"]]
            assert output.getvalue().startswith(b"a,b\r\n")
