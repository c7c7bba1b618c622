"""Problem documents (RFC 9457) of the service, turned back into the errors that they were made from."""

import json
import re
import urllib.error
from http import HTTPStatus

from graph_service.errors import BadGateway, ServiceError, Unavailable

#: The end of a problem's type (`invalid-parameter`) -> the error.
_KINDS = {re.sub(r"(?<!^)([A-Z])", r"-\1", kind.__name__).lower(): kind for kind in ServiceError.__subclasses__()}

#: Standard members of a problem document.
_OWN = frozenset({"type", "title", "status", "detail", "instance"})


def read_problem(error: urllib.error.HTTPError) -> ServiceError:
    """The error of a response: by its problem document, or by its status without one."""
    with error:
        content = error.read()
    try:
        document = json.loads(content)
        kind = _KINDS.get(str(document["type"]).rpartition("#")[2], ServiceError)
        detail, members = str(document["detail"]), {name: value for name, value in document.items() if name not in _OWN}
    except (ValueError, KeyError, TypeError):
        kind = Unavailable if error.code == HTTPStatus.SERVICE_UNAVAILABLE else BadGateway
        detail, members = f"The service answered with {error.code} {error.reason}, and not as this service does.", {}
    # Without calling its constructor: some errors compose their detail.
    made = kind.__new__(kind)
    ServiceError.__init__(made, detail, **members)
    made.status = HTTPStatus(error.code)
    return made
