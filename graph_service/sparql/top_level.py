"""What stands outside of all groups and brackets of a query: its clauses. What rewrites queries finds its places by this."""

from collections.abc import Sequence

from graph_service.sparql.tokens import Token

#: The words with which a part of the solution modifiers begins, in the order of the grammar (SPARQL 1.1, rules 18 and 28).
MODIFIERS = ("GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES")


def outermost(stream: Sequence[Token]) -> list[Token]:
    """The tokens that stand in no bracket, and the brackets that open and close the outermost groups."""
    depth = 0
    found = []
    for token in stream:
        if token.kind == "mark" and token.text in "})":
            depth -= 1
        if depth == 0:
            found.append(token)
        if token.kind == "mark" and token.text in "{(":
            depth += 1
    return found


def begins_modifier(token: Token) -> bool:
    """Whether a token that stands outside of all groups begins a solution modifier."""
    return any(map(token.is_word, MODIFIERS))
