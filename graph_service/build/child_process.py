"""A snapshot made in a process of its own, which ends with its work: the memory that it took is the system's again, and what goes wrong in
it (a crash, no memory left) harms no process that serves.
"""

import multiprocessing
import pickle
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from importlib import import_module
from pathlib import Path

from graph_service.errors import BuildError
from graph_service.settings import Settings
from graph_service.snapshot.snapshot import Snapshot
from graph_service.sources.sources import Progress

#: Finds its modules where this process does, and imports what takes long and stays large only there.
_MAKE = "import sys; sys.path[:] = {path!r}; from graph_service.build.pipeline import main; main()"


def made_apart(id: str, place: Path, settings: Settings, progress: Progress) -> Snapshot:
    """What `making.make` makes. Raises what that raises, and BuildError if its process ends in the middle."""
    code = _MAKE.format(path=sys.path)
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603 - this package's own module
        assert process.stdin
        assert process.stdout
        try:
            pickle.dump((id, place, settings), process.stdin)
            process.stdin.close()
            while (said := pickle.load(process.stdout)) is not None:  # noqa: S301 - from this package's own module
                if isinstance(said, Exception):
                    raise said
                progress(said)
        except (EOFError, BrokenPipeError, pickle.UnpicklingError) as error:
            raise BuildError(f"The build {_end(process.wait())} before it was done.") from error
        except BaseException:
            process.kill()
            raise
    return Snapshot.open(place / id)


def made_in_fork(id: str, place: Path, settings: Settings, progress: Progress) -> Snapshot:
    """The same in a copy of this process, which has imported and parsed all that has not been changed: half a second sooner. `progress`
    is called in the copy.

    For development alone: what this process has in memory, the copy has, too.
    """
    pipeline = import_module("graph_service.build.pipeline")
    pipeline.read_ahead(settings)
    try:
        with ProcessPoolExecutor(1, multiprocessing.get_context("fork")) as processes:
            processes.submit(pipeline.make, id, place, settings, progress).result()
    except BrokenProcessPool as error:
        raise BuildError("The build ended before it was done.") from error
    return Snapshot.open(place / id)


def _end(status: int) -> str:
    return f"was ended by signal {-status}" if status < 0 else f"ended with status {status}"
