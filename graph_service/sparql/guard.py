"""Refuses what no engine may run: updates, SERVICE, nested aggregates, and functions of one server."""

from graph_service.errors import Forbidden
from graph_service.sparql.outline import malformed
from graph_service.sparql.tokens import is_update, may_use, tokens, uses_keyword

#: Schemes of IRIs that name a server's own functions (Virtuoso's `bif:` and `sql:`, Java classes), some of which reach files and the
#: network.
_INNER = ("bif:", "sql:", "java:", "javascript:")

_AGGREGATES = ("COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT")


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


def refuse_nested_aggregates(text: str) -> None:
    """Raise MalformedQuery, with line and column, for an aggregate directly inside another; one in a subquery is allowed.

    They have no meaning (SPARQL 1.1 Query, erratum 5).
    """
    if not may_use(text, *_AGGREGATES):
        return
    # For each open bracket: whether it belongs to an aggregate, or is inside one without a `{` in between.
    open_brackets: list[bool] = []
    before = None
    for token in tokens(text):
        is_aggregate = before is not None and any(map(before.is_word, _AGGREGATES))
        if token.text == "(" and token.kind == "mark":
            inside = bool(open_brackets) and open_brackets[-1]
            if is_aggregate and inside and before is not None:
                raise malformed(text, before, "an aggregate cannot stand in another one")
            open_brackets.append(inside or is_aggregate)
        elif token.text == "{" and token.kind == "mark":
            open_brackets.append(False)
        elif token.kind == "mark" and token.text in ")}" and open_brackets:
            open_brackets.pop()
        before = token
