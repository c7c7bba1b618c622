"""Terms on pages: text, link and tooltip of a term, and tables of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

from graph_service.engine.result import Result, ResultKind
from graph_service.errors import ResultTooLarge
from graph_service.rdf import terms
from graph_service.rdf.prefixes import curie
from graph_service.rdf.terms import AnyTerm, BaseDirection, Literal, NamedNode, Triple
from graph_service.service.service import Service
from graph_service.web.display.destinations import destination, short
from graph_service.web.http.languages import language_of_names

#: The largest result that becomes a page, in bytes.
BYTES_SHOWN = 16 * 2**20

#: The most rows on a page; files have all.
ROWS_SHOWN = 1000

#: HTML's names of base directions (RDF 1.2 Concepts, section 3.3).
_DIRECTIONS = {BaseDirection.LTR: "ltr", BaseDirection.RTL: "rtl"}


@dataclass(frozen=True)
class Cell:
    """A displayed term: text, link (or None), tooltip, language and base direction."""

    text: str
    href: str | None = None
    title: str | None = None
    language: str | None = None
    direction: str | None = None


@dataclass(frozen=True)
class PageTable:
    """A result on a page: column names, rows of cells, and whether there are more rows."""

    columns: list[str]
    rows: list[list[Cell | None]]
    more: bool


def cell(term: AnyTerm | None, labels: Mapping[str, Literal]) -> Cell | None:
    """A term as a cell; `labels` maps IRIs to labels."""
    match term:
        case None:
            return None
        case NamedNode():
            iri = term.value
            place = destination(iri)
            label = labels.get(iri)
            return Cell(short(iri), place, iri) if label is None else Cell(label.value, place, iri, label.language)
        case Literal():
            kind = None if term.language else curie(term.datatype.value)
            direction = None if term.direction is None else _DIRECTIONS[term.direction]
            return Cell(term.value, None, None if kind == "xsd:string" else kind, term.language, direction)
        case Triple():
            # Read as a sentence: subject, property, value.
            shown = (cell(part, labels) for part in terms.parts(term))
            return Cell(" ".join(part.text for part in shown if part), title=terms.write(term))
        case _:
            return Cell(str(term))


def table(service: Service, result: Result, most: int = ROWS_SHOWN) -> PageTable | bool:
    """A table or graph as rows of cells, at most `most`; a boolean as itself. Raises ResultTooLarge."""
    if result.kind is ResultKind.TRUTH:
        return bool(result)
    with result:
        if result.size > BYTES_SHOWN:
            raise ResultTooLarge(f"The result has {result.size} bytes: too much for a page. Take it as a file.", limit=BYTES_SHOWN)
        columns = result.columns or ["subject", "predicate", "object"]
        rows = list(islice(result.rows(), most + 1))
    labels = service.labels([term for row in rows for term in row], language_of_names())
    return PageTable(columns, [cells(row, labels) for row in rows[:most]], more=len(rows) > most)


def cells(row: Iterable[AnyTerm | None], labels: Mapping[str, Literal]) -> list[Cell | None]:
    """A row of terms as cells."""
    return [cell(term, labels) for term in row]
