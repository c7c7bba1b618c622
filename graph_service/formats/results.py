"""Writes tables and booleans in the standard formats, and in plain ones (see `plain_tables` and `xlsx`)."""

from typing import BinaryIO, cast

import pyoxigraph as ox

from graph_service.formats.media_types import XLSX, Format
from graph_service.formats.plain_tables import cell, write_records, write_rows
from graph_service.formats.xlsx import write_workbook
from graph_service.formats.xml import XmlOutput


def write_answer(answer: ox.QuerySolutions | ox.QueryBoolean, format: Format, output: BinaryIO) -> None:
    """Write a table or a boolean in a format, row by row. Plain JSON is an array of objects, or `true` or `false`.

    Raises NotAcceptable for characters that XML does not allow, ResultTooLarge if a workbook cannot hold it.
    """
    if not format.plain:
        assert isinstance(format.engine, ox.QueryResultsFormat)
        answer.serialize(cast(BinaryIO, XmlOutput(output)) if format.name == "xml" else output, format.engine)
    elif isinstance(answer, ox.QueryBoolean):
        output.write(b"true" if answer else b"false")
    elif format.name == XLSX.name:
        write_workbook(answer, format.around, output)
    elif format.media == "text/csv":
        names = [variable.value for variable in answer.variables]
        write_records(names, ([cell(term) for term in solution] for solution in answer), format, output)
    else:
        write_rows(answer, output)
