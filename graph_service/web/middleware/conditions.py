"""Conditions and ranges of requests (RFC 9110, sections 13 and 14), for every route alike.

If-None-Match of files is werkzeug's, of kept answers the cache's; what those leave open, and parts of answers, is here.
"""

import re
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from graph_service.errors import NotSatisfiable, PreconditionFailed
from graph_service.web.middleware.request import IncomingRequest
from graph_service.web.middleware.response import FilePart, Reply

#: One range of bytes: from a place to another, from a place on, or the last ones (section 14.1.2).
_ONE_RANGE = re.compile(r"bytes=\s*([0-9]{1,18}-[0-9]{0,18}|-[0-9]{1,18})\s*", re.IGNORECASE)

#: What is answered where nothing is wrong.
_ANSWERS = frozenset({HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT, HTTPStatus.NOT_MODIFIED})

#: Entity tags in one If-Match that are looked at.
_TAGS = 64


def leave_out_useless_range(asked: IncomingRequest) -> None:
    """Have a Range that is not followed ignored, so that the whole is sent: another unit, several ranges, none (section 14.2)."""
    given = asked.headers.get("range")
    if given is not None and (asked.method != "GET" or not _is_one_range(given)):
        del asked.headers["range"]


def _is_one_range(given: str) -> bool:
    if _ONE_RANGE.fullmatch(given) is None:
        return False
    first, _, last = given.partition("=")[2].strip().partition("-")
    return not first or not last or int(first) <= int(last)


def settled(asked: IncomingRequest, reply: Reply) -> Reply:
    """The answer where the request has a condition on it (section 13.2.2); as it is where none is or the condition holds.

    Raises PreconditionFailed for an answer that is not the one that the client means.
    """
    names = asked.headers.keys() & {"if-match", "if-unmodified-since", "if-none-match"}
    if not names or reply.status not in _ANSWERS or asked.method not in {"GET", "HEAD"}:
        return reply
    values = {name.lower(): value for name, value in reply.headers}
    tag = values.get("etag", "")
    if "if-match" in names:
        given = [part.strip() for part in asked.headers["if-match"].split(",", _TAGS)[:_TAGS]]
        # Strong comparison: a weak tag is the same as none (section 8.8.3.2).
        if given != ["*"] and (tag not in given or tag.startswith("W/")):
            raise PreconditionFailed("The answer is another than the one that If-Match names.")
    elif "if-unmodified-since" in names and _is_later(values.get("last-modified", ""), asked.headers["if-unmodified-since"]):
        raise PreconditionFailed("The answer has changed since the time that If-Unmodified-Since names.")
    if reply.status == HTTPStatus.OK and asked.headers.get("if-none-match", "").strip() == "*":
        kept = [
            (name, value) for name, value in reply.headers if not name.lower().startswith("content-") or name.lower() == "content-location"
        ]
        return Reply(HTTPStatus.NOT_MODIFIED, kept, b"")
    return reply


def cut(asked: IncomingRequest, reply: Reply) -> Reply:
    """The part of an answer that a request wants; the answer as it is where it wants none, or has a part of another one (section 13.1.5).

    Only what says `Accept-Ranges: bytes` and is whole is cut. Raises NotSatisfiable for a part that begins beyond the end.
    """
    given = asked.headers.get("range")
    values = {name.lower(): value for name, value in reply.headers}
    if given is None or reply.status != HTTPStatus.OK or values.get("accept-ranges") != "bytes":
        return reply
    if "if-range" in asked.headers and not _is_the_same(asked.headers["if-range"].strip(), values):
        return reply
    content = reply.content
    size = len(content) if isinstance(content, bytes) else content.end - content.start
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
    told = [("Content-Range", f"bytes {start}-{end - 1}/{size}"), ("Content-Length", str(end - start))]
    return Reply(HTTPStatus.PARTIAL_CONTENT, [*kept, *told], part)


def _is_the_same(given: str, values: dict[str, str]) -> bool:
    """Whether an If-Range names the answer: by its strong tag, or by the very time of its last change."""
    tag = values.get("etag", "")
    if given.startswith(('"', "W/")):
        return given == tag and not tag.startswith("W/")
    return given == values.get("last-modified")


def _is_later(modified: str, than: str) -> bool:
    try:
        return parsedate_to_datetime(modified) > parsedate_to_datetime(than)
    except (TypeError, ValueError):
        # What is no date is no condition (section 13.1.4).
        return False
