"""Parses the query operation of the SPARQL 1.1 Protocol (sections 2.1 and 2.2)."""

import random
import re
from collections.abc import Sequence

from werkzeug.sansio.utils import get_current_url
from werkzeug.wrappers import Request

from graph_service.arrival import began
from graph_service.engine.result import Query
from graph_service.errors import Forbidden, MalformedRequest, UnsupportedMediaType
from graph_service.formats.media_types import HTML
from graph_service.rdf.terms import term, write
from graph_service.text.memo import remembered
from graph_service.web.http.responses import flag, number, wants_html

_VARIABLE = re.compile(r"\$[^\W\d]\w*")

_FORM = "application/x-www-form-urlencoded"
_QUERY = "application/sparql-query"
_UPDATE = "application/sparql-update"


def read_query(asked: Request) -> Query | None:
    """The query in the request; None for a request of the service description. Raises MalformedRequest, Forbidden, UnsupportedMediaType."""
    media = asked.mimetype
    if "update" in asked.values and "query" in asked.values:
        raise MalformedRequest("A query and an update are given together; one request asks one thing.", parameter="update")
    if media == _UPDATE or "update" in asked.values:
        raise Forbidden("This endpoint is read-only: SPARQL Update is not accepted. The data is changed in its source files.")
    if asked.method != "GET" and media not in {_FORM, _QUERY} and not (media == "" and "query" in asked.args):
        raise UnsupportedMediaType(
            f"A query is sent by POST as {_FORM} or {_QUERY}; this is {media or 'of no type'}.", accepted=[_FORM, _QUERY]
        )
    texts = asked.values.getlist("query")
    if media == _QUERY and asked.method != "GET":
        if texts:
            raise MalformedRequest("The query is given twice: in the address and in the body.", parameter="query")
        texts = [_body(asked)]
    if not texts:
        if asked.method != "GET" or asked.args.keys() & {"default-graph-uri", "named-graph-uri"}:
            raise MalformedRequest("There is no query: the parameter `query` is missing.", parameter="query")
        return None
    if len(texts) > 1:
        raise MalformedRequest("There are several queries; one request asks one.", parameter="query")
    return Query(
        texts[0].removeprefix("\ufeff"),
        default_graphs=_graphs(asked, "default-graph-uri", "named-graph-uri"),
        named_graphs=_graphs(asked, "named-graph-uri", "default-graph-uri"),
        infer=flag("infer", True, asked),
        base=_address(asked.scheme, asked.host, asked.root_path, asked.path),
        timeout=number("timeout", asked),
        id=f"{random.getrandbits(48):012x}",
        given=_given(asked),
        since=began(),
    )


def _given(asked: Request) -> Sequence[tuple[str, str]]:
    """The values of variables in parameters `$name` (N-Triples terms, as in RDF4J)."""
    given = []
    for name in asked.values:
        if _VARIABLE.fullmatch(name):
            values = asked.values.getlist(name)
            try:
                if len(values) != 1:
                    raise ValueError("it is given several times")
                given.append((name[1:], write(term(values[0]))))
            except ValueError as error:
                raise MalformedRequest(f"{name} must be one term, as N-Triples writes it: {error}.", parameter=name) from error
    return given


def wants_page(asked: Request) -> bool:
    """Whether the result shall be a page: by `format=html`, which scripts use to get problems as data, else by Accept."""
    format = asked.values.get("format")
    return format == HTML.name if format else wants_html(asked)


def _graphs(asked: Request, name: str, other: str) -> Sequence[str] | None:
    """The graphs of a dataset parameter; an empty list if only the other one is given; None if no dataset is chosen."""
    given = asked.values.getlist(name)
    return given if given or asked.values.getlist(other) else None


def _body(asked: Request) -> str:
    try:
        return asked.get_data().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MalformedRequest(f"The body is not UTF-8: {error}.") from error


@remembered(64)
def _address(scheme: str, host: str, root: str, path: str) -> str:
    """The request's URL without parameters."""
    return get_current_url(scheme, host, root, path)
