"""What stands around the answer of a canned query in plain JSON: which query of which version, what the columns mean, which page."""

import json

from flask import request

from graph_service.catalogue.catalogue import CannedQuery
from graph_service.catalogue.columns import Column
from graph_service.catalogue.header import Text
from graph_service.engine.result import Kind
from graph_service.web.paging import Paging


def around(query: CannedQuery, version: str, language: str, paging: Paging | None) -> tuple[bytes, bytes]:
    """The bytes before the rows, or before the truth, and those behind."""
    head: dict[str, object] = {"query": query.name, "version": version}
    if Kind.of(query.form) is Kind.TRUTH:
        return _opened(head, "answer"), b"}"
    tail: dict[str, object] = {"links": {"self": request.url}}
    if paging is not None:
        numbers = {"number": paging.page.number, "size": paging.page.size, "last": paging.last, "rows": paging.rows}
        tail = {"page": numbers, "links": {"self": request.url, **paging.addresses}}
    head["columns"] = [_described(column, language) for column in query.columns.values()]
    return _opened(head, "rows"), b"," + _text(tail)[1:]


def _described(column: Column, language: str) -> dict[str, object]:
    unit = f"?{column.unit_column}" if column.unit_column else in_language(column.unit or {}, language)
    told = {"name": column.name, "type": column.type, "label": in_language(column.label, language), "unit": unit}
    return {key: value for key, value in told.items() if value}


def in_language(text: Text, language: str) -> str:
    """A text in a language, else in English, else in any; empty where there is none."""
    return text.get(language) or text.get("en") or next(iter(text.values()), "")


def _opened(members: dict[str, object], name: str) -> bytes:
    """A JSON object without its closing brace, open for the value of one more member."""
    return _text(members)[:-1] + f',"{name}":'.encode()


def _text(members: dict[str, object]) -> bytes:
    return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()
