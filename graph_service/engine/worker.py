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
import os
import pickle
import resource
import signal
import socket
import struct
import sys
import tempfile
import traceback
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from graph_service.engine.result import Formats, Kind, Query
from graph_service.engine.store import GraphStore
from graph_service.errors import ServiceError
from graph_service.words.formats import Format

#: A result up to this size travels through the connection, a larger one as an open file.
INLINE = 256 * 1024

#: Descriptors of a worker: standard input and output (nothing), standard error (a file), its connection, its spool file.
_CONNECTION, _SPOOL, _DESCRIPTORS = 3, 4, 5

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Task:
    """A query to run, and the format for each kind of result."""

    query: Query
    formats: Formats


@dataclass(frozen=True)
class Done:
    """A result: its kind, its format, its size, and its bytes unless it comes as a file."""

    kind: Kind
    format: Format
    size: int
    content: bytes | None


@dataclass(frozen=True)
class Failed:
    """A query that has no result: the error, or what the system refused (`EFBIG`, `ENOSPC`, `memory`)."""

    error: ServiceError | None
    refused: str | None = None


@dataclass(frozen=True)
class Limits:
    """What a worker may take, in bytes, and where it spools."""

    memory: int
    result: int
    spool: str


def send(connection: socket.socket, message: object, descriptors: list[int] | None = None) -> None:
    """Send one message, with open files if any. Raises OSError if the other side is gone."""
    content = pickle.dumps(message)
    head = struct.pack("!I", len(content))
    if descriptors:
        socket.send_fds(connection, [head], descriptors)
        connection.sendall(content)
    else:
        connection.sendall(head + content)


def receive(connection: socket.socket) -> tuple[object, list[int]]:
    """Receive one message and the files that came with it. Raises EOFError when the other side is gone."""
    head, descriptors, _, _ = socket.recv_fds(connection, 4, 1)
    head += _exactly(connection, 4 - len(head))
    # Only this package's own processes hold the other end of the connection.
    return pickle.loads(_exactly(connection, struct.unpack("!I", head)[0])), descriptors  # noqa: S301


def _exactly(connection: socket.socket, size: int) -> bytes:
    content = bytearray()
    while len(content) < size:
        piece = connection.recv(size - len(content))
        if not piece:
            raise EOFError
        content += piece
    return bytes(content)


def zygote(snapshot: Path, union: bool, limits: Limits, control: socket.socket) -> None:
    """Load the graph, then fork a worker for each connection that comes through `control`, until `control` is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Children are not waited for: the system clears them away.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    store = GraphStore(ox.parse(path=str(snapshot), format=ox.RdfFormat.N_QUADS), union)
    gc.collect()
    gc.freeze()
    send(control, "ready")
    while True:
        try:
            _, descriptors = receive(control)
        except (EOFError, OSError):
            os.killpg(0, signal.SIGKILL)
        if os.fork() == 0:
            _become_worker(store, limits, descriptors[0])
        os.close(descriptors[0])


def _become_worker(store: GraphStore, limits: Limits, connection: int) -> None:
    try:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        errors, errors_path = tempfile.mkstemp(dir=limits.spool)
        os.unlink(errors_path)  # noqa: PTH108 - there is nothing but a path here
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
    _open_spool(limits.spool)
    used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + limits.memory, used + limits.memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.result, limits.result))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    send(connection, os.getpid(), [2])
    while True:
        try:
            task, _ = receive(connection)
        except (EOFError, OSError):
            return
        assert isinstance(task, Task)
        # With every descriptor below the limit in use, neither socket() nor open() can succeed: EMFILE.
        resource.setrlimit(resource.RLIMIT_NOFILE, (_DESCRIPTORS, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
        reply = _run(store, task)
        if isinstance(reply, Done) and reply.content is None:
            send(connection, reply, [_SPOOL])
            os.close(_SPOOL)
            _open_spool(limits.spool)
        else:
            os.ftruncate(_SPOOL, 0)
            os.lseek(_SPOOL, 0, os.SEEK_SET)
            send(connection, reply)


def _run(store: GraphStore, task: Task) -> Done | Failed:
    try:
        with os.fdopen(_SPOOL, "wb", buffering=INLINE, closefd=False) as spool:
            kind, format = store.answer(task.query, task.formats, spool)
            spool.flush()
            size = spool.tell()
        os.lseek(_SPOOL, 0, os.SEEK_SET)
        return Done(kind, format, size, os.pread(_SPOOL, size, 0) if size <= INLINE else None)
    except ServiceError as error:
        return Failed(error)
    except MemoryError:
        return Failed(None, "memory")
    except OSError as error:
        return Failed(None, os.strerror(error.errno) if error.errno else str(error))
    except ValueError as error:
        return Failed(None, str(error))


def _open_spool(folder: str) -> None:
    # O_TMPFILE would need a file system that has it; an unlinked file is gone with its last descriptor just the same.
    descriptor, path = tempfile.mkstemp(dir=folder)
    os.unlink(path)  # noqa: PTH108 - there is nothing but a path here
    if descriptor != _SPOOL:
        os.dup2(descriptor, _SPOOL)
        os.close(descriptor)


def main() -> None:
    """Be a zygote: arguments are SNAPSHOT UNION MEMORY RESULT SPOOL, the control connection is standard input."""
    snapshot, union, memory, result, spool = sys.argv[1:]
    zygote(Path(snapshot), union == "union", Limits(int(memory), int(result), spool), socket.socket(fileno=os.dup(0)))
