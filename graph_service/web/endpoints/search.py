"""`/search` and `/opensearch.xml`: full-text search as page, data, and suggestions while typing."""

import io
from difflib import get_close_matches
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request

from graph_service.errors import InvalidParameter
from graph_service.formats.media_types import CSV, HTML, Format
from graph_service.formats.plain_tables import write_records
from graph_service.formats.xml import shown
from graph_service.rdf import terms
from graph_service.rdf.namespaces import OWL, SHACL, SKOS
from graph_service.rdf.prefixes import curie
from graph_service.search.search import Findings, Hit, Name, Wanted
from graph_service.service.service import Service
from graph_service.settings import Settings
from graph_service.sparql.paging import Page
from graph_service.web.display.destinations import destination, whole
from graph_service.web.display.translations import lazy_gettext as _
from graph_service.web.http.languages import language_of_names
from graph_service.web.http.links import Link, add
from graph_service.web.http.paging import Paging, asked_page
from graph_service.web.http.responses import choose, write
from graph_service.web.tables.attachments import attached, for_reader, short

_JSON = Format("json", "application/json")

#: The format of browsers' search boxes: text, names, classes, addresses (OpenSearch Suggestions 1.1).
_SUGGESTIONS = Format("suggestions", "application/x-suggestions+json")

FORMATS = (_JSON, CSV, _SUGGESTIONS)

#: Default number of results on a page, and of suggestions.
_USUAL, _SUGGESTED = 20, 8

#: Names of classes that occur in every graph but have no label in it.
_KINDS = {
    SHACL + "SPARQLExecutable": _("canned query"),
    OWL + "Class": _("class of the ontology"),
    **dict.fromkeys((OWL + name for name in ("ObjectProperty", "DatatypeProperty", "AnnotationProperty")), _("property of the ontology")),
    OWL + "Ontology": _("ontology"),
    SKOS + "Concept": _("concept"),
    SKOS + "ConceptScheme": _("list of concepts"),
}

_COLUMNS = ("iri", "url", "name", "name_language", "kind", "kind_name", "matched_in", "matched_language", "snippet")


def blueprint(service: Service, settings: Settings) -> Blueprint:
    """The routes of searches."""
    routes = Blueprint("search", __name__)

    @routes.get("/search")
    def search() -> Response:
        format = choose(FORMATS, html=True)
        text = request.args.get("q", "").strip()
        suggests = "suggest" in request.args or format is _SUGGESTIONS
        usual = min(_SUGGESTED if suggests else _USUAL, settings.search_results)
        page = asked_page(usual, settings.search_results) or Page(1, usual)
        if len(text) > settings.search_length:
            raise InvalidParameter(f"q may have {settings.search_length} characters; it has {len(text)}.", parameter="q")
        if not text and format is not HTML:
            raise InvalidParameter("There is nothing to search for: q must be a text.", parameter="q")
        wanted = Wanted(text, language_of_names(), _kind(service), page.offset, page.size, suggests)
        found = service.search.find(wanted)
        paging = Paging(page, found.total, page.last_of(found.total))
        response = _answer(format, wanted, paging, found, service.snapshot.id)
        return add(response, paging.links)

    @routes.get("/opensearch.xml")
    def description() -> Response:
        text = render_template("opensearch.xml", root=request.root_url, title=_title(service))
        return Response(text, content_type="application/opensearchdescription+xml")

    @routes.after_app_request
    def tell(response: Response) -> Response:
        if response.mimetype == "text/html":
            add(response, [Link("search", request.root_url + "opensearch.xml", "application/opensearchdescription+xml")])
        return response

    return routes


def _kind(service: Service) -> str | None:
    given = request.args.get("kind", "").strip()
    if not given:
        return None
    try:
        iri = terms.iri(given).value
    except ValueError as error:
        raise InvalidParameter(f"kind must be {error}; {given!r} was given.", parameter="kind", given=given) from error
    if not service.search.is_class(iri):
        near = get_close_matches(curie(iri), map(curie, service.search.classes()), n=1)
        meant = f" Is {near[0]} meant?" if near else ""
        raise InvalidParameter(
            f"kind must be a class of which there are things; {given!r} was given.{meant}", parameter="kind", given=given
        )
    return iri


def _title(service: Service) -> str:
    return shown(service.about.title(language_of_names()).value)


def _answer(format: Format, wanted: Wanted, paging: Paging, found: Findings, version: str) -> Response:
    if format is HTML:
        text = render_template("search.html", wanted=wanted, paging=paging, found=found, kind_name=kind_name, links=paging.links)
        return Response(text)
    if format is _JSON:
        return jsonify(_document(wanted, paging.page, found))
    if format is _SUGGESTIONS:
        things = [hit.thing for hit in found.hits]
        kinds = [kind_name(hit.kind) for hit in found.hits]
        response = jsonify([wanted.text, [thing.text for thing in things], kinds, [place(thing) for thing in things]])
        response.content_type = _SUGGESTIONS.media
        return response
    sheet, rows = for_reader(format), io.BytesIO()
    write_records(_COLUMNS, map(_record, found.hits), sheet, rows)
    chosen = [
        ("q", [wanted.text]),
        ("kind", [short(terms.NamedNode(wanted.kind))] if wanted.kind else []),
        ("page", [f"{paging.page.number}"]),
    ]
    return attached(write(rows.getvalue(), sheet), sheet, "search", chosen, wanted.language, version)


def _record(hit: Hit) -> tuple[str, ...]:
    snippet = "".join(piece.text for piece in hit.snippet)
    kind = hit.kind.iri if hit.kind else ""
    about = (hit.thing.iri, place(hit.thing), hit.thing.text, hit.thing.language, kind, kind_name(hit.kind))
    return (*about, hit.part.name.lower(), hit.language, snippet)


def _document(wanted: Wanted, page: Page, found: Findings) -> dict[str, Any]:
    return {
        "query": wanted.text,
        "language": wanted.language,
        "total": found.total,
        "complete": found.complete,
        **({"instead": found.instead} if found.instead else {}),
        "page": page.number,
        "page_size": page.size,
        "results": [_result(hit) for hit in found.hits],
        "kinds": [{"iri": kind.iri, "name": kind_name(kind), "count": count} for kind, count in found.kinds],
    }


def _result(hit: Hit) -> dict[str, Any]:
    return {
        "iri": hit.thing.iri,
        "id": curie(hit.thing.iri),
        "url": place(hit.thing) or None,
        "name": hit.thing.text,
        "name_language": hit.thing.language or None,
        "kind": {"iri": hit.kind.iri, "name": kind_name(hit.kind)} if hit.kind else None,
        "source": {"iri": hit.source.iri, "name": hit.source.text} if hit.source else None,
        "match": {
            "in": hit.part.name.lower(),
            "language": hit.language or None,
            "snippet": [{"text": piece.text, "match": piece.match} for piece in hit.snippet],
        },
    }


def place(thing: Name) -> str:
    """The address of a thing, here or elsewhere; "" if there is none."""
    return whole(destination(thing.iri) or "")


def kind_name(kind: Name | None) -> str:
    """The name of a thing's class; "" if it has none."""
    return "" if kind is None else str(_KINDS.get(kind.iri, kind.text))
