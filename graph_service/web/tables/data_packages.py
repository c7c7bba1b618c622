"""Frictionless data packages: `<table>.datapackage.json`, and the one of all tables.

Data Package and Table Schema, version 1 (https://specs.frictionlessdata.io/), which existing programs read. They describe the CSV for
programs.
"""

from typing import Any

from graph_service.formats.media_types import CSV, Format
from graph_service.queries.columns import Column
from graph_service.queries.types import COLUMN_TYPES
from graph_service.rdf.labels import in_language
from graph_service.web.tables.attachments import plain
from graph_service.web.tables.metadata import DescribedTable, Telling

PACKAGE = Format("datapackage.json", "application/vnd.datapackage+json")


def package(told: Telling) -> dict[str, Any]:
    """The package of one table, at its own address."""
    return {"name": _name(told.table), **around(told), "resources": [resource(told, told.file(CSV.name))]}


def around(told: Telling, alone: bool = True) -> dict[str, Any]:
    """The package's metadata about the graph, its licence and citation; for one table `alone`, or for all."""
    found = {
        "profile": "tabular-data-package",
        "title": in_language(told.title, told.language),
        "rights": in_language(told.rights, told.language),
        "homepage": told.root,
        "version": told.version,
        "created": told.made,
        "licenses": [{"path": iri} for iri in told.licenses],
        "sources": [{"title": in_language(told.title, told.language) or told.dataset, "path": told.dataset}],
        "citation": told.cited(alone),
    }
    return {name: value for name, value in found.items() if value}


def resource(told: Telling, path: str, **more: object) -> dict[str, Any]:
    """A table in a package: path, title, columns. `more` are further properties of its file."""
    table, language = told.table, told.language
    found = {
        "profile": "tabular-data-resource",
        "name": _name(table),
        "path": path,
        **more,
        "title": in_language(table.title, language),
        "description": in_language(table.description, language),
        "format": "csv",
        "mediatype": CSV.media,
        "encoding": "utf-8",
        "sources": [{"title": in_language(table.title, language), "path": told.address}],
        "schema": {"fields": [_field(column, language) for column in table.columns.values()], "missingValues": [""]},
    }
    return {name: value for name, value in found.items() if value}


def _field(column: Column, language: str) -> dict[str, Any]:
    kind = COLUMN_TYPES[column.type or "any"].frictionless
    found = {"name": column.name, "title": in_language(column.label, language), **kind, "unit": column.unit_in(language)}
    return {name: value for name, value in found.items() if value}


def _name(table: DescribedTable) -> str:
    """A valid name in a package: lower-case letters, digits and `-`."""
    return plain(table.name).lower()
