"""Binds variables of a query to given values: adds a row of VALUES at the beginning of its WHERE group.

So the values hold in the group's filters too, and a client's text enters the query only as a serialised term. (The engine can substitute
variables itself, but not one that is not selected.)
"""

from collections.abc import Mapping, Sequence

from graph_service.sparql.tokens import Token, tokens
from graph_service.sparql.top_level import begins_modifier, outermost

_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")


def bind(text: str, given: Mapping[str, str]) -> str:
    """Bind variables to terms as `terms.write` serialises them, and return the rewritten query. Text that is not a query stays as it is."""
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
        # DESCRIBE needs no group (SPARQL 1.1, grammar rule 11); the engine refuses any other query without one.
        return _with_group(text, clauses, row) if verb.is_word("DESCRIBE") else text
    start, end = group[0].end, group[1].start
    if verb.is_word("CONSTRUCT") and not has_template:
        # CONSTRUCT WHERE allows only triples in its braces (rule 10): it is rewritten in the long form.
        template = text[start:end]
        return f"{text[: verb.end]} {{{template}\n}} {text[verb.end : start]} {row} {template}\n{text[end:]}"
    inside = next((token for token in stream if token.start >= start), None)
    if inside is not None and inside.is_word("SELECT"):
        # A subquery fills its group (rule 53): it is wrapped in a group of its own, beside the row.
        return f"{text[:start]} {row} {{ {text[start:end]}\n}} {text[end:]}"
    return f"{text[:start]} {row} {text[start:]}"


def _brackets(clauses: Sequence[Token]) -> tuple[Token, Token] | None:
    """The opening and closing brace of the WHERE group; None if there is no complete one. Those of a final VALUES do not count."""
    opening = next((place for place, token in enumerate(clauses) if token.text == "{" or begins_modifier(token)), len(clauses))
    if opening == len(clauses) or clauses[opening].text != "{":
        return None
    closing = next((token for token in clauses[opening:] if token.text == "}"), None)
    return None if closing is None else (clauses[opening], closing)


def _with_group(text: str, clauses: Sequence[Token], row: str) -> str:
    """Add a WHERE group to a DESCRIBE without one, before its solution modifiers."""
    end = next((token.start for token in clauses if begins_modifier(token)), len(text))
    return f"{text[:end]}\nWHERE {{ {row} }} {text[end:]}"
