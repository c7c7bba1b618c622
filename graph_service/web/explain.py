"""`/explain`: why the graph says a triple, down to asserted triples and the words behind them."""

from flask import Blueprint, Response, jsonify, render_template, request

from graph_service.errors import MalformedRequest
from graph_service.knowledge.explanation import Step
from graph_service.knowledge.provenance import as_data, as_triples
from graph_service.service import Service
from graph_service.web.answers import choose, wants_html, write
from graph_service.web.languages import language
from graph_service.web.pages.cells import cell, cells
from graph_service.words import terms
from graph_service.words.formats import EXPLANATION_FORMATS
from graph_service.words.terms import AnyTerm
from graph_service.words.writing import write_triples


def blueprint(service: Service) -> Blueprint:
    """The route `/explain`."""
    routes = Blueprint("explain", __name__)

    @routes.get("/explain")
    def explain() -> Response:
        explanation = service.explain(_asked())
        if wants_html() and not request.args.get("format"):
            steps = explanation.step.steps
            iris = [iri for origin in explanation.origins.values() for iri in (*origin.graphs, *(p.document for p in origin.passages))]
            labels = service.labels([part for step in steps for part in _parts(step)] + [terms.NamedNode(iri) for iri in iris], language())
            sources = {iri: cell(terms.NamedNode(iri), labels) for iri in iris}
            shown = {step.triple: cells(_parts(step), labels) for step in steps}
            numbers = {step.triple: number for number, step in enumerate(steps, 1)}
            page = render_template("explain.html", explanation=explanation, shown=shown, sources=sources, numbers=numbers, told=set())
            return Response(page)
        format = choose(EXPLANATION_FORMATS)
        if format.engine is None:
            return jsonify(as_data(explanation))
        return write(write_triples(as_triples(explanation), format), format)

    return routes


def _asked() -> terms.Triple:
    try:
        return terms.triple(*(request.args[name] for name in ("s", "p", "o")))
    except KeyError as error:
        raise MalformedRequest("A triple has three parts: s, p and o.", parameter=str(error.args[0])) from error
    except ValueError as error:
        raise MalformedRequest(f"A part of the triple is not a term: {error}.") from error


def _parts(step: Step) -> list[AnyTerm | None]:
    return [step.triple.subject, step.triple.predicate, step.triple.object]
