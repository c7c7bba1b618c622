"""The metadata sheet of a workbook, in the language of the labels (`formats.xlsx` writes it)."""

import json
from collections.abc import Sequence
from dataclasses import replace

from graph_service.formats.media_types import XLSX, Format
from graph_service.queries.columns import Column
from graph_service.rdf.labels import in_language
from graph_service.web.display.numerals import language_name
from graph_service.web.display.translations import gettext as _
from graph_service.web.http.languages import speaking
from graph_service.web.tables.metadata import Telling


def workbook(told: Telling, chosen: Sequence[tuple[str, str]]) -> Format:
    """The workbook format with a table's metadata and the request's choices, as labels and values in its language."""
    with speaking(told.language):
        around = {
            "rows": _("Rows"),
            "about": _("About"),
            "title": in_language(told.table.title, told.language),
            "made": told.made,
            "facts": [[label, value] for label, value in _facts(told, chosen) if value],
            "described": [_("Column"), _("Meaning"), _("Type"), _("Unit")],
            "columns": [_column(column, told.language) for column in told.table.columns.values()],
        }
    return replace(XLSX, around=json.dumps(around, ensure_ascii=False))


def _facts(told: Telling, chosen: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    language = told.language
    return [
        (_("Question"), in_language(told.table.title, language)),
        ("", in_language(told.table.description, language)),
        *chosen,
        (_("Language of names"), language_name(language)),
        (_("Source"), in_language(told.title, language)),
        ("", told.dataset),
        (_("Address"), told.address),
        (_("Version"), told.version),
        (_("Date of the version"), told.made[:10]),
        (_("Licence"), ", ".join(told.licenses)),
        ("", in_language(told.rights, language)),
        (_("Cite as"), told.cited()),
    ]


def _column(column: Column, language: str) -> dict[str, str]:
    unit = column.unit_in(language)
    note = "\n".join([column.name, *([_("Unit: %(unit)s", unit=unit)] if unit else [])])
    label = in_language(column.label, language)
    return {"name": column.name, "label": label, "kind": column.type or "any", "unit": unit, "note": note}
