"""The code inside the processes that run queries, and nothing else.

A zygote loads the graph once and forks a worker for each connection it is handed: the graph is shared memory, and a worker that
was killed is replaced in milliseconds whatever the graph's size. The zygote ends when its control connection does, and takes all
workers with it.

A worker does one task at a time (see `tasks`), behind `walls`. It cannot open a file or a socket: the two files of a task, where a large
result goes and what is to be read, come with it or are those of the task before, and with them every descriptor that its limit allows is
in use. What it cannot say itself (it was aborted for want of memory, or fell off its stack) stands in its standard error, which the
engine reads after its death.
"""

import faulthandler
import gc
import io
import os
import signal
import socket
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from graph_service.engine import sandbox, wire
from graph_service.engine.store import GraphStore
from graph_service.engine.tasks import Tasks
from graph_service.errors import NotAcceptable, ServiceError
from graph_service.rdf.prefixes import adopt
from graph_service.rdf.space import Space

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

#: Descriptors of a worker: standard input and output (nothing), standard error (a file), its connection, and the files of a task.
_CONNECTION, _SPOOL, _INPUT, _DESCRIPTORS = 3, 4, 5, 6


@dataclass(frozen=True)
class WorkerLimits:
    """What a worker may take, in bytes."""

    memory: int
    result: int


def zygote(tasks: Tasks, limits: WorkerLimits, control: socket.socket) -> None:
    """Fork a worker for each connection that comes through `control`, with a file for its last words, until `control` is closed."""
    # Ctrl+C, and systemd when it stops a service, tell all of its processes: these end when the one that asks them lets go.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    # Children are not waited for: the system clears them away.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    # A worker that falls off its stack says so.
    faulthandler.enable()
    sandbox.drop_privileges()
    nothing = os.open(os.devnull, os.O_RDWR)
    gc.collect()
    gc.freeze()
    wire.send(control, wire.STARTED)
    while True:
        try:
            connection, errors = wire.receive_task(control, 2).descriptors
        except (EOFError, OSError, ValueError):
            os.killpg(0, signal.SIGKILL)
        if os.fork() == 0:
            _become_worker(tasks, limits, connection, errors, nothing)
        os.close(connection)
        os.close(errors)


def _become_worker(tasks: Tasks, limits: WorkerLimits, connection: int, errors: int, nothing: int) -> None:
    try:
        sandbox.end_with_parent(signal.SIGKILL)
        keep = os.dup(connection)
        for target, source in ((0, nothing), (1, nothing), (2, errors)):
            os.dup2(source, target)
        os.dup2(keep, _CONNECTION)
        os.closerange(_CONNECTION + 1, 65536)
        _serve(tasks, limits, socket.socket(fileno=_CONNECTION))
    except BaseException:  # a forked process must not go on in its parent's code, whatever happened
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(0)


def _serve(tasks: Tasks, limits: WorkerLimits, connection: socket.socket) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    sandbox.limit(limits.memory, limits.result, _DESCRIPTORS)
    standing = sandbox.shut_off()
    wire.send(connection, wire.STARTED, " ".join([str(os.getpid()), *standing]).encode())
    while True:
        try:
            task = wire.receive_task(connection, wire.FILES)
        except (EOFError, OSError):
            return
        if task.tag == wire.OTHER_FILES:
            os.close(_SPOOL)
            os.close(_INPUT)
            wire.send(connection, wire.STARTED)
            continue
        if task.descriptors and list(task.descriptors) != [_SPOOL, _INPUT]:
            raise OSError("the files of a task are missing")
        wire.send(connection, *_run(tasks, task, min(wire.INLINE, limits.result)))


def _run(tasks: Tasks, task: wire.Message, inline: int) -> tuple[bytes, bytes]:
    """Do a task; the tag and content of the reply. A result of more than `inline` bytes stands in the spool file."""
    output = _Output(inline)
    try:
        kind, format, volatile = tasks.run(task.tag, task.content, io.BufferedReader(_Input()), output)
        if output.spooled:
            output.spill()
            return wire.FILE, wire.write_done(kind, format, volatile)
        return wire.DONE, wire.write_done(kind, format, volatile, output.getvalue())
    except ServiceError as error:
        tag, content = wire.FAILED, wire.write_failed(error)
    except MemoryError:
        tag, content = wire.REFUSED, b"memory"
    except (OSError, ValueError) as error:
        number = getattr(error, "errno", None)
        if number:
            tag, content = wire.REFUSED, os.strerror(number).encode()
        else:
            # What a format has no way to say.
            tag, content = wire.FAILED, wire.write_failed(NotAcceptable(f"The result cannot be written in this format: {error}"))
    os.ftruncate(_SPOOL, 0)
    os.lseek(_SPOOL, 0, os.SEEK_SET)
    return tag, content


class _Input(io.RawIOBase):
    """What a task is to read, from its beginning: the place in the file is this object's own."""

    def __init__(self) -> None:
        super().__init__()
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        content = os.pread(_INPUT, len(memoryview(buffer)), self._at)
        memoryview(buffer)[: len(content)] = content
        self._at += len(content)
        return len(content)

    def seek(self, place: int, whence: int = os.SEEK_SET, /) -> int:
        if whence == os.SEEK_CUR:
            place += self._at
        elif whence != os.SEEK_SET:
            raise OSError("the end is not known")
        self._at = place
        return place


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


def main() -> None:
    """Be a zygote: arguments are SNAPSHOT DEFAULT_GRAPH MEMORY RESULT QUERY_DEPTH TERM_DEPTH SPACE; the control connection is standard
    input.

    Without a snapshot ("") its workers run no queries, and read what other servers answer.
    """
    snapshot, union, *numbers, written = sys.argv[1:]
    space = Space.read(written)
    adopt(space.prefixes)
    memory, result, query_depth, term_depth = map(int, numbers)
    store = GraphStore(Path(snapshot), union == "union", term_depth, space.graph_inferred) if snapshot else None
    zygote(Tasks(store, query_depth, term_depth), WorkerLimits(memory, result), socket.socket(fileno=os.dup(0)))
