"""The list of a kind as a file: a table of all fitting things, its metadata, or the things in RDF."""

from collections.abc import Sequence

from flask import Response

from graph_service.engine.result import Query
from graph_service.engine.result import ResultKind as ResultKind
from graph_service.formats.media_types import CSV, LIST_FORMATS, ROWS, THING_FORMATS, XLSX, Format
from graph_service.queries.columns import Column
from graph_service.rdf.labels import in_language
from graph_service.rdf.terms import NamedNode
from graph_service.service.service import Service
from graph_service.snapshot.lists import ListedKind
from graph_service.web.display.translations import gettext as _
from graph_service.web.http.languages import current, speaking
from graph_service.web.http.links import Link, add, fitting
from graph_service.web.http.responses import answer
from graph_service.web.pages.listing import Listing, ListRequest
from graph_service.web.tables.arguments import asked, told_value
from graph_service.web.tables.attachments import attached, for_reader, short
from graph_service.web.tables.json_rows import around
from graph_service.web.tables.metadata import DescribedTable, tell
from graph_service.web.tables.metadata_files import DESCRIBING, described, described_by
from graph_service.web.tables.workbooks import workbook

_TABLES = (*LIST_FORMATS, XLSX, ROWS)

#: The formats of a list: tables, and RDF.
FORMATS = (*_TABLES, *THING_FORMATS)


def list_file(service: Service, kind: ListedKind, choices: ListRequest, format: Format, links: Sequence[Link] = ()) -> Response:
    """A list in a format of `FORMATS`, or its table's metadata in one of `DESCRIBING`; with the links that fit."""
    language = current().of_data
    listed = Listing(service, kind, choices, language)
    if format in THING_FORMATS:
        return add(answer(service.sparql(Query(listed.as_graph), {ResultKind.GRAPH: format})), fitting(links))
    told = tell(service, table_of(kind), asked(), language)
    if format in DESCRIBING:
        return described(told, format)
    format = for_reader(format)
    if format is XLSX:
        format = workbook(told, _in_words(service, kind, choices, language))
    result = service.sparql(Query(listed.as_table), {ResultKind.TABLE: format})
    response = answer(result, *(around(told, named="list") if format is ROWS else ()))
    attached(response, format, kind.name, _in_short(choices), language, service.snapshot.id)
    response.content_language.add(language)
    # Links to metadata come first: csvw 4 warns about each link before them.
    return add(response, fitting([*(described_by(told) if format.media == CSV.media else ()), *links]))


def table_of(kind: ListedKind) -> DescribedTable:
    """The table of a list: things, their labels, and their traits as columns."""
    thing = kind.label
    columns = [
        Column("thing", {tag: f"{text} (IRI)" for tag, text in thing.items()}, "iri"),
        Column("thing_label", thing, "string"),
        *(Column(trait.name, trait.label, "integer" if trait.count else trait.type) for trait in kind.columns),
    ]
    return DescribedTable(kind.name, f"things/{kind.name}", thing, {}, {column.name: column for column in columns})


def _in_words(service: Service, kind: ListedKind, choices: ListRequest, language: str) -> list[tuple[str, str]]:
    """The request's choices for people, as labels and values in a language."""
    labels = {trait.name: trait.label for trait in kind.traits}
    things = [term for terms in choices.values.values() for term in terms if isinstance(term, NamedNode)]
    names = {iri: label.value for iri, label in service.labels(things, language).items()}
    order = labels.get(choices.order.lstrip("-"))
    with speaking(language):
        sorted_by = _("Name") if order is None else in_language(order, language)
        return [
            *(
                (in_language(labels[name], language), ", ".join(told_value(term, names) for term in terms))
                for name, terms in choices.values.items()
            ),
            (_("Words in the name"), choices.words),
            (_("Order"), _("%(label)s, backwards", label=sorted_by) if choices.order.startswith("-") else sorted_by),
        ]


def _in_short(choices: ListRequest) -> list[tuple[str, list[str]]]:
    """The request's choices for a file name."""
    narrowed = [(name, [short(term) for term in terms]) for name, terms in choices.values.items()]
    words = [("q", [choices.words])] if choices.words else []
    return [*narrowed, *words, *([("sort", [choices.order])] if choices.order != "name" else [])]
