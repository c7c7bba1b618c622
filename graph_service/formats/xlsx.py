"""Writes a table as an Excel workbook of two sheets: the rows with typed cells, and the metadata.

Numbers, booleans and days are cells of that type; a date with only a month or year, a number of more than 15 digits (a spreadsheet's
precision) and an IRI are texts. No text becomes a formula, a link or a number. The metadata is JSON (`Format.around`); without it there is
only the sheet of rows, headed by the column names. The same input gives the same bytes.

XlsxWriter makes the file (Office Open XML, ECMA-376). Excel's limits: 1,048,576 rows, 32,767 characters in a cell.
"""

import codecs
import io
import json
import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO

import pyoxigraph as ox
import xlsxwriter
from xlsxwriter.format import Format as Style
from xlsxwriter.worksheet import Worksheet

from graph_service.errors import ResultTooLarge
from graph_service.formats.plain_tables import NUMBERS, Term, cell
from graph_service.rdf.namespaces import XSD

#: The rows of a sheet, without the heading.
MOST_ROWS = 2**20 - 1

#: The longest cell, and the widths of columns, in characters.
_LONGEST, _NARROWEST, _WIDEST, _WIDEST_FACT = 32_767, 8, 60, 100

#: Digits of a number that a spreadsheet keeps (IEEE 754, section 5.12.2).
_DIGITS = 15

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?")

#: Days that a spreadsheet has: it counts from 1900 and wrongly takes that for a leap year.
_DAY = re.compile(r"(19(?!00)|[2-9][0-9])[0-9]{2}-[0-9]{2}-[0-9]{2}")

# A sandboxed worker cannot open files, not even a codec's: this one, which counts characters as Excel does, is loaded at import.
codecs.lookup("utf-16-le")

_OPTIONS = {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False}


def write_workbook(solutions: ox.QuerySolutions, around: str, output: BinaryIO) -> None:
    """Write a table and its metadata. Raises ResultTooLarge if a sheet cannot hold it."""
    metadata: dict[str, Any] = json.loads(around) if around else {}
    content = io.BytesIO()
    # The workbook is not written sequentially, so it cannot go to `output` directly, which may be a file by then.
    with xlsxwriter.Workbook(content, _OPTIONS) as book:
        made = datetime.fromisoformat(metadata["made"]).replace(tzinfo=None) if "made" in metadata else datetime(2000, 1, 1)
        book.set_properties({"title": metadata.get("title", ""), "created": made})
        strong = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        _Rows(book.add_worksheet(metadata.get("rows", "rows")), book.add_format(), day, strong).write(solutions, metadata)
        if metadata:
            wrapped = book.add_format({"text_wrap": True, "valign": "top"})
            _write_facts(book.add_worksheet(metadata["about"]), metadata, strong, wrapped)
    output.write(content.getvalue())


class _Rows:
    """The sheet of the rows."""

    def __init__(self, sheet: Worksheet, plain: Style, day: Style, strong: Style) -> None:
        self._sheet = sheet
        self._plain = plain
        self._day = day
        self._strong = strong
        self._widths: list[int] = []

    def write(self, solutions: ox.QuerySolutions, metadata: dict[str, Any]) -> None:
        names = [variable.value for variable in solutions.variables]
        described = {column["name"]: column for column in metadata.get("columns", ())}
        headings = [described.get(name, {}).get("label") or name for name in names]
        # A heading may wrap between words.
        self._widths = [max(map(len, heading.split() or [""])) + 4 for heading in headings]
        for place, (name, heading) in enumerate(zip(names, headings, strict=True)):
            _text(self._sheet, 0, place, heading, self._strong)
            if name in described:
                self._sheet.write_comment(0, place, described[name]["note"])
        last = 0
        for last, solution in enumerate(solutions, 1):
            if last > MOST_ROWS:
                raise ResultTooLarge(f"A sheet has {MOST_ROWS} rows at most; as CSV there is no such limit.", limit=MOST_ROWS)
            for place, term in enumerate(solution):
                if term is not None:
                    self._write(last, place, term)
        self._sheet.freeze_panes(1, 0)
        for place, width in enumerate(self._widths):
            self._sheet.set_column(place, place, min(max(width, _NARROWEST), _WIDEST))
        if names:
            self._sheet.autofilter(0, 0, last, len(names) - 1)

    def _write(self, row: int, place: int, term: Term) -> None:
        text = cell(term)
        kind = term.datatype.value if isinstance(term, ox.Literal) else ""
        if kind == XSD + "boolean" and text in {"TRUE", "FALSE"}:
            self._sheet.write_boolean(row, place, text == "TRUE")
        elif kind == XSD + "date" and (day := _day(text)) is not None:
            self._sheet.write_datetime(row, place, day, self._day)
        elif kind in NUMBERS and _is_kept(text):
            self._sheet.write_number(row, place, float(text))
        else:
            _text(self._sheet, row, place, text, self._plain)
        self._widths[place] = max(self._widths[place], min(len(text), _WIDEST) + 1)


def _write_facts(sheet: Worksheet, metadata: dict[str, Any], strong: Style, wrapped: Style) -> None:
    """The sheet of the metadata: what the table answers, its sources and licences, the meaning of its columns."""
    meanings = ([column[key] for key in ("name", "label", "kind", "unit")] for column in metadata["columns"])
    rows = [*metadata["facts"], [], metadata["described"], *meanings]
    heads = {len(metadata["facts"]) + 1}
    for number, row in enumerate(rows):
        for place, text in enumerate(row):
            _text(sheet, number, place, text, strong if number in heads or (number < min(heads) and not place) else wrapped)
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, _WIDEST_FACT)
    sheet.set_column(2, 3, 16)


def _text(sheet: Worksheet, row: int, place: int, text: str, style: Style) -> None:
    """Write a text cell. Raises ResultTooLarge for a text longer than a cell."""
    if len(text) > _LONGEST // 2 and len(text.encode("utf-16-le")) // 2 > _LONGEST:
        raise ResultTooLarge(f"A cell of a sheet has {_LONGEST} characters at most; as CSV there is no such limit.", limit=_LONGEST)
    if text.startswith("<r>") and text.endswith("</r>"):
        # XlsxWriter would take it for finished rich text and write it unescaped.
        sheet.write_rich_string(row, place, text[:1], style, text[1:])
    else:
        sheet.write_string(row, place, text, style)


def _is_kept(text: str) -> bool:
    """Whether a spreadsheet keeps a number, as CSV has it, exactly."""
    return len(text) <= 400 and bool(_NUMBER.fullmatch(text)) and len(Decimal(text).normalize().as_tuple().digits) <= _DIGITS


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None
