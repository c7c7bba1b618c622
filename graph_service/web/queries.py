"""`/queries` and `/queries/{name}`: the catalogue, and running a canned query."""

from flask import Blueprint, Response, jsonify, render_template, request

from graph_service.catalogue.catalogue import CannedQuery
from graph_service.engine.result import Query
from graph_service.service import Service
from graph_service.web.answers import answer, flag, wants_html
from graph_service.web.cells import table

#: Parameters of the request that are not parameters of the query.
_RESERVED = frozenset({"format", "output", "infer", "lang"})


def blueprint(service: Service) -> Blueprint:
    """The routes of the canned queries."""
    routes = Blueprint("queries", __name__)

    @routes.get("/queries")
    @routes.get("/queries/")
    def catalogue() -> Response:
        if wants_html():
            return Response(render_template("queries.html", catalogue=service.catalogue))
        return jsonify(
            queries=[_summary(query) for query in service.catalogue.queries.values()],
            faults=[fault.detail for fault in service.catalogue.faults],
        )

    @routes.route("/queries/<name>", methods=["GET", "POST"])
    @routes.route("/queries/<name>.<suffix>", methods=["GET", "POST"])
    def canned(name: str, suffix: str | None = None) -> Response:
        query = service.catalogue[name]
        arguments = {key: request.values.getlist(key) for key in request.values if key not in _RESERVED}
        text = service.bind(query, arguments)
        result = service.sparql(Query(text, infer=flag("infer", True)))
        if suffix == "html" or (suffix is None and wants_html() and not request.values.get("format")):
            return Response(
                render_template(
                    "query.html",
                    query=query,
                    given=arguments,
                    choices={p.name: service.choices(p.of) for p in query.parameters.values() if p.of},
                    table=table(service, result),
                    text=text,
                )
            )
        return answer(result, suffix)

    return routes


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
