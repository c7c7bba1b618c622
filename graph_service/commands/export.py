"""`graph-service export`."""

import argparse
from pathlib import Path

from graph_service.build.drafts import draft
from graph_service.commands.output import say, show, write_out
from graph_service.errors import SettingError
from graph_service.formats.media_types import DUMP_FORMATS, Format, named
from graph_service.rdf import terms
from graph_service.rdf.prefixes import adopt
from graph_service.settings import Settings
from graph_service.snapshot.snapshot import Snapshot


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Write the graph to a file or standard output. Raises SettingError, NotFound for an unknown graph, and what `build` raises."""
    format = _format(options.format, options.output)
    snapshot = draft(settings, show)
    adopt(snapshot.space.prefixes)
    try:
        graph = None if options.graph is None else terms.iri(options.graph).value
    except ValueError as error:
        raise SettingError(f"--graph {options.graph}: must be {error}") from error
    content = snapshot.export(format, graph=graph, infer=not options.asserted)
    if options.output in {None, "-"}:
        write_out(content)
    else:
        try:
            Path(options.output).write_bytes(content)
        except OSError as error:
            raise SettingError(f"--output {options.output}: {error.strerror}.") from error
        what = f"{_written(snapshot, graph, options.asserted)} in {format.media}"
        say(f"Wrote {options.output}: {what}, {len(content):,} bytes, of snapshot {snapshot.id}.")
    return 0


def _format(name: str | None, output: str | None) -> Format:
    """The format of that name, or of the output file's suffix, or TriG. Raises SettingError."""
    ending = Path(output or "").suffix.removeprefix(".").lower()
    format = named(name or ending or "trig", DUMP_FORMATS)
    if format is not None:
        return format
    if name is not None:
        raise SettingError(f"--format {name}: must be one of {', '.join(format.name for format in DUMP_FORMATS)}")
    known = ", ".join(f".{format.name}" for format in DUMP_FORMATS)
    raise SettingError(f"--output {output}: the suffix names no format: it is none of {known}, and no --format is given.")


def _written(snapshot: Snapshot, graph: str | None, asserted: bool) -> str:
    """What was exported, with its number of triples."""
    if graph is not None:
        return f"the graph {graph}, {snapshot.graphs[graph]:,} triples"
    count = len(snapshot.default_graph(union=True, infer=not asserted))
    return f"{count:,} triples" + (", without what is inferred," if asserted else "")
