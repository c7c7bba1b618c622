"""Values for variables of a query, given beside it: a row of VALUES at the beginning of the query's group.

So what is given holds in the filters of the group too, and never becomes query text but as a term that is printed.
"""

from collections.abc import Mapping

from graph_service.words.tokens import Token, tokens


def bind(text: str, given: Mapping[str, str]) -> str:
    """A query in which variables have values, terms as `terms.write` prints them. Raises ValueError if it has no group to bind them in."""
    if not given:
        return text
    row = f"VALUES ({' '.join(f'?{name}' for name in given)}) {{ ({' '.join(given.values())}) }}"
    stream = list(tokens(text))
    place = _group(stream)
    if place is None:
        raise ValueError("the query has no group of patterns to bind variables in")
    if stream[place - 1].is_word("WHERE") and stream[place - 2].is_word("CONSTRUCT"):
        # The short form of CONSTRUCT has only triples in its braces; the row stands at its end (SPARQL 1.1, grammar rule 28).
        return f"{text}\n{row}"
    start = stream[place].end
    if place + 1 < len(stream) and stream[place + 1].is_word("SELECT"):
        # A subquery fills its group (rule 53): it gets one of its own, beside the row.
        end = stream[_closing(stream, place)].start
        return f"{text[:start]} {row} {{ {text[start:end]}\n}} {text[end:]}"
    return f"{text[:start]} {row} {text[start:]}"


def _group(stream: list[Token]) -> int | None:
    """Where the outermost group of a query begins: the first brace that stands in no parenthesis and is not of a CONSTRUCT's template."""
    depth, place = 0, 0
    while place < len(stream):
        token = stream[place]
        depth += (token.text == "(") - (token.text == ")")
        if token.text == "{" and depth == 0:
            if place and stream[place - 1].is_word("CONSTRUCT"):
                place = _closing(stream, place)
            else:
                return place
        place += 1
    return None


def _closing(stream: list[Token], place: int) -> int:
    """Where the brace that opens at `place` closes; the end if it does not."""
    depth = 0
    for at in range(place, len(stream)):
        depth += (stream[at].text == "{") - (stream[at].text == "}")
        if depth == 0:
            return at
    return len(stream) - 1
