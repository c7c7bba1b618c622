"""`graph-service serve`."""

import argparse

from graph_service.build.build import build
from graph_service.build.identity import source_set
from graph_service.commands.output import say
from graph_service.errors import ServiceError
from graph_service.settings import Settings
from graph_service.snapshot.snapshot import Snapshot, last_good
from graph_service.web.processes.listening import take_address
from graph_service.web.processes.server import serve_forever


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Serve until the process gets a signal. Raises SettingError for an address that cannot be used, and what `build` raises."""
    with take_address(settings) as address:
        serve_forever(address, _snapshot_to_serve(settings), settings)
    return 0


def _snapshot_to_serve(settings: Settings) -> Snapshot:
    """The snapshot of the current sources; if the build fails, the last good one, with a message."""
    try:
        return build(settings, say)
    except ServiceError as error:
        last = last_good(settings.snapshots, source_set(settings))
        if last is None:
            raise
        last.verify()
        say(f"The build failed; serving the last good snapshot {last.id}.\n{error.detail}")
        return last
