"""What a browser may do with our pages: nothing is fetched from, sent to or framed by another host.

Content Security Policy (https://www.w3.org/TR/CSP3/) and the headers that go with it, on every answer that is a page.
"""

from flask import Blueprint, Response

_HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            # blob: a picture on its way from SVG to PNG, in the browser.
            "img-src 'self' blob:",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    ),
    # A query is in the address of its page, and nobody else's business.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def blueprint() -> Blueprint:
    """What holds for every page; there are no routes of its own."""
    routes = Blueprint("policy", __name__)

    @routes.after_app_request
    def restrict(response: Response) -> Response:
        if response.mimetype == "text/html":
            response.headers.extend(_HEADERS)
        return response

    return routes
