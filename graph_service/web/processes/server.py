"""`graph-service serve`: the main process, which listens, starts the process that serves, and starts another one when that dies.

The listening socket belongs to the main process. So while a serving process is being replaced, connections are not refused: they wait
in the socket's backlog until the next one accepts them. A serving process that dies again and again is not replaced for ever: the
service says so and ends, for a supervisor (systemd, Docker) to see.
"""

import ctypes
import gc
import logging
import multiprocessing
import os
import signal
import socket
import sys
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from granian import Granian
from granian._granian import SocketHolder
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from graph_service.build.identity import source_set
from graph_service.settings import Settings
from graph_service.snapshot.snapshot import Snapshot, last_good
from graph_service.web.middleware.log import log_to_stderr
from graph_service.web.processes.listening import BACKLOG, listen, shown
from graph_service.web.processes.rebuilding import Rebuilding
from graph_service.web.processes.serving import Serving

#: When garbage is looked for: among what requests leave behind often, among all that is kept, such as answers, seldom. With
#: Python's own figures some requests in a hundred waited 100 ms for the latter.
_COLLECTIONS = (10_000, 20, 100)

#: Seconds after which a thread that computes lets others go on. With Python's own 5 ms, the event loop waits that long for each of them.
_SWITCH = 0.0005

#: Seconds after the time of grace in which what is refused then goes out.
_LAST = 3

#: Bytes that the server reads and writes at once, for each connection, at least.
_LEAST_BUFFER = 64 * 1024

#: A serving process that died is replaced after this many seconds, twice as many each time that it happens again soon, up to a most.
_PAUSE, _LONGEST_PAUSE = 0.05, 5.0

#: Seconds within which deaths of serving processes are counted together.
_SOON = 60.0

_PR_SET_PDEATHSIG = 1

_log = logging.getLogger(__name__)


def serve_forever(listening: socket.socket, snapshot: Snapshot, settings: Settings) -> None:
    """Serve a snapshot, and its successors, at an address that is taken, until the process is told to stop.

    Raises SettingError if the address is another's. Exits with status 1 if the serving process cannot start, or dies again and again.
    """
    listen(listening, settings)
    log_to_stderr()
    rebuilding = Rebuilding(settings)
    if settings.reload_queries or settings.development:
        rebuilding.follow_files()
    # The serving process inherits the listening socket, settings and snapshot.
    multiprocessing.set_start_method("fork", force=True)
    server = _Server(listening, snapshot, settings, rebuilding)
    server.serve(target_loader=server.application, wrap_loader=False)


class _Server(Granian):  # type: ignore[misc,valid-type]
    """Granian with our listening socket, our way with a serving process that dies, and a SIGHUP that builds anew."""

    def __init__(self, listening: socket.socket, snapshot: Snapshot, settings: Settings, rebuilding: Rebuilding) -> None:
        super().__init__(
            "graph-service",
            address=settings.host,
            port=settings.port,
            interface=Interfaces.RSGI,
            websockets=False,
            # One HTTP/2 connection may open many streams and read none of them; a proxy speaks it with clients that want it.
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(
                header_read_timeout=int(settings.header_deadline * 1000),
                # The server itself refuses a head that is longer, before it takes it into memory.
                max_buffer_size=max(_LEAST_BUFFER, 2 * (settings.address_limit + settings.header_limit)),
            ),
            backlog=BACKLOG,
            backpressure=settings.connections,
            workers_kill_timeout=settings.grace + _LAST,
            log_level=LogLevels.error,
        )
        self._listening = listening
        self._snapshot = snapshot
        self._settings = settings
        self._rebuilding = rebuilding
        self._restarts = 0
        self._deaths: deque[float] = deque()
        self._has_served = False
        #: A serving process writes to it when it serves.
        self._served, self._serving = os.pipe()
        os.set_blocking(self._served, False)
        #: A serving process reads its end when it has to stop: also when this process is gone.
        self._told, self._telling = os.pipe()

    def application(self) -> Serving:
        """What a serving process runs, made in it."""
        # It must not go on alone, and keep the port, when the main process is killed.
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        gc.set_threshold(*_COLLECTIONS)
        sys.setswitchinterval(_SWITCH)
        newest = last_good(self._settings.snapshots, source_set(self._settings)) if self._restarts else None
        os.close(self._telling)
        application = Serving(newest or self._snapshot, self._settings, self._restarts, self._told)
        os.write(self._serving, b".")
        print(f"Serving on http://{shown(self._settings.host, self._settings.port)}", flush=True)
        return application

    def signal_handler_reload(self, *_: object) -> None:
        """Build anew, instead of starting the serving process again."""
        self._rebuilding.begin()

    def _stop_workers(self) -> None:
        os.write(self._telling, b".")
        super()._stop_workers()

    def _init_shared_socket(self) -> None:
        # Granian itself would have each serving process bind a socket of its own, which dies with it and its backlog.
        self._listening.setblocking(False)
        self._ssp, self._sso, self._sfd = None, self._listening, self._listening.fileno()
        self._shd = SocketHolder(self._sfd, False, BACKLOG)  # type: ignore[call-arg]

    def _serve_loop(self, spawn_target: Callable[..., None], target_loader: Callable[..., Any]) -> None:
        while True:
            self.main_loop_interrupt.wait()
            if self.interrupt_signal:
                return
            self.main_loop_interrupt.clear()
            try:
                if self.interrupt_children and not self._replace(spawn_target, target_loader):
                    return
            except Exception:  # the loop that keeps the service alive: it tries again, as often as processes may die
                _log.exception("no serving process could be started; it is tried again")
                self.main_loop_interrupt.set()

    def _replace(self, spawn_target: Callable[..., None], target_loader: Callable[..., Any]) -> bool:
        """Start a serving process in the place of one that died; False if the service gives up."""
        status = self.wrks[0].inner.exitcode
        with suppress(BlockingIOError):
            self._has_served = bool(os.read(self._served, 4096)) or self._has_served
        if not self._has_served:
            # One that never came so far would not the next time either.
            _log.critical("the serving process could not start", extra={"exit_status": status})
            return False
        now = time.monotonic()
        self._deaths.append(now)
        while self._deaths[0] < now - _SOON:
            self._deaths.popleft()
        said = {"exit_status": status, "deaths_in_a_minute": len(self._deaths)}
        if len(self._deaths) > self._settings.restarts:
            _log.critical("the serving process died too often; the service ends", extra=said)
            return False
        _log.error("the serving process died; another one is started", extra=said)
        time.sleep(min(_PAUSE * 2 ** (len(self._deaths) - 1), _LONGEST_PAUSE))
        # The next process begins with what this one knows.
        self._restarts += 1
        dead = self.wrks[0]
        self.interrupt_children.clear()
        try:
            # Making a process or a thread fails where the system has no room for another.
            self._respawn_workers([0], spawn_target, target_loader)
        except Exception:
            self.wrks[:], self.interrupt_children[:] = [dead], [0]
            self._restarts -= 1
            raise
        return True
