"""What a workbook tells of a table, in the language of its names: see `words.workbooks`, which writes it beside the rows."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from graph_service.catalogue.columns import Column
from graph_service.catalogue.paging import Page
from graph_service.catalogue.parameters import Parameter
from graph_service.service import Service
from graph_service.web.answers import flag
from graph_service.web.languages import speaking
from graph_service.web.pages.numerals import language_name
from graph_service.web.tables.telling import Telling, in_language
from graph_service.web.wording import gettext as _
from graph_service.words.formats import XLSX, Format
from graph_service.words.names import DATASET, curie
from graph_service.words.terms import NamedNode, Term


def workbook(service: Service, told: Telling, meant: Mapping[str, Sequence[Term]], page: Page | None) -> Format:
    """The format of a workbook that tells all this: of which table, what its parameters mean, which page it is."""
    with speaking(told.language):
        around = {
            "rows": _("Rows"),
            "about": _("About"),
            "title": in_language(told.query.header.summary, told.language),
            "made": told.made,
            "facts": [[label, value] for label, value in _facts(service, told, meant, page) if value],
            "described": [_("Column"), _("Meaning"), _("Type"), _("Unit")],
            "columns": [_column(column, told.language) for column in told.query.columns.values()],
        }
    return replace(XLSX, around=json.dumps(around, ensure_ascii=False))


def _facts(service: Service, told: Telling, meant: Mapping[str, Sequence[Term]], page: Page | None) -> list[tuple[str, str]]:
    query, language = told.query, told.language
    things = [term for terms in meant.values() for term in terms if isinstance(term, NamedNode)]
    names = {iri: label.value for iri, label in service.labels(things, language).items()}
    parameters = [parameter for parameter in query.parameters.values() if parameter.name != "lang"]
    return [
        (_("Question"), in_language(query.header.summary, language)),
        ("", in_language(query.header.description, language)),
        *((in_language(own.label, language), _chosen(own, meant.get(own.name, ()), names)) for own in parameters),
        (_("What is inferred"), "" if flag("infer", True) else _("left out")),
        (_("Page"), "" if page is None else _("%(number)s, of %(size)s rows", number=page.number, size=page.size)),
        (_("Language of names"), language_name(language)),
        (_("Source"), in_language(told.title, language)),
        ("", DATASET),
        (_("Address"), told.address),
        (_("Version"), told.version),
        (_("Date of the version"), told.made[:10]),
        (_("Licence"), ", ".join(told.licenses)),
        ("", in_language(told.rights, language)),
        (_("Cite as"), told.cited()),
    ]


def _chosen(parameter: Parameter, values: Sequence[Term], names: Mapping[str, str]) -> str:
    """What a parameter has for a value: what was given, else what the query has without."""
    if values:
        return ", ".join(_told(value, names) for value in values)
    return _("any") if parameter.optional else parameter.default


def _told(value: Term, names: Mapping[str, str]) -> str:
    if not isinstance(value, NamedNode):
        return value.value
    return f"{names[value.value]} ({curie(value.value)})" if value.value in names else curie(value.value)


def _column(column: Column, language: str) -> dict[str, str]:
    unit = f"?{column.unit_column}" if column.unit_column else in_language(column.unit or {}, language)
    note = "\n".join([column.name, *([_("Unit: %(unit)s", unit=unit)] if unit else [])])
    label = in_language(column.label, language)
    return {"name": column.name, "label": label, "kind": column.type or "any", "unit": unit, "note": note}
