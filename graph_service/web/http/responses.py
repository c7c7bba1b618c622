"""Makes responses from results and errors: content negotiation, headers, problem documents."""

import re
from http import HTTPStatus
from itertools import chain
from urllib.parse import quote

from flask import Response, current_app, render_template, request
from werkzeug.datastructures import MIMEAccept
from werkzeug.exceptions import HTTPException
from werkzeug.http import parse_accept_header
from werkzeug.wrappers import Request

from graph_service.engine.result import Formats, Result, ResultKind
from graph_service.errors import MalformedRequest, MethodNotAllowed, NotAcceptable, NotFound, ServiceError, TooLarge, UnsupportedMediaType
from graph_service.formats.media_types import HTML, Format, named, negotiate
from graph_service.text.memo import remembered

#: Problem types (RFC 9457, section 3.1.1) are fragments of this page.
PROBLEMS = "/problems#"

#: A plain decimal number: no parameter needs exponents or hundreds of digits.
_NUMBER = re.compile(r"[0-9]{1,15}(\.[0-9]{0,15})?|\.[0-9]{1,15}")

_WRITES = frozenset({"PUT", "POST", "PATCH", "DELETE"})


def choose(formats: tuple[Format, ...], suffix: str | None = None, html: bool = False, asked: Request = request) -> Format:
    """Choose the response format: by suffix, else by a known `format=`, else by Accept. Raises NotAcceptable, NotFound.

    An unknown `format=` is ignored: SPARQLWrapper sends several such parameters and relies on Accept. `html` adds the HTML page.
    """
    offered = (*formats, HTML) if html else formats
    return _choose(offered, suffix, *_wish(asked))


def _wish(asked: Request) -> tuple[tuple[str, ...], str | None]:
    """The client's wish: format parameters, Accept header."""
    return tuple(token for name in ("format", "output", "results") for token in asked.values.getlist(name)), asked.headers.get("Accept")


def _choose(offered: tuple[Format, ...], suffix: str | None, tokens: tuple[str, ...], accept: str | None) -> Format:
    if suffix is not None:
        format = named(suffix, offered)
        if format is None:
            raise NotFound(f"There is no .{suffix} of this. There is: {', '.join('.' + f.name for f in offered)}.")
        return format
    for token in tokens:
        format = named(token, offered)
        if format is not None:
            return format
    return negotiate(accept, offered)


def write(content: bytes, format: Format) -> Response:
    """Bytes as a response with their content type, varying by Accept."""
    response = Response(content, content_type=format.content_type)
    response.vary.add("Accept")
    return response


def wanted(suffix: str | None = None, asked: Request = request) -> Formats:
    """The format wanted for each kind of result; kinds without one are missing. Raises NotAcceptable, NotFound.

    A query's kind is known only when it runs, and it runs once: so all formats are chosen beforehand.
    """
    return _wanted(suffix, *_wish(asked))


@remembered(512)
def _wanted(suffix: str | None, tokens: tuple[str, ...], accept: str | None) -> Formats:
    formats: dict[ResultKind, Format] = {}
    refusals = []
    for kind in ResultKind:
        try:
            formats[kind] = _choose(kind.formats, suffix, tokens, accept)
        except (NotAcceptable, NotFound) as error:
            # Without the traceback, whose reference cycle would keep this request's objects alive until garbage collection.
            refusals.append(error.with_traceback(None))
    if not formats:
        raise refusals[0]
    return formats


def answer(result: Result, head: bytes = b"", tail: bytes = b"") -> Response:
    """A result as a response, between `head` and `tail`; a large one is streamed from its file."""
    if result.in_memory:
        return write(head + result.read() + tail, result.format)
    response = write(b"", result.format)
    if not head and not tail and "wsgi.file_wrapper" in request.environ:
        # The server sends the file directly.
        response.response = request.environ["wsgi.file_wrapper"](result)
        response.direct_passthrough = True
        response.content_length = result.size
        return response
    response.response = chain([head], result.chunks(), [tail])
    response.content_length = len(head) + result.size + len(tail)
    response.call_on_close(result.close)
    return response


def flag(name: str, default: bool, asked: Request = request) -> bool:
    """A boolean parameter of the request. Raises MalformedRequest unless it is `true` or `false`."""
    given = asked.values.get(name)
    if given is None or given == "":
        return default
    if given not in {"true", "false"}:
        raise MalformedRequest(f"{name} must be true or false; {given!r} was given.", parameter=name)
    return given == "true"


def number(name: str, asked: Request = request) -> float | None:
    """A positive number parameter of the request. Raises MalformedRequest for anything else."""
    given = asked.values.get(name)
    if not given:
        return None
    value = float(given) if _NUMBER.fullmatch(given) else 0
    if value <= 0:
        raise MalformedRequest(f"{name} must be a positive number; {given!r} was given.", parameter=name)
    return value


def wants_html(asked: Request = request) -> bool:
    """Whether the client prefers HTML: a browser, not a program that accepts anything."""
    return likes_pages(asked.headers.get("Accept", ""))


@remembered(512)
def likes_pages(accept: str) -> bool:
    """Whether an Accept header prefers HTML."""
    accepted = [(quality, media) for media, quality in parse_accept_header(accept, MIMEAccept) if quality > 0]
    # Not werkzeug's `best`, which puts types with parameters first whatever their quality: Chromium sends one with q=0.7.
    return bool(accepted) and max(accepted, key=lambda entry: entry[0])[1] in {"text/html", "application/xhtml+xml"}


def document(error: ServiceError, path: str, root: str = "") -> dict[str, object]:
    """The problem document of an error (RFC 9457, section 3); `root` is the service's path prefix."""
    return {
        "type": root + PROBLEMS + _key(type(error)),
        "title": _title(type(error)),
        "status": HTTPStatus(error.status).value,
        "detail": error.detail,
        "instance": root + quote(path),
        **{name: value for name, value in error.members.items() if name != "named"},
    }


def problem(error: ServiceError, spoken: str = "en") -> Response:
    """An error as `application/problem+json` (RFC 9457), or as a page. `spoken` is the language of its detail."""
    status = HTTPStatus(error.status)
    if wants_html():
        said = document(error, request.path)
        response = Response(render_template("problem.html", problem=said, spoken=spoken, meaning=_meaning(type(error))), status=status)
    else:
        said = document(error, request.path, request.script_root)
        response = Response(current_app.json.dumps(said), status=status, content_type="application/problem+json")
        response.content_language.add(spoken)
    response.vary.add("Accept")
    if "retry_after" in error.members:
        response.headers["Retry-After"] = str(error.members["retry_after"])
    if error.status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, MethodNotAllowed):
        response.headers["Allow"] = ", ".join(error.allowed)
    return response


def translated(error: HTTPException) -> ServiceError:
    """Convert werkzeug's errors to ours."""
    match error.code:
        case 404:
            return NotFound(f"There is nothing at {request.path}.")
        case 405:
            why = "Nothing is written here: the graph is changed in its source files." if request.method in _WRITES else ""
            return MethodNotAllowed(request.path, request.method, sorted(getattr(error, "valid_methods", None) or ()), why)
        case 413:
            limit = current_app.config["MAX_CONTENT_LENGTH"]
            return TooLarge(f"The request body is over the limit of {limit} bytes.", limit=limit)
        case 415:
            return UnsupportedMediaType(str(error.description))
        case code if code is not None and code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return ServiceError("Something went wrong here; it has been logged.")
        case _:
            return MalformedRequest(str(error.description))


def problem_types() -> list[dict[str, object]]:
    """Every problem type: key (fragment of its IRI), title, status and meaning, from the error classes."""
    return [
        {"key": _key(kind), "title": _title(kind), "status": int(kind.status), "meaning": _meaning(kind)}
        for kind in ServiceError.__subclasses__()
        if kind.status != HTTPStatus.INTERNAL_SERVER_ERROR
    ]


def _key(kind: type[ServiceError]) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"-\1", kind.__name__).lower()


def _meaning(kind: type[ServiceError]) -> str:
    return " ".join((kind.__doc__ or "").split())


def _title(kind: type[ServiceError]) -> str:
    return _key(kind).replace("-", " ").capitalize()
