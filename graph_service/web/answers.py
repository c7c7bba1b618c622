"""Results and errors -> responses: which format, which headers, which problem document."""

import re
from http import HTTPStatus

from flask import Response, current_app, render_template, request
from werkzeug.exceptions import HTTPException

from graph_service.engine.result import Kind, Result
from graph_service.errors import (
    MalformedRequest,
    MethodNotAllowed,
    NotFound,
    ServiceError,
    TooLarge,
    UnsupportedMediaType,
)
from graph_service.words.formats import HTML, Format, named, negotiate
from graph_service.words.names import BASE

#: Problem types (RFC 9457, section 3.1.1) are documented at this page, a fragment each.
PROBLEMS = "/problems#"


def choose(formats: tuple[Format, ...], suffix: str | None = None, html: bool = False) -> Format:
    """The format to answer in: the path's suffix, else a `format=` that is known, else Accept. Raises NotAcceptable, NotFound.

    An unknown `format=` is no error: SPARQLWrapper sends several such parameters at once and means Accept. `html` is whether
    there is a page for people too.
    """
    offered = (*formats, HTML) if html else formats
    if suffix is not None:
        format = named(suffix, offered)
        if format is None:
            raise NotFound(f"There is no .{suffix} of this. There is: {', '.join('.' + f.name for f in offered)}.")
        return format
    for token in request.values.getlist("format") + request.values.getlist("output"):
        format = named(token, offered)
        if format is not None:
            return format
    return negotiate(request.headers.get("Accept"), offered)


def write(content: bytes, format: Format) -> Response:
    """Bytes in a format as a response that says what it is and that Accept chose it."""
    response = Response(content, content_type=format.content_type)
    response.vary.add("Accept")
    return response


def answer(result: Result, suffix: str | None = None) -> Response:
    """A result in the format that the client wants. Raises NotAcceptable."""
    kind: Kind = result.kind
    format = choose(kind.value, suffix)
    return write(result.write(format), format)


def flag(name: str, default: bool) -> bool:
    """A parameter of the request that is `true` or `false`. Raises MalformedRequest for anything else."""
    given = request.values.get(name)
    if given is None or given == "":
        return default
    if given not in {"true", "false"}:
        raise MalformedRequest(f"{name} must be true or false; {given!r} was given.", parameter=name)
    return given == "true"


def local(iri: str) -> str:
    """The address under which this service answers for an IRI of the graph: its path; other IRIs stay as they are."""
    return "/" + iri.removeprefix(BASE) if iri.startswith(BASE) else iri


def wants_html() -> bool:
    """Whether a page is what the client likes best: a browser, not a program that takes anything."""
    accepted = [(quality, media) for media, quality in request.accept_mimetypes if quality > 0]
    # Not `best`, which puts a type with parameters first whatever its quality: Chromium sends one, at q=0.7.
    return bool(accepted) and max(accepted, key=lambda entry: entry[0])[1] in {"text/html", "application/xhtml+xml"}


def problem(error: ServiceError) -> Response:
    """An error as `application/problem+json` (RFC 9457), or as a page for people."""
    status = HTTPStatus(error.status)
    document = {
        "type": PROBLEMS + _key(type(error)),
        "title": _title(type(error)),
        "status": status.value,
        "detail": error.detail,
        "instance": request.path,
        **error.members,
    }
    if wants_html():
        response = Response(render_template("problem.html", problem=document), status=status)
    else:
        response = Response(current_app.json.dumps(document), status=status, content_type="application/problem+json")
    response.vary.add("Accept")
    if isinstance(error, MethodNotAllowed):
        response.headers["Allow"] = ", ".join(error.allowed)
    return response


def translated(error: HTTPException) -> ServiceError:
    """One of werkzeug's errors as one of ours."""
    match error.code:
        case 404:
            return NotFound(f"There is nothing at {request.path}.")
        case 405:
            return MethodNotAllowed(request.path, request.method, sorted(getattr(error, "valid_methods", None) or ()))
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
    """Every problem type: its key (the fragment of its IRI), title, status and meaning, from the errors themselves."""
    return [
        {"key": _key(kind), "title": _title(kind), "status": int(kind.status), "meaning": (kind.__doc__ or "").strip()}
        for kind in ServiceError.__subclasses__()
        if kind.status != HTTPStatus.INTERNAL_SERVER_ERROR
    ]


def _key(kind: type[ServiceError]) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"-\1", kind.__name__).lower()


def _title(kind: type[ServiceError]) -> str:
    return _key(kind).replace("-", " ").capitalize()
