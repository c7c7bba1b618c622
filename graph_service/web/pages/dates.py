"""Timelines of things, by dates in any vocabulary.

A date is recognised by its datatype; words in the property's name tell whether something begins, ends, or is at that date.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

from graph_service.engine.result import Query
from graph_service.rdf import terms
from graph_service.rdf.labels import last_part
from graph_service.rdf.terms import Literal, NamedNode
from graph_service.service.service import Service
from graph_service.web.display.cells import Cell, cell
from graph_service.web.display.translations import gettext as _
from graph_service.web.http.languages import language_of_names
from graph_service.web.pictures import timeline
from graph_service.web.pictures.canvas import Drawing
from graph_service.web.pictures.rows import Row

#: Dates are values of the thing, or of its period (DCAT 3, section 6.15).
_DATES = """
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
SELECT ?thing ?property ?date WHERE {{
  VALUES ?thing {{ {things} }}
  {{ ?thing ?property ?date }} UNION {{ ?thing dcterms:temporal ?period . ?period ?property ?date }}
  FILTER(isLiteral(?date) && DATATYPE(?date) IN (xsd:date, xsd:dateTime, xsd:dateTimeStamp, xsd:gYear, xsd:gYearMonth))
}} ORDER BY ?thing ?property ?date"""

#: Words in property names: beginnings, ends, and dates of records rather than things.
_BEGINS = frozenset({"start", "started", "begin", "began", "beginning", "from", "since", "birth", "founding", "founded", "inception"})
_ENDS = frozenset({"end", "ended", "until", "to", "through", "death", "dissolution", "dissolved", "completed", "completion", "closed"})
_OF_RECORDS = frozenset({"modified", "updated", "changed", "revised", "accessed", "retrieved", "generated", "version"})

#: The words of `startDate`, `start_date` and `start-date`.
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def when(service: Service, things: Iterable[Cell]) -> Drawing | None:
    """Things on a timeline: their duration if known, else their date; None if fewer than two have one."""
    rows = _rows(service, list(things))
    dated = sum(1 for row in rows if len(row) > 1)
    return timeline.draw(rows, _("When")) if dated > 1 else None


def _rows(service: Service, things: list[Cell]) -> list[Row]:
    listed = " ".join(dict.fromkeys(terms.write(NamedNode(thing.title)) for thing in things if thing.title))
    said: dict[str, dict[NamedNode, Literal]] = defaultdict(dict)
    for subject, property, date in service.sparql(Query(_DATES.format(things=listed))).rows() if listed else ():
        if isinstance(subject, NamedNode) and isinstance(property, NamedNode) and isinstance(date, Literal):
            said[subject.value].setdefault(property, date)
    used = Counter(property for dates in said.values() for property in dates)
    labels = service.labels(list(used), language_of_names())
    begins, ends = _best(used, _BEGINS), _best(used, _ENDS - _BEGINS)
    point = None if begins or ends else _best(used, None)
    found: list[Row] = []
    for thing in things:
        dates = said.get(thing.title or "", {})
        row: dict[str, Cell | None] = {"item": thing}
        for column, told_by in (("start_date", begins), ("end_date", ends), ("date", point)):
            if told_by is not None and told_by in dates:
                row[column] = _date(dates[told_by])
                row.setdefault("kind", cell(told_by, labels))
        found.append(row)
    return found


def _best(used: Counter[NamedNode], words: frozenset[str] | None) -> NamedNode | None:
    """The most used property with one of the words in its name; any property for None, those of records last."""
    named = {property: {word.lower() for word in _WORD.findall(last_part(property.value))} for property in used}
    fitting = [property for property in used if words is None or words & named[property]]
    return min(fitting, key=lambda one: (bool(_OF_RECORDS & named[one]), -used[one], one.value), default=None)


def _date(date: Literal) -> Cell:
    """A date for timelines; of a date and time only the date."""
    moment = date.datatype.value.rpartition("#")[2].startswith("dateTime")
    return Cell(date.value[: len("2023-06-01")], title="xsd:date") if moment else cell(date, {}) or Cell(date.value)
