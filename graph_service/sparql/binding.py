"""Values for variables of a query, given beside it: a row of VALUES at the beginning of the query's group.

So what is given holds in the filters of the group too, and never becomes query text but as a term that is printed. (The engine can
substitute values for variables itself, but not for one that is not selected.)
"""

from collections.abc import Mapping, Sequence

from graph_service.sparql.tokens import Token, tokens
from graph_service.sparql.top_level import begins_modifier, outermost

_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")


def bind(text: str, given: Mapping[str, str]) -> str:
    """A query in which variables have values, terms as `terms.write` prints them. A text that is no query is left as it is."""
    if not given:
        return text
    row = f"VALUES ({' '.join(f'?{name}' for name in given)}) {{ ({' '.join(given.values())}) }}"
    stream = list(tokens(text))
    clauses = outermost(stream)
    first = next((place for place, token in enumerate(clauses) if any(map(token.is_word, _FORMS))), None)
    if first is None:
        return text
    verb, clauses = clauses[first], clauses[first + 1 :]
    has_template = verb.is_word("CONSTRUCT") and clauses[:1] and clauses[0].text == "{"
    group = _brackets(clauses[2:] if has_template else clauses)
    if group is None:
        # DESCRIBE needs no group (SPARQL 1.1, grammar rule 11); any other query without one is the engine's to refuse.
        return _with_group(text, clauses, row) if verb.is_word("DESCRIBE") else text
    start, end = group[0].end, group[1].start
    if verb.is_word("CONSTRUCT") and not has_template:
        # The short form has only triples in its braces (rule 10): it is written as the long one.
        template = text[start:end]
        return f"{text[: verb.end]} {{{template}\n}} {text[verb.end : start]} {row} {template}\n{text[end:]}"
    inside = next((token for token in stream if token.start >= start), None)
    if inside is not None and inside.is_word("SELECT"):
        # A subquery fills its group (rule 53): it gets one of its own, beside the row.
        return f"{text[:start]} {row} {{ {text[start:end]}\n}} {text[end:]}"
    return f"{text[:start]} {row} {text[start:]}"


def _brackets(clauses: Sequence[Token]) -> tuple[Token, Token] | None:
    """The brackets of the query's group among clauses; None if there is none that ends. Those of a VALUES at the end are none."""
    opening = next((place for place, token in enumerate(clauses) if token.text == "{" or begins_modifier(token)), len(clauses))
    if opening == len(clauses) or clauses[opening].text != "{":
        return None
    closing = next((token for token in clauses[opening:] if token.text == "}"), None)
    return None if closing is None else (clauses[opening], closing)


def _with_group(text: str, clauses: Sequence[Token], row: str) -> str:
    """A DESCRIBE without a group, with one before its solution modifiers."""
    end = next((token.start for token in clauses if begins_modifier(token)), len(text))
    return f"{text[:end]}\nWHERE {{ {row} }} {text[end:]}"
