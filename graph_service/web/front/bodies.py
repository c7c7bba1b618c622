"""Bodies of requests: read whole before anything else happens, by a few requests at a time.

A client that sends half a body and waits holds the thread that reads the rest, and nothing can end that but the client. So there are
few places for readers; while all are taken, other requests with a body are refused after a moment, and those without one go on.
"""

import io
import json
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

from graph_service.errors import Busy, MalformedRequest, ServiceError
from graph_service.web.answers import document

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: How many bodies are read at once: threads that may be lost to clients who stop in the middle.
PLACES = 32

#: Seconds that a request waits for a place.
_PATIENCE = 1.0

#: Methods whose requests have no body, or one that nothing reads.
_WITHOUT = frozenset({"GET", "HEAD", "OPTIONS", "DELETE"})


class Bodies:
    """A WSGI application in front of another, which gets requests with their bodies."""

    def __init__(self, application: "WSGIApplication", largest: int) -> None:
        """`largest` is the number of bytes from which on a body is left unread, for the application to refuse."""
        self._application = application
        self._largest = largest
        self._places = threading.BoundedSemaphore(PLACES)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Read the body, if there is one, and hand the request on."""
        length = environ.get("CONTENT_LENGTH") or ""
        if environ["REQUEST_METHOD"] in _WITHOUT or length == "0" or (length.isdigit() and int(length) > self._largest):
            return self._application(environ, start_response)
        if not self._places.acquire(timeout=_PATIENCE):
            return _refuse(Busy("Too many requests are being read. Try again in a moment.", retry_after=2), environ, start_response)
        try:
            body = environ["wsgi.input"].read(int(length) if length.isdigit() else self._largest + 1)
        finally:
            self._places.release()
        if length.isdigit() and len(body) < int(length):
            return _refuse(MalformedRequest(f"The body has {len(body)} bytes where {length} were announced."), environ, start_response)
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        return self._application(environ, start_response)


def _refuse(error: ServiceError, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    content = json.dumps(document(error, environ.get("PATH_INFO", ""))).encode()
    headers = [("Content-Type", "application/problem+json"), ("Content-Length", str(len(content))), ("Access-Control-Allow-Origin", "*")]
    if "retry_after" in error.members:
        headers.append(("Retry-After", str(error.members["retry_after"])))
    start_response(f"{error.status.value} {error.status.phrase}", headers)
    return [content]
