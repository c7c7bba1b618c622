"""Lint for canned queries: problems in legal SPARQL, found statically, with file and line.

- The order of rows is total: without an order a table has no pages, and tied rows may appear on two pages.
- Every declared prefix is used.
- No cartesian product: each pattern of a group shares a variable with the others, or a filter or expression connects them.
- All terms occur in the graph: an unknown one matches nothing and is most often misspelt.
- Every column has a heading of its own, and a type.

Ties, value types, results of examples and run time are checked by running the query: see `query_trial`.
"""

import re
from collections.abc import Collection, Iterable, Iterator

from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import BNode, Variable

from graph_service.queries.catalogue import CannedQuery
from graph_service.queries.header import line_of
from graph_service.rdf.namespaces import RDF, RDFS, XSD
from graph_service.rdf.prefixes import curie
from graph_service.sparql.outline import prologue
from graph_service.sparql.paging import Select
from graph_service.sparql.tokens import tokens

#: Namespaces of functions and datatypes of the language.
_ALWAYS_KNOWN = (XSD, RDF, RDFS, "http://www.w3.org/2005/xpath-functions#")


def lint(query: CannedQuery, known: Collection[str]) -> list[str]:
    """The problems of a canned query, as sentences that begin with file and line; `known` are the IRIs in the graph."""
    return [
        f"{query.path}:{line}: {finding}"
        for line, finding in sorted(
            [*_order(query), *_columns(query), *_prefixes(query), *_terms(query, known), *_classes(query, known), *_products(query)]
        )
    ]


def _line(text: str, start: int) -> int:
    return text.count("\n", 0, start) + 1


def order_line(query: CannedQuery) -> int:
    """The line of the outermost ORDER BY; without one the last line."""
    places = [token.start for token in tokens(query.text) if token.is_word("ORDER")]
    return _line(query.text, places[-1] if places else len(query.text.rstrip()))


def _order(query: CannedQuery) -> Iterator[tuple[int, str]]:
    if query.form == "SELECT" and "ORDER" not in Select.read(query.text).modifiers:
        yield order_line(query), "the rows have no order: end with an ORDER BY that leaves no ties"


def _columns(query: CannedQuery) -> Iterator[tuple[int, str]]:
    for column in query.columns.values():
        line = line_of(query.text, "columns", column.name)
        if not column.label:
            yield line, f"the column {column.name} does not say what it means (`columns`)"
        elif column.type is None:
            yield line, f"the column {column.name} does not say its type, which its name does not tell"
    headings: dict[tuple[str, str], str] = {}
    for column in query.columns.values():
        for language, text in column.label.items():
            other = headings.setdefault((language, text), column.name)
            if other != column.name:
                yield (
                    line_of(query.text, "columns", column.name),
                    f"the columns {other} and {column.name} have one heading: {text} ({language})",
                )


def _prefixes(query: CannedQuery) -> Iterator[tuple[int, str]]:
    stream = list(tokens(query.text))
    _, first = prologue(stream, "")
    used = {token.text.partition(":")[0] + ":" for token in stream[first:] if token.kind == "name"}
    # Values and classes in the header use the query's prefixes, too.
    header = " ".join(line for line in query.text.splitlines() if line.startswith("#+"))
    for token in stream[:first]:
        if token.kind == "name" and token.text not in used and not re.search(rf"(?<![\w-]){re.escape(token.text)}\w", header):
            yield _line(query.text, token.start), f"the prefix {token.text} is declared and not used"


def _terms(query: CannedQuery, known: Collection[str]) -> Iterator[tuple[int, str]]:
    stream = list(tokens(query.text))
    names, first = prologue(stream, "")
    for token in stream[first:]:
        iri = names.iri(token)
        if iri is not None and iri not in known and not iri.startswith(_ALWAYS_KNOWN):
            yield _line(query.text, token.start), f"{token.text} is known neither to the ontology nor to the data"


def _classes(query: CannedQuery, known: Collection[str]) -> Iterator[tuple[int, str]]:
    for parameter in query.parameters.values():
        if parameter.of is not None and parameter.of not in known:
            line = line_of(query.text, "params", parameter.name)
            yield line, f"params: {parameter.name}: {curie(parameter.of)} is known neither to the ontology nor to the data"


def _products(query: CannedQuery) -> Iterator[tuple[int, str]]:
    for parts in _groups(prepareQuery(query.text).algebra.p):
        joined = [named for part in _joined(parts) if (named := [name for name in part if not name.startswith("_:")])]
        if len(joined) > 1:
            names = sorted(map(min, joined))
            line = _line(query.text, max(_first(query.text, name) for name in names))
            yield line, f"a cartesian product: nothing ties {' and '.join(f'?{name}' for name in names)} to each other"


def _first(text: str, name: str) -> int:
    """The offset of a variable's first occurrence in the query's group."""
    stream = list(tokens(text))
    body = next((place for place, token in enumerate(stream) if token.text == "{"), 0)
    return next((token.start for token in stream[body:] if token.kind == "variable" and token.text[1:] == name), 0)


def _joined(parts: Iterable[frozenset[str]]) -> list[frozenset[str]]:
    """Merge sets of variables that share one."""
    groups: list[frozenset[str]] = []
    for part in parts:
        touching = [group for group in groups if group & part]
        groups = [group for group in groups if not group & part] + [part.union(*touching)]
    return groups


def _groups(node: object) -> Iterator[list[frozenset[str]]]:
    """For each group of a query, the sets of variables that its parts bind or connect."""
    if not isinstance(node, CompValue):
        return
    parts: list[frozenset[str]] = []
    ties: list[frozenset[str]] = []
    made: dict[str, frozenset[str]] = {}
    inner: list[object] = []
    _gather(node, parts, ties, made, inner)
    bound = set().union(*parts)
    # What BIND computes of something bound is bound as well.
    for variable, used in made.items():
        bound |= {variable} if used & bound else set()
    # Variables that depend on constants alone, such as a constant's label, have the same rows for all: an intended product.
    constant = {variable for variable, used in made.items() if not used}
    constant = constant.union(*(part for part in parts if part & constant))
    constant |= {variable for variable, used in made.items() if used <= constant}
    # A variable that the group does not bind connects nothing in it.
    yield [part for part in [*(part - constant for part in parts), *((tie & bound) - constant for tie in ties)] if part]
    for other in inner:
        yield from _groups(other)


def _gather(
    node: object, parts: list[frozenset[str]], ties: list[frozenset[str]], made: dict[str, frozenset[str]], inner: list[object]
) -> None:
    """Analyse a group of the algebra: what its parts bind, what its expressions connect and compute, and its subgroups."""
    if not isinstance(node, CompValue):
        return
    match node.name:
        case "BGP":
            parts.extend(_variables(triple) for triple in node.triples)
        case "Join":
            _gather(node.p1, parts, ties, made, inner)
            _gather(node.p2, parts, ties, made, inner)
        case "LeftJoin":
            _gather(node.p1, parts, ties, made, inner)
            parts.append(_variables(node.p2))
            ties.append(_variables(node.expr))
            inner.append(node.p2)
        case "Filter":
            _gather(node.p, parts, ties, made, inner)
            ties.append(_variables(node.expr))
        case "Extend":
            _gather(node.p, parts, ties, made, inner)
            ties.append(_variables(node.expr) | {str(node.var)})
            made[str(node.var)] = _variables(node.expr)
        case "Union":
            parts.append(_variables(node.p1) | _variables(node.p2))
            inner.extend((node.p1, node.p2))
        case "Graph":
            parts.append(_variables(node.p) | _variables(node.term))
            inner.append(node.p)
        case "ToMultiSet" if node.p.name == "values":
            # A row of VALUES is a parameter or a list of terms: an intended product.
            pass
        case "ToMultiSet":
            # DISTINCT, REDUCED and a slice wrap a subquery's projection.
            selects = node.p
            while selects.PV is None:
                selects = selects.p
            parts.append(frozenset(map(str, selects.PV)))
            inner.append(node.p)
        case "Minus":
            _gather(node.p1, parts, ties, made, inner)
            inner.append(node.p2)
        case _:
            _gather(node.p, parts, ties, made, inner)


def _variables(node: object) -> frozenset[str]:
    """All variables in a part of the algebra, and blank nodes, which connect patterns likewise: their names begin with `_:`."""
    if isinstance(node, Variable):
        return frozenset({str(node)})
    if isinstance(node, BNode):
        return frozenset({f"_:{node}"})
    if isinstance(node, CompValue):
        return frozenset().union(*map(_variables, node.values()))
    if isinstance(node, list | tuple | set | frozenset):
        return frozenset().union(*map(_variables, node))
    return frozenset()
