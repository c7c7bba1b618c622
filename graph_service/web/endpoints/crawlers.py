"""`/robots.txt` and `/sitemap.xml` for search engines.

Robots Exclusion Protocol (RFC 9309); sitemaps.org, version 0.9.
"""

from flask import Blueprint, Response, render_template, request

from graph_service.engine.result import Query
from graph_service.rdf.terms import NamedNode
from graph_service.service.service import Service
from graph_service.web.display.destinations import by_iri, is_outside, local
from graph_service.web.http.precomputed import content
from graph_service.web.pages.home import OF_CONTENT
from graph_service.web.pages.listed_kinds import kinds_of
from graph_service.web.pictures.gallery import pictures

#: Pages of every graph; those in OF_CONTENT only if there is such content.
_PAGES = (*("", "things", "documents", "pictures", "about", "queries", "sparql", "ns", "downloads/", "changes", "docs"),)

#: Responses to individual queries, of which there are infinitely many.
_APART = ("/sparql?", "/queries/*?", "/things/*?", "/pictures/*?", "/search?", "/explain", "/rdf-graph-store")

#: The most addresses in a sitemap (sitemaps.org, protocol).
_MOST = 50_000

_THINGS = """
SELECT DISTINCT ?thing WHERE {{
  ?thing a ?kind .
  FILTER(isIRI(?thing))
  BIND(STR(?thing) AS ?iri)
  FILTER(STRSTARTS(?iri, "{space.things}") || STRSTARTS(?iri, "{space.vocabulary}") || !STRSTARTS(?iri, "{space.base}"))
  FILTER(!STRSTARTS(?iri, "{space.things}statement/"))
}} ORDER BY ?thing LIMIT {most}"""


def blueprint(service: Service) -> Blueprint:
    """The routes for crawlers."""
    routes = Blueprint("crawlers", __name__)

    @routes.get("/robots.txt")
    def robots() -> Response:
        rules = ["User-agent: *", *(f"Disallow: {path}" for path in _APART)]
        text = "\n".join([*rules, "Allow: /", "", f"Sitemap: {request.root_url}sitemap.xml", ""])
        return Response(text, content_type="text/plain; charset=utf-8")

    @routes.get("/sitemap.xml")
    def sitemap() -> Response:
        return Response(content("sitemap", lambda: _sitemap(service)), content_type="application/xml")

    return routes


def _sitemap(service: Service) -> str:
    places = [
        *(page for page in _PAGES if page not in OF_CONTENT or OF_CONTENT[page] in service.snapshot.contents),
        *(f"things/{kind.name}" for kind in kinds_of(service)),
        *(f"queries/{name}" for name in service.catalogue.queries),
        *(f"pictures/{name}" for name in pictures(service)),
    ]
    for (thing,) in service.sparql(Query(_THINGS.format(space=service.space, most=_MOST - len(_PAGES) - 1000))).rows():
        assert isinstance(thing, NamedNode)
        if is_outside(thing.value):
            places.append(by_iri("page", thing.value))
        elif thing.value.startswith(service.space.base):
            places.append(local(thing.value).removeprefix("/").replace("id/", "page/", 1))
    return render_template("sitemap.xml", places=places, made=service.snapshot.made)
