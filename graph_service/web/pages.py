"""Pages that belong to no noun: home, and what the problem types mean."""

from flask import Blueprint, Response, jsonify, render_template, request

from graph_service.engine.result import Query
from graph_service.service import Service
from graph_service.web.answers import choose, problem_types, wants_html
from graph_service.web.cells import table
from graph_service.web.datasets import schema_dataset
from graph_service.web.descriptions import CATALOGUE, described
from graph_service.web.links import add
from graph_service.web.signposts import of_dataset
from graph_service.words.formats import EXPLANATION_FORMATS

_KINDS = """
PREFIX lc: <https://w3id.org/labcoop/ns#>
SELECT ?kind (COUNT(DISTINCT ?thing) AS ?things) WHERE {
  VALUES ?kind {
    lc:Project lc:Programme lc:Organisation lc:Framework lc:Convention lc:BeneficiaryGroup lc:Country lc:Passage lc:SourcedStatement
  }
  ?thing a ?kind
} GROUP BY ?kind ORDER BY ?things"""

_UNDERTAKINGS = """
PREFIX lc: <https://w3id.org/labcoop/ns#>
SELECT DISTINCT ?project WHERE {
  { ?project a lc:Project } UNION { ?project a lc:Programme }
  FILTER NOT EXISTS { ?project a lc:Organisation }
} ORDER BY ?project"""

#: Ways in, by name.
_WAYS = {
    **{name: name for name in ("sparql", "queries", "ns", "catalog", "changes", "docs", "health")},
    **{"downloads": "downloads/", "void": ".well-known/void", "openapi": "openapi.json", "context": "context.jsonld", "feed": "feed.atom"},
}


def blueprint(service: Service) -> Blueprint:
    """The routes `/` and `/problems`."""
    routes = Blueprint("pages", __name__)

    @routes.get("/")
    def home() -> Response:
        root = request.host_url
        links = of_dataset(service, root)
        if not wants_html() and choose(EXPLANATION_FORMATS).engine is not None:
            return add(described(service, "/catalog", None, *CATALOGUE), links)
        dataset = schema_dataset(service, root)
        if not wants_html():
            ways = {name: root + path for name, path in _WAYS.items()}
            facts = {"title": dataset["name"], "version": service.snapshot.id, "triples": service.snapshot.triples}
            return add(jsonify(**facts, links=ways), links)
        text = render_template(
            "home.html",
            snapshot=service.snapshot,
            kinds=table(service, service.sparql(Query(_KINDS))),
            projects=table(service, service.sparql(Query(_UNDERTAKINGS))),
            catalogue=service.catalogue,
            dataset=dataset,
            links=links,
        )
        return add(Response(text), links)

    @routes.get("/problems")
    def problems() -> Response:
        kinds = problem_types()
        return Response(render_template("problems.html", kinds=kinds)) if wants_html() else jsonify(problems=kinds)

    return routes
