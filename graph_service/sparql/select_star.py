"""Rewrites `SELECT *` with its variables in order of their first appearance in the query.

SPARQL 1.1, section 16.1, leaves the order of the columns of `SELECT *` open; the engine sorts them alphabetically.
"""

from collections.abc import Iterable

from graph_service.sparql.tokens import replaced, tokens
from graph_service.sparql.top_level import outermost


def with_columns(text: str, variables: Iterable[str]) -> str:
    """The query with variable names in place of the asterisk of its outermost SELECT; any other query as it is.

    `variables` are those of the result.
    """
    stream = list(tokens(text))
    outer = outermost(stream)
    place = next((n for n, token in enumerate(outer) if token.kind == "word" and token.text.upper() == "SELECT"), None)
    behind = [] if place is None else [token for token in outer[place + 1 : place + 3] if token.text.upper() not in {"DISTINCT", "REDUCED"}]
    if not behind or behind[0].text != "*":
        return text
    star, wanted = behind[0], set(variables)
    met = dict.fromkeys(token.text[1:] for token in stream if token.text[:1] in {"?", "$"} and token.text[1:] in wanted)
    if len(met) < len(wanted) or not met:
        # A name is written with escapes: the engine's order must do.
        return text
    return replaced(text, [(star.start, star.end, " ".join(f"?{name}" for name in met))])
