"""Writes tables as plain CSV and JSON, for spreadsheets and programs without RDF.

Numbers and booleans are written as such, dates in ISO 8601, IRIs and texts as their text without language, an unbound variable as `null` or
an empty cell. JSON numbers keep all their digits (RFC 8259, section 6); what JSON has no number for (`INF`, `NaN`) is a string. CSV is RFC
4180 in UTF-8; for spreadsheets it begins with a byte order mark, by which Excel detects UTF-8, and a text that would be read as a formula
gets an apostrophe.
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

#: The first character of what a spreadsheet reads as a formula, full-width forms included (OWASP, CSV Injection).
_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")

#: A signed number, which is not read as a formula.
_SIGNED = re.compile(r"[+-][0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?")

#: The byte order mark. Excel decodes a file without it in the system's encoding; programs would read it as part of the first column's name.
_MARK = b"\xef\xbb\xbf"

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


def plain(term: Term | None) -> str:
    """A term as JSON."""
    if term is None:
        return "null"
    return _bare(term) or json.dumps(_text(term), ensure_ascii=False)


def cell(term: Term | None) -> str:
    """A term as a CSV cell."""
    if term is None:
        return ""
    bare = _bare(term)
    return bare.upper() if bare in {"true", "false"} else bare or _text(term)


def write_records(names: Sequence[str], rows: Iterable[Sequence[str]], format: Format, output: BinaryIO) -> None:
    """Write column names and rows as CSV, row by row; if the format is guarded, safe for a spreadsheet."""
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


def _bare(term: Term) -> str:
    """A number or a boolean as JSON has it; empty for any other term, also for `INF`, `NaN` and ill-typed literals."""
    if not isinstance(term, ox.Literal):
        return ""
    kind, text = term.datatype.value, term.value.strip()
    if kind == XSD + "boolean":
        return _TRUTHS.get(term.value, "")
    if kind in _EXACT and _DECIMAL.fullmatch(text):
        return format(Decimal(text), "f")
    if kind in _FLOATING and _DOUBLE.fullmatch(text):
        floating = float(text)
        return repr(floating) if abs(floating) < float("inf") else ""
    return ""


def _text(term: Term) -> str:
    return term.value if isinstance(term, ox.Literal | ox.NamedNode) else str(term)


def _harmless(text: str) -> str:
    """The text, with an apostrophe before it if a spreadsheet would read it as a formula."""
    return f"'{text}" if _FORMULA.match(text) and not _SIGNED.fullmatch(text) else text
