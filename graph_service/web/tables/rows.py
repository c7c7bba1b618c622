"""What stands around the answer of a canned query in plain JSON: which query of which version, whose, what columns mean, which page."""

import json

from flask import request

from graph_service.catalogue.columns import Column
from graph_service.engine.result import Kind
from graph_service.web.paging import Paging
from graph_service.web.tables.telling import Telling, in_language


def around(told: Telling, paging: Paging | None) -> tuple[bytes, bytes]:
    """The bytes before the rows, or before the truth, and those behind."""
    head: dict[str, object] = {"query": told.query.name, "version": told.version, "licenses": list(told.licenses)}
    links = {"self": request.url, "query": f"{told.root}queries/{told.query.name}"}
    tail: dict[str, object] = {"links": links}
    if Kind.of(told.query.form) is Kind.TRUTH:
        return _opened(head, "answer"), b"," + _text(tail)[1:]
    if paging is not None:
        numbers = {"number": paging.page.number, "size": paging.page.size, "last": paging.last, "rows": paging.rows}
        tail = {"page": numbers, "links": {**links, **paging.addresses}}
    head["columns"] = [_described(column, told.language) for column in told.query.columns.values()]
    return _opened(head, "rows"), b"," + _text(tail)[1:]


def _described(column: Column, language: str) -> dict[str, object]:
    unit = f"?{column.unit_column}" if column.unit_column else in_language(column.unit or {}, language)
    told = {"name": column.name, "type": column.type, "label": in_language(column.label, language), "unit": unit}
    return {key: value for key, value in told.items() if value}


def _opened(members: dict[str, object], name: str) -> bytes:
    """A JSON object without its closing brace, open for the value of one more member."""
    return _text(members)[:-1] + f',"{name}":'.encode()


def _text(members: dict[str, object]) -> bytes:
    return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()
