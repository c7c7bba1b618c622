"""The types of a canned query's parameters and columns: an entry each, with all that depends on it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graph_service.rdf import terms
from graph_service.rdf.namespaces import RDF, XSD

#: A day, a month or a year, in ISO 8601 and XML Schema: no schema language has a datatype for all three.
DATE = r"-?[0-9]{4,}(-[0-9]{2}){0,2}(Z|[+-][0-9]{2}:[0-9]{2})?"

_NUMBER = {"type": "number", "inputmode": "numeric"}


@dataclass(frozen=True)
class ParameterType:
    """A type of parameters.

    `reads` parses a client's text, and raises ValueError that says what is wanted. `schema` is the JSON Schema of a value, `datatype` the
    terms' XML Schema datatype (None for language-tagged texts), `form` the attributes of its field in an HTML form.
    """

    reads: Callable[[str], terms.Term]
    schema: Mapping[str, Any]
    datatype: str | None = None
    form: Mapping[str, str] = field(default_factory=lambda: {"type": "text"})

    @property
    def is_number(self) -> bool:
        """Whether `min` and `max` apply to its values."""
        return self.schema["type"] in {"integer", "number"}


PARAMETER_TYPES: dict[str, ParameterType] = {
    "iri": ParameterType(terms.iri, {"type": "string", "format": "iri"}, "anyURI"),
    "string": ParameterType(terms.Literal, {"type": "string", "pattern": r"\S"}, "string"),
    "lang-string": ParameterType(terms.lang_string, {"type": "string", "pattern": r"^.+@[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$"}),
    "integer": ParameterType(terms.integer, {"type": "integer"}, "integer", {**_NUMBER, "step": "1"}),
    "decimal": ParameterType(terms.decimal, {"type": "number"}, "decimal", {**_NUMBER, "step": "any"}),
    "boolean": ParameterType(terms.boolean, {"type": "boolean"}, "boolean"),
    "date": ParameterType(terms.date, {"type": "string", "format": "date"}, "date", {"type": "date"}),
    "year": ParameterType(
        terms.year,
        {"type": "integer", "minimum": 1000, "maximum": 9999},
        "integer",
        {**_NUMBER, "min": "1000", "max": "9999", "step": "1"},
    ),
}


@dataclass(frozen=True)
class ColumnType:
    """A type of columns: the datatypes of its literals (IRIs), and its counterpart in three schema languages.

    `schema` is the JSON Schema of a value in plain JSON, `frictionless` a field of Table Schema 1, `csvw` a datatype of the Metadata
    Vocabulary for Tabular Data (section 5.11.1).
    """

    datatypes: frozenset[str]
    schema: Mapping[str, Any]
    frictionless: Mapping[str, Any]
    csvw: object


def _of(*names: str) -> frozenset[str]:
    return frozenset(XSD + name for name in names)


#: `iri` has no literals, and `any` may be anything; a `date` is a day, month or year. In Table Schema an IRI is a string: its `uri` is
#: ASCII only.
COLUMN_TYPES: dict[str, ColumnType] = {
    "iri": ColumnType(frozenset(), {"type": "string", "format": "iri"}, {"type": "string", "rdfType": XSD + "anyURI"}, "anyURI"),
    "string": ColumnType(frozenset({XSD + "string", RDF + "langString"}), {"type": "string"}, {"type": "string"}, "string"),
    "integer": ColumnType(_of("integer"), {"type": "integer"}, {"type": "integer"}, "integer"),
    "decimal": ColumnType(_of("decimal", "integer"), {"type": "number"}, {"type": "number"}, "decimal"),
    "double": ColumnType(_of("double", "float", "decimal", "integer"), {"type": "number"}, {"type": "number"}, "double"),
    "boolean": ColumnType(
        _of("boolean"),
        {"type": "boolean"},
        {"type": "boolean", "trueValues": ["TRUE"], "falseValues": ["FALSE"]},
        {"base": "boolean", "format": "TRUE|FALSE"},
    ),
    "day": ColumnType(_of("date"), {"type": "string", "format": "date"}, {"type": "date"}, "date"),
    "date": ColumnType(
        _of("date", "gYearMonth", "gYear"),
        {"type": "string", "pattern": f"^{DATE}$"},
        {"type": "string", "constraints": {"pattern": DATE}},
        {"base": "string", "format": DATE},
    ),
    "datetime": ColumnType(_of("dateTime"), {"type": "string", "format": "date-time"}, {"type": "datetime", "format": "any"}, "dateTime"),
    "year": ColumnType(_of("integer", "gYear"), {"type": "integer"}, {"type": "year"}, "gYear"),
    "any": ColumnType(frozenset(), {}, {"type": "any"}, "any"),
}
