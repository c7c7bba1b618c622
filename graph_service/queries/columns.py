"""Columns of a canned query's table: meaning, type and unit of each, from the header.

`year: {en: …, fr: …}`, or `year: {label: {en: …}, type: year, unit: …}`. The type is implied where a column has another one of its name and
`_label` beside it: it holds IRIs, and the other one their labels. Such a pair needs one entry: the labels get its heading, the IRIs the
same with "(IRI)".
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from graph_service.errors import SourceError
from graph_service.queries.header import Text, read_text
from graph_service.queries.types import COLUMN_TYPES
from graph_service.rdf.labels import in_language
from graph_service.rdf.terms import AnyTerm, Literal, NamedNode

_KEYS = frozenset({"label", "type", "unit"})


@dataclass(frozen=True)
class Column:
    """One column: its name, its meaning, the type of its values (None if not declared), and their unit.

    `unit` is a text, or the name of the column that has it (`unit_column`).
    """

    name: str
    label: Text
    type: str | None = None
    unit: Text | None = None
    unit_column: str | None = None

    def takes(self, term: AnyTerm | None) -> bool:
        """Whether a value fits the column's type."""
        if term is None or self.type in {None, "any"}:
            return True
        if self.type == "iri":
            return isinstance(term, NamedNode)
        return isinstance(term, Literal) and term.datatype.value in COLUMN_TYPES[str(self.type)].datatypes

    def unit_in(self, language: str) -> str:
        """The unit in a language, or `?` and the name of the column that has it; empty if there is none."""
        return f"?{self.unit_column}" if self.unit_column else in_language(self.unit or {}, language)


def read_columns(given: Mapping[str, Any], selected: Sequence[str] | None, where: Callable[[str], str]) -> dict[str, Column]:
    """The columns of a query in the order of its SELECT; `selected` is None for `SELECT *`.

    Raises SourceError, prefixed with what `where` gives for a column, for a column that is not selected, an unknown property or type.
    """
    for name in given:
        if selected is not None and name not in selected:
            raise SourceError(f"{where(name)}: the query does not select ?{name}")
    names = given if selected is None else selected
    read = {name: _column(name, given.get(name), names, where(name)) for name in names}
    return {name: _of_pair(column, read, given) for name, column in read.items()}


def _of_pair(column: Column, columns: Mapping[str, Column], given: Mapping[str, Any]) -> Column:
    """A column with its heading, if it is one of a pair of which only the IRI column is described."""
    if f"{column.name}_label" in columns and f"{column.name}_label" not in given:
        return replace(column, label={language: f"{text} (IRI)" for language, text in column.label.items()})
    things = columns.get(column.name.removesuffix("_label"))
    return replace(column, label=things.label) if things is not None and column.name not in given else column


def _column(name: str, given: object, names: Mapping[str, Any] | Sequence[str], where: str) -> Column:
    properties = given if isinstance(given, dict) and "label" in given else {"label": given or {}}
    unknown = sorted(set(map(str, properties)) - _KEYS)
    if unknown:
        raise SourceError(f"{where}: unknown properties {', '.join(unknown)}; there are {', '.join(sorted(_KEYS))}")
    kind = properties.get("type") or _evident(name, names)
    if kind is not None and kind not in COLUMN_TYPES:
        raise SourceError(f"{where}: unknown type {kind!r}; types are {', '.join(COLUMN_TYPES)}")
    unit = properties.get("unit")
    unit_column = unit[1:] if isinstance(unit, str) and unit.startswith("?") else None
    if unit_column is not None and unit_column not in names:
        raise SourceError(f"{where}: the unit is in the column {unit_column}, which is not there")
    return Column(
        name=name,
        label=read_text(properties["label"], f"{where}: label"),
        type=kind,
        unit=read_text(unit, f"{where}: unit") if unit is not None and unit_column is None else None,
        unit_column=unit_column,
    )


def _evident(name: str, names: Mapping[str, Any] | Sequence[str]) -> str | None:
    """The type that a column's name implies."""
    if name.endswith("_label"):
        return "string"
    return "iri" if f"{name}_label" in names else None
