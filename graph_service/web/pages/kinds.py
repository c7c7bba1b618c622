"""`/things` and `/things/{kind}`: the kinds of things, and each one's list: filtered, sorted, paged or whole.

An HTML page has one page of things; a file has all. Filter values are given as in canned queries: by IRI, CURIE, key or exact name; several
of one trait are alternatives.
"""

import re
from typing import Any
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, jsonify, redirect, render_template, request
from werkzeug import Response as BaseResponse

from graph_service.engine.result import Query
from graph_service.errors import InvalidParameter, NotFound, UnknownParameter
from graph_service.formats.media_types import HTML
from graph_service.queries.header import Text
from graph_service.queries.openapi import FAILURES, media_types
from graph_service.queries.parameters import MOST_LISTED
from graph_service.rdf.labels import in_language
from graph_service.service.service import Service
from graph_service.snapshot.lists import ListedKind
from graph_service.web.data.signposts import collection
from graph_service.web.display.cells import table
from graph_service.web.display.destinations import whole
from graph_service.web.http.languages import language, language_of_names, languages_here, naming
from graph_service.web.http.links import Link, add, alternates, fitting
from graph_service.web.http.responses import choose, wants_html
from graph_service.web.http.values import pairs as given
from graph_service.web.pages.dates import when
from graph_service.web.pages.list_files import FORMATS, list_file
from graph_service.web.pages.listed_kinds import kinds_of
from graph_service.web.pages.listing import PAGE, Listing, ListRequest, chosen, counts, token, values
from graph_service.web.pages.surroundings import places
from graph_service.web.tables.csvw import CSVW
from graph_service.web.tables.data_packages import PACKAGE

#: The formats that the page offers.
_OFFERED = tuple(sorted((f for f in FORMATS if f.name in {"csv", "json", "ttl", "xlsx"}), key=lambda f: f.name))

#: Parameters of a list that are not traits.
_RESERVED = frozenset({"q", "sort", "page", "format", "output", "lang"})

#: The graph's description of itself is not counted.
_CLASSES = """
PREFIX owl: <http://www.w3.org/2002/07/owl#>
SELECT ?class (COUNT(DISTINCT ?thing) AS ?things) WHERE {
  ?thing a ?class .
  FILTER(isIRI(?thing) && isIRI(?class) && !STRSTARTS(STR(?class), STR(owl:)))
  FILTER NOT EXISTS { GRAPH $description { ?thing a ?class } }
} GROUP BY ?class ORDER BY DESC(?things) ?class"""


def blueprint(service: Service) -> Blueprint:
    """The routes of the kinds."""
    routes = Blueprint("kinds", __name__)

    @routes.before_app_request
    def lead_on() -> BaseResponse | None:
        """Redirect a list's earlier address, with format and parameters."""
        if request.url_rule is not None:
            return None
        word, dot, suffix = request.path.removeprefix("/").partition(".")
        kind = next((kind for kind in kinds_of(service) if word in kind.formerly), None)
        if kind is None:
            return None
        asked = f"?{urlencode(list(request.args.items(multi=True)))}" if request.args else ""
        return redirect(f"{request.script_root}/things/{kind.name}{dot}{quote(suffix)}{asked}", 308)

    @routes.get("/things")
    @routes.get("/things/")
    def overview() -> Response:
        kinds = kinds_of(service)
        numbers = counts(service, kinds)
        if not wants_html():
            found = [
                {
                    "kind": k.name,
                    "label": _worded(k.label),
                    "things": numbers[k.name],
                    "url": f"{request.root_url}things/{k.name}",
                }
                for k in kinds
            ]
            return jsonify(kinds=[entry for entry in found if entry["things"]])
        classes = table(service, service.sparql(Query(_CLASSES.replace("$description", f"<{service.space.graph_description}>"))))
        return Response(render_template("kinds.html", kinds=list(kinds), counts=numbers, classes=classes))

    @routes.get("/things/<name>")
    @routes.get("/things/<name>.<suffix>")
    def listing(name: str, suffix: str | None = None) -> Response:
        found = _kind(service, name)
        choices, number = _choices(service, found), _number()
        if suffix == "html" or (suffix is None and wants_html() and not request.args.get("format")):
            return _page(service, Listing(service, found, choices, language_of_names()), number)
        page = Link("alternate", f"{request.root_url}things/{name}{_asked()}", "text/html")
        response = list_file(service, found, choices, choose(FORMATS, suffix), [page])
        return add(response, [*alternates(f"{request.root_url}things/{name}", FORMATS), *collection(service)])

    @routes.get(f"/things/<name>.{CSVW.name}")
    def csvw(name: str) -> Response:
        return list_file(service, _kind(service, name), _choices(service, _kind(service, name)), CSVW)

    @routes.get(f"/things/<name>.{PACKAGE.name}")
    def frictionless(name: str) -> Response:
        return list_file(service, _kind(service, name), _choices(service, _kind(service, name)), PACKAGE)

    return routes


def operations(service: Service) -> dict[str, Any]:
    """The lists as paths of an OpenAPI document, with their traits and existing values."""
    return {f"/things/{kind.name}": {"get": _operation(service, kind)} for kind in _all(service)}


def _operation(service: Service, kind: ListedKind) -> dict[str, Any]:
    several = {"in": "query", "style": "form", "explode": True}
    tokens = [(facet, [token(value) for value in values(service, kind, facet)]) for facet in kind.facets]
    parameters = [
        {
            "name": facet.name,
            **several,
            "description": _worded(facet.label),
            "schema": {"type": "array", "items": {"enum": allowed} if len(allowed) <= MOST_LISTED else {}},
        }
        for facet, allowed in tokens
        if allowed
    ]
    failures = {status: {"$ref": f"#/components/responses/{status}"} for status in FAILURES}
    return {
        "operationId": f"list-{kind.name}",
        "tags": ["things"],
        "summary": _worded(kind.label),
        "parameters": [
            *parameters,
            {"name": "q", "in": "query", "schema": {"type": "string"}},
            {"name": "sort", "in": "query", "schema": {"type": "string", "enum": list(kind.orders)}},
            {"name": "page", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 999_999}},
            {"name": "lang", "in": "query", "schema": {"type": "string", "enum": list(languages_here())}},
        ],
        "responses": {"200": {"description": "The answer.", "content": media_types((*FORMATS, HTML), {"type": "object"})}, **failures},
    }


def menu(service: Service) -> tuple[tuple[str, str, bool], ...]:
    """The menu of every page: address, label, and that it is shown."""
    return tuple((f"/things/{kind.name}", _worded(kind.label), True) for kind in kinds_of(service) if kind.menu)


def _worded(text: Text) -> str:
    """A text in the language of labels, else in that of the page."""
    return in_language(text, language_of_names(), language())


def _page(service: Service, listed: Listing, number: int) -> Response:
    total = listed.total
    pages = max(1, -(-total // PAGE))
    base = f"{request.root_url}things/{listed.kind.name}"
    steps = {"next": number + 1, "prev": number - 1, "first": 1, "last": pages}
    paging = [Link(rel, f"{base}{_asked(page=step)}") for rel, step in steps.items() if 1 <= step <= pages and pages > 1 and step != number]
    asked = _asked(page=None, lang=naming())
    files = [Link("alternate", f"{base}.{format.name}{asked}", format.media) for format in _OFFERED]
    rows = listed.page(number)
    things = [row.thing for row in rows]
    links = fitting([*paging, *files, *(Link("item", whole(row.thing.href)) for row in rows if row.thing.href)])
    text = render_template(
        "kind.html",
        kind=listed.kind,
        rows=rows,
        total=total,
        options=listed.options(),
        number=number,
        pages=pages,
        page_size=PAGE,
        asked=_asked,
        toggled=_toggled,
        formats=_OFFERED,
        asked_of_files=asked,
        links=[*paging, *files],
        # A graph that defines lists has its pictures elsewhere.
        when=None if kinds_of(service).are_said else when(service, things),
        where=None if kinds_of(service).are_said else places(service, things),
    )
    return add(Response(text), links)


def _all(service: Service) -> list[ListedKind]:
    """All kinds with their traits."""
    return [_kind(service, kind.name) for kind in kinds_of(service)]


def _kind(service: Service, name: str) -> ListedKind:
    """The kind of that name. Raises NotFound."""
    found = kinds_of(service).named(name)
    if found is None:
        allowed = [kind.name for kind in kinds_of(service)]
        raise NotFound(f"There is no kind {name!r}. Kinds: {', '.join(allowed) or 'none'}.", allowed=allowed)
    return found


def _choices(service: Service, kind: ListedKind) -> ListRequest:
    """The request's filters, words and order. Raises UnknownParameter, InvalidParameter."""
    facets = {facet.name: facet for facet in kind.facets}
    for name in request.args:
        if name not in _RESERVED and name not in facets:
            allowed = sorted({*facets, "q", "sort", "page"})
            raise UnknownParameter(f"The list of {kind.name} has no parameter {name!r}.", parameter=name, allowed=allowed)
    order = request.args.get("sort") or "name"
    if order not in kind.orders:
        detail = f"sort must be one of {', '.join(kind.orders)}; {order!r} was given."
        raise InvalidParameter(detail, parameter="sort", given=order, allowed=list(kind.orders))
    wanted = {name: chosen(service, kind, facet, request.args.getlist(name)) for name, facet in facets.items()}
    return ListRequest(wanted, request.args.get("q", "").strip(), order)


def _number() -> int:
    """The requested page number. Raises InvalidParameter."""
    given = request.args.get("page") or "1"
    if not re.fullmatch("0*[1-9][0-9]{0,5}", given):
        raise InvalidParameter(f"page must be a whole number from 1; {given!r} was given.", parameter="page", given=given)
    return int(given)


def _asked(**changed: object) -> str:
    """The request's query string with changes (None: removed); it begins at the first page again."""
    kept = given(without={*changed, "page", "lang"})
    pairs = [*kept, *((name, str(value)) for name, value in changed.items() if value is not None and (name, value) != ("page", 1))]
    return f"?{urlencode(pairs)}" if pairs else ""


def _toggled(name: str, token: str, chosen: bool) -> str:
    """The request's query string with one filter value added or removed."""
    kept = given(without=("page", "lang"))
    # A selected value may have been given by another name; then all of the trait's values are removed.
    left = [pair for pair in kept if pair != (name, token)] if (name, token) in kept else [pair for pair in kept if pair[0] != name]
    pairs = left if chosen else [*kept, (name, token)]
    return f"?{urlencode(pairs)}" if pairs else request.path
