"""A process that has loaded what `graph-service serve` and its builds need, and forks a service whenever `forked.py` asks for one.

Most tests want a service that answers, and there are hundreds of those: to load the same modules each time would be most of the work. A
service that is forked is otherwise as one that is started: it has its flags, its environment, a build in a process of its own, and HTTP.
But it makes no page before a client asks for it (`web/processes/warming.py`).
"""

import gc
import json
import os
import pickle
import select
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path

# Loaded here, so that each service has it already.
import graph_service.commands.serve  # noqa: F401
from graph_service import cli
from graph_service.build import build, pipeline
from graph_service.build.child_process import made_apart
from graph_service.engine.sandbox import end_with_parent
from graph_service.settings import Settings
from graph_service.snapshot.snapshot import Snapshot
from graph_service.sources.sources import Progress
from graph_service.web.processes import generations


def main(place: str) -> None:
    """Listen at a path. A client sends its standard files and a line of JSON (arguments, environment). It has a service until it says no
    more; then it is told the exit status, as a byte.
    """
    end_with_parent(signal.SIGTERM)
    vars(build)["made_apart"] = _made
    vars(generations)["warm"] = lambda *_: None
    # The canned queries that come with the service are parsed once for all that are forked.
    pipeline.read_ahead(Settings())
    assert len([*Path("/proc/self/task").iterdir()]) == 1, "a process with threads cannot be forked safely"
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    # What is here stays: no fork looks through it for garbage.
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(place)
        listening.listen()
        while True:
            connection, _ = listening.accept()
            with connection:
                _forked(partial(_attend, connection))


def _forked(work: Callable[[], object]) -> int:
    """A process that does some work and no more."""
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        # Where tests are ended in the middle, nothing of theirs goes on.
        end_with_parent(signal.SIGTERM)
        status = 1
        try:
            work()
            status = 0
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 1
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
    return pid


def _attend(client: socket.socket) -> None:
    """Give a client its service, and tell it how that has ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, files, _, _ = socket.recv_fds(client, 1, 3)
    asked = json.loads(client.makefile().readline())

    def work() -> None:
        client.close()
        for number, file in enumerate(files):
            os.dup2(file, number)
            os.close(file)
        os.environ.clear()
        os.environ.update(asked["environment"])
        # As `build/child_process.py` starts it, or a user.
        if asked["arguments"] == ["make"]:
            pipeline.main()
        else:
            sys.exit(cli.main(asked["arguments"]))

    service = _forked(work)
    for file in files:
        os.close(file)
    handle = os.pidfd_open(service)
    if client.fileno() in select.select([handle, client.fileno()], [], [])[0]:
        os.kill(service, signal.SIGTERM)
    client.sendall(bytes([os.waitstatus_to_exitcode(os.waitpid(service, 0)[1]) % 256]))


def _made(id: str, place: Path, settings: Settings, progress: Progress) -> Snapshot:
    """As `made_apart` makes it, by a fork of this process where that is safe."""
    if threading.active_count() > 1:
        return made_apart(id, place, settings, progress)
    reading, writing = os.pipe()

    def make() -> None:
        try:
            pipeline.make(id, place, settings, progress)
        except Exception as error:
            os.write(writing, pickle.dumps(error))

    maker = _forked(make)
    os.close(writing)
    with os.fdopen(reading, "rb") as said:
        raised = said.read()
    os.waitpid(maker, 0)
    if raised:
        raise pickle.loads(raised)
    return Snapshot.open(place / id)


if __name__ == "__main__":
    main(sys.argv[1])
