"""Support for grlc's query files, unchanged: variables whose names begin with `_` are parameters.

`?_name` takes a text and is required, `?__name` is optional; a suffix says how the text is parsed (grlc's README, "Parameter mapping"):
`_iri`, `_literal`, `_number`, `_integer`, a datatype as `_<prefix>_<local name>`, or a language tag. As in grlc the value replaces the
variable everywhere, but as a serialised term and never as client text.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from graph_service.errors import InvalidParameter, MalformedQuery, SourceError
from graph_service.queries.header import Header
from graph_service.queries.parameters import Parameter
from graph_service.queries.placeholders import Placeholder, filled
from graph_service.rdf import terms
from graph_service.rdf.namespaces import XSD
from graph_service.rdf.terms import Literal, NamedNode, Term
from graph_service.sparql import syntax
from graph_service.sparql.outline import declared
from graph_service.sparql.tokens import tokens

_VARIABLE = re.compile(r"[?$](?P<mark>_{1,2})(?P<name>[^_]+)(?:_(?P<kind>[A-Za-z0-9]+))?(?:_(?P<local>\w+))?")

#: Suffix of the name -> type of the parameter.
_TYPES = {"": "string", "literal": "string", "iri": "iri", "number": "decimal", "integer": "integer"}

#: Datatypes that have a parameter type.
_READERS = {XSD + name: name for name in ("integer", "decimal", "boolean", "date", "string")}


def places(text: str) -> list[Placeholder]:
    """The places of grlc's parameters in a query, in order."""
    return [Placeholder(start, end, match["name"]) for match, start, end in _variables(text)]


def parameters(text: str, header: Header, where: str) -> dict[str, Parameter]:
    """The parameters of a query's variables, by name, in order of the text. Raises SourceError prefixed with `where`."""
    found: dict[str, re.Match[str]] = {}
    for match, _, _ in _variables(text):
        if found.setdefault(match["name"], match).group()[1:] != match.group()[1:]:
            raise SourceError(f"{where}: {found[match['name']].group()} and {match.group()} are one parameter of two kinds")
    read = {name: _parameter(match, text, header, where) for name, match in found.items()}
    _refuse_places(text, read, where)
    return read


def _variables(text: str) -> Iterator[tuple[re.Match[str], int, int]]:
    for token in tokens(text):
        match = _VARIABLE.fullmatch(token.text) if token.kind == "variable" else None
        if match:
            yield match, token.start, token.end


def _parameter(match: re.Match[str], text: str, header: Header, where: str) -> Parameter:
    name = match["name"]
    kind, reads = _kind(match, text, where)
    parameter = Parameter(
        name=name,
        type=kind,
        label={"en": name},
        description={},
        default="UNDEF",
        required=match["mark"] == "_" and name not in header.defaults,
        enum=tuple(header.enumerate.get(name, ())),
        reads=reads,
    )
    if name not in header.defaults:
        return parameter
    try:
        return parameter.with_default(header.defaults[name])
    except InvalidParameter as fault:
        raise SourceError(f"{where}: defaults: {fault.detail}") from fault


def _kind(match: re.Match[str], text: str, where: str) -> tuple[str, Callable[[str], Term] | None]:
    """The type of a parameter, and how its texts are parsed if not as the type does."""
    kind, local = match["kind"] or "", match["local"]
    if local is None:
        return (_TYPES[kind], None) if kind in _TYPES else ("string", partial(Literal, language=kind.lower()))
    namespace = declared(text).get(kind)
    if namespace is None:
        raise SourceError(f"{where}: {match.group()}: the prefix {kind}: is not declared")
    datatype = namespace + local
    return (_READERS[datatype], None) if datatype in _READERS else ("string", partial(Literal, datatype=NamedNode(datatype)))


def _refuse_places(text: str, read: Mapping[str, Parameter], where: str) -> None:
    """Raise SourceError if a parameter is where no value can be, such as in the SELECT clause."""
    samples = {name: terms.write(NamedNode("urn:x") if parameter.type == "iri" else Literal("x")) for name, parameter in read.items()}
    try:
        syntax.check(filled(text, places(text), samples))
    except MalformedQuery as fault:
        raise SourceError(f"{where}: a parameter stands where no value can stand: {fault.reason}") from fault
