"""`{table}.csv-metadata.json` and `{table}.datapackage.json`: the metadata of canned queries' tables.

They take the parameters of the table, and describe the table at that address. No query is run.
"""

import json

from flask import Blueprint, Response

from graph_service.errors import NotFound
from graph_service.formats.media_types import CSV, Format
from graph_service.service.service import Service
from graph_service.web.http.links import Link, add, fitting
from graph_service.web.http.responses import write
from graph_service.web.tables.arguments import arguments, asked, moved, spoken
from graph_service.web.tables.csvw import CSVW, metadata
from graph_service.web.tables.data_packages import PACKAGE, package
from graph_service.web.tables.metadata import Telling, table_of, tell

#: The formats of metadata.
DESCRIBING = (CSVW, PACKAGE)


def blueprint(service: Service) -> Blueprint:
    """The routes of metadata."""
    routes = Blueprint("described", __name__)

    @routes.route(f"/queries/<name>.{CSVW.name}", methods=["GET", "POST"])
    def csvw(name: str) -> Response:
        return _answer(name, CSVW)

    @routes.route(f"/queries/<name>.{PACKAGE.name}", methods=["GET", "POST"])
    def frictionless(name: str) -> Response:
        return _answer(name, PACKAGE)

    def _answer(name: str, format: Format) -> Response:
        if name in service.catalogue.successors:
            return moved(service.catalogue.successors[name], format.name)
        query = service.catalogue[name]
        if query.form != "SELECT":
            raise NotFound(f"{name} answers with no table, so there is no .{format.name} of it.")
        # Raises the errors that the table itself would.
        service.canned.bind(query, arguments(query))
        return described(tell(service, table_of(query), asked(), spoken(query)), format)

    return routes


def described(told: Telling, format: Format) -> Response:
    """The response with a table's metadata in one of the two formats."""
    document = metadata(told, told.file(CSV.name)) if format is CSVW else package(told)
    response = write((json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode(), format)
    return add(response, fitting([Link("describes", told.file(CSV.name), CSV.media)]))


def described_by(told: Telling) -> list[Link]:
    """Links from a CSV to its metadata."""
    return [Link("describedby", told.file(format.name), format.media) for format in DESCRIBING]
