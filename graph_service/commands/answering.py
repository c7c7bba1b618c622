"""Shared by commands that query the graph without HTTP: opening a service, choosing formats, printing a result."""

import sys

from graph_service.build.drafts import draft, graph_of
from graph_service.commands.output import show, write_out
from graph_service.engine.result import Formats, Result, ResultKind
from graph_service.errors import SettingError
from graph_service.formats.media_types import named
from graph_service.queries.catalogue import Catalogue
from graph_service.service.service import Service
from graph_service.settings import Settings


def opened(settings: Settings, catalogue: Catalogue) -> Service:
    """Open a service over the graph of the current sources, with canned queries. Raises what `draft` raises."""
    return Service(graph_of(settings) or draft(settings, show), catalogue, settings)


def choose_formats(name: str | None, canned: bool = False) -> Formats:
    """For each kind of result the format with this name; the first of each kind if there is no name. Raises SettingError."""
    offered = {kind: kind.canned_formats if canned else kind.formats for kind in ResultKind}
    if name is None:
        return {kind: formats[0] for kind, formats in offered.items()}
    found = {kind: format for kind, formats in offered.items() if (format := named(name, formats)) is not None}
    if not found:
        names = dict.fromkeys(format.name for formats in offered.values() for format in formats)
        raise SettingError(f"--format {name}: must be one of {', '.join(names)}")
    return found


def print_result(result: Result) -> int:
    """Print a query's result; returns the exit code. On a terminal it ends with a line break."""
    last = b""
    for chunk in result.chunks():
        write_out(chunk)
        last = chunk
    if sys.stdout.isatty() and not last.endswith(b"\n"):
        write_out(b"\n")
    return 0
