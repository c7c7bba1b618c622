"""The home page, and the page about problem types."""

from flask import Blueprint, Response, current_app, jsonify, render_template, request

from graph_service.errors import ServiceError
from graph_service.formats.media_types import DOCUMENT_FORMATS
from graph_service.rdf.namespaces import DCTERMS
from graph_service.service.service import Service
from graph_service.snapshot.contents import Content
from graph_service.web.data.datasets import schema_dataset
from graph_service.web.data.descriptions import catalogue, described
from graph_service.web.data.signposts import of_dataset
from graph_service.web.http.languages import language_of_names
from graph_service.web.http.links import add
from graph_service.web.http.precomputed import content, page
from graph_service.web.http.responses import choose, problem_types, wants_html
from graph_service.web.pages.documents import documents
from graph_service.web.pages.listed_kinds import kinds_of
from graph_service.web.pages.listing import Listing, ListRequest, counts
from graph_service.web.pictures.canvas import Drawing
from graph_service.web.pictures.gallery import pictures, shown

#: Links of the home document; those in OF_CONTENT only if there is such content.
_WAYS = {
    **{name: name for name in ("things", "documents", "pictures", "queries", "sparql", "ns", "catalog")},
    **{name: name for name in ("changes", "about", "docs", "health")},
    **{"downloads": "downloads/", "void": ".well-known/void", "openapi": "openapi.json", "context": "context.jsonld", "feed": "feed.atom"},
}

#: Page -> the kind of content that it needs.
OF_CONTENT = {"things": Content.THINGS, "documents": Content.DOCUMENTS, "ns": Content.TERMS}


def blueprint(service: Service) -> Blueprint:
    """The routes `/` and `/problems`."""
    routes = Blueprint("pages", __name__)

    @routes.get("/")
    def home() -> Response:
        root = request.root_url
        links = of_dataset(service, root)
        if not wants_html() and choose(DOCUMENT_FORMATS).engine is not None:
            return add(described(service, "/catalog", None, *catalogue(service), partitions=True), links)
        if not wants_html():
            return add(Response(content("home.json", lambda: _facts(service)), content_type="application/json"), links)
        return add(page("home", lambda: _page(service)), links)

    @routes.get("/problems")
    def problems() -> Response:
        kinds = problem_types()
        return Response(render_template("problems.html", kinds=kinds)) if wants_html() else jsonify(problems=kinds)

    return routes


def _facts(service: Service) -> str:
    root = request.root_url
    there = {"pictures": bool(pictures(service)), **{way: kind in service.snapshot.contents for way, kind in OF_CONTENT.items()}}
    ways = {name: root + path for name, path in _WAYS.items() if there.get(name, True)}
    title = schema_dataset(service, root)["name"]
    return (
        current_app.json.dumps({"title": title, "version": service.snapshot.id, "triples": service.snapshot.triples, "links": ways}) + "\n"
    )


def _page(service: Service) -> str:
    root = request.root_url
    featured = next((kind for kind in kinds_of(service) if kind.featured), None)
    return render_template(
        "home.html",
        snapshot=service.snapshot,
        kinds=list(kinds_of(service)),
        counts=counts(service, kinds_of(service)),
        description=service.about.text(DCTERMS + "description", language_of_names()),
        documents=documents(service),
        pictures=pictures(service),
        first=_first(service),
        featured=featured,
        things=Listing(service, featured, ListRequest({}), language_of_names()).page(1) if featured else [],
        catalogue=service.catalogue,
        dataset=schema_dataset(service, root),
        links=of_dataset(service, root),
    )


def _first(service: Service) -> Drawing | None:
    """The first picture, if it can be shown small: one that says the same without its letters."""
    try:
        drawing = next((shown(service, name, {}).drawing for name in pictures(service)), None)
    except ServiceError:
        return None  # The picture's own page says what is the matter.
    return drawing if drawing is not None and drawing.fits else None
