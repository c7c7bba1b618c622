"""Refusals before or without the application: a problem document, or a plain page.

It uses nothing but the error, since a better page may need what is exhausted.
"""

import json
from html import escape
from http import HTTPStatus

from graph_service.errors import NotSatisfiable, ServiceError
from graph_service.web.http.responses import document, likes_pages
from graph_service.web.middleware.cors import is_open
from graph_service.web.middleware.request import IncomingRequest
from graph_service.web.middleware.response import Headers, Reply

_PAGE = '<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>{title}</title><h1>{title}</h1><p>{detail}</p></html>\n'


def refusal(error: ServiceError, asked: IncomingRequest) -> Reply:
    """The response to a refused request (RFC 9457 for programs)."""
    problem = document(error, asked.path, asked.root)
    if likes_pages(asked.headers.get("accept", "")):
        content = _PAGE.format(title=escape(str(problem["title"])), detail=escape(error.detail)).encode()
        headers: Headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Security-Policy", "default-src 'none'")]
    else:
        content = json.dumps(problem).encode()
        headers = [("Content-Type", "application/problem+json")]
    headers += [("Content-Length", str(len(content))), ("Vary", "Accept")]
    headers.append(("Access-Control-Allow-Origin", "*") if is_open(asked.path) else ("Cache-Control", "no-store"))
    if "retry_after" in error.members:
        headers.append(("Retry-After", str(error.members["retry_after"])))
    if isinstance(error, NotSatisfiable) and "size" in error.members:
        # RFC 9110, section 15.5.17
        headers.append(("Content-Range", f"bytes */{error.members['size']}"))
    return Reply(HTTPStatus(error.status), headers, content)
