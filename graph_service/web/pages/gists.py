"""What a thing that is itself a fact comes to: the sum of a funding, the number of a figure, the dates of a membership.

As stated, with how exact it is: a number that is a bound is never shown without saying so.
"""

from collections.abc import Iterable, Mapping

from graph_service.engine.result import Query
from graph_service.service import Service
from graph_service.web.pages.cells import Cell
from graph_service.web.pages.numerals import money
from graph_service.web.pages.numerals import value as written
from graph_service.words import terms
from graph_service.words.names import NS
from graph_service.words.prefixes import curie
from graph_service.words.terms import Literal, NamedNode

_PARTS = """
PREFIX lc: <https://w3id.org/labcoop/ns#>
SELECT ?thing ?part ?value WHERE {{
  VALUES ?thing {{ {things} }}
  VALUES ?part {{
    lc:qualifierText lc:valueText lc:unitText lc:bound lc:currency lc:value lc:dateText lc:date lc:startDate lc:endDate lc:asOf
  }}
  ?thing ?part ?value .
}}"""


def gists(service: Service, things: Iterable[str], language: str) -> dict[str, list[Cell]]:
    """IRI -> the stated words, the number with its bound and currency, and the dates, as far as there are any."""
    values = " ".join(terms.write(NamedNode(thing)) for thing in sorted(things))
    found: dict[str, dict[str, list[Literal | NamedNode]]] = {}
    for thing, part, value in service.sparql(Query(_PARTS.format(things=values), infer=False)).rows():
        if isinstance(thing, NamedNode) and isinstance(part, NamedNode) and isinstance(value, Literal | NamedNode):
            found.setdefault(thing.value, {}).setdefault(part.value.removeprefix(NS), []).append(value)
    bounds = service.labels([bound for parts in found.values() for bound in parts.get("bound", ())], language)
    return {thing: told for thing, parts in found.items() if (told := _told(parts, bounds, language))}


def _told(parts: Mapping[str, list[Literal | NamedNode]], bounds: Mapping[str, Literal], language: str) -> list[Cell]:
    def said(*names: str) -> list[Literal]:
        return [value for name in names for value in parts.get(name, ())[:1] if isinstance(value, Literal)]

    def words(*names: str) -> Cell:
        literals = said(*names)
        return Cell(" ".join(map(_text, literals)), language=next((value.language for value in literals if value.language), None))

    stated = words("qualifierText", "valueText", "unitText") if "valueText" in parts else Cell("")
    bound = " ".join(bounds[value.value].value for value in parts.get("bound", ())[:1] if value.value in bounds)
    amount = " ".join(filter(None, (bound, *(_sum(value, said("currency")) for value in said("value")))))
    dates = [words("date"), Cell("–".join(map(_text, said("startDate", "endDate")))), words("asOf")]
    # Who reads the language of the document gets its own words for the time, who does not gets the dates, where there are any.
    spoken = words("dateText")
    periods = [spoken, *dates] if spoken.language in {None, language} else [*dates, spoken]
    period = next((period for period in periods if period.text), Cell(""))
    told = (Cell(f"“{stated.text}”", language=stated.language) if stated.text else stated, Cell(amount), period)
    return [cell for cell in told if cell.text]


def _sum(value: Literal, currency: list[Literal]) -> str:
    return money(value.value, currency[0].value) if currency else _text(value)


def _text(value: Literal) -> str:
    return value.value if value.language else written(value.value, curie(value.datatype.value))
