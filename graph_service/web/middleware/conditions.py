"""Conditional requests and ranges (RFC 9110, sections 13 and 14), for all routes.

werkzeug handles If-None-Match for files, and the cache for cached responses; the other conditions and ranges are handled here.
"""

import re
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from graph_service.errors import NotSatisfiable, PreconditionFailed
from graph_service.web.middleware.request import IncomingRequest
from graph_service.web.middleware.response import FilePart, Reply

#: A single byte range: with start and end, open-ended, or a suffix (section 14.1.2).
_ONE_RANGE = re.compile(r"bytes=\s*([0-9]{1,18}-[0-9]{0,18}|-[0-9]{1,18})\s*", re.IGNORECASE)

#: Statuses without an error.
_ANSWERS = frozenset({HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT, HTTPStatus.NOT_MODIFIED})

#: The most entity tags of an If-Match that are read.
_TAGS = 64


def leave_out_useless_range(asked: IncomingRequest) -> None:
    """Remove a Range header that is ignored, so that the whole is sent: another unit, several ranges, malformed (section 14.2)."""
    given = asked.headers.get("range")
    if given is not None and (asked.method != "GET" or not _is_one_range(given)):
        del asked.headers["range"]


def _is_one_range(given: str) -> bool:
    if _ONE_RANGE.fullmatch(given) is None:
        return False
    first, _, last = given.partition("=")[2].strip().partition("-")
    return not first or not last or int(first) <= int(last)


def settled(asked: IncomingRequest, reply: Reply) -> Reply:
    """Evaluate the request's preconditions (section 13.2.2): the response, or 304.

    Raises PreconditionFailed if one is false.
    """
    names = asked.headers.keys() & {"if-match", "if-unmodified-since", "if-none-match"}
    if not names or reply.status not in _ANSWERS or asked.method not in {"GET", "HEAD"}:
        return reply
    values = {name.lower(): value for name, value in reply.headers}
    tag = values.get("etag", "")
    if "if-match" in names:
        given = [part.strip() for part in asked.headers["if-match"].split(",", _TAGS)[:_TAGS]]
        # Strong comparison: a weak tag never matches (section 8.8.3.2).
        if given != ["*"] and (tag not in given or tag.startswith("W/")):
            raise PreconditionFailed("The current answer is not the one that If-Match names.")
    elif "if-unmodified-since" in names and _is_later(values.get("last-modified", ""), asked.headers["if-unmodified-since"]):
        raise PreconditionFailed("The answer has changed since the time that If-Unmodified-Since names.")
    if reply.status == HTTPStatus.OK and asked.headers.get("if-none-match", "").strip() == "*":
        kept = [
            (name, value) for name, value in reply.headers if not name.lower().startswith("content-") or name.lower() == "content-location"
        ]
        return Reply(HTTPStatus.NOT_MODIFIED, kept, b"")
    return reply


def cut(asked: IncomingRequest, reply: Reply) -> Reply:
    """The requested range of a response; the whole response without a range, or if If-Range does not match (section 13.1.5).

    Only a complete response with `Accept-Ranges: bytes` is cut. Raises NotSatisfiable for a range beyond the end.
    """
    given = asked.headers.get("range")
    values = {name.lower(): value for name, value in reply.headers}
    if given is None or reply.status != HTTPStatus.OK or values.get("accept-ranges") != "bytes":
        return reply
    if "if-range" in asked.headers and not _is_the_same(asked.headers["if-range"].strip(), values):
        return reply
    content = reply.content
    size = len(content)
    first, _, last = given.partition("=")[2].strip().partition("-")
    start = int(first) if first else max(0, size - int(last))
    end = min(size, int(last) + 1) if first and last else size
    if start >= end:
        raise NotSatisfiable("The range begins beyond the end of the answer.", size=size)
    if isinstance(content, bytes):
        part: bytes | FilePart = content[start:end]
    else:
        part = FilePart(content.path, content.start + start, content.start + end, content.open)
    kept = [header for header in reply.headers if header[0].lower() != "content-length"]
    added = [("Content-Range", f"bytes {start}-{end - 1}/{size}"), ("Content-Length", str(end - start))]
    return Reply(HTTPStatus.PARTIAL_CONTENT, [*kept, *added], part)


def _is_the_same(given: str, values: dict[str, str]) -> bool:
    """Whether an If-Range matches: the strong ETag, or exactly the modification time."""
    tag = values.get("etag", "")
    if given.startswith(('"', "W/")):
        return given == tag and not tag.startswith("W/")
    return given == values.get("last-modified")


def _is_later(modified: str, than: str) -> bool:
    try:
        return parsedate_to_datetime(modified) > parsedate_to_datetime(than)
    except (TypeError, ValueError):
        # An invalid date is ignored (section 13.1.4).
        return False
