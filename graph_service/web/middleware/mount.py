"""Mounting below a path prefix, such as `https://example.org/graph/`.

All other code uses paths from the service's root; `request.root_url` includes the prefix. Here the prefix is added to paths in pages and
headers.
"""

import re

from flask import Blueprint, Response, request

#: Attributes with addresses in HTML and inline SVG, if the value is an absolute path. Elsewhere quotes are escaped.
_ADDRESS = re.compile(rb'(\s(?:href|src|srcset|action|cite|data-png)=")(?=/(?!/))')

_HEADERS = ("Location", "Content-Location")


def blueprint() -> Blueprint:
    """Hooks for every response, after all other hooks; no routes."""
    routes = Blueprint("below", __name__)

    @routes.after_app_request
    def put_below(response: Response) -> Response:
        root = request.script_root
        if not root:
            return response
        for name in _HEADERS:
            value = response.headers.get(name, "")
            if value.startswith("/"):
                response.headers[name] = root + value
        if response.mimetype == "text/html" and not response.is_streamed:
            response.set_data(_ADDRESS.sub(rb"\1" + root.encode(), response.get_data()))
        return response

    return routes
