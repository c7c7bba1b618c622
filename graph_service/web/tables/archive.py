"""`/queries/all.zip`: the tables of all canned queries with their metadata, in one archive.

Each query runs with its defaults, or with its first example if it needs a value. The archive is made on first request, once for a snapshot
and language, and kept in a nameless file, which takes no memory and ends with the process. It contains no host: addresses in it are the
graph's IRIs. Equal snapshots give equal bytes.
"""

import hashlib
import json
import os
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO
from urllib.parse import urlencode
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from flask import Blueprint, Response, request
from werkzeug.http import http_date

from graph_service.engine.result import Result, ResultKind
from graph_service.errors import NotFound, ResultTooLarge
from graph_service.formats.media_types import CSV, Format
from graph_service.queries.catalogue import CannedQuery
from graph_service.rdf.labels import in_language
from graph_service.service.service import Service
from graph_service.settings import Settings
from graph_service.web.display.translations import gettext as _
from graph_service.web.http.languages import current, speaking
from graph_service.web.http.responses import answer
from graph_service.web.tables.attachments import file_name
from graph_service.web.tables.csvw import group
from graph_service.web.tables.data_packages import around, resource
from graph_service.web.tables.metadata import Telling, table_of, tell

#: The archive's path.
PATH = "/queries/all.zip"

ZIP = Format("zip", "application/zip")


@dataclass(frozen=True)
class _KeptArchive:
    """A finished archive: its file, and the hash that is its ETag."""

    file: BinaryIO
    tag: str


@dataclass(frozen=True)
class _Table:
    """A table in an archive: its metadata, its size in bytes and its SHA-256."""

    told: Telling
    size: int
    sha256: str


def blueprint(service: Service, settings: Settings) -> Blueprint:
    """The route of the archive; its tables together may be as large as one result."""
    routes = Blueprint("archive", __name__)
    kept: dict[str, _KeptArchive] = {}
    making = threading.Lock()

    @routes.route(PATH, methods=["GET", "POST"])
    def everything() -> Response:
        if not any(query.form == "SELECT" for query in service.catalogue.queries.values()):
            raise NotFound("There are no tables here.")
        language = current().of_data
        with making:
            if language not in kept:
                kept[language] = _made(service, language, settings.result_limit)
        # A duplicate descriptor, since the server closes it after sending.
        file = os.fdopen(os.dup(kept[language].file.fileno()), "rb")
        response = answer(Result(ResultKind.TABLE, ZIP, file))
        name = file_name("tables", (), language, service.snapshot.id)
        response.headers["Content-Disposition"] = f"attachment; filename={name}.{ZIP.name}"
        response.content_language.add(language)
        response.headers["Accept-Ranges"] = "bytes"
        response.headers["Cache-Control"] = "public, max-age=0, must-revalidate"
        response.headers["Last-Modified"] = http_date(datetime.fromisoformat(service.snapshot.made))
        response.set_etag(kept[language].tag)
        response.make_conditional(request)
        return response

    return routes


def _made(service: Service, language: str, most: int) -> _KeptArchive:
    """Make the archive in a language. Raises ResultTooLarge if its tables exceed `most` bytes, and a query's errors."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - it is kept as long as the service
    made = datetime.fromisoformat(service.snapshot.made).timetuple()[:6]
    tables: dict[str, _Table] = {}

    def entry(name: str) -> ZipInfo:
        info = ZipInfo(name, made)
        info.compress_type, info.create_system, info.external_attr = ZIP_DEFLATED, 3, 0o644 << 16
        return info

    try:
        with ZipFile(file, "w") as archive:
            for query in service.catalogue.queries.values():
                if query.form == "SELECT":
                    name = f"{query.name}.{CSV.name}"
                    given = _arguments(query)
                    spoken = {"lang": [language]} if "lang" in query.parameters else {}
                    told = tell(
                        service, table_of(query), f"?{urlencode(given, doseq=True)}" if given else "", language, service.space.dataset
                    )
                    tables[name] = _added(
                        service, archive, entry(name), told, {**given, **spoken}, most - sum(table.size for table in tables.values())
                    )
            said = {
                "datapackage.json": _package(tables),
                "csv-metadata.json": group({name: table.told for name, table in tables.items()}, language),
            }
            for name, document in said.items():
                archive.writestr(entry(name), json.dumps(document, ensure_ascii=False, indent=2) + "\n")
            archive.writestr(entry("README.txt"), _readme(tables, language))
        file.flush()
        file.seek(0)
        return _KeptArchive(file, hashlib.file_digest(file, "sha256").hexdigest())
    except BaseException:
        file.close()
        raise


def _arguments(query: CannedQuery) -> Mapping[str, Sequence[str]]:
    """Empty if the query runs without arguments; else those of its first example."""
    needs = any(parameter.required for parameter in query.parameters.values())
    return query.header.examples[0] if needs and query.header.examples else {}


def _added(service: Service, archive: ZipFile, entry: ZipInfo, told: Telling, given: Mapping[str, Sequence[str]], room: int) -> _Table:
    """Add a table to an archive with so many bytes left. Raises ResultTooLarge."""
    digest = hashlib.sha256()
    with service.canned.run(told.table.name, given, formats={ResultKind.TABLE: CSV}) as result:
        if result.size > room:
            raise ResultTooLarge("The tables together are larger than a result may be. Each can be had by itself.")
        with archive.open(entry, "w") as part:
            for chunk in result.chunks():
                part.write(chunk)
                digest.update(chunk)
        return _Table(told, result.size, digest.hexdigest())


def _package(tables: Mapping[str, _Table]) -> dict[str, object]:
    """The Frictionless package of all tables."""
    first = next(iter(tables.values())).told
    resources = [resource(table.told, name, bytes=table.size, hash=f"sha256:{table.sha256}") for name, table in tables.items()]
    return {"name": "tables", **around(first, alone=False), "resources": resources}


def _readme(tables: Mapping[str, _Table], language: str) -> str:
    """The README: the archive's contents, for people."""
    first = next(iter(tables.values())).told
    with speaking(language):
        lines = [
            in_language(first.title, language) or first.dataset,
            _("version %(version)s of %(day)s", version=first.version, day=first.made[:10]),
            "",
            _("Each file is a table: the answer of a canned query, as CSV (RFC 4180) in UTF-8."),
            _("`datapackage.json` (Frictionless) and `csv-metadata.json` (CSV on the Web) tell what each column means and holds."),
            "",
            f"{_('Licence')}: {', '.join(first.licenses)}",
            in_language(first.rights, language),
            f"{_('Cite as')}: {first.cited(alone=False)}",
            "",
            *(f"{name}: {in_language(table.told.table.title, language)} <{table.told.address}>" for name, table in tables.items()),
        ]
    return "\r\n".join(lines) + "\r\n"
