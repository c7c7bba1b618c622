"""`SELECT *` with its variables written out, in the order in which a reader of the query meets them.

SPARQL 1.1, section 16.1, leaves the order of the columns of `SELECT *` open; the engine takes that of the alphabet.
"""

from collections.abc import Iterable

from graph_service.sparql.tokens import replaced, tokens
from graph_service.sparql.top_level import outermost


def with_columns(text: str, variables: Iterable[str]) -> str:
    """A query whose outermost SELECT has an asterisk, with the names of its variables in its place; any other as it is.

    `variables` are those that the result has.
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
        # Written with escapes: the engine's order is as good.
        return text
    return replaced(text, [(star.start, star.end, " ".join(f"?{name}" for name in met))])
