"""Tables written plainly, for spreadsheets and programs that know no RDF.

Plainly, a number is a number, a truth a truth, a date its ISO 8601 text, an IRI its text, a text with a language its text, and what
is unbound is `null` or an empty cell. JSON numbers keep all their digits (RFC 8259, section 6); what JSON has no number for
(`INF`, `NaN`) is a text. CSV is RFC 4180 in UTF-8, from one writer; for who opens it in a spreadsheet as it is, it begins with the mark
by which Excel knows UTF-8, and a text that would be read as a formula begins with an apostrophe.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import BinaryIO

import pyoxigraph as ox

from graph_service.formats.media_types import Format
from graph_service.rdf.namespaces import XSD

_WHOLE = frozenset(
    XSD + name
    for name in (
        *("integer", "long", "int", "short", "byte", "nonNegativeInteger", "positiveInteger", "nonPositiveInteger", "negativeInteger"),
        *("unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"),
    )
)
_EXACT = _WHOLE | {XSD + "decimal"}
_FLOATING = frozenset({XSD + "double", XSD + "float"})

#: The datatypes whose values are numbers in plain JSON, CSV and workbooks.
NUMBERS = _EXACT | _FLOATING
_DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)")
_DOUBLE = re.compile(_DECIMAL.pattern + r"([eE][+-]?[0-9]+)?")
_TRUTHS = {"true": "true", "1": "true", "false": "false", "0": "false"}

#: What a spreadsheet takes for the beginning of a formula, full-width forms included (OWASP, CSV Injection).
_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")

#: A text that a spreadsheet takes for a number and not for a formula.
_SIGNED = re.compile(r"[+-][0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?")

#: Excel reads a file without this mark in the encoding of its machine, and breaks accents; programs would take it for a part of the first
#: column's name.
_MARK = b"\xef\xbb\xbf"

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


def plain(term: Term | None) -> str:
    """A term as a JSON text."""
    match term:
        case None:
            return "null"
        case ox.Literal():
            kind = term.datatype.value
            if kind == XSD + "boolean" and term.value in _TRUTHS:
                return _TRUTHS[term.value]
            return _number(term) or json.dumps(term.value, ensure_ascii=False)
        case ox.NamedNode():
            return json.dumps(term.value, ensure_ascii=False)
        case _:
            return json.dumps(str(term), ensure_ascii=False)


def cell(term: Term | None) -> str:
    """A term as the content of a cell of CSV."""
    match term:
        case None:
            return ""
        case ox.Literal():
            if term.datatype.value == XSD + "boolean" and term.value in _TRUTHS:
                return _TRUTHS[term.value].upper()
            return _number(term) or term.value
        case ox.NamedNode():
            return term.value
        case _:
            return str(term)


def write_records(names: Sequence[str], rows: Iterable[Sequence[str]], format: Format, output: BinaryIO) -> None:
    """Write the names of columns and rows of texts as CSV, row by row; if the format is guarded, for a spreadsheet."""
    if format.guarded:
        output.write(_MARK)
        rows = ([_harmless(text) for text in row] for row in rows)
    text = io.TextIOWrapper(output, "utf-8", newline="", write_through=False)
    try:
        writer = csv.writer(text)
        writer.writerow(names)
        writer.writerows(rows)
    finally:
        text.detach()


def write_rows(solutions: ox.QuerySolutions, output: BinaryIO) -> None:
    """Write a table as a JSON array of objects, row by row."""
    keys = [json.dumps(variable.value) for variable in solutions.variables]
    output.write(b"[")
    for number, solution in enumerate(solutions):
        members = ",".join(f"{key}:{plain(term)}" for key, term in zip(keys, solution, strict=True))
        output.write(f"{',' if number else ''}\n{{{members}}}".encode())
    output.write(b"\n]")


def _number(literal: ox.Literal) -> str:
    """A number as JSON and CSV write it; empty for what is none."""
    kind, text = literal.datatype.value, literal.value.strip()
    if kind in _EXACT and _DECIMAL.fullmatch(text):
        return format(Decimal(text), "f")
    if kind in _FLOATING and _DOUBLE.fullmatch(text):
        floating = float(text)
        return repr(floating) if abs(floating) < float("inf") else ""
    # `INF`, `NaN`, and what is not of its datatype, are shown as the texts they are.
    return ""


def _harmless(text: str) -> str:
    """A text with an apostrophe before it where a spreadsheet would read it as a formula."""
    return f"'{text}" if _FORMULA.match(text) and not _SIGNED.fullmatch(text) else text
