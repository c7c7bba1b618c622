"""A result as drawing functions read it: rows of cells by column name."""

from collections.abc import Iterable, Mapping, Sequence

from graph_service.web.display.cells import Cell, PageTable

Row = Mapping[str, Cell | None]
Rows = Sequence[Row]


def rows_of(table: PageTable, needed: Iterable[str]) -> Rows:
    """The rows of a table by column name, without those that lack a needed value."""
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    return [row for row in rows if all(row.get(column) for column in needed)]


def cell(row: Row, column: str) -> Cell:
    """The cell in a needed column."""
    found = row[column]
    assert found is not None
    return found


def key(cell: Cell) -> str:
    """What identifies a cell's thing: its IRI, or its text."""
    return cell.title or cell.text


def words_of(row: Row, column: str) -> str:
    """The text in a column, or ""."""
    found = row.get(column)
    return found.text if found else ""
