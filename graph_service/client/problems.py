"""What is wrong, as the service says it: a problem document (RFC 9457) becomes the error that it was made from."""

import json
import re
import urllib.error
from http import HTTPStatus

from graph_service.errors import BadGateway, ServiceError, Unavailable

#: What a problem's type ends with (`invalid-parameter`) -> the error.
_KINDS = {re.sub(r"(?<!^)([A-Z])", r"-\1", kind.__name__).lower(): kind for kind in ServiceError.__subclasses__()}

#: Members that an error has by itself.
_OWN = frozenset({"type", "title", "status", "detail", "instance"})


def read_problem(error: urllib.error.HTTPError) -> ServiceError:
    """The error that a response stands for: by its problem document, or by its status alone if it has none."""
    with error:
        content = error.read()
    try:
        document = json.loads(content)
        kind = _KINDS.get(str(document["type"]).rpartition("#")[2], ServiceError)
        detail, members = str(document["detail"]), {name: value for name, value in document.items() if name not in _OWN}
    except (ValueError, KeyError, TypeError):
        kind = Unavailable if error.code == HTTPStatus.SERVICE_UNAVAILABLE else BadGateway
        detail, members = f"The service answered with {error.code} {error.reason}, and not as this service does.", {}
    # Made without its own constructor: some errors make their detail of other things.
    made = kind.__new__(kind)
    ServiceError.__init__(made, detail, **members)
    made.status = HTTPStatus(error.code)
    return made
