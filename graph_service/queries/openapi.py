"""Canned queries as operations of an OpenAPI 3.1 document: a path for each, named after the query.

OpenAPI 3.1.1, sections 4.8.9 (path items) to 4.8.12 (parameters); schemas are JSON Schema 2020-12.
"""

from collections.abc import Sequence
from typing import Any

from graph_service.formats.media_types import CANNED_TABLE_FORMATS, CANNED_TRUTH_FORMATS, GRAPH_FORMATS, Format
from graph_service.queries.catalogue import CannedQuery, Catalogue
from graph_service.queries.columns import Column
from graph_service.queries.parameters import ANYTHING, MOST_LISTED, Lists, Parameter
from graph_service.queries.types import COLUMN_TYPES, PARAMETER_TYPES
from graph_service.rdf.labels import in_language
from graph_service.rdf.prefixes import curie

_FORMS = {"SELECT": CANNED_TABLE_FORMATS, "ASK": CANNED_TRUTH_FORMATS, "CONSTRUCT": GRAPH_FORMATS, "DESCRIBE": GRAPH_FORMATS}

#: Parameters that every canned query has -> their descriptions.
COMMON = {
    "infer": "Whether the answer includes inferred triples.",
    "page": "The number of the page wanted; without it the whole table is given. The header Link leads to the others.",
    "page_size": "How many rows a page has.",
}

#: The error statuses of a canned query, beside those of any request.
FAILURES = ("400", "406", "413", "422", "503", "504", "507")


def operations(catalogue: Catalogue, lists: Lists, page_limit: int) -> dict[str, dict[str, Any]]:
    """Path -> path item, for every canned query. `lists` gives the choices of a parameter, `page_limit` is the most rows of a page."""
    infer = _common("infer", type="boolean", default=True)
    pages = [_common("page", type="integer", minimum=1), _common("page_size", type="integer", minimum=1, maximum=page_limit)]
    return {
        f"/queries/{query.name}": _path(query, lists, [infer, *(pages if query.form == "SELECT" else ())])
        for query in catalogue.queries.values()
    }


def problem(description: str) -> dict[str, Any]:
    """A response with a problem document (RFC 9457)."""
    return {"description": description, "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}


def media_types(formats: tuple[Format, ...], json: dict[str, Any] | None = None) -> dict[str, Any]:
    """The media types of a response; `json` is the schema of its JSON form."""
    found: dict[str, Any] = {format.media: {"schema": {"type": "string"}} for format in formats}
    if json is not None:
        found["application/sparql-results+json"] = {"schema": json}
    return found


def _common(name: str, **schema: object) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema, "description": COMMON[name]}


def _path(query: CannedQuery, lists: Lists, common: Sequence[dict[str, Any]]) -> dict[str, Any]:
    schemas = {name: _schema(parameter, lists) for name, parameter in query.parameters.items()}
    about = {
        "tags": [*query.header.tags[:1]] or ["queries"],
        "summary": in_language(query.header.summary),
        "description": in_language(query.header.description),
        "responses": _responses(query),
        **({"deprecated": True} if query.header.deprecated else {}),
    }
    read = [_parameter(query, parameter, schemas[name], lists) for name, parameter in query.parameters.items()]
    required = [parameter.name for parameter in query.parameters.values() if parameter.required]
    body = {"type": "object", "properties": schemas, "additionalProperties": False, **({"required": required} if required else {})}
    sent = {"required": bool(required), "content": {"application/x-www-form-urlencoded": {"schema": body}}}
    return {
        "get": {"operationId": query.name, **about, "parameters": [*read, *common], "x-sparql": query.text},
        "post": {"operationId": f"{query.name}-by-form", **about, "parameters": [common[0]], "requestBody": sent},
    }


def _parameter(query: CannedQuery, parameter: Parameter, schema: dict[str, Any], lists: Lists) -> dict[str, Any]:
    # Examples with the same number, of all parameters of a query, form one call.
    given = {str(number): example[parameter.name] for number, example in enumerate(query.header.examples, 1) if parameter.name in example}
    named = {number: [_typed(parameter, value, lists) for value in values] for number, values in given.items()}
    examples = {number: {"value": values if parameter.many else values[0]} for number, values in named.items()}
    label, description = in_language(parameter.label), in_language(parameter.description)
    return {
        "name": parameter.name,
        "in": "query",
        "required": parameter.required,
        "description": ". ".join(text for text in (label, description) if text),
        "schema": schema,
        **({"style": "form", "explode": True} if parameter.many else {}),
        **({"examples": examples} if examples else {}),
    }


def _typed(parameter: Parameter, value: str, lists: Lists) -> str | int:
    """An example that fits its schema: an integer, or the CURIE of a thing given by its name."""
    if parameter.type == "iri":
        called = lists(parameter.listed or ANYTHING).called(value)
        return curie(called[0].iri) if called else value
    return int(value) if PARAMETER_TYPES[parameter.type].schema["type"] == "integer" else value


def _schema(parameter: Parameter, lists: Lists) -> dict[str, Any]:
    schema = dict(PARAMETER_TYPES[parameter.type].schema)
    if parameter.listed is not None:
        choices = lists(parameter.listed)
        schema = {"type": "string", **({"enum": [curie(choice.iri) for choice in choices]} if len(choices) <= MOST_LISTED else {})}
    if parameter.enum:
        schema["enum"] = list(parameter.enum)
    if parameter.pattern is not None:
        schema["pattern"] = f"^(?:{parameter.pattern})$"
    for keyword, bound in (("minimum", parameter.min), ("maximum", parameter.max)):
        if bound is not None:
            schema[keyword] = bound
    return {"type": "array", "items": schema, "minItems": 1} if parameter.many else schema


def _responses(query: CannedQuery) -> dict[str, Any]:
    formats = _FORMS[query.form]
    content = media_types(formats)
    if query.form == "SELECT":
        content["application/sparql-results+json"] = {"schema": _bindings(query)}
        content["application/json"] = {"schema": _plain(query, {"rows": {"type": "array", "items": _row(query)}})}
        content["text/csv"] = {"schema": {"type": "string", "description": f"Columns: {', '.join(query.columns)}."}}
    elif query.form == "ASK":
        content["application/json"] = {"schema": _plain(query, {"answer": {"type": "boolean"}})}
    if query.form in {"SELECT", "ASK"}:
        # RDF has no form for a table: there the query itself is described.
        content |= {format.media: {"schema": {"type": "string"}} for format in GRAPH_FORMATS}
    found: dict[str, Any] = {"200": {"description": "The answer.", "content": content}}
    return found | {status: {"$ref": f"#/components/responses/{status}"} for status in FAILURES}


def _bindings(query: CannedQuery) -> dict[str, Any]:
    """The schema of SPARQL results JSON: an unbound column is missing from its row."""
    term = {"$ref": "#/components/schemas/Term"}
    row = {"type": "object", "properties": {name: {**term, "description": in_language(c.label)} for name, c in query.columns.items()}}
    results = {"type": "object", "required": ["bindings"], "properties": {"bindings": {"type": "array", "items": row}}}
    return {"type": "object", "required": ["head", "results"], "properties": {"head": {"type": "object"}, "results": results}}


def _plain(query: CannedQuery, answer: dict[str, Any]) -> dict[str, Any]:
    """The schema of plain JSON around the rows or the boolean."""
    licenses = {"type": "array", "items": {"type": "string", "format": "iri"}}
    members = {
        "query": {"type": "string", "const": query.name},
        "version": {"type": "string"},
        "licenses": licenses,
        "links": {"type": "object"},
    }
    around = {"columns": {"type": "array", "items": {"type": "object"}}, "page": {"type": "object"}}
    return {"type": "object", "required": [*members, *answer], "properties": {**members, **answer, **(around if "rows" in answer else {})}}


def _row(query: CannedQuery) -> dict[str, Any]:
    """The schema of a row: every column is there, null if unbound."""
    properties = {name: _value(column) for name, column in query.columns.items()}
    return {"type": "object", "required": list(properties), "properties": properties, "additionalProperties": False}


def _value(column: Column) -> dict[str, Any]:
    schema = dict(COLUMN_TYPES[column.type or "any"].schema)
    if "type" in schema:
        schema["type"] = [schema["type"], "null"]
    unit = f"the column {column.unit_column}" if column.unit_column else in_language(column.unit or {})
    words = ". ".join(text for text in (in_language(column.label), unit and f"Unit: {unit}") if text)
    return {**schema, **({"description": words} if words else {})}
