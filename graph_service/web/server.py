"""The process that serves: granian, and behind it the application of the newest snapshot.

A new snapshot takes over between two requests: its service is opened beside the old one, then new requests go to it, and the old
one is closed when its last request is answered. A request sees one snapshot from beginning to end. What tells of a new snapshot is
the link `last-…` that a build moves: this process's own build on SIGHUP, or a `graph-service build` elsewhere. On another engine it
takes over when that server holds it.
"""

import errno
import gc
import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from werkzeug.wsgi import ClosingIterator

from graph_service.config import Settings
from graph_service.engine.result import Query
from graph_service.errors import ServiceError, SettingError
from graph_service.knowledge.build import build, source_set
from graph_service.knowledge.snapshot import Snapshot, last_good
from graph_service.service import Service
from graph_service.web.app import create_app
from graph_service.web.front.bodies import PLACES, Bodies
from graph_service.web.front.cache import Cache, CacheCounts
from graph_service.web.front.endpoint import Endpoint
from graph_service.web.front.log import log_to_stderr
from graph_service.web.front.watching import Metrics, Watch

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_SNAPSHOT = "_GRAPH_SERVICE_SNAPSHOT"

#: When garbage is looked for: among what requests leave behind often, among all that is kept, such as answers, seldom. With
#: Python's own figures some requests in a hundred waited 100 ms for the latter.
_COLLECTIONS = (10_000, 20, 100)

#: Seconds between two looks for a new snapshot.
_LOOK = 0.5

#: Seconds that another process gets to let go of the port.
_HANDOVER = 5

#: Seconds that requests under way get to end when the process is told to stop.
_GRACE = 10

_log = logging.getLogger(__name__)


def serve_forever(snapshot: Snapshot, settings: Settings) -> None:
    """Serve a snapshot, and its successors, until the process is told to stop. Raises SettingError if the port is another's."""
    _refuse_shared_port(settings)
    # The serving process is a child that granian starts afresh: settings and snapshot reach it by its environment.
    os.environ.update(settings.environment())
    os.environ[_SNAPSHOT] = str(snapshot.folder)
    log_to_stderr()
    if settings.reload_queries:
        threading.Thread(target=_follow_queries, args=(settings.queries,), daemon=True).start()
    _Server(
        f"{__name__}:make_app",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        # A thread for each query that may run or wait, here, for other servers or for its like, for each body, and some for the rest.
        blocking_threads=5 * settings.workers + 2 * settings.queue + PLACES + 16,
        workers_kill_timeout=_GRACE,
        log_level=LogLevels.error,
    ).serve()


def _refuse_shared_port(settings: Settings) -> None:
    """Raise SettingError where another process listens: granian would share the port with it, and each get some of the requests.

    One that is about to stop, as when a service is started again, is waited for.
    """
    until = time.monotonic() + _HANDOVER
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    while True:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.host, settings.port))
                return
            except OSError as error:
                if error.errno != errno.EADDRINUSE or time.monotonic() > until:
                    where = f"{settings.host}:{settings.port}"
                    raise SettingError(f"It is not possible to listen on {where}: {error.strerror}.") from error
        time.sleep(0.1)


class _Server(Granian):  # type: ignore[misc,valid-type]
    """Granian, with a SIGHUP that builds anew instead of starting the serving process again."""

    def signal_handler_reload(self, *_: object) -> None:
        threading.Thread(target=_rebuild, daemon=True).start()


def _follow_queries(places: Iterable[Path]) -> None:
    """Build anew whenever a file of canned queries comes, changes or goes."""

    def state() -> dict[Path, tuple[int, int]]:
        files = [file for place in places for file in (place.glob("*.rq") if place.is_dir() else [place])]
        return {file: (about.st_mtime_ns, about.st_size) for file in files if (about := _about(file)) is not None}

    seen = state()
    while True:
        time.sleep(_LOOK)
        if (now := state()) != seen:
            seen = now
            _rebuild()


def _about(file: Path) -> os.stat_result | None:
    try:
        return file.stat()
    except OSError:
        # It went between the listing and the look.
        return None


def _rebuild() -> None:
    settings = Settings.read(os.environ)
    try:
        build(settings, _log.info)
    except ServiceError as error:
        _log.error("build failed; the last good snapshot stays", extra={"detail": error.detail})


def make_app() -> "WSGIApplication":
    """The application of a serving process, made from what `serve_forever` left in the environment."""
    log_to_stderr()
    gc.set_threshold(*_COLLECTIONS)
    settings = Settings.read({name: value for name, value in os.environ.items() if name != _SNAPSHOT})
    application = Succession(Snapshot.open(Path(os.environ[_SNAPSHOT])), settings)
    print(f"Serving on http://{settings.host}:{settings.port}", flush=True)
    return application


class _Generation:
    """One snapshot's application, and how many requests it has under way."""

    def __init__(self, service: Service, application: "WSGIApplication") -> None:
        self.service = service
        self.application = application
        self._under_way = 0
        self._retired = False
        self._lock = threading.Lock()

    def enter(self) -> bool:
        """Begin a request; False if this generation takes none any more."""
        with self._lock:
            if self._retired:
                return False
            self._under_way += 1
            return True

    def leave(self) -> None:
        """End a request."""
        with self._lock:
            self._under_way -= 1
            is_last = self._retired and self._under_way == 0
        if is_last:
            self.service.close()

    def retire(self) -> None:
        """Take no more requests, and close when those under way have ended."""
        with self._lock:
            self._retired = True
            is_last = self._under_way == 0
        if is_last:
            self.service.close()


class Succession:
    """A WSGI application that is always the newest snapshot's."""

    def __init__(self, snapshot: Snapshot, settings: Settings) -> None:
        self._settings = settings
        self._cache_counts = CacheCounts()
        self._metrics = Metrics(lambda: self._current.service, self._cache_counts)
        self._current = self._generation(snapshot)
        self._watch = Watch(Bodies(self._dispatch, settings.body_limit), self._metrics)
        threading.Thread(target=self._look_for_successors, daemon=True).start()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request with the snapshot that is the newest when it comes."""
        return self._watch(environ, start_response)

    def _dispatch(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        while True:
            generation = self._current
            if generation.enter():
                break
        try:
            answer = generation.application(environ, start_response)
        except BaseException:
            generation.leave()
            raise
        if isinstance(answer, list):
            # It is whole, and needs its snapshot no more.
            generation.leave()
            return answer
        return ClosingIterator(answer, [generation.leave])

    def _generation(self, snapshot: Snapshot) -> _Generation:
        service = Service.open(snapshot, self._settings)
        app = create_app(service, self._settings, self._metrics.registry)
        # What a snapshot's application is made of lives as long as it does: looking through it again and again for garbage would
        # hold up requests. What an earlier one left is found first.
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        return _Generation(service, Cache(Endpoint(app, service), snapshot, self._settings, self._cache_counts))

    def _look_for_successors(self) -> None:
        wait: Callable[[float], bool] = threading.Event().wait
        name = source_set(self._settings)
        successor: _Generation | None = None
        fault = ""
        while not wait(_LOOK):
            try:
                newest = last_good(self._settings.snapshots, name)
                if successor is not None and (newest is None or newest.id != successor.service.snapshot.id):
                    successor.retire()
                    successor = None
                if newest is None or newest.id == self._current.service.snapshot.id:
                    continue
                is_new = successor is None
                successor = successor or self._generation(newest)
                if self._is_ready(successor, is_new):
                    old, self._current, successor = self._current, successor, None
                    old.retire()
                    _log.info("snapshot taken over", extra={"snapshot": newest.id})
            except (ServiceError, OSError) as error:
                if str(error) != fault:
                    _log.error("new snapshot not taken over", extra={"detail": str(error)})
                fault = str(error)

    def _is_ready(self, successor: _Generation, is_new: bool) -> bool:
        """Whether a generation answers: another server may not have been given its snapshot yet. Why not is logged once."""
        try:
            successor.service.sparql(Query("ASK {}")).close()
        except ServiceError as error:
            if is_new:
                _log.warning("new snapshot waits", extra={"snapshot": successor.service.snapshot.id, "detail": error.detail})
            return False
        return True
