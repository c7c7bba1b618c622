"""`/rdf-graph-store` and `/graph/{name}`: reading graphs by the SPARQL 1.1 Graph Store HTTP Protocol.

Graphs are identified indirectly (section 4.2) by `?graph=` and `?default`, or directly (section 4.1) by their address. Without either the
whole dataset is returned, in a format with graphs. It is read-only.
"""

from urllib.parse import quote

from flask import Blueprint, Response, request

from graph_service.errors import MalformedRequest
from graph_service.formats.media_types import DATASET_FORMATS, GRAPH_FORMATS, named
from graph_service.rdf.terms import NamedNode
from graph_service.service.service import Service
from graph_service.web.data import files
from graph_service.web.data.signposts import collection
from graph_service.web.http.links import Link, add, negotiated
from graph_service.web.http.responses import choose, flag

_DATASET = tuple(sorted((f for f in GRAPH_FORMATS if f.name in DATASET_FORMATS), key=lambda f: f.name != "trig"))


def blueprint(service: Service) -> Blueprint:
    """The routes of the graph store."""
    routes = Blueprint("graphs", __name__)

    @routes.get("/rdf-graph-store")
    @routes.get("/rdf-graph-store/")
    def store() -> Response:
        asked = request.args.getlist("graph")
        default = "default" in request.args
        if len(asked) + default > 1:
            raise MalformedRequest("One graph is read at a time: give `graph` once, or `default`.", parameter="graph")
        if asked:
            return files.graph(service, _absolute(asked[0]), choose(GRAPH_FORMATS))
        if default:
            return files.default_graph(service, choose(GRAPH_FORMATS), flag("infer", True))
        return files.dataset(service, choose(_DATASET), flag("infer", True))

    @routes.get("/graph/<name>")
    def graph(name: str) -> Response:
        stem, _, suffix = name.rpartition(".")
        if service.space.graphs + quote(name) in service.snapshot.graphs or not stem or named(suffix, GRAPH_FORMATS) is None:
            stem, suffix = name, ""
        format = choose(GRAPH_FORMATS, suffix or None)
        response = negotiated(
            files.graph(service, service.space.graphs + quote(stem), format), f"/graph/{quote(stem)}", format, GRAPH_FORMATS
        )
        return add(response, [Link("cite-as", service.space.graphs + quote(stem)), *collection(service)])

    def _absolute(given: str) -> str:
        try:
            iri = NamedNode(given).value
        except ValueError as error:
            raise MalformedRequest(f"A graph is named by an absolute IRI, and {given!r} is none.", parameter="graph") from error
        here = request.root_url + "graph/"
        return service.space.graphs + iri.removeprefix(here) if iri.startswith(here) and iri not in service.snapshot.graphs else iri

    return routes
