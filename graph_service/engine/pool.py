"""The pool of worker processes: a fork server starts them and is itself replaced when it dies; idle workers are reused.

A task that passes its deadline is killed with its process, which is replaced in milliseconds. `cause_of_death` tells a process that ran out
of memory or stack from one that was killed from outside.
"""

import hashlib
import logging
import os
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import Future
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from graph_service.engine import wire
from graph_service.engine.process import Process, nameless_file
from graph_service.engine.remote.http import Call
from graph_service.engine.result import Result
from graph_service.engine.sandbox import OPTIONAL_LAYERS
from graph_service.engine.wire import Broken, Done, Message
from graph_service.errors import OutOfMemory, OutOfTime, ResultTooLarge, ServiceError, Unavailable
from graph_service.rdf.space import Space
from graph_service.settings import Settings

#: Imported rather than run with `-m`, which would load the module twice.
FORK_SERVER = "from graph_service.engine.worker import main; main()"

#: Environment variables that Python needs to start; no others are passed on, above all no token and no password.
_ENVIRONMENT = ("PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH")

_log = logging.getLogger(__name__)


class Workers:
    """A pool of worker processes, with one graph or with none."""

    def __init__(self, snapshot: Path | None, settings: Settings, sha256: str = "", space: Space | None = None) -> None:
        """`sha256` is the hash that the file must still have when a dead fork server is replaced and loads it again; `space` has the
        graph's own namespaces and graph names.
        """
        self._space = space or Space()
        self._snapshot = snapshot
        self._settings = settings
        self._sha256 = sha256
        self._idle: list[Process] = []
        self._lock = threading.Lock()
        self._fork_server_lock = threading.Lock()
        self._replacing: Future[None] | None = None
        self._warned = False
        self.closed = False
        self._start_fork_server()

    @property
    def fork_server(self) -> int:
        """The process id of the fork server, and of the process group with all workers."""
        return self._fork_server.pid

    def take(self, fresh: bool, until: float) -> Process:
        """An idle worker, or with `fresh` a new one: after one has died, since a dead fork server takes all idle workers with it.

        Raises Unavailable while the engine closes, and if the graph must be loaded again and is not in time; OutOfTime if no worker is
        ready in time; EOFError, OSError or Broken if none can be started.
        """
        while True:
            with self._lock:
                if self.closed:
                    raise Unavailable("The service is stopping.", retry_after=5)
                worker = self._idle.pop() if self._idle and not fresh else None
            if worker is None:
                return self._fork(until)
            if not worker.speaks_unasked():
                return worker
            worker.kill()
            worker.close()

    def at_hand(self) -> Process | None:
        """An idle worker that takes a task without blocking; None if there is none."""
        with self._lock:
            if self._idle and self._idle[-1].is_at_hand and not self.closed:
                return self._idle.pop()
        return None

    def give_back(self, worker: Process, healthy: bool) -> None:
        """Return a worker to the pool, or end it."""
        if healthy and worker.holds_result:
            try:
                worker.let_go_of_files()
            except (EOFError, OSError, Broken):
                healthy = False
        if healthy:
            with self._lock:
                if not self.closed:
                    self._idle.append(worker)
                    return
        worker.kill()
        worker.close()

    def work(self, tag: bytes, content: bytes, call: Call, input: BinaryIO | None = None) -> Result:
        """Run a task in a worker until the call's deadline, which kills it; the result that it has written.

        Raises the task's errors, and the reason if the call was ended; Unavailable if no process can be started.
        """
        for last in (False, True):
            try:
                worker = self.take(last, time.monotonic() + call.left)
            except (EOFError, OSError, Broken) as error:
                if last or self.closed:
                    raise Unavailable("No process could be started to do the work.", retry_after=1) from error
                continue
            healthy = False
            try:
                call.breaks(worker.kill)
                worker.tell(tag, content, input)
                message = worker.hear(call.left)
                if message is None:
                    raise call.late
                result = self.result(worker, message)
                healthy = True
                return result
            except Broken as error:
                raise self.broken(worker, error) from error
            except (EOFError, OSError) as error:
                if call.ended is not None:
                    raise call.ended from error
                cause = self.cause_of_death(worker)
                if cause is not None or last:
                    raise cause or Unavailable("The process that did the work was ended from outside, twice.", retry_after=1) from error
            except ServiceError:
                # A deeply nested answer of another server can overflow the worker's stack when it is freed: the next task would get that
                # error.
                healthy = call.ended is None and input is None
                raise
            finally:
                call.breaks(None)
                self.give_back(worker, healthy)
        raise AssertionError("the second attempt is the last")

    def result(self, worker: Process, message: Message) -> Result:
        """The result in a worker's reply. Raises the error that the worker reports, Broken, and OutOfMemory, ResultTooLarge or Unavailable
        for what the system refused.
        """
        reply = wire.read_reply(message)
        if isinstance(reply, Done):
            return Result(reply.kind, reply.format, worker.take_file() if reply.content is None else reply.content, reply.volatile)
        if reply.reason == "memory":
            raise OutOfMemory(f"The query needs more than {self._settings.query_memory} bytes of memory, its limit.")
        if reply.reason == os.strerror(27):  # EFBIG, from RLIMIT_FSIZE
            limit = self._settings.result_limit
            raise ResultTooLarge(f"The result is larger than {limit} bytes, its limit. Ask for less, or page with LIMIT.", limit=limit)
        raise Unavailable(f"The result could not be written: {reply.reason}.", retry_after=10)

    def cause_of_death(self, worker: Process) -> ServiceError | None:
        """Why a process died, by its standard error; None if it was killed from outside."""
        words = worker.last_words()
        if "memory" in words:
            return OutOfMemory(f"The query needs more than {self._settings.query_memory} bytes of memory, its limit.")
        _log.warning("worker died", extra={"pid": worker.pid, "last_words": words[-2000:]})
        if "Segmentation fault" in words:
            return OutOfMemory("The query, or what it makes, is nested too deeply: the process that ran it had no more room on its stack.")
        if "Fatal Python error" in words or "panicked" in words:
            return Unavailable("The process that ran the query has failed. It would do so again.")
        return None

    def broken(self, worker: Process, error: Broken) -> ServiceError:
        """The error for a worker that breaks the protocol."""
        _log.error("worker gives no proper answer", extra={"pid": worker.pid, "reason": str(error)})
        return Unavailable("The process that ran the query gave no proper answer.")

    def close(self) -> None:
        """End all processes."""
        with self._lock:
            self.closed = True
            for worker in self._idle:
                worker.close()
            self._idle.clear()
        self._control.close()
        try:
            self._fork_server.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._fork_server.kill()
            self._fork_server.wait()

    def _fork(self, until: float) -> Process:
        with ExitStack() as undone:
            ours, theirs = socket.socketpair()
            undone.callback(ours.close)
            with theirs:
                errors = undone.enter_context(nameless_file())
                self._ask_fork_server([theirs.fileno(), errors.fileno()], until)
            try:
                worker = Process(ours, errors, until - time.monotonic())
            except TimeoutError as error:
                raise OutOfTime("The time limit passed before a process could start the work.") from error
            undone.pop_all()
        missing = [name for name in OPTIONAL_LAYERS if name not in worker.layers]
        if missing and not self._warned:
            _log.warning("workers run without a part of their sandbox: the kernel lacks it", extra={"missing": missing})
            self._warned = True
        return worker

    def _ask_fork_server(self, files: list[int], until: float) -> None:
        """Have the fork server fork; a dead one is replaced first, which takes as long as loading the graph does."""
        with self._fork_server_lock:
            replacing = self._replacing
            if replacing is None:
                try:
                    wire.send(self._control, wire.FORK, descriptors=files)
                    return
                except OSError:
                    if self.closed:
                        raise
                replacing = self._replacing = Future()
                threading.Thread(target=self._replace_fork_server, args=[replacing], daemon=True).start()
        try:
            replacing.result(timeout=max(0.0, until - time.monotonic()))
        except TimeoutError as error:
            raise Unavailable("The graph is being loaded again. Try again in a moment.", retry_after=5) from error
        with self._fork_server_lock:
            wire.send(self._control, wire.FORK, descriptors=files)

    def _replace_fork_server(self, ready: "Future[None]") -> None:
        """Start a new fork server in place of a dead one, and set the result or error in the future that others wait for."""
        fault: Exception | None = None
        try:
            self._fork_server.wait()
            self._control.close()
            self._check_snapshot()
            self._start_fork_server()
        except Exception as error:  # whatever it is, those who wait get it
            fault = error
        with self._fork_server_lock:
            self._replacing = None
        ready.set_exception(fault) if fault is not None else ready.set_result(None)

    def _check_snapshot(self) -> None:
        """Raise Unavailable if the graph's file has changed since it was first loaded."""
        if self._snapshot and self._sha256:
            with self._snapshot.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != self._sha256:
                    raise Unavailable("The file of the graph is damaged. `graph-service build` rebuilds it.", retry_after=60)

    def _start_fork_server(self) -> None:
        self._control, theirs = socket.socketpair()
        settings = self._settings
        numbers = (settings.query_memory, settings.result_limit, settings.query_depth, settings.term_depth)
        with theirs:
            self._fork_server = subprocess.Popen(  # noqa: S603 - this package's own module, with this engine's own numbers
                [
                    *(sys.executable, "-c", FORK_SERVER, str(self._snapshot or ""), settings.default_graph),
                    *map(str, numbers),
                    self._space.write(),
                ],
                stdin=theirs.fileno(),
                env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
                start_new_session=True,
            )
        wire.receive(self._control)
