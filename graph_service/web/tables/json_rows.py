"""Metadata around a table in plain JSON: query, version, licences, columns, page."""

import json

from flask import request

from graph_service.engine.result import ResultKind
from graph_service.queries.columns import Column
from graph_service.rdf.labels import in_language
from graph_service.web.http.paging import Paging
from graph_service.web.tables.metadata import Telling


def around(told: Telling, paging: Paging | None = None, kind: ResultKind = ResultKind.TABLE, named: str = "query") -> tuple[bytes, bytes]:
    """The bytes before and after the rows or the boolean; `named` is the member with the table's name."""
    head: dict[str, object] = {named: told.table.name, "version": told.version, "licenses": list(told.licenses)}
    links = {"self": request.url, named: f"{told.root}{told.table.path}"}
    tail: dict[str, object] = {"links": links}
    if kind is ResultKind.TRUTH:
        return _opened(head, "answer"), b"," + _text(tail)[1:]
    if paging is not None:
        numbers = {"number": paging.page.number, "size": paging.page.size, "last": paging.last, "rows": paging.rows}
        tail = {"page": numbers, "links": {**links, **paging.addresses}}
    head["columns"] = [_described(column, told.language) for column in told.table.columns.values()]
    return _opened(head, "rows"), b"," + _text(tail)[1:]


def _described(column: Column, language: str) -> dict[str, object]:
    label, unit = in_language(column.label, language), column.unit_in(language)
    described = {"name": column.name, "type": column.type, "label": label, "unit": unit}
    return {key: value for key, value in described.items() if value}


def _opened(members: dict[str, object], name: str) -> bytes:
    """A JSON object without its closing brace, ready for the value of one more member."""
    return _text(members)[:-1] + f',"{name}":'.encode()


def _text(members: dict[str, object]) -> bytes:
    return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()
