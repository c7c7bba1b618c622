"""The gist of a thing that is itself a fact: the amount of a payment, the number of a figure, the dates of a membership.

It keeps the stated precision: a bound is always shown as one.
"""

from collections.abc import Iterable, Mapping

from graph_service.engine.result import Query
from graph_service.rdf import terms
from graph_service.rdf.prefixes import curie
from graph_service.rdf.terms import Literal, NamedNode
from graph_service.service.service import Service
from graph_service.sources.roles import Role
from graph_service.web.display.cells import Cell
from graph_service.web.display.numerals import money
from graph_service.web.display.numerals import value as written

#: The roles of properties that make up a gist.
_ROLES = (
    *(Role.QUALIFIER, Role.VALUE_TEXT, Role.UNIT_TEXT, Role.BOUND, Role.CURRENCY, Role.VALUE),
    *(Role.DATE_TEXT, Role.DATE, Role.START, Role.END, Role.AS_OF),
)

_PARTS = """
SELECT ?thing ?part ?value WHERE {{
  VALUES ?thing {{ {things} }}
  VALUES ?part {{ {parts} }}
  ?thing ?part ?value .
}}"""


def gists(service: Service, things: Iterable[str], language: str) -> dict[str, list[Cell]]:
    """IRI -> the stated words, the number with its bound and currency, and the dates, as far as known."""
    values = " ".join(terms.write(NamedNode(thing)) for thing in sorted(things))
    roles = {iri: role for role in _ROLES for iri in service.roles.of(role)}
    parts = " ".join(terms.write(NamedNode(iri)) for iri in roles)
    found: dict[str, dict[Role, list[Literal | NamedNode]]] = {}
    for thing, part, value in service.sparql(Query(_PARTS.format(things=values, parts=parts), infer=False)).rows():
        if isinstance(thing, NamedNode) and isinstance(part, NamedNode) and isinstance(value, Literal | NamedNode):
            found.setdefault(thing.value, {}).setdefault(roles[part.value], []).append(value)
    bounds = service.labels([bound for parts in found.values() for bound in parts.get(Role.BOUND, ())], language)
    return {thing: gist for thing, parts in found.items() if (gist := _gist(parts, bounds, language))}


def _gist(parts: Mapping[Role, list[Literal | NamedNode]], bounds: Mapping[str, Literal], language: str) -> list[Cell]:
    def said(*names: Role) -> list[Literal]:
        return [value for name in names for value in parts.get(name, ())[:1] if isinstance(value, Literal)]

    def words(*names: Role) -> Cell:
        literals = said(*names)
        return Cell(" ".join(map(_text, literals)), language=next((value.language for value in literals if value.language), None))

    stated = words(Role.QUALIFIER, Role.VALUE_TEXT, Role.UNIT_TEXT) if Role.VALUE_TEXT in parts else Cell("")
    bound = " ".join(bounds[value.value].value for value in parts.get(Role.BOUND, ())[:1] if value.value in bounds)
    amount = " ".join(filter(None, (bound, *(_sum(value, said(Role.CURRENCY)) for value in said(Role.VALUE)))))
    dates = [words(Role.DATE), Cell("–".join(map(_text, said(Role.START, Role.END)))), words(Role.AS_OF)]
    # Readers of the document's language get its own words for the time, others the dates, if there are any.
    own_words = words(Role.DATE_TEXT)
    periods = [own_words, *dates] if own_words.language in {None, language} else [*dates, own_words]
    period = next((period for period in periods if period.text), Cell(""))
    parts_shown = (Cell(f"“{stated.text}”", language=stated.language) if stated.text else stated, Cell(amount), period)
    return [cell for cell in parts_shown if cell.text]


def _sum(value: Literal, currency: list[Literal]) -> str:
    return money(value.value, currency[0].value) if currency else _text(value)


def _text(value: Literal) -> str:
    return value.value if value.language else written(value.value, curie(value.datatype.value))
