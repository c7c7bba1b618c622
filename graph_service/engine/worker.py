"""The code inside the processes that run queries, and nothing else.

A zygote loads the graph once and forks a worker for each connection it is handed: the graph is shared memory, and a worker that
was killed is replaced in milliseconds whatever the graph's size. The zygote ends when its control connection does, and takes all
workers with it.

A worker answers one query at a time. It cannot open a file or a socket while it does: it holds exactly the descriptors it needs
and its limit is their number. It has a limit of memory and of result size; what it cannot say itself (it was aborted for want of
memory) stands in its standard error, which the engine reads after its death.
"""

import ctypes
import gc
import io
import os
import resource
import signal
import socket
import sys
import tempfile
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from graph_service.engine import wire
from graph_service.engine.store import GraphStore
from graph_service.engine.wire import Failed
from graph_service.errors import ServiceError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

#: A result up to this size travels through the connection, a larger one as an open file.
_INLINE = 256 * 1024

#: Descriptors of a worker: standard input and output (nothing), standard error (a file), its connection, its spool file.
_CONNECTION, _SPOOL, _DESCRIPTORS = 3, 4, 5

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Limits:
    """What a worker may take, in bytes."""

    memory: int
    result: int


def zygote(snapshot: Path, union: bool, limits: Limits, control: socket.socket) -> None:
    """Load the graph, then fork a worker for each connection that comes through `control`, until `control` is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Children are not waited for: the system clears them away.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    store = GraphStore(snapshot, union)
    # Looked up once, while the disk is not full: the system's folder is found by writing to it.
    tempfile.gettempdir()
    gc.collect()
    gc.freeze()
    wire.send(control, wire.STARTED)
    while True:
        try:
            [connection] = wire.receive(control).descriptors
        except (EOFError, OSError):
            os.killpg(0, signal.SIGKILL)
        if os.fork() == 0:
            _become_worker(store, limits, connection)
        os.close(connection)


def _become_worker(store: GraphStore, limits: Limits, connection: int) -> None:
    try:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        errors = _nameless_file()
        nothing = os.open(os.devnull, os.O_RDWR)
        keep = os.dup(connection)
        for target, source in ((0, nothing), (1, nothing), (2, errors)):
            os.dup2(source, target)
        os.dup2(keep, _CONNECTION)
        os.closerange(_CONNECTION + 1, 65536)
        _serve(store, limits, socket.socket(fileno=_CONNECTION))
    except BaseException:  # a forked process must not go on in its parent's code, whatever happened
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(0)


def _serve(store: GraphStore, limits: Limits, connection: socket.socket) -> None:
    _open_spool()
    used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + limits.memory, used + limits.memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.result, limits.result))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    wire.send(connection, wire.STARTED, str(os.getpid()).encode(), [2])
    _shut(True)
    while True:
        try:
            task = wire.receive(connection)
        except (EOFError, OSError):
            return
        tag, content = _run(store, task.content, min(_INLINE, limits.result))
        if tag == wire.FILE:
            wire.send(connection, tag, content, [_SPOOL])
            os.close(_SPOOL)
            _shut(False)
            _open_spool()
            _shut(True)
        else:
            wire.send(connection, tag, content)


def _shut(shut: bool) -> None:
    """Let no more descriptors be opened, or let it again: with all below the limit in use, socket() and open() fail (EMFILE)."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (_DESCRIPTORS if shut else hard, hard))


def _run(store: GraphStore, task: bytes, inline: int) -> tuple[bytes, bytes]:
    """Run a query; the tag and content of the reply. A result of more than `inline` bytes stands in the spool file."""
    query, formats = wire.read_task(task)
    output = _Output(inline)
    try:
        kind, format = store.answer(query, formats, output)
        if output.spooled:
            output.spill()
            os.lseek(_SPOOL, 0, os.SEEK_SET)
            return wire.FILE, wire.write_done(kind, format)
        return wire.DONE, wire.write_done(kind, format, output.getvalue())
    except ServiceError as error:
        failed = Failed(error)
    except MemoryError:
        failed = Failed(None, "memory")
    except OSError as error:
        failed = Failed(None, os.strerror(error.errno) if error.errno else str(error))
    except ValueError as error:
        failed = Failed(None, str(error))
    os.ftruncate(_SPOOL, 0)
    os.lseek(_SPOOL, 0, os.SEEK_SET)
    return wire.FAILED, wire.write_failed(failed)


class _Output(io.BytesIO):
    """What a result is written to: memory, and from some size on the spool file."""

    def __init__(self, inline: int) -> None:
        super().__init__()
        self._inline = inline
        self.spooled = False

    def write(self, content: "ReadableBuffer", /) -> int:
        """Take some bytes. Raises OSError if the result becomes too large or the disk is full."""
        size = super().write(content)
        if self.tell() > self._inline:
            self.spill()
        return size

    def spill(self) -> None:
        """Move what is in memory to the spool file. Raises OSError."""
        self.spooled = True
        rest = self.getbuffer()
        while rest:
            rest = rest[os.write(_SPOOL, rest) :]
        del rest
        self.seek(0)
        self.truncate()


def _open_spool() -> None:
    descriptor = _nameless_file()
    if descriptor != _SPOOL:
        os.dup2(descriptor, _SPOOL)
        os.close(descriptor)


def _nameless_file() -> int:
    """A file in the system's folder for such (TMPDIR) that has no name, and so is gone with its last descriptor whatever happens."""
    with tempfile.TemporaryFile(buffering=0) as file:
        return os.dup(file.fileno())


def main() -> None:
    """Be a zygote: arguments are SNAPSHOT UNION MEMORY RESULT, the control connection is standard input."""
    snapshot, union, memory, result = sys.argv[1:]
    zygote(Path(snapshot), union == "union", Limits(int(memory), int(result)), socket.socket(fileno=os.dup(0)))
