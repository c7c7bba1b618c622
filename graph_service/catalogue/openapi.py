"""The canned queries as operations of an OpenAPI 3.1 document: one path each, named after the query.

OpenAPI 3.1.1, sections 4.8.9 (path items) to 4.8.12 (parameters); schemas are JSON Schema 2020-12.
"""

from typing import Any

from graph_service.catalogue.catalogue import CannedQuery, Catalogue
from graph_service.catalogue.header import Text
from graph_service.catalogue.parameters import Choices, Parameter
from graph_service.words.formats import GRAPH_FORMATS, TABLE_FORMATS, TRUTH_FORMATS, Format
from graph_service.words.names import curie
from graph_service.words.tokens import form

_TYPES: dict[str, dict[str, Any]] = {
    "iri": {"type": "string", "format": "iri"},
    "string": {"type": "string", "pattern": r"\S"},
    "lang-string": {"type": "string", "pattern": r"^.+@[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$"},
    "integer": {"type": "integer"},
    "decimal": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "year": {"type": "integer", "minimum": 1000, "maximum": 9999},
}

_FORMS = {"SELECT": TABLE_FORMATS, "ASK": TRUTH_FORMATS, "CONSTRUCT": GRAPH_FORMATS, "DESCRIBE": GRAPH_FORMATS}

#: What a canned query may fail with, beside what any request may.
FAILURES = ("400", "406", "413", "422", "503", "504", "507")


def operations(catalogue: Catalogue, choices: Choices) -> dict[str, dict[str, Any]]:
    """Path -> path item, for every canned query. `choices` lists the things that a parameter may be."""
    return {f"/queries/{query.name}": _path(query, choices) for query in catalogue.queries.values()}


def problem(description: str) -> dict[str, Any]:
    """A response that is a problem document (RFC 9457)."""
    return {"description": description, "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}


def media_types(formats: tuple[Format, ...], json: dict[str, Any] | None = None) -> dict[str, Any]:
    """What a response may be written in; `json` is the schema of its JSON form."""
    found: dict[str, Any] = {format.media: {"schema": {"type": "string"}} for format in formats}
    if json is not None:
        found["application/sparql-results+json"] = {"schema": json}
    return found


def _path(query: CannedQuery, choices: Choices) -> dict[str, Any]:
    schemas = {name: _schema(parameter, choices) for name, parameter in query.parameters.items()}
    about = {
        "tags": [*query.header.tags[:1]] or ["queries"],
        "summary": _text(query.header.summary),
        "description": _text(query.header.description),
        "responses": _responses(query),
    }
    infer = {
        "name": "infer",
        "in": "query",
        "schema": {"type": "boolean", "default": True},
        "description": "Whether inferred triples are told.",
    }
    read = [_parameter(parameter, schemas[name]) for name, parameter in query.parameters.items()]
    required = [parameter.name for parameter in query.parameters.values() if parameter.required]
    body = {"type": "object", "properties": schemas, "additionalProperties": False, **({"required": required} if required else {})}
    sent = {"required": bool(required), "content": {"application/x-www-form-urlencoded": {"schema": body}}}
    return {
        "get": {"operationId": query.name, **about, "parameters": [*read, infer], "x-sparql": query.text},
        "post": {"operationId": f"{query.name}-by-form", **about, "parameters": [infer], "requestBody": sent},
    }


def _parameter(parameter: Parameter, schema: dict[str, Any]) -> dict[str, Any]:
    label, description = _text(parameter.label), _text(parameter.description)
    return {
        "name": parameter.name,
        "in": "query",
        "required": parameter.required,
        "description": ". ".join(text for text in (label, description) if text),
        "schema": schema,
        **({"style": "form", "explode": True} if parameter.many else {}),
    }


def _schema(parameter: Parameter, choices: Choices) -> dict[str, Any]:
    schema = dict(_TYPES[parameter.type])
    if parameter.of is not None:
        schema = {"type": "string", "enum": [curie(choice.iri) for choice in choices(parameter.of)]}
    if parameter.enum:
        schema["enum"] = list(parameter.enum)
    if parameter.pattern is not None:
        schema["pattern"] = f"^(?:{parameter.pattern})$"
    for keyword, bound in (("minimum", parameter.min), ("maximum", parameter.max)):
        if bound is not None:
            schema[keyword] = bound
    return {"type": "array", "items": schema, "minItems": 1} if parameter.many else schema


def _responses(query: CannedQuery) -> dict[str, Any]:
    formats = _FORMS[form(query.text)]
    json: dict[str, Any] | None = None
    if formats is TABLE_FORMATS:
        term = {"$ref": "#/components/schemas/Term"}
        row = {"type": "object", "properties": {name: {**term, "description": _text(text)} for name, text in query.header.columns.items()}}
        results = {"type": "object", "required": ["bindings"], "properties": {"bindings": {"type": "array", "items": row}}}
        json = {"type": "object", "required": ["head", "results"], "properties": {"head": {"type": "object"}, "results": results}}
    found: dict[str, Any] = {"200": {"description": "The answer.", "content": media_types(formats, json)}}
    return found | {status: {"$ref": f"#/components/responses/{status}"} for status in FAILURES}


def _text(text: Text) -> str:
    return text.get("en") or next(iter(text.values()), "")
