"""Every error that this package raises for its callers, and what each carries.

    ServiceError                status  raised when
    ├── SettingError               --   a setting is unknown, ill-typed or out of range
    ├── SourceError                --   a source file cannot become part of the graph
    ├── BuildError                 --   the knowledge as a whole is not fit to be served
    ├── MalformedQuery            400   a SPARQL text cannot be parsed
    ├── MalformedRequest          400   a request breaks the protocol
    ├── UnknownParameter          400   a canned query is given a parameter it does not have
    ├── Unauthorized              401   an operator's page is asked for without a token
    ├── Forbidden                 403   an update, or a call to another server
    ├── NotFound                  404   there is no such query, thing, graph or file
    ├── MethodNotAllowed          405   a resource does not know the method
    ├── NotAcceptable             406   no format that can be written is acceptable
    ├── TooSlow                   408   a request body has not come in time
    ├── Gone                      410   what stood here was withdrawn
    ├── TooLarge                  413   a request body is over the limit
    ├── ResultTooLarge            413   a result is over the limit
    ├── AddressTooLong            414   the address of a request is over the limit
    ├── UnsupportedMediaType      415   a request body is of a type that is not read here
    ├── NotSatisfiable            416   the range that is asked for is beyond the answer's end
    ├── Misdirected               421   a request is for a host that is not answered here
    ├── InvalidParameter          422   the value of a canned query's parameter is not of its type
    ├── HeadersTooLarge           431   the headers of a request are over the limit
    ├── BadGateway                502   the engine is another server, and what it answered cannot be used
    ├── Busy                      503   too many queries are waiting
    ├── Cancelled                 503   an operator has stopped the query
    ├── Unavailable               503   the service cannot answer for now: it is stopping, or the disk is full
    ├── OutOfTime                 504   an answer was not found within the time it may take
    └── OutOfMemory               507   a query needs more memory than it may take

The web layer turns each into `application/problem+json` (RFC 9457), the command line into a line on standard error; both need
nothing but the attributes below.
"""

from http import HTTPStatus


class ServiceError(Exception):
    """The root of all errors that are meant to be read by a caller.

    `status` is the HTTP status the error stands for. `members` holds what RFC 9457 calls extension members: `line`, `column`,
    `parameter`, `allowed`, … as far as they apply.
    """

    status = HTTPStatus.INTERNAL_SERVER_ERROR

    def __init__(self, detail: str, **members: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.members = {name: value for name, value in members.items() if value is not None}


class SettingError(ServiceError):
    """A setting is unknown, of the wrong type or out of range. The detail names it."""


class SourceError(ServiceError):
    """A source file is missing, cannot be parsed or breaks a rule. The detail begins with `file:line:` as far as known."""


class BuildError(ServiceError):
    """The sources, each readable, do not make a graph that may be served: an inconsistency, a failed check."""


class Contradiction(BuildError):
    """What the sources say contradicts itself. Carries `clashes`: each axiom with what cannot stand together, and where that is said."""


class MalformedQuery(ServiceError):
    """A SPARQL text breaks the grammar. Carries `line` and `column`, and for a usual mistake `mistake`, its kind, and perhaps `mend`."""

    status = HTTPStatus.BAD_REQUEST
    reason = ""


class MalformedRequest(ServiceError):
    """A request breaks the SPARQL protocol or the rules of a route."""

    status = HTTPStatus.BAD_REQUEST


class UnknownParameter(ServiceError):
    """A canned query has no such parameter. Carries `parameter` and `allowed`, the names it has."""

    status = HTTPStatus.BAD_REQUEST


class Unauthorized(ServiceError):
    """An operator's page is asked for without a token."""

    status = HTTPStatus.UNAUTHORIZED


class Forbidden(ServiceError):
    """The request is understood and refused: an update, a call to another server."""

    status = HTTPStatus.FORBIDDEN


class NotFound(ServiceError):
    """There is no such query, thing, graph or file."""

    status = HTTPStatus.NOT_FOUND


class MethodNotAllowed(ServiceError):
    """The resource does not know the method. Carries `allowed`, the methods it knows."""

    status = HTTPStatus.METHOD_NOT_ALLOWED

    def __init__(self, path: str, method: str, allowed: list[str], why: str = "") -> None:
        super().__init__(f"{path} does not know {method}. It knows {', '.join(allowed)}.{why and ' ' + why}", allowed=allowed)
        self.allowed = allowed


class NotAcceptable(ServiceError):
    """No format that the result can be written in is acceptable. Carries `available`, the media types that are."""

    status = HTTPStatus.NOT_ACCEPTABLE


class Gone(ServiceError):
    """What stood here was withdrawn, or is no longer kept. Carries `replaced_by`, the IRIs of what stands in its place."""

    status = HTTPStatus.GONE


class TooLarge(ServiceError):
    """A request body is over the limit. Carries `limit` in bytes."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class TooSlow(ServiceError):
    """A request body has not come in time. Carries `limit` in seconds."""

    status = HTTPStatus.REQUEST_TIMEOUT


class AddressTooLong(ServiceError):
    """The address of a request, with its parameters, is over the limit. Carries `limit` in characters."""

    status = HTTPStatus.REQUEST_URI_TOO_LONG


class HeadersTooLarge(ServiceError):
    """The headers of a request are over the limit, together. Carries `limit` in bytes."""

    status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE


class UnsupportedMediaType(ServiceError):
    """A request body is of a media type that is not read here. Carries `accepted`."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


class PreconditionFailed(ServiceError):
    """The answer is not the one that the request's conditions name."""

    status = HTTPStatus.PRECONDITION_FAILED


class NotSatisfiable(ServiceError):
    """The range that is asked for is beyond the end of the answer."""

    status = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE


class Misdirected(ServiceError):
    """A request is for a host that this service is not to answer."""

    status = HTTPStatus.MISDIRECTED_REQUEST


class InvalidParameter(ServiceError):
    """The value of a canned query's parameter is not of its type. Carries `parameter`, `given` and, where it is a list, `allowed`."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class ResultTooLarge(ServiceError):
    """A result is over the limit. Carries `limit` in bytes. What was written of it is never given out."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class BadGateway(ServiceError):
    """The engine is another server, and what it answered cannot be used: an error of its own, rubbish, half an answer."""

    status = HTTPStatus.BAD_GATEWAY


class Busy(ServiceError):
    """Too many queries are waiting. Carries `retry_after` in seconds."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


class Cancelled(ServiceError):
    """An operator has stopped the query."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


class Unavailable(ServiceError):
    """The service cannot answer for now. Carries `retry_after` in seconds."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


class OutOfMemory(ServiceError):
    """A query needs more memory than it may take."""

    status = HTTPStatus.INSUFFICIENT_STORAGE


class OutOfTime(ServiceError):
    """An answer was not found within the time it may take."""

    status = HTTPStatus.GATEWAY_TIMEOUT
