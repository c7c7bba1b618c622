"""CORS (Fetch standard, section 3.2) and OPTIONS (RFC 9110, section 9.3.7).

Responses are public and there are no credentials, so the origin is `*`. Operators' pages are excluded: a page of another host must not read
them through an operator's browser.
"""

import re

from flask import Blueprint, Response, request
from flask.globals import request_ctx

_EXPOSED = (
    *("Accept-Ranges", "Allow", "Content-Disposition", "Content-Language", "Content-Length", "Content-Location", "Content-Range"),
    *("Content-Profile", "Deprecation", "Sunset"),
    *("Date", "ETag", "Last-Modified", "Link", "Location", "RateLimit", "RateLimit-Policy", "Retry-After", "Server-Timing"),
    *("X-Query-Id", "X-Request-Id", "X-Robots-Tag"),
)

#: A list of header names (RFC 9110, sections 5.1 and 5.6.1): only this is echoed in a header.
_NAMES = re.compile(r"[\w!#$%&'*+.^`|~, -]+", re.ASCII)

#: Seconds for which a browser may cache a preflight response.
_REMEMBERED = "3600"


#: Paths for operators.
_OPERATORS = ("/admin", "/metrics", "/ready")


def is_open(path: str) -> bool:
    """Whether pages of any origin may read a path."""
    return not path.startswith(_OPERATORS)


def blueprint() -> Blueprint:
    """Hooks for every response; no routes."""
    routes = Blueprint("cors", __name__)

    @routes.before_app_request
    def options() -> Response | None:
        if request.method != "OPTIONS" or request.routing_exception is not None or request_ctx.url_adapter is None:
            return None
        allowed = ", ".join(sorted(request_ctx.url_adapter.allowed_methods()))
        response = Response(status=204)
        response.headers["Allow"] = allowed
        if not is_open(request.path):
            return response
        response.headers["Access-Control-Allow-Methods"] = allowed
        response.headers["Access-Control-Max-Age"] = _REMEMBERED
        wanted = request.headers.get("Access-Control-Request-Headers", "")
        if _NAMES.fullmatch(wanted):
            response.headers["Access-Control-Allow-Headers"] = wanted
        response.vary.update(("Access-Control-Request-Headers", "Access-Control-Request-Method"))
        return response

    @routes.after_app_request
    def open_to_all(response: Response) -> Response:
        # Nearly every address serves pages and data, so responses vary by Accept.
        response.vary.add("Accept")
        if is_open(request.path):
            response.headers["Access-Control-Allow-Origin"] = "*"
            response.headers["Access-Control-Expose-Headers"] = ", ".join(_EXPOSED)
        else:
            # Operators' responses are momentary and private (RFC 9111, section 5.2.2.5).
            response.cache_control.no_store = True
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    return routes
