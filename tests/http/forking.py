"""A process that has loaded what `graph-service serve` and its builds need, and forks a service whenever `forked.py` asks for one.

For a runner that starts the service hundreds of times, where loading the same modules again would be most of the work. Otherwise a service
that is forked is as one that is started: it reads flags and settings, builds its snapshot in a process of its own, and serves by HTTP.
"""

import json
import os
import select
import signal
import socket
import sys
import traceback
from pathlib import Path

# Loaded here, so that each service has it already.
import graph_service.commands.serve  # noqa: F401
from graph_service import cli
from graph_service.build import build, pipeline
from graph_service.errors import BuildError
from graph_service.settings import Settings
from graph_service.snapshot.snapshot import Snapshot
from graph_service.sources.sources import Progress


def main(place: str) -> None:
    """Listen at a path, and serve one client after the other: it sends flags as a line of JSON, and has a service until it says no more."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(place)
        listening.listen()
        while True:
            connection, _ = listening.accept()
            with connection:
                flags = json.loads(connection.makefile().readline())
                service = os.fork()
                if service == 0:
                    listening.close()
                    connection.close()
                    _serve(flags)
                _wait(service, connection)


def _serve(flags: list[str]) -> None:
    """Be the service, to the end of this process."""
    status = 1
    try:
        build.made_apart = _made_by_fork  # type: ignore[attr-defined]
        status = cli.main(["serve", *flags])
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def _made_by_fork(id: str, place: Path, settings: Settings, progress: Progress) -> Snapshot:
    """What `made_apart` does."""
    maker = os.fork()
    if maker == 0:
        try:
            pipeline.make(id, place, settings, progress)
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    if os.waitpid(maker, 0)[1]:
        raise BuildError("The build failed.")
    return Snapshot.open(place / id)


def _wait(service: int, client: socket.socket) -> None:
    """Wait for the service to end. It is told to stop when its client says no more."""
    handle = os.pidfd_open(service)
    if client.fileno() in select.select([handle, client.fileno()], [], [])[0]:
        os.kill(service, signal.SIGTERM)
    os.waitpid(service, 0)
    os.close(handle)


if __name__ == "__main__":
    main(sys.argv[1])
