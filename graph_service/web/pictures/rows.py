"""A result as pictures read it: rows of cells by the names of their columns."""

from collections.abc import Iterable, Mapping, Sequence

from graph_service.web.display.cells import Cell, PageTable

Row = Mapping[str, Cell | None]
Rows = Sequence[Row]


def rows_of(table: PageTable, needed: Iterable[str]) -> Rows:
    """The rows of a table by column names, without those that lack something in a column that is needed."""
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    return [row for row in rows if all(row.get(column) for column in needed)]


def cell(row: Row, column: str) -> Cell:
    """The cell in a column that is needed."""
    found = row[column]
    assert found is not None
    return found


def key(cell: Cell) -> str:
    """What tells a cell's thing from others: its IRI, or the text that it is."""
    return cell.title or cell.text


def words_of(row: Row, column: str) -> str:
    """The text in a column, or none."""
    found = row.get(column)
    return found.text if found else ""
