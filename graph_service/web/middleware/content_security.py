"""What a browser may do with our pages: nothing is sent to or framed by another host, or fetched from one but pictures of those named.

Content Security Policy (https://www.w3.org/TR/CSP3/) and the headers that go with it, on every answer that is a page.
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
    # blob: a picture on its way from SVG to PNG, in the browser.
    "img-src 'self' blob:",
)

_HEADERS = {
    # A query is in the address of its page, and nobody else's business.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def blueprint(image_hosts: Iterable[str]) -> Blueprint:
    """What holds for every page, which may show pictures of those hosts; there are no routes of its own."""
    routes = Blueprint("policy", __name__)
    headers = {"Content-Security-Policy": " ".join(("; ".join(_SOURCES), *(f"https://{host}" for host in image_hosts))), **_HEADERS}

    @routes.after_app_request
    def restrict(response: Response) -> Response:
        if response.mimetype == "text/html":
            response.headers.extend(headers)
        return response

    return routes
