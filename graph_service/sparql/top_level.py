"""The clauses of a query: the tokens outside all groups and brackets, by which rewriting finds its places."""

from collections.abc import Sequence

from graph_service.sparql.tokens import Token

#: The keywords that begin a solution modifier, in the order of the grammar (SPARQL 1.1, rules 18 and 28).
MODIFIERS = ("GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES")


def outermost(stream: Sequence[Token]) -> list[Token]:
    """The tokens outside all brackets, and the brackets that open and close the outermost groups."""
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
    """Whether a token outside all groups begins a solution modifier."""
    return any(map(token.is_word, MODIFIERS))
