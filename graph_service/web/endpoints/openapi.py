"""`/openapi.json`, `/openapi.yaml` and `/docs`: all routes and canned queries, as OpenAPI 3.1 and as a page.

Paths and methods are read from the application; openapi.yaml has the rest.
"""

import re
from http import HTTPStatus
from pathlib import Path
from typing import Any

import yaml
from flask import Blueprint, Response, current_app, render_template, request
from werkzeug.routing import Rule

import graph_service
from graph_service.formats.media_types import (
    DATA_FORMATS,
    DOCUMENT_FORMATS,
    EXPLANATION_FORMATS,
    GRAPH_FORMATS,
    HTML,
    PICTURE_FORMATS,
    TABLE_FORMATS,
)
from graph_service.queries.openapi import FAILURES, media_types, operations, problem
from graph_service.rdf.namespaces import DCTERMS, is_followed
from graph_service.service.service import Service
from graph_service.web.data import linksets
from graph_service.web.data.datasets import schema_dataset
from graph_service.web.endpoints import search
from graph_service.web.http.languages import languages_here
from graph_service.web.http.links import Link, add
from graph_service.web.http.precomputed import content, page
from graph_service.web.pages import kinds

_OPENAPI = "application/vnd.oai.openapi+json;version=3.1"

#: Name in openapi.yaml -> the media types of several formats.
_GROUPS = {
    name: [format.media for format in formats]
    for name, formats in {
        "data": DATA_FORMATS,
        "document": DOCUMENT_FORMATS,
        "explanation": EXPLANATION_FORMATS,
        "graph": GRAPH_FORMATS,
        "linkset": linksets.FORMATS,
        "picture": PICTURE_FORMATS,
        "search": search.FORMATS,
        "table": TABLE_FORMATS,
    }.items()
}

# With libyaml if available: its output is the same, in a fifth of the time.
_LOADER, _DUMPER = getattr(yaml, "CSafeLoader", yaml.SafeLoader), getattr(yaml, "CSafeDumper", yaml.SafeDumper)

_TEXT = Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")
_TOLD: dict[str, dict[str, dict[str, Any]]] = yaml.load(_TEXT, _LOADER)  # noqa: S506 - one of the safe ones

#: Endpoint -> tag, summary, formats, statuses beside 200, query parameters.
ROUTES = _TOLD["routes"]

#: Query parameter -> schema and description.
PARAMETERS = _TOLD["parameters"]

#: Variants of listed routes: with a final slash, or with a placeholder for a canned query's name.
_OTHER_FORMS = frozenset(
    {
        *("/sparql/", "/queries/", "/things/", "/pictures/", "/rdf-graph-store/"),
        *("/queries/{name}", "/queries/{name}.{suffix}", "/things/{name}", "/things/{name}.{suffix}", "/pictures/{name}.{suffix}"),
        "/static/{version}/{name}",
    }
)

#: Parameters of the SPARQL protocol, and our extensions.
_PROTOCOL = ("query", "default-graph-uri", "named-graph-uri", "infer", "timeout", "lang")

#: Statuses that are not errors.
_FINE = {206: "A part of the file.", 204: "Done.", 301: "Moved.", 303: "See there.", 304: "Not changed."}


def blueprint(service: Service) -> Blueprint:
    """The routes of the document and its page."""
    routes = Blueprint("openapi", __name__)

    @routes.get("/openapi.json")
    def as_json() -> Response:
        made = content("openapi.json", lambda: current_app.json.dumps(document(service, request.root_url)) + "\n", spoken=True)
        response = Response(made, content_type="application/json")
        return add(response, [Link("service-doc", request.root_url + "docs", "text/html")])

    @routes.get("/openapi.yaml")
    def as_yaml() -> Response:
        made = content("openapi.yaml", lambda: _yaml(document(service, request.root_url)), spoken=True)
        return Response(made, content_type="application/yaml; charset=utf-8")

    @routes.get("/docs")
    def docs() -> Response:
        return add(page("docs", lambda: _docs(service)), [Link("service-desc", request.root_url + "openapi.json", _OPENAPI)])

    return routes


def _docs(service: Service) -> str:
    links = [Link("service-desc", request.root_url + "openapi.json", _OPENAPI)]
    return render_template("docs.html", document=document(service, request.root_url), catalogue=service.catalogue, links=links)


def _yaml(document: dict[str, Any]) -> str:
    written: str = yaml.dump(document, Dumper=_DUMPER, allow_unicode=True, sort_keys=False)
    return written


def document(service: Service, root: str) -> dict[str, Any]:
    """The OpenAPI document of the running application at `root`."""
    dataset = schema_dataset(service, root)
    paths: dict[str, dict[str, Any]] = {}
    for rule in sorted(current_app.url_map.iter_rules(), key=lambda rule: rule.rule):
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        if path not in _OTHER_FORMS:
            paths.setdefault(path, {}).update(_path(rule, path))
    paths["/sparql"] |= {"get": _sparql_get(paths["/sparql"]["get"]), "post": _sparql_post(paths["/sparql"]["get"])}
    licenses = [iri for iri in service.about.iris(DCTERMS + "license") if is_followed(iri)]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": dataset["name"],
            "version": f"{graph_service.__version__}+{service.snapshot.id}",
            "description": dataset.get("description", "A graph of linked data."),
            **({"license": {"name": licenses[0], "url": licenses[0]}} if licenses else {}),
        },
        "servers": [{"url": root.rstrip("/")}],
        "paths": {**paths, **kinds.operations(service), **operations(service.catalogue, service.canned.choices, service.page_limit)},
        "components": {
            "schemas": _TOLD["schemas"],
            "responses": {status: problem(HTTPStatus(int(status)).phrase) for status in _PROBLEMS},
            "securitySchemes": {"operator": {"type": "http", "scheme": "bearer"}},
        },
    }


def _parameter(name: str) -> dict[str, Any]:
    parameter = PARAMETERS[name]
    return {**parameter, "schema": {"type": "string", "enum": list(languages_here())}} if name == "lang" else parameter


def _path(rule: Rule, path: str) -> dict[str, Any]:
    told = ROUTES[rule.endpoint]
    media = [one for name in told.get("formats", ()) for one in _GROUPS.get(name, [name])]
    statuses, parameters = told.get("statuses", ()), told.get("parameters", ())
    if HTML.media in media or "lang" in parameters:
        # Every page takes `lang`, and refuses an invalid one.
        parameters, statuses = dict.fromkeys((*parameters, "lang")), dict.fromkeys((400, *statuses))
    suffix = "".join(f"-{part}" for part in re.findall(r"\w+", path)) or "-home"
    responses: dict[str, Any] = {}
    if media:
        responses["200"] = {"description": "The answer.", "content": {one: {"schema": {}} for one in media}}
    responses |= {str(status): {"description": _FINE[status]} for status in statuses if status in _FINE}
    responses |= {str(status): {"$ref": f"#/components/responses/{status}"} for status in statuses if status not in _FINE}
    given = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in re.findall(r"\{(\w+)\}", path)
    ]
    needed = {name: {"required": True} for name in told.get("required", ())}
    given += [{"name": name, "in": "query", **_parameter(name), **needed.get(name, {})} for name in parameters]
    return {
        method.lower(): {
            "operationId": f"{method.lower()}{suffix}",
            "tags": [told["tag"]],
            "summary": told["summary"],
            "parameters": given,
            "responses": responses,
            **({"security": [{"operator": []}]} if path.startswith("/admin/") else {}),
        }
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS", "QUERY"})
    }


def _sparql_get(operation: dict[str, Any]) -> dict[str, Any]:
    return operation | {
        "parameters": [{"name": name, "in": "query", **_parameter(name)} for name in _PROTOCOL],
        "responses": _sparql_responses(operation),
    }


def _sparql_post(operation: dict[str, Any]) -> dict[str, Any]:
    form = {"type": "object", "required": ["query"], "properties": {"query": PARAMETERS["query"]["schema"]}}
    content = {"application/x-www-form-urlencoded": {"schema": form}, "application/sparql-query": {"schema": PARAMETERS["query"]["schema"]}}
    answers = {"requestBody": {"required": True, "content": content}, "responses": _sparql_responses(operation)}
    return operation | {"operationId": "post-sparql", "parameters": []} | answers


def _sparql_responses(operation: dict[str, Any]) -> dict[str, Any]:
    refused = {status: {"$ref": f"#/components/responses/{status}"} for status in ("403", "415")}
    page = {"text/html": {"schema": {"type": "string"}}}
    content = {**media_types(GRAPH_FORMATS), **media_types(TABLE_FORMATS, {"type": "object"}), **page}
    return {**operation["responses"], **refused, "200": {"description": "The answer.", "content": content}}


_PROBLEMS = sorted({*FAILURES, "401", "403", "404", "410", "415", "416"})
