"""Content Security Policy: pages send nothing to other hosts, are not framed, and load only images from listed hosts.

https://www.w3.org/TR/CSP3/, with related headers, on every HTML response.
"""

from collections.abc import Iterable

from flask import Blueprint, Response

_SOURCES = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    # blob: converting SVG to PNG in the browser.
    "img-src 'self' blob:",
)

_HEADERS = {
    # A page's URL contains its query, which other hosts need not know.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def blueprint(image_hosts: Iterable[str]) -> Blueprint:
    """Hooks for every page; no routes. `image_hosts` may be sources of images."""
    routes = Blueprint("policy", __name__)
    headers = {"Content-Security-Policy": " ".join(("; ".join(_SOURCES), *(f"https://{host}" for host in image_hosts))), **_HEADERS}

    @routes.after_app_request
    def restrict(response: Response) -> Response:
        if response.mimetype == "text/html":
            response.headers.extend(headers)
        return response

    return routes
