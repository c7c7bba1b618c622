"""Rejects nested aggregates in a query, found by its tokens (SPARQL 1.1 Query, erratum 5: they have no meaning)."""

from graph_service.sparql.outline import malformed
from graph_service.sparql.tokens import may_use, tokens

_AGGREGATES = ("COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT")


def refuse_nested_aggregates(text: str) -> None:
    """Raise MalformedQuery, with line and column, for an aggregate directly inside another; one in a subquery is allowed."""
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
