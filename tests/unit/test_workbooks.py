"""Workbooks: each value is a cell of its kind, every text is a text, and the same table gives the same bytes."""

import io
import json
from datetime import datetime
from typing import Any
from zipfile import ZipFile

import openpyxl
import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_service.errors import ResultTooLarge
from graph_service.formats.media_types import XLSX
from graph_service.formats.results import write_answer
from graph_service.formats.xlsx import write_workbook

XSD = "http://www.w3.org/2001/XMLSchema#"
AROUND = {
    "rows": "Lignes",
    "about": "À propos",
    "title": "A question",
    "made": "2026-11-30T04:13:21+00:00",
    "facts": [["Question", "A question"], ["", "=1+1"], ["Licence", "https://example.org/"]],
    "described": ["Column", "Meaning", "Type", "Unit"],
    "columns": [{"name": "v", "label": "valeur", "kind": "any", "unit": "m", "note": "v\nUnit: m"}],
}


def literal(value: str, kind: str) -> ox.Literal:
    return ox.Literal(value, datatype=ox.NamedNode(XSD + kind))


def written(*terms: ox.NamedNode | ox.BlankNode | ox.Literal | None, around: str = "") -> bytes:
    rows = [{} if term is None else {"v": json.loads(_json(term))} for term in terms]
    document = json.dumps({"head": {"vars": ["v"]}, "results": {"bindings": rows}})
    solutions = ox.parse_query_results(document, ox.QueryResultsFormat.JSON)
    assert isinstance(solutions, ox.QuerySolutions)
    output = io.BytesIO()
    write_workbook(solutions, around, output)
    return output.getvalue()


def _json(term: ox.NamedNode | ox.BlankNode | ox.Literal) -> str:
    if isinstance(term, ox.NamedNode):
        return json.dumps({"type": "uri", "value": term.value})
    if isinstance(term, ox.BlankNode):
        return json.dumps({"type": "bnode", "value": term.value})
    told = {"xml:lang": term.language} if term.language else {"datatype": term.datatype.value}
    return json.dumps({"type": "literal", "value": term.value, **told})


def opened(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


@pytest.mark.parametrize(
    ("term", "value", "kind"),
    [
        (None, None, "n"),
        (literal("+007", "integer"), 7, "n"),
        (literal("2023", "gYear"), "2023", "s"),
        (literal("2023", "integer"), 2023, "n"),
        (literal("-54600000.50", "decimal"), -54600000.5, "n"),
        (literal("123456789012345", "integer"), 123456789012345, "n"),
        (literal("1234567890123456", "integer"), "1234567890123456", "s"),
        (literal("1000000000000000000000", "integer"), 10**21, "n"),
        (literal("0.12345678901234567", "decimal"), "0.12345678901234567", "s"),
        (literal("1.5E3", "double"), 1500, "n"),
        (literal("INF", "double"), "INF", "s"),
        (literal("NaN", "double"), "NaN", "s"),
        (literal("true", "boolean"), True, "b"),
        (literal("0", "boolean"), False, "b"),
        (literal("2022-08-16", "date"), datetime(2022, 8, 16), "d"),
        (literal("2022-08-16Z", "date"), "2022-08-16Z", "s"),
        (literal("1899-12-31", "date"), "1899-12-31", "s"),
        (literal("2022-02-30", "date"), "2022-02-30", "s"),
        (literal("2021-04", "gYearMonth"), "2021-04", "s"),
        (ox.Literal("Côte d’Ivoire", language="fr"), "Côte d’Ivoire", "s"),
        (ox.Literal("42"), "42", "s"),
        (ox.Literal("TRUE"), "TRUE", "s"),
        (ox.Literal("=1+1"), "=1+1", "s"),
        (ox.Literal("{=1+1}"), "{=1+1}", "s"),
        (ox.Literal("@SUM(A1)"), "@SUM(A1)", "s"),
        (ox.Literal("<r><t>bold</t></r>"), "<r><t>bold</t></r>", "s"),
        (ox.Literal("internal:Sheet1!A1"), "internal:Sheet1!A1", "s"),
        (ox.NamedNode("https://example.org/é"), "https://example.org/é", "s"),
        (ox.BlankNode("b"), "_:b", "s"),
    ],
    ids=str,
)
def test_a_term_is_a_cell_of_its_kind(term: ox.NamedNode | ox.BlankNode | ox.Literal | None, value: object, kind: str) -> None:
    cell = opened(written(ox.Literal("first"), term)).worksheets[0]["A3"]
    assert (cell.value, cell.data_type, cell.hyperlink) == (value, kind, None)


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_every_text_is_written_as_a_text(text: str) -> None:
    cell = opened(written(ox.Literal(text)))["rows"]["A2"]
    assert cell.data_type == "s"
    # A line feed is one however it was written (XML 1.0, section 2.11); what XML cannot hold is escaped as Excel does.
    assert openpyxl.utils.escape.unescape(cell.value).replace("\r\n", "\n").replace("\r", "\n") == text.replace("\r\n", "\n").replace(
        "\r", "\n"
    )


def test_what_is_told_stands_on_a_sheet_of_its_own() -> None:
    content = written(literal("1", "integer"), ox.Literal("long " * 50), around=json.dumps(AROUND))
    book = opened(content)
    assert book.sheetnames == ["Lignes", "À propos"]
    rows, about = book.worksheets
    assert (rows["A1"].value, rows["A1"].comment.text.strip()) == ("valeur", "v\nUnit: m")
    assert (rows.freeze_panes, rows.auto_filter.ref) == ("A2", "A1:A3")
    assert 8 <= rows.column_dimensions["A"].width <= 62
    assert [(about[f"A{row}"].value or "", about[f"B{row}"].value) for row in (1, 2, 3)] == [tuple(fact) for fact in AROUND["facts"]]
    assert about["B2"].data_type == "s"
    assert [cell.value for cell in about[5]] == ["Column", "Meaning", "Type", "Unit"]
    assert [cell.value for cell in about[6]] == ["v", "valeur", "any", "m"]
    assert book.properties.title == "A question"
    with ZipFile(io.BytesIO(content)) as archive:
        assert not [name for name in archive.namelist() if "external" in name.lower()]
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml") + archive.read("xl/worksheets/sheet2.xml")


def test_the_same_table_gives_the_same_bytes() -> None:
    assert written(ox.Literal("a"), around=json.dumps(AROUND)) == written(ox.Literal("a"), around=json.dumps(AROUND))


def test_what_no_cell_can_hold_is_refused_and_not_cut_off() -> None:
    assert len(opened(written(ox.Literal("a" * 32_767)))["rows"]["A2"].value) == 32_767
    for text in ("a" * 32_768, "💥" * 16_384, "<r>" + "a" * 32_768 + "</r>"):
        with pytest.raises(ResultTooLarge, check=lambda error: error.members["limit"] == 32_767):
            written(ox.Literal(text))


def test_a_table_without_columns_or_rows_is_a_workbook_too() -> None:
    assert opened(written()).worksheets[0]["A1"].value == "v"
    solutions = ox.Store().query("SELECT * {}")
    assert isinstance(solutions, ox.QuerySolutions)
    output = io.BytesIO()
    write_answer(solutions, XLSX, output)
    assert opened(output.getvalue()).sheetnames == ["rows"]
