"""Linked data: each IRI of the graph answers under its own path.

`/id/…` 303 to `/page/…` or `/data/…`; `/ns` and `/vocab/…` answer where they are.
"""

from flask import Blueprint, Response, redirect, render_template, request

from graph_service.engine.result import Query
from graph_service.errors import NotFound
from graph_service.service import Service
from graph_service.web.answers import choose, flag, wants_html, write
from graph_service.web.cells import table
from graph_service.web.things import thing
from graph_service.words.formats import GRAPH_FORMATS, THING_FORMATS, Format, named
from graph_service.words.names import BASE, GRAPH_ONTOLOGY
from graph_service.words.terms import Literal, Triple
from graph_service.words.writing import write_triples

_TERMS = """
PREFIX lc: <https://w3id.org/labcoop/ns#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?kind ?term ?definition ?above ?domain ?range WHERE {
  VALUES ?kind { owl:Class owl:ObjectProperty owl:DatatypeProperty owl:AnnotationProperty }
  ?term a ?kind ; rdfs:isDefinedBy <https://w3id.org/labcoop/ns> .
  OPTIONAL { ?term skos:definition ?definition FILTER(LANG(?definition) = "en") }
  OPTIONAL { ?term rdfs:subClassOf|rdfs:subPropertyOf ?above FILTER(isIRI(?above)) }
  OPTIONAL { ?term rdfs:domain ?domain }
  OPTIONAL { ?term rdfs:range ?range }
} ORDER BY ?kind ?term ?above"""

_SCHEMES = """
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?scheme ?description (COUNT(DISTINCT ?concept) AS ?concepts) WHERE {
  ?scheme a skos:ConceptScheme .
  OPTIONAL { ?scheme dcterms:description ?description FILTER(LANG(?description) = "en") }
  OPTIONAL { ?concept skos:inScheme ?scheme }
} GROUP BY ?scheme ?description ORDER BY ?scheme"""


def blueprint(service: Service) -> Blueprint:
    """The routes under which the graph's IRIs answer."""
    routes = Blueprint("resources", __name__)

    @routes.get("/id/<kind>/<key>")
    def identifier(kind: str, key: str) -> Response:
        service.describe(f"{BASE}id/{kind}/{key}")
        place = f"/page/{kind}/{key}" if wants_html() else f"/data/{kind}/{key}.{choose(THING_FORMATS).name}"
        response = redirect(place, 303)
        response.vary.add("Accept")
        assert isinstance(response, Response)
        return response

    @routes.get("/page/<kind>/<key>")
    def page(kind: str, key: str) -> Response:
        return Response(render_template("thing.html", thing=thing(service, f"{BASE}id/{kind}/{key}"), data=f"/data/{kind}/{key}"))

    @routes.get("/data/<kind>/<path:key>")
    def data(kind: str, key: str) -> Response:
        stem, _, suffix = key.rpartition(".")
        known = bool(stem) and named(suffix, THING_FORMATS) is not None
        return _description(f"{BASE}id/{kind}/{stem if known else key}", suffix if known else None)

    @routes.get("/vocab/<path:path>")
    def concept(path: str) -> Response:
        iri = f"{BASE}vocab/{path}"
        if wants_html() and not request.values.get("format"):
            return Response(render_template("thing.html", thing=thing(service, iri), data=None))
        return _description(iri, None)

    @routes.get("/ns")
    @routes.get("/ns.<suffix>")
    @routes.get("/ns/<version>")
    def ontology(suffix: str | None = None, version: str | None = None) -> Response:
        if version is not None and version != _version():
            raise NotFound(f"There is no version {version} of the ontology here; the current one is {_version()}.")
        if suffix is None and wants_html():
            terms = table(service, service.sparql(Query(_TERMS, infer=False)))
            schemes = table(service, service.sparql(Query(_SCHEMES)))
            return Response(render_template("ontology.html", terms=terms, schemes=schemes, version=_version()))
        return _graph(GRAPH_ONTOLOGY, suffix)

    def _version() -> str:
        versions = service.sparql(Query(f"SELECT ?v {{ <{BASE}ns> <http://www.w3.org/2002/07/owl#versionInfo> ?v }}")).rows()
        return next((value.value for (value,) in versions if isinstance(value, Literal)), "")

    def _description(iri: str, suffix: str | None) -> Response:
        format = choose(THING_FORMATS, suffix)
        return _rdf(service.describe(iri, infer=flag("infer", True)), format)

    def _graph(iri: str, suffix: str | None) -> Response:
        format = choose(GRAPH_FORMATS, suffix)
        return write(service.snapshot.export(format, graph=iri), format)

    return routes


def _rdf(triples: list[Triple], format: Format) -> Response:
    return write(write_triples(triples, format), format)
