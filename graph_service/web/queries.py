"""`/queries` and `/queries/{name}`: the catalogue, and running a canned query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, jsonify, render_template, request

from graph_service.catalogue.catalogue import CannedQuery
from graph_service.catalogue.parameters import Parameter
from graph_service.engine.result import Query
from graph_service.errors import InvalidParameter, UnknownParameter
from graph_service.service import Service
from graph_service.web.answers import answer, choose, flag, wanted, wants_html, write
from graph_service.web.cells import table
from graph_service.web.languages import language
from graph_service.words.formats import EXPLANATION_FORMATS
from graph_service.words.names import QUERIES, curie
from graph_service.words.terms import NamedNode
from graph_service.words.writing import write_triples

#: Parameters of the request that are not parameters of the query.
_RESERVED = frozenset({"format", "output", "infer", "lang"})


@dataclass(frozen=True)
class Option:
    """An entry of a list to choose from: what is sent, what is shown, and whether it is chosen."""

    value: str
    text: str
    chosen: bool


def blueprint(service: Service) -> Blueprint:
    """The routes of the canned queries."""
    routes = Blueprint("queries", __name__)

    @routes.get("/queries")
    @routes.get("/queries/")
    def catalogue() -> Response:
        if wants_html():
            return Response(render_template("queries.html", catalogue=service.catalogue))
        format = choose(EXPLANATION_FORMATS)
        if format.engine is not None:
            return write(write_triples(service.description(request.host_url, QUERIES), format), format)
        return jsonify(
            queries=[_summary(query) for query in service.catalogue.queries.values()],
            faults=[fault.detail for fault in service.catalogue.faults],
        )

    @routes.route("/queries/<name>", methods=["GET", "POST"])
    @routes.route("/queries/<name>.<suffix>", methods=["GET", "POST"])
    def canned(name: str, suffix: str | None = None) -> Response:
        query = service.catalogue[name]
        arguments = {key: request.values.getlist(key) for key in request.values if key not in _RESERVED}
        if suffix == "html" or (suffix is None and wants_html() and not request.values.get("format")):
            return _page(service, query, arguments)
        return answer(service.canned(name, arguments, infer=flag("infer", True), formats=wanted(suffix)))

    return routes


def _page(service: Service, query: CannedQuery, given: Mapping[str, Sequence[str]]) -> Response:
    """The form with the result below it, or with what is wrong with the values; alone if it must be filled in first."""
    status = 200
    shown: dict[str, object] = {}
    needs = any(parameter.required for parameter in query.parameters.values())
    if given or not needs:
        try:
            text = service.bind(query, given)
            result = service.sparql(Query(text, infer=flag("infer", True)))
            shown = {"text": text, "table": table(service, result), "formats": [format.name for format in result.kind.formats]}
        except (InvalidParameter, UnknownParameter) as error:
            status, shown = error.status, {"fault": error}
    options = {name: _options(service, parameter, given.get(name, ())) for name, parameter in query.parameters.items()}
    return Response(render_template("query.html", query=query, given=given, options=options, **shown), status=status)


def _options(service: Service, parameter: Parameter, given: Sequence[str]) -> list[Option]:
    """The entries of a parameter's list in the order of their texts, the given or else the default ones chosen; none without a list."""
    chosen = [text for text in given if text.strip()] or parameter.default.replace('"', "").split()
    if parameter.of is not None:
        choices = service.choices(parameter.of)
        labels = service.labels([NamedNode(choice.iri) for choice in choices], language())
        entries = [
            (curie(c.iri), labels[c.iri].value if c.iri in labels else c.key, any(c.is_called(text) for text in chosen)) for c in choices
        ]
        return sorted((Option(*entry) for entry in entries), key=lambda option: option.text.casefold())
    values = parameter.enum or (("true", "false") if parameter.type == "boolean" else ())
    return [Option(value, value, value in chosen) for value in values]


def _summary(query: CannedQuery) -> dict[str, object]:
    return {
        "name": query.name,
        "url": f"{request.host_url}queries/{query.name}",
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
                "default": None if parameter.default == "UNDEF" else parameter.default,
                "enum": parameter.enum or None,
                "minimum": parameter.min,
                "maximum": parameter.max,
            }
            for parameter in query.parameters.values()
        ],
        "columns": query.header.columns,
        "examples": query.header.examples,
    }
