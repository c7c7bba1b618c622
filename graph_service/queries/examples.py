"""Canned queries as RDF, in the vocabulary by which SPARQL editors read example queries.

`sh:SPARQLExecutable` and its subclasses are from SHACL Advanced Features, used as SIB's SPARQL examples do. That has no terms for
parameters; `sh:parameter` of SHACL describes them.
"""

from graph_service.queries.catalogue import CannedQuery, Catalogue
from graph_service.queries.parameters import Parameter
from graph_service.queries.types import PARAMETER_TYPES
from graph_service.rdf.namespaces import DCTERMS, RDFS, SCHEMA, SHACL, SPEX, XSD
from graph_service.rdf.prefixes import prefixes
from graph_service.rdf.space import Space
from graph_service.rdf.terms import Literal, NamedNode
from graph_service.rdf.triples import Description, any_uri
from graph_service.sparql.tokens import form

#: Query form -> the class of executables, and the property with the text.
_FORMS = {
    "SELECT": (SHACL + "SPARQLSelectExecutable", SHACL + "select"),
    "ASK": (SHACL + "SPARQLAskExecutable", SHACL + "ask"),
    "CONSTRUCT": (SHACL + "SPARQLConstructExecutable", SHACL + "construct"),
    "DESCRIBE": (SPEX + "SPARQLDescribeExecutable", SPEX + "describe"),
}


def name_of(space: Space, query: CannedQuery) -> str:
    """The IRI of a canned query: its address, which describes it in RDF; if that returns the graph that it constructs, a fragment of the
    list's.
    """
    return f"{space.queries}#{query.name}" if _gives_graph(query) else f"{space.queries}/{query.name}"


def describe_examples(said: Description, catalogue: Catalogue) -> None:
    """Add every canned query with its texts, its parameters and the service's prefixes."""
    if not catalogue.queries:
        return
    for prefix, iri in prefixes().items():
        node = f"{said.space.queries}#prefix={prefix}"
        said.say(said.space.queries + "#prefixes", SHACL + "declare", node)
        said.say(node, SHACL + "prefix", Literal(prefix))
        said.say(node, SHACL + "namespace", any_uri(iri))
    for query in catalogue.queries.values():
        _describe(said, query)


def _describe(said: Description, query: CannedQuery) -> None:
    node = name_of(said.space, query)
    kind, property = _FORMS[form(query.text)]
    said.a(node, SHACL + "SPARQLExecutable", kind)
    said.texts(node, RDFS + "comment", dict(query.header.summary))
    said.texts(node, DCTERMS + "description", dict(query.header.description))
    said.say(node, SHACL + "prefixes", said.space.queries + "#prefixes")
    said.say(node, property, Literal(query.text))
    said.say(node, SCHEMA + "keywords", *map(Literal, query.header.tags))
    said.say(node, SCHEMA + "target", said.space.endpoint)
    for parameter in query.parameters.values():
        part = f"{node}.{parameter.name}" if _gives_graph(query) else f"{node}#{parameter.name}"
        said.say(node, SHACL + "parameter", part)
        _describe_parameter(said, part, parameter)


def _gives_graph(query: CannedQuery) -> bool:
    return query.form in {"CONSTRUCT", "DESCRIBE"}


def _describe_parameter(said: Description, node: str, parameter: Parameter) -> None:
    said.a(node, SHACL + "Parameter")
    said.say(node, SHACL + "path", node)
    said.texts(node, SHACL + "name", dict(parameter.label))
    said.texts(node, SHACL + "description", dict(parameter.description))
    said.say(node, SHACL + "optional", Literal("false" if parameter.required else "true", datatype=NamedNode(XSD + "boolean")))
    if parameter.of is not None:
        said.say(node, SHACL + "class", parameter.of)
    elif (datatype := PARAMETER_TYPES[parameter.type].datatype) is not None:
        said.say(node, SHACL + "datatype", XSD + datatype)
