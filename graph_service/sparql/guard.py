"""What no engine is asked to run, whatever it would do with it."""

from graph_service.errors import Forbidden
from graph_service.sparql.aggregates import refuse_nested_aggregates
from graph_service.sparql.tokens import is_update, tokens, uses_keyword

#: IRIs of these schemes name functions of a server's own (Virtuoso's `bif:` and `sql:`, Java's classes), files and addresses among them.
_INNER = ("bif:", "sql:", "java:", "javascript:")


def refuse(text: str) -> None:
    """Raise Forbidden for an update and for a SERVICE clause, MalformedQuery for what engines let pass and the standard does not."""
    if is_update(text):
        raise Forbidden("This endpoint is read-only: SPARQL Update is not accepted. The data is changed in its source files.")
    if uses_keyword(text, "SERVICE"):
        raise Forbidden("Federated queries are not run here: SERVICE would call another server.", keyword="SERVICE")
    refuse_nested_aggregates(text)


def refuse_inner_functions(text: str) -> None:
    """Raise Forbidden for names of functions that only a certain server has: they may reach beyond the graph."""
    for token in tokens(text):
        if token.kind in {"iri", "name"} and token.text.lower().lstrip("<").startswith(_INNER):
            raise Forbidden(f"{token.text} is a function of one server, and SPARQL 1.1 does not know it.")
