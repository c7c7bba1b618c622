"""Tables of results with Python values."""

import datetime
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, overload

_XSD = "http://www.w3.org/2001/XMLSchema#"


class Iri(str):
    """The IRI of a thing."""

    __slots__ = ()


class Text(str):
    """A text with a language tag, `language` (`fr`)."""

    language: str

    def __new__(cls, text: str, language: str) -> "Text":
        """The text with its language tag."""
        made = super().__new__(cls, text)
        made.language = language
        return made


#: A cell: None if unbound.
Value = Iri | Text | str | int | float | bool | Decimal | datetime.date | datetime.datetime | None

Row = dict[str, Value]


def _truth(text: str) -> bool:
    return text in {"true", "1"}


_INTEGERS = (
    *("integer", "long", "int", "short", "byte", "nonNegativeInteger", "positiveInteger", "nonPositiveInteger", "negativeInteger"),
    *("unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte", "gYear"),
)

#: Datatype -> parser; values of other datatypes stay texts.
_READ: dict[str, Callable[[str], Value]] = {
    **{_XSD + name: int for name in _INTEGERS},
    _XSD + "decimal": Decimal,
    _XSD + "double": float,
    _XSD + "float": float,
    _XSD + "boolean": _truth,
    _XSD + "date": datetime.date.fromisoformat,
    _XSD + "dateTime": datetime.datetime.fromisoformat,
}


class Table(Sequence[Row]):
    """The rows of a result, each a dictionary by column; `columns` are the names in order."""

    def __init__(self, columns: Sequence[str], rows: Sequence[Row]) -> None:
        self.columns = tuple(columns)
        self._rows = list(rows)

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> "Table":
        """The table of a SPARQL 1.1 Query Results JSON document. Raises KeyError or TypeError for another document."""
        columns = document["head"]["vars"]
        return cls(columns, [{name: _value(row.get(name)) for name in columns} for row in document["results"]["bindings"]])

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> "Table": ...
    def __getitem__(self, place: int | slice) -> "Row | Table":
        """A row, or a table of a slice of rows."""
        return Table(self.columns, self._rows[place]) if isinstance(place, slice) else self._rows[place]

    def __len__(self) -> int:
        return len(self._rows)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Table) and (self.columns, self._rows) == (other.columns, other._rows)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<Table of {len(self)} rows: {', '.join(self.columns)}>"

    def column(self, name: str) -> list[Value]:
        """The values of a column. Raises KeyError if there is none of that name."""
        if name not in self.columns:
            raise KeyError(name)
        return [row[name] for row in self._rows]


def _value(term: Mapping[str, Any] | None) -> Value:
    if term is None:
        return None
    text = str(term["value"])
    if term["type"] == "uri":
        return Iri(text)
    if "xml:lang" in term:
        return Text(text, term["xml:lang"])
    try:
        return _READ.get(term.get("datatype", ""), str)(text)
    except ValueError:
        # A value that Python cannot represent, such as a year of five digits, stays text.
        return text
