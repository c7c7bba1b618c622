"""CSV on the Web: `<table>.csv-metadata.json` describes a CSV and its columns for programs.

Metadata Vocabulary for Tabular Data, https://www.w3.org/TR/tabular-metadata/ (sections 5.4 to 5.6, datatypes 5.11.1). It describes the CSV
for programs, without byte order mark.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from graph_service.formats.media_types import Format
from graph_service.queries.columns import Column
from graph_service.queries.header import Text
from graph_service.queries.types import COLUMN_TYPES
from graph_service.web.tables.metadata import Telling

#: The registered media type (section 10).
CSVW = Format("csv-metadata.json", "application/csvm+json")

#: The syntax of a column's `name` (section 5.6): an RFC 6570 variable that does not begin with `_`.
_NAME = re.compile(r"(?!_)([A-Za-z0-9_]|%[0-9A-F]{2})+")


def metadata(told: Telling, url: str) -> dict[str, Any]:
    """The metadata of the CSV at an address."""
    return {**_context(told.language), **_table(told, url)}


def group(tables: Mapping[str, Telling], language: str) -> dict[str, Any]:
    """The metadata of several CSVs, by address (section 5.3)."""
    return {**_context(language), "tables": [_table(told, url) for url, told in tables.items()]}


def _context(language: str) -> dict[str, Any]:
    return {"@context": ["http://www.w3.org/ns/csvw", {"@language": language}]}


def _table(told: Telling, url: str) -> dict[str, Any]:
    table = told.table
    found = {
        "url": url,
        "dc:title": _texts(table.title),
        "dc:description": _texts(table.description),
        "dc:license": [{"@id": iri} for iri in told.licenses],
        "dc:rights": _texts(told.rights),
        "dc:source": [{"@id": told.address}, {"@id": told.dataset}],
        "dc:bibliographicCitation": told.cited(),
        "dc:modified": {"@value": told.made, "@type": "xsd:dateTime"},
        "dcat:version": told.version,
        "dialect": {"header": True, "encoding": "utf-8", "lineTerminators": ["\r\n"]},
        "tableSchema": {"columns": [_column(column) for column in table.columns.values()]},
    }
    return {name: value for name, value in found.items() if value}


def _column(column: Column) -> dict[str, Any]:
    name = quote(column.name, safe="")
    unit = {"en": f"?{column.unit_column}"} if column.unit_column else column.unit
    described = {
        "name": name if _NAME.fullmatch(name) else None,
        # The title without a language is the CSV's column header (section 5.5.2.1).
        "titles": {"und": column.name, **column.label},
        "datatype": COLUMN_TYPES[column.type or "any"].csvw,
        "schema:unitText": _texts(unit or {}),
    }
    return {key: value for key, value in described.items() if value}


def _texts(text: Text) -> list[dict[str, str]]:
    return [{"@value": words, **({"@language": tag} if tag else {})} for tag, words in text.items()]
