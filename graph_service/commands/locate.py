"""`graph-service locate`."""

import argparse
from pathlib import Path

from graph_service.checks.locating import locate
from graph_service.commands.output import say
from graph_service.settings import Settings


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Write the offsets of a document's passages into their files, and print the changed files. Raises SourceError."""
    changed = locate(Path(options.folder), Path(options.text), settings.ontology)
    print(*changed, sep="\n", end="\n" if changed else "")
    say(f"{len(changed)} files changed.")
    return 0
