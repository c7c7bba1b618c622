"""`/queries` and `/queries/{name}`: the catalogue of canned queries, and running them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, render_template, request
from werkzeug.http import http_date

from graph_service.engine.result import READABLE, Formats, Query, Result, ResultKind
from graph_service.errors import InvalidParameter, UnknownParameter
from graph_service.formats.media_types import CSV, DOCUMENT_FORMATS, GRAPH_FORMATS, ROWS, XLSX
from graph_service.queries.catalogue import CannedQuery
from graph_service.queries.examples import name_of
from graph_service.service.service import Service
from graph_service.sparql.paging import Page, paged
from graph_service.web.data.descriptions import document
from graph_service.web.display.cells import ROWS_SHOWN, table
from graph_service.web.http.languages import language_of_names, naming
from graph_service.web.http.links import Link, add, fitting, negotiated
from graph_service.web.http.paging import Paging, asked_page
from graph_service.web.http.responses import answer, choose, flag, wants_html, write
from graph_service.web.pages.forms import options
from graph_service.web.pages.questions import brought
from graph_service.web.pages.snippets import snippets
from graph_service.web.tables.arguments import arguments, asked, in_short, in_words, moved, own_language, shown_in, spoken, values
from graph_service.web.tables.attachments import attached, for_reader
from graph_service.web.tables.json_rows import around
from graph_service.web.tables.metadata import table_of, tell
from graph_service.web.tables.metadata_files import described_by
from graph_service.web.tables.workbooks import workbook

#: RDF formats that describe a query that does not return a graph: only by their own names, since synonyms also mean table formats.
_TELLING = tuple(replace(format, also=(), aliases=()) for format in GRAPH_FORMATS)


def blueprint(service: Service) -> Blueprint:
    """The routes of the canned queries."""
    routes = Blueprint("queries", __name__)

    @routes.get("/queries")
    @routes.get("/queries/")
    def catalogue() -> Response:
        if wants_html():
            return Response(render_template("queries.html", catalogue=service.catalogue, brought=brought))
        format = choose(DOCUMENT_FORMATS)
        if format.engine is not None:
            return write(document(service, format, service.space.queries), format)
        return jsonify(queries=[_summary(query) for query in service.catalogue.queries.values()])

    @routes.route("/queries/<name>", methods=["GET", "POST"])
    @routes.route("/queries/<name>.<suffix>", methods=["GET", "POST"])
    def canned(name: str, suffix: str | None = None) -> Response:
        if name in service.catalogue.successors:
            return moved(service.catalogue.successors[name], suffix)
        query = service.catalogue[name]
        given = arguments(query)
        if suffix == "rq":
            # Without arguments the text of the file, so that a query with a required parameter can be read, too.
            text = service.canned.bind(query, given) if given else query.text
            return Response(text, content_type="application/sparql-query; charset=utf-8")
        if suffix == "html" or (suffix is None and wants_html() and not request.values.get("format")):
            return _warned(_page(service, query, given), query)
        return _warned(_data(service, query, given, suffix), query)

    return routes


def _warned(response: Response, query: CannedQuery) -> Response:
    """Add headers to a deprecated query's response: Deprecation (RFC 9745), Sunset (RFC 8594), and a link to its successor."""
    deprecated = query.header.deprecated
    if deprecated is None:
        return response
    midnight = datetime.combine(deprecated.since, time(tzinfo=UTC))
    response.headers["Deprecation"] = f"@{int(midnight.timestamp())}"
    if deprecated.until is not None:
        response.headers["Sunset"] = http_date(datetime.combine(deprecated.until, time(tzinfo=UTC)))
    return add(response, [Link("successor-version", f"{request.root_url}queries/{deprecated.instead}")] if deprecated.instead else [])


def _data(service: Service, query: CannedQuery, given: Mapping[str, Sequence[str]], suffix: str | None) -> Response:
    """The response for programs: the whole result, or a page of a table. In RDF, which has no tables, the query's description."""
    kind = ResultKind.of(query.form)
    language = spoken(query)
    format = choose((*kind.canned_formats, *_TELLING) if kind is not ResultKind.GRAPH and not given else kind.canned_formats, suffix)
    if kind is not ResultKind.GRAPH and format in _TELLING:
        said = document(service, format, name_of(service.space, query))
        return negotiated(write(said, format), f"/queries/{query.name}", format, _TELLING, f"/queries/{query.name}")
    format = for_reader(format)
    page = asked_page(service.page_size, service.page_limit)
    text = service.canned.bind(query, given)
    # File names and workbooks contain the chosen values; other formats need not parse them.
    meant = values(service, query, given) if format.guarded else {}
    told = tell(service, table_of(query), asked(), language)
    if format is XLSX:
        format = workbook(told, in_words(service, query, meant, page, language))
    result, paging = _run(service, query, text, page, {kind: format})
    response = answer(result, *around(told, paging, kind) if format is ROWS else ())
    attached(response, format, query.name, in_short(meant, page), language, service.snapshot.id)
    if "lang" in query.parameters:
        response.content_language.add(language)
    if format.media == CSV.media:
        add(response, fitting(described_by(told)))
    return response if paging is None else add(response, paging.links)


def _page(service: Service, query: CannedQuery, given: Mapping[str, Sequence[str]]) -> Response:
    """The form, with the result or an error in the values below it; alone if a required value is missing."""
    status = 200
    shown: dict[str, object] = {}
    paging = None
    needs = any(parameter.required for parameter in query.parameters.values())
    if set(given) - {"lang"} or not needs:
        try:
            text = service.canned.bind(query, {**given, "lang": [shown_in(query)]} if "lang" in query.parameters else given)
            # A page has fewer rows than a file may have: rendering takes long.
            usual, most = min(service.page_size, ROWS_SHOWN), min(service.page_limit, ROWS_SHOWN)
            page = asked_page(usual, most) or (Page(1, usual) if query.form == "SELECT" else None)
            result, paging = _run(service, query, text, page, READABLE)
            formats = [format.name for format in result.kind.canned_formats]
            shown = {"text": text, "table": table(service, result, page.size if page else ROWS_SHOWN), "formats": formats, "paging": paging}
            names = naming(own_language(query)) if "lang" in query.parameters else None
            shown["spoken"] = [("lang", names)] if names else []
            own = {**given, **({"infer": ["false"]} if not flag("infer", True) else {}), "lang": [names] if names else []}
            shown["snippets"] = snippets(query.name, own, text, query.form)
            shown["meanings"] = {name: query.columns.get(f"{name}_label", column).label for name, column in query.columns.items()}
        except (InvalidParameter, UnknownParameter) as error:
            status, shown = error.status, {"fault": error}
    entries = {name: options(service, query, parameter, given, language_of_names()) for name, parameter in query.parameters.items()}
    examples = [(urlencode(example, doseq=True), example) for example in query.header.examples]
    text = render_template(
        "query.html",
        catalogue=service.catalogue,
        query=query,
        given=given,
        options=entries,
        # A question without arguments is this page itself.
        brought=[question for question in brought(query) if "?" in question.path],
        examples=examples,
        **shown,
    )
    response = Response(text, status=status)
    return response if paging is None else add(response, paging.links)


def _run(service: Service, query: CannedQuery, text: str, page: Page | None, formats: Formats) -> tuple[Result, Paging | None]:
    """Run a bound query, or one page of it. Raises InvalidParameter for a page that does not exist."""
    infer = flag("infer", True)
    text = service.canned.ordered(text)
    if page is None:
        return service.sparql(Query(text, infer=infer), formats), None
    if query.form != "SELECT":
        raise InvalidParameter(f"{query.name} answers as a whole and has no pages.", parameter="page", given=page.number)
    rows = service.canned.count(text, infer)
    paging = Paging(page, rows, page.last_of(rows))
    return service.sparql(Query(paged(text, page), infer=infer), formats), paging


def _summary(query: CannedQuery) -> dict[str, object]:
    return {
        "name": query.name,
        "url": f"{request.root_url}queries/{query.name}",
        "summary": query.header.summary,
        "description": query.header.description,
        "tags": query.header.tags,
        "parameters": [
            {
                "name": parameter.name,
                "type": parameter.type,
                "label": parameter.label,
                "description": parameter.description,
                "of": parameter.of,
                "many": parameter.many,
                "required": parameter.required,
                "default": parameter.usual or None,
                "enum": parameter.enum or None,
                "minimum": parameter.min,
                "maximum": parameter.max,
            }
            for parameter in query.parameters.values()
        ],
        "columns": {name: {"label": c.label, "type": c.type, "unit": c.unit} for name, c in query.columns.items()},
        "examples": [
            {name: list(values) if query.parameters[name].many else values[0] for name, values in example.items()}
            for example in query.header.examples
        ],
        "questions": [{"question": question.title, "url": request.root_url.rstrip("/") + question.path} for question in brought(query)],
    }
