"""`graph-service export`."""

import argparse
from pathlib import Path

from graph_service.commands.output import choose_format, show, write_out
from graph_service.config import Settings
from graph_service.errors import SettingError
from graph_service.knowledge.drafts import draft
from graph_service.words.formats import DUMP_FORMATS


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Write the graph to a file or to standard output. Raises SettingError, NotFound for an unknown graph, and what `build` raises."""
    format = choose_format(options.format, DUMP_FORMATS)
    content = draft(settings, show).export(format, graph=options.graph, infer=not options.asserted)
    if options.output is None:
        write_out(content)
    else:
        try:
            Path(options.output).write_bytes(content)
        except OSError as error:
            raise SettingError(f"--output {options.output}: {error.strerror}.") from error
    return 0
