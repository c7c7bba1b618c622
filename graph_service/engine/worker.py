"""The code inside worker processes: the fork server and its workers.

The fork server loads the graph once and forks a worker for each socket that it is passed: workers share the graph's memory, and a killed
worker is replaced in milliseconds whatever the graph's size. The fork server ends when its control socket closes, and kills all workers.

A worker runs one task at a time (see `tasks`) in a `sandbox`. It cannot open files or sockets: a task brings its two files, for a large
result and for input, or reuses those of the task before, and these use up the limit of descriptors. A crash (out of memory, stack overflow)
leaves a message on standard error, which the engine reads.
"""

import faulthandler
import gc
import io
import os
import signal
import socket
import sys
import traceback
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

#: A worker's descriptors: standard input and output (/dev/null), standard error (a file), its socket, and the files of a task.
_CONNECTION, _SPOOL, _INPUT, _DESCRIPTORS = 3, 4, 5, 6


def fork_server(tasks: Tasks, memory: int, result: int, control: socket.socket) -> None:
    """Fork a worker for each socket that comes through `control`, each with a file for its standard error, until `control` is closed.

    A worker may use so many bytes of memory, and write so many of a result.
    """
    # Ctrl+C and systemd signal the whole group: these processes end when their parent closes `control` instead.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    # Children are reaped by the kernel.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    # A worker that overflows its stack writes so.
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
            _become_worker(tasks, memory, result, connection, errors, nothing)
        os.close(connection)
        os.close(errors)


def _become_worker(tasks: Tasks, memory: int, result: int, connection: int, errors: int, nothing: int) -> None:
    try:
        sandbox.end_with_parent(signal.SIGKILL)
        keep = os.dup(connection)
        for target, source in ((0, nothing), (1, nothing), (2, errors)):
            os.dup2(source, target)
        os.dup2(keep, _CONNECTION)
        os.closerange(_CONNECTION + 1, 65536)
        _serve(tasks, memory, result, socket.socket(fileno=_CONNECTION))
    except BaseException:  # a forked process must never return into its parent's code
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(0)


def _serve(tasks: Tasks, memory: int, result: int, connection: socket.socket) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    sandbox.limit(memory, result, _DESCRIPTORS)
    layers = sandbox.shut_off()
    wire.send(connection, wire.STARTED, " ".join([str(os.getpid()), *layers]).encode())
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
        wire.send(connection, *_run(tasks, task, min(wire.INLINE, result)))


def _run(tasks: Tasks, task: wire.Message, inline: int) -> tuple[bytes, bytes]:
    """Run a task; returns the tag and content of the reply. A result of more than `inline` bytes goes into the spool file."""
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
            # What a format cannot express.
            tag, content = wire.FAILED, wire.write_failed(NotAcceptable(f"The result cannot be written in this format: {error}"))
    os.ftruncate(_SPOOL, 0)
    os.lseek(_SPOOL, 0, os.SEEK_SET)
    return tag, content


class _Input(io.RawIOBase):
    """The input file of a task, with a position of its own: other processes may read the same file at the same time."""

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
    """The output of a task: in memory, and beyond some size in the spool file."""

    def __init__(self, inline: int) -> None:
        super().__init__()
        self._inline = inline
        self.spooled = False

    def write(self, content: "ReadableBuffer", /) -> int:
        """Write some bytes. Raises OSError if the result becomes too large or the disk is full."""
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
    """Run a fork server: arguments are SNAPSHOT DEFAULT_GRAPH MEMORY RESULT QUERY_DEPTH TERM_DEPTH SPACE; the control socket is standard
    input.

    Without a snapshot ("") its workers run no queries, and only parse other servers' answers.
    """
    snapshot, union, *numbers, written = sys.argv[1:]
    space = Space.read(written)
    adopt(space.prefixes)
    memory, result, query_depth, term_depth = map(int, numbers)
    store = GraphStore(Path(snapshot), union == "union", term_depth, space.graph_inferred) if snapshot else None
    fork_server(Tasks(store, query_depth, term_depth), memory, result, socket.socket(fileno=os.dup(0)))
