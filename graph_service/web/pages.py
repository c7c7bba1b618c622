"""Pages that belong to no noun: home, and what the problem types mean."""

from flask import Blueprint, Response, jsonify, render_template, request

from graph_service.engine.result import Query
from graph_service.service import Service
from graph_service.web.answers import problem_types, wants_html
from graph_service.web.cells import table

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


def blueprint(service: Service) -> Blueprint:
    """The routes `/` and `/problems`."""
    routes = Blueprint("pages", __name__)

    @routes.get("/")
    def home() -> Response:
        if not wants_html():
            return jsonify(
                title="Labour cooperation graph",
                version=service.snapshot.id,
                triples=service.snapshot.triples,
                links={name: request.host_url + name for name in ("sparql", "queries", "downloads/", "ns", "health")},
            )
        return Response(
            render_template(
                "home.html",
                snapshot=service.snapshot,
                kinds=table(service, service.sparql(Query(_KINDS))),
                projects=table(service, service.sparql(Query(_UNDERTAKINGS))),
                catalogue=service.catalogue,
            )
        )

    @routes.get("/problems")
    def problems() -> Response:
        kinds = problem_types()
        return Response(render_template("problems.html", kinds=kinds)) if wants_html() else jsonify(problems=kinds)

    return routes
