"""`{table}.csv-metadata.json` and `{table}.datapackage.json`: what a CSV is and what its columns hold; of canned queries here.

They take the parameters of the table, and tell of the table that has them in its address. Nothing is run for them.
"""

import json

from flask import Blueprint, Response

from graph_service.errors import NotFound
from graph_service.formats.media_types import CSV, Format
from graph_service.service.service import Service
from graph_service.web.http.links import Link, add, fitting
from graph_service.web.http.responses import write
from graph_service.web.tables.asking import arguments, asked, moved, spoken
from graph_service.web.tables.csvw import CSVW, metadata
from graph_service.web.tables.packages import PACKAGE, package
from graph_service.web.tables.telling import Telling, table_of, tell

#: The formats that tell of a table.
DESCRIBING = (CSVW, PACKAGE)


def blueprint(service: Service) -> Blueprint:
    """The routes of what is told of tables."""
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
        # Of a table that cannot be asked for nothing is told.
        service.bind(query, arguments(query))
        return described(tell(service, table_of(query), asked(), spoken(query)), format)

    return routes


def described(told: Telling, format: Format) -> Response:
    """The answer that tells of a table in one of the two formats."""
    document = metadata(told, told.file(CSV.name)) if format is CSVW else package(told)
    response = write((json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode(), format)
    return add(response, fitting([Link("describes", told.file(CSV.name), CSV.media)]))


def described_by(told: Telling) -> list[Link]:
    """Links from a CSV to what is told of it."""
    return [Link("describedby", told.file(format.name), format.media) for format in DESCRIBING]
