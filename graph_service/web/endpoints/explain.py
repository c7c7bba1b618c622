"""`/explain`: why the graph contains a triple, down to asserted triples and their passages."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from flask import Blueprint, Response, jsonify, render_template, request

from graph_service.engine.result import Query
from graph_service.errors import MalformedRequest
from graph_service.formats.media_types import EXPLANATION_FORMATS
from graph_service.formats.rdf_writer import write_triples
from graph_service.rdf import terms
from graph_service.rdf.terms import AnyTerm
from graph_service.reasoning.explanation import Step
from graph_service.reasoning.provenance import as_data, as_triples
from graph_service.service.service import Service
from graph_service.web.display.cells import cell, cells
from graph_service.web.http.languages import language_of_names
from graph_service.web.http.responses import choose, wants_html, write
from graph_service.web.pages.rules_in_words import in_words

T = TypeVar("T")

#: The parameters for the terms of a triple.
_NAMES = ("s", "p", "o")

#: An inferred triple that is not just a class membership.
_INFERRED = """
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
SELECT ?s ?p ?o WHERE {{
  GRAPH <{graph}> {{ ?s ?p ?o }}
  FILTER(isIRI(?s) && isIRI(?o) && ?p != rdf:type)
}} ORDER BY ?p ?s ?o LIMIT 1"""


def blueprint(service: Service) -> Blueprint:
    """The route `/explain`."""
    routes = Blueprint("explain", __name__)

    @routes.get("/explain")
    def explain() -> Response:
        if wants_html() and not request.args.keys() & set(_NAMES):
            return Response(render_template("explain.html", example=_example(service)))
        explanation = service.explain(_asked())
        if wants_html() and not request.args.get("format"):
            steps = explanation.step.steps
            iris = [iri for origin in explanation.origins.values() for iri in (*origin.graphs, *(p.document for p in origin.passages))]
            named = [*(part for step in steps for part in _parts(step)), *map(terms.NamedNode, iris)]
            labels = service.labels(named, language_of_names())
            sources = {iri: cell(terms.NamedNode(iri), labels) for iri in iris}
            shown = {step.triple: cells(_parts(step), labels) for step in steps}
            words = {step.triple: in_words(step, lambda term: _named(term, labels)) for step in steps}
            numbers = {step.triple: number for number, step in enumerate(steps, 1)}
            return Response(
                render_template(
                    "explain.html", explanation=explanation, shown=shown, words=words, sources=sources, numbers=numbers, told=set()
                )
            )
        format = choose(EXPLANATION_FORMATS)
        if format.engine is None:
            return jsonify(as_data(explanation))
        return write(write_triples(as_triples(service.space, service.roles, explanation), format), format)

    return routes


def _asked() -> terms.Triple:
    return terms.Triple(_part("s", terms.iri), _part("p", terms.iri), _part("o", terms.term))


def _part(name: str, read: Callable[[str], T]) -> T:
    given = request.args.get(name)
    if not given:
        raise MalformedRequest("A triple has three parts: s, p and o.", parameter=name)
    try:
        return read(given)
    except ValueError as error:
        raise MalformedRequest(f"{name} must be {error}; {given[:80]!r} was given.", parameter=name) from error


def _example(service: Service) -> dict[str, str]:
    """The terms of a triple with an interesting explanation, if there is one."""
    rows = service.sparql(Query(_INFERRED.format(graph=service.space.graph_inferred))).rows()
    return next((dict(zip(_NAMES, (terms.text(part) for part in row if part), strict=True)) for row in rows), {})


def _named(term: AnyTerm, labels: Mapping[str, terms.Literal]) -> str:
    found = cell(term, labels)
    return found.text if found is not None else ""


def _parts(step: Step) -> list[AnyTerm | None]:
    return [step.triple.subject, step.triple.predicate, step.triple.object]
