"""Mistakes that the grammar allows: undeclared prefixes, ungrouped variables, variables bound twice."""

import difflib
from collections.abc import Sequence
from itertools import pairwise

from graph_service.rdf.prefixes import prefixes
from graph_service.sparql.mistakes.mistake import AGGREGATES, Mistake, here
from graph_service.sparql.tokens import Token


def undeclared(stream: Sequence[Token]) -> Mistake | None:
    """A name with an undeclared prefix."""
    declared = {b.text[:-1] for a, b in pairwise(stream) if a.is_word("PREFIX") and b.kind == "name"}
    for token in stream:
        prefix = token.text.partition(":")[0]
        if token.kind != "name" or token.text.startswith("_:") or prefix in declared:
            continue
        near = difflib.get_close_matches(prefix, sorted(declared), n=1, cutoff=0.6)
        if prefix.lower() in {"http", "https"}:
            return here(token, "bare-address", found=f"{prefix}://")
        if near and prefix not in prefixes():
            return here(token, "near-prefix", mend=f"{near[0]}:{token.text.partition(':')[2]}", found=f"{prefix}:", meant=f"{near[0]}:")
        return here(token, "prefix", found=f"{prefix}:", iri=prefixes().get(prefix, "…"))
    return None


def ungrouped(stream: Sequence[Token]) -> Mistake | None:
    """A selected variable that is neither grouped by nor in an aggregate."""
    names = [at for at, token in enumerate(stream) if token.is_word("BY") and stream[at - 1].is_word("GROUP")]
    grouped = {token.text[1:] for at in names for token in stream[at:] if token.kind == "variable"}
    for place, token in enumerate(stream):
        if not token.is_word("SELECT"):
            continue
        aggregate, depth, named = 0, 0, False
        for before, part in zip(stream[place:], stream[place + 1 :], strict=False):
            if part.text == "{" or part.is_word("WHERE") or part.is_word("FROM"):
                break
            depth += (part.text == "(") - (part.text == ")")
            if part.text == "(" and any(map(before.is_word, AGGREGATES)):
                aggregate = aggregate or depth
            elif part.text == ")" and depth < aggregate:
                aggregate = 0
            named = before.is_word("AS")
            if part.kind == "variable" and not aggregate and not named and part.text[1:] not in grouped:
                return here(part, "ungrouped")
    return None


def star(stream: Sequence[Token]) -> Mistake | None:
    """The `*` of a SELECT."""
    return next((here(b, "star") for a, b in pairwise(stream) if a.is_word("SELECT") and b.text == "*"), None)


def taken(stream: Sequence[Token]) -> Mistake | None:
    """A variable after AS that is used elsewhere, too."""
    for before, token in pairwise(stream):
        if before.is_word("AS") and sum(other.text[1:] == token.text[1:] for other in stream if other.kind == "variable") > 1:
            return here(token, "taken")
    return None


def bound_again(stream: Sequence[Token]) -> Mistake | None:
    """A variable after AS that is used before in the same group (section 18.2.1)."""
    groups: list[set[str]] = [set()]
    for before, token in pairwise(stream):
        if token.text == "{":
            groups.append(set())
        elif token.text == "}" and len(groups) > 1:
            inner = groups.pop()
            groups[-1] |= inner
        elif token.kind == "variable":
            if before.is_word("AS") and token.text[1:] in groups[-1]:
                return here(token, "taken")
            groups[-1].add(token.text[1:])
    return None
