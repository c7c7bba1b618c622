"""`graph-service build`."""

import argparse
from dataclasses import replace
from pathlib import Path

from graph_service.build.build import build
from graph_service.commands.output import print_json, say
from graph_service.settings import Settings


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Build a snapshot and print its folder, or its figures as JSON. Raises what `build` raises."""
    if options.out:
        settings = replace(settings, snapshots=Path(options.out))
    snapshot = build(settings, say)
    if options.json:
        print_json({"id": snapshot.id, "folder": str(snapshot.folder), "triples": snapshot.triples, "graphs": snapshot.graphs})
    else:
        print(snapshot.folder)
    if getattr(options, "sources", ()):
        say("A running service with the same files, folders and queries takes it over; any other stays as it is.")
    return 0
