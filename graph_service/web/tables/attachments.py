"""Tables as downloads: browsers get a CSV for spreadsheets, with a file name that says what is in it.

The name in `Content-Disposition` (RFC 6266) has only ASCII letters, digits, `-`, `_` and `.`, so that all browsers and file systems accept
it.
"""

import re
from collections.abc import Iterable, Sequence
from unicodedata import normalize

from flask import Response

from graph_service.formats.media_types import CSV, SHEET, Format
from graph_service.rdf.terms import NamedNode, Term
from graph_service.sparql.tokens import digest
from graph_service.web.http.responses import wants_html

#: The longest file name without suffix, and the longest part of it. File systems allow 255 bytes; paths are added.
_LONGEST, _LONGEST_PART = 120, 40

_OTHER = re.compile(r"[^A-Za-z0-9]+")


def for_reader(format: Format) -> Format:
    """The format for this client: a browser gets the CSV for spreadsheets."""
    return SHEET if format is CSV and wants_html() else format


def attached(
    response: Response, format: Format, stem: str, values: Iterable[tuple[str, Sequence[str]]], language: str | None, version: str
) -> Response:
    """Add Content-Disposition to a response in a format for spreadsheets.

    The name has the `stem`, the choices (parameters and values), the language of labels and the version of the graph.
    """
    if format.guarded:
        name = file_name(stem, values, language, version)
        response.headers["Content-Disposition"] = f"attachment; filename={name}.{format.name}"
    return response


def file_name(stem: str, values: Iterable[tuple[str, Sequence[str]]], language: str | None, version: str) -> str:
    """`works-by-maker_maker-durer_fr_4d44a04b`; a name that is too long is cut, with a hash."""
    chosen = ["-".join(map(plain, [name, *texts])) for name, texts in values if texts]
    name = "_".join([plain(stem), *chosen, *([language] if language else [])])
    if len(name) > _LONGEST:
        name = f"{name[:_LONGEST]}-{digest(name).hex()[:8]}"
    return f"{name}_{version[:8]}"


def short(value: Term) -> str:
    """A value in a file name: the last part of an IRI, a text."""
    return re.split(r"[/#:]", value.value)[-1] if isinstance(value, NamedNode) else value.value


def plain(text: str) -> str:
    """A text in ASCII letters, digits and `-`; with a hash if nothing remains or it is too long."""
    left = _OTHER.sub("-", normalize("NFKD", text).encode("ascii", "ignore").decode()).strip("-")
    if len(left) > _LONGEST_PART:
        left = f"{left[:_LONGEST_PART]}-{digest(text).hex()[:8]}"
    return left or digest(text).hex()[:8]
