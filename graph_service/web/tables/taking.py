"""A table that is taken away: who comes with a browser is given a file for a spreadsheet, and its name tells what is in it.

The name goes into `Content-Disposition` (RFC 6266) and has ASCII letters, digits, `-`, `_` and `.` alone, so that every browser and every
file system takes it as it is.
"""

import re
from collections.abc import Iterable, Sequence
from unicodedata import normalize

from flask import Response

from graph_service.formats.media_types import CSV, SHEET, Format
from graph_service.rdf.terms import NamedNode, Term
from graph_service.sparql.tokens import digest
from graph_service.web.http.responses import wants_html

#: The longest name of a file, its ending not counted, and the longest of one part of it. File systems allow 255 bytes; paths are added.
_LONGEST, _LONGEST_PART = 120, 40

_OTHER = re.compile(r"[^A-Za-z0-9]+")


def for_reader(format: Format) -> Format:
    """A format as whoever asks wants it: a CSV that a browser takes away is opened in a spreadsheet."""
    return SHEET if format is CSV and wants_html() else format


def attached(
    response: Response, format: Format, stem: str, values: Iterable[tuple[str, Sequence[str]]], language: str | None, version: str
) -> Response:
    """A response that is saved under a name of its own if it is a file for a spreadsheet.

    The name has the `stem`, what was chosen (a parameter and its values), the language of the names and the version of the graph.
    """
    if format.guarded:
        name = file_name(stem, values, language, version)
        response.headers["Content-Disposition"] = f"attachment; filename={name}.{format.name}"
    return response


def file_name(stem: str, values: Iterable[tuple[str, Sequence[str]]], language: str | None, version: str) -> str:
    """`works-by-maker_maker-durer_fr_4d44a04b`; a name that is too long ends with a mark of what is missing."""
    chosen = ["-".join(map(plain, [name, *texts])) for name, texts in values if texts]
    name = "_".join([plain(stem), *chosen, *([language] if language else [])])
    if len(name) > _LONGEST:
        name = f"{name[:_LONGEST]}-{digest(name).hex()[:8]}"
    return f"{name}_{version[:8]}"


def short(value: Term) -> str:
    """What a value is called in the name of a file: the last part of an IRI, a text."""
    return re.split(r"[/#:]", value.value)[-1] if isinstance(value, NamedNode) else value.value


def plain(text: str) -> str:
    """A text in letters and digits of ASCII and `-`; a mark of it where nothing is left, or too much."""
    left = _OTHER.sub("-", normalize("NFKD", text).encode("ascii", "ignore").decode()).strip("-")
    if len(left) > _LONGEST_PART:
        left = f"{left[:_LONGEST_PART]}-{digest(text).hex()[:8]}"
    return left or digest(text).hex()[:8]
