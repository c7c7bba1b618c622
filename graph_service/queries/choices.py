"""Counts a canned query's rows for each choice of a parameter, with one query for all choices.

A parameter's VALUES row may have several terms. So all choices are put there at once, and the rows of the result are counted by the
parameter's variable. If that cannot be done from outside, as in a subquery, there are no counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from graph_service.queries.catalogue import CannedQuery
from graph_service.queries.parameters import Lists, Parameter
from graph_service.rdf import terms
from graph_service.sparql.paging import Select
from graph_service.sparql.tokens import tokens, values_rows

#: The nesting depth of a parameter's row in the outermost group: that group's braces, and the row's own.
_OUTERMOST = 2


def counting(query: CannedQuery, parameter: Parameter, arguments: Mapping[str, Sequence[str]], lists: Lists) -> str | None:
    """A SELECT query of two columns: each choice of a parameter that has rows, given the other arguments, and how many.

    None if rows cannot be counted by choice: the query returns no table, groups or limits it, or has the parameter in a subquery. Raises
    UnknownParameter and InvalidParameter for the other arguments.
    """
    if query.form != "SELECT" or parameter.listed is None or not _is_outermost(query.text, parameter.name):
        return None
    choices = [terms.write(terms.iri(choice.iri)) for choice in lists(parameter.listed)]
    others = {name: values for name, values in arguments.items() if name != parameter.name}
    whole = Select.read(query.bind(others, lists, {parameter.name: " ".join(choices)}))
    if not choices or whole.columns is None or set(whole.modifiers) - {"ORDER"}:
        return None
    selected = "" if parameter.name in whole.columns else f" ?{parameter.name}"
    inner = replace(whole, prologue="", clause=_extended(whole.clause, selected), dataset="", modifiers={}).write()
    named = f"?{parameter.name}"
    return f"{whole.prologue}SELECT {named} (COUNT(*) AS ?rows) {whole.dataset}WHERE {{ {{ {inner} }} }} GROUP BY {named}"


def _is_outermost(text: str, name: str) -> bool:
    """Whether a parameter's row is in the outermost group of a query."""
    row = values_rows(text).get(name)
    if row is None:
        return False
    marks = [token.text for token in tokens(text) if token.kind == "mark" and token.end <= row[0]]
    return marks.count("{") - marks.count("}") == _OUTERMOST


def _extended(clause: str, selected: str) -> str:
    """A SELECT clause with one more variable before the others."""
    words = [token for token in tokens(clause) if any(map(token.is_word, ("SELECT", "DISTINCT", "REDUCED")))]
    return clause[: words[-1].end] + selected + clause[words[-1].end :]
