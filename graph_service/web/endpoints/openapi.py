"""`/openapi.json`, `/openapi.yaml` and `/docs`: all routes and canned queries, as OpenAPI 3.1 and as a page.

Paths and methods are read from the application; the table below has the rest.
"""

import re
from http import HTTPStatus
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
    Format,
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
from graph_service.web.tables import archive
from graph_service.web.tables.csvw import CSVW
from graph_service.web.tables.data_packages import PACKAGE

_OPENAPI = "application/vnd.oai.openapi+json;version=3.1"

_JSON = Format("json", "application/json")
_ANY = Format("file", "application/octet-stream")


def _of(media: str) -> Format:
    return Format("text", media)


#: Endpoint -> (tag, summary, formats, statuses beside 200, query parameters).
ROUTES: dict[str, tuple[str, str, tuple[Format, ...], tuple[str, ...], tuple[str, ...]]] = {
    "pages.home": ("about", "What is in the graph, and ways in", (*DOCUMENT_FORMATS, HTML), ("406",), ()),
    "pages.problems": ("about", "What errors mean", (_JSON, HTML), (), ()),
    "sparql.sparql": (
        "sparql",
        "Run a SPARQL query; without one, the service description",
        (*TABLE_FORMATS, *GRAPH_FORMATS, HTML),
        FAILURES,
        (),
    ),
    "vocabulary.vocabulary": ("sparql", "The classes and properties in use, for completing queries", (_JSON,), FAILURES, ("lang",)),
    "hints.hints": (
        "sparql",
        "What in a valid query finds nothing: terms that the graph does not use, variables without a value, texts without a language",
        (_JSON,),
        ("422", *FAILURES),
        ("query", "lang"),
    ),
    "queries.catalogue": ("queries", "All canned queries", (*DOCUMENT_FORMATS, HTML), ("406",), ()),
    "described.csvw": (
        "queries",
        "What the CSV of a canned query is and what its columns hold (CSV on the Web); takes the parameters of the query",
        (CSVW,),
        ("404", "422"),
        ("lang",),
    ),
    "described.frictionless": (
        "queries",
        "The CSV of a canned query as a Frictionless data package; takes the parameters of the query",
        (PACKAGE,),
        ("404", "422"),
        ("lang",),
    ),
    "archive.everything": (
        "queries",
        "The tables of all canned queries in one file, with their metadata",
        (archive.ZIP,),
        ("206", "304", "404", "413", "416", "504"),
        ("lang",),
    ),
    "pictures.gallery": ("pictures", "All pictures", (_JSON, HTML), (), ()),
    "pictures.picture": (
        "pictures",
        "A picture of the answer of a canned query; the parameters of the query narrow it",
        (*PICTURE_FORMATS, HTML),
        ("400", "404", "406", "422", "504"),
        ("infer", "lang", "theme"),
    ),
    "resources.identifier": ("things", "A thing: leads to its page or its data", (), ("303", "404", "406", "410"), ()),
    "resources.page": ("things", "A thing for people", (HTML,), ("400", "404", "410"), ("lang",)),
    "resources.data": ("things", "A thing as data", DATA_FORMATS, ("400", "404", "406", "410"), ("infer", "graphs")),
    "resources.any_identifier": (
        "things",
        "A thing by its IRI, whatever that is: leads to its page or its data",
        (),
        ("303", "400", "404", "406", "410"),
        ("iri",),
    ),
    "resources.any_page": ("things", "A thing by its IRI for people", (HTML,), ("303", "400", "404", "410"), ("iri", "lang")),
    "resources.any_data": (
        "things",
        "A thing by its IRI as data",
        DATA_FORMATS,
        ("303", "400", "404", "406", "410"),
        ("iri", "infer", "graphs"),
    ),
    "resources.concept": (
        "things",
        "A concept or a concept scheme",
        (*DATA_FORMATS, HTML),
        ("400", "404", "406", "410"),
        ("infer", "graphs", "lang"),
    ),
    "ontology.ontology": ("things", "The ontology", (*GRAPH_FORMATS, HTML), ("404", "406", "503"), ()),
    "ontology.module": ("things", "A part or version of the ontology", (*GRAPH_FORMATS, HTML), ("404", "406", "503"), ()),
    "ontology.shapes": ("things", "What things of each kind must have (SHACL)", (*GRAPH_FORMATS, HTML), ("404", "406", "503"), ()),
    "about.about": ("about", "Where the graph comes from, how it is made and checked", (_JSON, HTML), (), ()),
    "documents.overview": ("things", "The documents that the graph is drawn from", (*TABLE_FORMATS, HTML), ("404", "406"), ()),
    "documents.one": ("things", "A document: its passages, and what they say", (*TABLE_FORMATS, HTML), ("404", "406"), ()),
    "kinds.overview": ("things", "The kinds of things", (_JSON, HTML), (), ()),
    "kinds.csvw": (
        "things",
        "What the CSV of a list is and what its columns hold (CSV on the Web); takes the parameters of the list",
        (CSVW,),
        ("404", "422"),
        ("lang",),
    ),
    "kinds.frictionless": (
        "things",
        "The CSV of a list as a Frictionless data package; takes the parameters of the list",
        (PACKAGE,),
        ("404", "422"),
        ("lang",),
    ),
    "explain.explain": (
        "things",
        "Why the graph says a triple",
        (*EXPLANATION_FORMATS, HTML),
        ("400", "404", "406", "504"),
        ("s", "p", "o"),
    ),
    "graphs.store": ("graphs", "Read a graph (Graph Store Protocol)", GRAPH_FORMATS, ("400", "404", "406"), ("graph", "default", "infer")),
    "graphs.graph": ("graphs", "One named graph", GRAPH_FORMATS, ("404", "406"), ()),
    "downloads.listing": ("files", "The files of the current version", (*DOCUMENT_FORMATS, HTML), ("406",), ()),
    "downloads.latest": ("files", "A file of the current version", (_ANY,), ("206", "301", "304", "404", "416"), ()),
    "downloads.of_version": ("files", "The files of a version", (*DOCUMENT_FORMATS, HTML), ("404", "406", "410"), ()),
    "downloads.of_version_file": ("files", "A file of a version, which never changes", (_ANY,), ("206", "304", "404", "410", "416"), ()),
    "changes.history": ("files", "The versions that are kept, and what changed", (_JSON, HTML), (), ()),
    "changes.change": ("files", "What changed between two versions", (_JSON, _of("application/rdf-patch"), HTML), ("404", "406"), ()),
    "changes.feed": ("files", "A feed of new versions (Atom)", (_of("application/atom+xml"),), (), ()),
    "search.search": (
        "search",
        "Find things by acronym, name, definition or passage",
        (*search.FORMATS, HTML),
        ("400", "406", "422", "503", "504"),
        ("q", "kind", "lang", "page", "page_size", "suggest"),
    ),
    "search.description": ("search", "How programs search (OpenSearch)", (_of("application/opensearchdescription+xml"),), (), ("lang",)),
    "descriptions.void": ("about", "What is in the graph, in figures (VoID)", GRAPH_FORMATS, ("404", "406"), ()),
    "descriptions.catalog": ("about", "The dataset and its files (DCAT 3)", GRAPH_FORMATS, ("404", "406"), ()),
    "signposts.dataset_links": ("about", "The links of the dataset (RFC 9264)", linksets.FORMATS, ("406",), ()),
    "signposts.thing_links": ("about", "The links of a thing (RFC 9264)", linksets.FORMATS, ("404", "406"), ()),
    "signposts.api_catalog": ("about", "The APIs here (RFC 9727)", linksets.FORMATS, ("406",), ()),
    "contexts.latest": ("about", "The JSON-LD context", (_of("application/ld+json"),), (), ()),
    "contexts.versioned": ("about", "A version of the JSON-LD context", (_of("application/ld+json"),), ("404", "410"), ()),
    "crawlers.robots": ("about", "What search engines may read", (_of("text/plain"),), (), ()),
    "crawlers.sitemap": ("about", "What there is to find", (_of("application/xml"),), (), ()),
    "openapi.as_json": ("about", "This document", (_JSON,), (), ("lang",)),
    "openapi.as_yaml": ("about", "This document as YAML", (_of("application/yaml"),), (), ("lang",)),
    "openapi.docs": ("about", "This document for people", (HTML,), (), ()),
    "status.health": ("operation", "Whether the service lives", (_JSON,), (), ()),
    "status.ready": ("operation", "Whether the service can answer", (_JSON,), ("503",), ()),
    "status.metrics": ("operation", "Figures for Prometheus", (_of("text/plain"),), (), ()),
    "status.running": ("operation", "The queries that are running", (_JSON,), ("401", "403", "404"), ()),
    "status.cancel": ("operation", "Stop a query", (), ("204", "401", "403", "404"), ()),
}

#: Variants of listed routes: with a final slash, or with a placeholder for a canned query's name.
_OTHER_FORMS = frozenset(
    {
        *("/sparql/", "/queries/", "/things/", "/pictures/", "/rdf-graph-store/"),
        *("/queries/{name}", "/queries/{name}.{suffix}", "/things/{name}", "/things/{name}.{suffix}", "/pictures/{name}.{suffix}"),
        "/static/{version}/{name}",
    }
)

_QUERY = {"type": "string", "examples": ["ASK {}", "SELECT * WHERE { ?s ?p ?o } LIMIT 10"]}
_SEVERAL = {"type": "array", "items": {"type": "string", "format": "iri"}}

#: Query parameter -> schema and description.
PARAMETERS: dict[str, dict[str, Any]] = {
    "query": {"schema": _QUERY, "description": "A query in SPARQL 1.1."},
    "default-graph-uri": {"schema": _SEVERAL, "description": "Graphs to put together as the default graph."},
    "named-graph-uri": {"schema": _SEVERAL, "description": "Named graphs to offer."},
    "timeout": {"schema": {"type": "number", "minimum": 1}, "description": "Seconds; the server's own limit holds too."},
    "infer": {"schema": {"type": "boolean", "default": True}, "description": "Whether the answer includes inferred triples."},
    "lang": {"schema": {"type": "string"}, "description": "Language of names; beats Accept-Language."},
    "graphs": {"schema": {"type": "boolean", "default": False}, "description": "Whether TriG and N-Quads tell which graph says what."},
    "theme": {"schema": {"type": "string", "enum": ["light", "dark"], "default": "light"}, "description": "Colours of an SVG."},
    "graph": {"schema": {"type": "string", "format": "iri"}, "description": "The IRI of a named graph."},
    "default": {"schema": {"type": "string", "enum": [""]}, "description": "The default graph.", "allowEmptyValue": True},
    "q": {"schema": {"type": "string", "minLength": 1, "pattern": "\\S"}, "description": "What to search for.", "required": True},
    "kind": {"schema": {"type": "string"}, "description": "Only things of this class: an IRI or a short name such as skos:Concept."},
    "page": {"schema": {"type": "integer", "minimum": 1}, "description": "Which page, from 1."},
    "page_size": {"schema": {"type": "integer", "minimum": 1}, "description": "Entries on a page."},
    "suggest": {"schema": {"type": "string", "enum": [""]}, "description": "Names and acronyms only.", "allowEmptyValue": True},
    "iri": {
        "schema": {"type": "string", "format": "iri"},
        "description": "Any IRI that the graph describes, of any site.",
        "required": True,
    },
    "s": {"schema": {"type": "string"}, "description": "Subject: an IRI or a short name such as skos:Concept.", "required": True},
    "p": {"schema": {"type": "string"}, "description": "Predicate: an IRI or a short name such as skos:broader.", "required": True},
    "o": {
        "schema": {"type": "string"},
        "description": "Object: an IRI, a short name, or a literal as N-Triples writes it.",
        "required": True,
    },
}

#: Parameters of the SPARQL protocol, and our extensions.
_PROTOCOL = ("query", "default-graph-uri", "named-graph-uri", "infer", "timeout", "lang")

#: Statuses that are not errors.
_FINE = {"206": "A part of the file.", "204": "Done.", "301": "Moved.", "303": "See there.", "304": "Not changed."}


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
    # The same output as safe_dump, but with libyaml if available, in a fifth of the time.
    written: str = yaml.dump(document, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper), allow_unicode=True, sort_keys=False)
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
        "paths": {**paths, **kinds.operations(service), **operations(service.catalogue, service.choices, service.page_limit)},
        "components": {
            "schemas": {"Problem": _PROBLEM, "Term": _TERM},
            "responses": {status: problem(HTTPStatus(int(status)).phrase) for status in _PROBLEMS},
            "securitySchemes": {"operator": {"type": "http", "scheme": "bearer"}},
        },
    }


def _parameter(name: str) -> dict[str, Any]:
    parameter = PARAMETERS[name]
    return {**parameter, "schema": {"type": "string", "enum": list(languages_here())}} if name == "lang" else parameter


def _path(rule: Rule, path: str) -> dict[str, Any]:
    tag, summary, formats, statuses, parameters = ROUTES[rule.endpoint]
    if HTML in formats or "lang" in parameters:
        # Every page takes `lang`, and refuses an invalid one.
        parameters, statuses = tuple(dict.fromkeys((*parameters, "lang"))), tuple(dict.fromkeys(("400", *statuses)))
    suffix = "".join(f"-{part}" for part in re.findall(r"\w+", path)) or "-home"
    responses: dict[str, Any] = {}
    if formats:
        content: dict[str, Any] = {format.media: {"schema": {}} for format in formats} if _ANY not in formats else {"*/*": {"schema": {}}}
        responses["200"] = {"description": "The answer.", "content": content}
    responses |= {status: {"description": _FINE[status]} for status in statuses if status in _FINE}
    responses |= {status: {"$ref": f"#/components/responses/{status}"} for status in statuses if status not in _FINE}
    given = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in re.findall(r"\{(\w+)\}", path)
    ]
    given += [{"name": name, "in": "query", **_parameter(name)} for name in parameters]
    return {
        method.lower(): {
            "operationId": f"{method.lower()}{suffix}",
            "tags": [tag],
            "summary": summary,
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
    form = {"type": "object", "required": ["query"], "properties": {"query": _QUERY}}
    content = {"application/x-www-form-urlencoded": {"schema": form}, "application/sparql-query": {"schema": _QUERY}}
    answers = {"requestBody": {"required": True, "content": content}, "responses": _sparql_responses(operation)}
    return operation | {"operationId": "post-sparql", "parameters": []} | answers


def _sparql_responses(operation: dict[str, Any]) -> dict[str, Any]:
    refused = {status: {"$ref": f"#/components/responses/{status}"} for status in ("403", "415")}
    page = {"text/html": {"schema": {"type": "string"}}}
    content = {**media_types(GRAPH_FORMATS), **media_types(TABLE_FORMATS, {"type": "object"}), **page}
    return {**operation["responses"], **refused, "200": {"description": "The answer.", "content": content}}


_TERM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "value"],
    "properties": {
        "type": {"type": "string", "enum": ["uri", "literal", "bnode", "triple"]},
        "value": {"type": ["string", "object"]},
        "xml:lang": {"type": "string"},
        "datatype": {"type": "string", "format": "iri"},
    },
}

_PROBLEM: dict[str, Any] = {
    "description": "What went wrong (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "instance": {"type": "string", "format": "uri-reference"},
        "line": {"type": "integer"},
        "column": {"type": "integer"},
        "parameter": {"type": "string"},
        "allowed": {"type": "array", "items": {"type": "string"}},
    },
}

_PROBLEMS = sorted({*FAILURES, "401", "403", "404", "410", "415", "416"})
