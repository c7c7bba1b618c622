"""Refuses what no engine may run: updates, SERVICE, nested aggregates, and functions of one server."""

from graph_service.errors import Forbidden
from graph_service.sparql.aggregates import refuse_nested_aggregates
from graph_service.sparql.tokens import is_update, tokens, uses_keyword

#: Schemes of IRIs that name a server's own functions (Virtuoso's `bif:` and `sql:`, Java classes), some of which reach files and the
#: network.
_INNER = ("bif:", "sql:", "java:", "javascript:")


def refuse(text: str) -> None:
    """Raise Forbidden for an update and for SERVICE, MalformedQuery for nested aggregates, which engines wrongly accept."""
    if is_update(text):
        raise Forbidden("This endpoint is read-only: SPARQL Update is not accepted. The data is changed in its source files.")
    if uses_keyword(text, "SERVICE"):
        raise Forbidden("Federated queries are not run here: SERVICE would call another server.", keyword="SERVICE")
    refuse_nested_aggregates(text)


def refuse_inner_functions(text: str) -> None:
    """Raise Forbidden for functions that only one server has: they may reach beyond the graph."""
    for token in tokens(text):
        if token.kind in {"iri", "name"} and token.text.lower().lstrip("<").startswith(_INNER):
            raise Forbidden(f"{token.text} is a function of one server, and SPARQL 1.1 does not know it.")
