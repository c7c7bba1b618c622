"""The service below a path of its host, such as `https://example.org/graph/`.

Everything else speaks of paths from the root of the service, as if that were the root of a host; `request.root_url` has the path.
Here the addresses that pages and headers give as paths become paths from the root of the host.
"""

import re

from flask import Blueprint, Response, request

#: Attributes that hold an address which is a path, of HTML and of the SVG in it. Elsewhere quotes are escaped.
_ADDRESS = re.compile(rb'(\s(?:href|src|srcset|action|cite|data-png)=")(?=/(?!/))')

_HEADERS = ("Location", "Content-Location")


def blueprint() -> Blueprint:
    """What holds for every answer, after all else has been done to it; there are no routes of its own."""
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
