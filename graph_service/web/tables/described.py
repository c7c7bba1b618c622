"""`/queries/{name}.csv-metadata.json` and `/queries/{name}.datapackage.json`: what a canned query's CSV is and what its columns hold.

They take the parameters of the query, and tell of the table that has them in its address. Nothing is run for them.
"""

import json

from flask import Blueprint, Response, request

from graph_service.catalogue.catalogue import CannedQuery
from graph_service.errors import NotFound
from graph_service.service import Service
from graph_service.web.answers import write
from graph_service.web.links import Link, add, fitting
from graph_service.web.tables.asking import arguments, asked, moved, spoken
from graph_service.web.tables.csvw import CSVW, metadata
from graph_service.web.tables.packages import PACKAGE, package
from graph_service.web.tables.telling import tell
from graph_service.words.formats import CSV, Format


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
        told = tell(service, query, asked(), spoken(query))
        document = metadata(told, told.file(CSV.name)) if format is CSVW else package(told)
        response = write((json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode(), format)
        return add(response, fitting([Link("describes", told.file(CSV.name), CSV.media)]))

    return routes


def described_by(query: CannedQuery) -> list[Link]:
    """Links from the CSV of a query, as this request asks for it, to what is told of it."""
    return [Link("describedby", f"{request.root_url}queries/{query.name}.{f.name}{asked()}", f.media) for f in (CSVW, PACKAGE)]
