"""Which snapshot a serving process answers from: always the newest.

A new snapshot takes over between two requests: its service is opened beside the old one, then new requests go to it, and the old
one is closed when its last request is answered. A request sees one snapshot from beginning to end. What tells of a new snapshot is
the link `last-…` that a build moves: a build of the main process on SIGHUP, or a `graph-service build` elsewhere. On another engine
it takes over when that server holds it.
"""

import gc
import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from flask import Flask

from graph_service.build import failure
from graph_service.build.failure import Failure
from graph_service.build.identity import source_set
from graph_service.engine.pending import Begun
from graph_service.engine.result import Query
from graph_service.errors import ServiceError
from graph_service.service.service import Service
from graph_service.settings import Settings
from graph_service.snapshot.snapshot import Snapshot, last_good
from graph_service.web.app import create_app
from graph_service.web.endpoints import sparql
from graph_service.web.endpoints.sparql import Endpoint
from graph_service.web.middleware.application import Application
from graph_service.web.middleware.cache import Cache, CacheCounts
from graph_service.web.middleware.compute_turns import Turns
from graph_service.web.middleware.metrics import Metrics
from graph_service.web.middleware.request import IncomingRequest
from graph_service.web.middleware.response import Reply
from graph_service.web.middleware.slow_clients import Readers
from graph_service.web.middleware.takeover import Takeover
from graph_service.web.processes.warming import warm

#: Seconds between two looks for a new snapshot, and for who waits for the effect of a change.
_LOOK, _SOON = 0.5, 0.1

#: Where it is asked whether the process is alive.
HEALTH = "/health"

_log = logging.getLogger(__name__)


class Generation:
    """One snapshot's application and the answers of it that are kept; and how many requests it has under way."""

    def __init__(self, flask: Flask, service: Service, turns: Turns, cache: Cache) -> None:
        self.service = service
        self._flask = flask
        self._application = Application(flask, turns)
        self._endpoint = Endpoint(self._application, service)
        self.cache = cache
        #: The answer of HEALTH, which is always the same.
        self.health = self.answer(IncomingRequest("GET", HEALTH))
        self._under_way = 0
        self._retired = False
        self._lock = threading.Lock()

    def warm(self) -> None:
        """Make what is made once for this snapshot, so that no client waits for it."""
        warm(self._flask, self.service, self.answer)

    def answer(self, asked: IncomingRequest) -> Reply:
        """The answer to a request, made in this thread. Raises Unavailable when the disk is full, Busy if no turn comes."""
        return self._endpoint.answer(asked) if sparql.takes(asked) else self._application.answer(asked)

    async def begin(self, asked: IncomingRequest) -> Reply | Begun[Reply]:
        """The answer to a short question, from the event loop; for all others what a thread has to do."""
        return await self._endpoint.begin(asked) if sparql.takes(asked) else Begun(partial(self._application.answer, asked))

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
            # Ending the engine's processes takes a moment, and this may be the thread of the event loop.
            threading.Thread(target=self.service.close, daemon=True).start()

    def retire(self) -> None:
        """Take no more requests, and close when those under way have ended."""
        with self._lock:
            self._retired = True
            is_last = self._under_way == 0
        if is_last:
            self.service.close()


class Succession:
    """The generations, one after the other."""

    def __init__(self, snapshot: Snapshot, settings: Settings, restarts: int, readers: Readers) -> None:
        """`restarts` is how many serving processes had to be replaced before this one."""
        self._settings = settings
        self._cache_counts = CacheCounts()
        self._sources = source_set(settings)
        self._takeover = Takeover()
        self._successor: Generation | None = None
        #: The counters over all snapshots.
        self.metrics = Metrics(lambda: self._current.service, self._cache_counts, readers, self._takeover, restarts)
        self._turns = Turns(settings.workers, settings.query_deadline)
        self._current = self._generation(snapshot)
        if not settings.development:
            threading.Thread(target=self._current.warm, daemon=True).start()
        threading.Thread(target=self._look_for_successors, daemon=True).start()
        # Apart from that, since taking a snapshot over takes some seconds.
        threading.Thread(target=self._hear_of_builds, daemon=True).start()

    @property
    def newest(self) -> Generation:
        """The newest generation, to look at."""
        return self._current

    def enter(self) -> Generation:
        """The newest generation, to answer a request with, which is to be left again."""
        while not (generation := self._current).enter():
            pass
        return generation

    def _generation(self, snapshot: Snapshot) -> Generation:
        service = Service.open(snapshot, self._settings, self._turns.given_up)
        app = create_app(service, self._settings, self.metrics.registry, self._takeover)
        # What a snapshot's application is made of lives as long as it does: looking through it again and again for garbage would
        # hold up requests. What an earlier one left is found first.
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        return Generation(app, service, self._turns, Cache(snapshot, self._settings, self._cache_counts))

    def _look_for_successors(self) -> None:
        wait: Callable[[float], bool] = threading.Event().wait
        while not wait(_SOON if self._settings.development else _LOOK):
            try:
                self._look()
            except Exception as error:  # the only thread that looks: whatever it meets, it looks again
                self._drop_successor()
                self._failed(error)

    def _hear_of_builds(self) -> None:
        wait: Callable[[float], bool] = threading.Event().wait
        while not wait(_LOOK):
            try:
                failed = failure.last(self._settings.snapshots, self._sources)
            except (OSError, ValueError, TypeError) as error:
                failed = Failure("", f"What the last build came to cannot be read: {error}")
            self._takeover.hear(failed)

    def _look(self) -> None:
        """Take over the newest snapshot if there is a newer one and it answers. Raises whatever opening it does."""
        newest = last_good(self._settings.snapshots, self._sources)
        if self._successor is not None and (newest is None or newest.manifest != self._successor.service.snapshot.manifest):
            self._drop_successor()
        # One that was damaged and made anew has the same id, and files of its own.
        if newest is None or newest.manifest == self._current.service.snapshot.manifest:
            self._takeover.fault = ""
            return
        self._successor = self._successor or self._generation(newest)
        try:
            self._successor.service.sparql(Query("ASK {}")).close()
        except ServiceError as error:
            # Another server may not have been given the snapshot yet.
            self._failed(error, "new snapshot waits")
            return
        is_ours = self._settings.engine == "embedded"
        if is_ours and not self._settings.development:
            self._successor.warm()
        old, self._current, self._successor = self._current, self._successor, None
        self._takeover.fault = ""
        _log.info("snapshot taken over", extra={"snapshot": newest.id})
        old.retire()
        if not is_ours:
            # Another server answers from the new snapshot alone since it has been loaded: nobody is to wait for the pages.
            self._current.warm()

    def _failed(self, error: Exception, message: str = "new snapshot not taken over") -> None:
        """Count and tell; the same again is not told again."""
        fault = str(error) or type(error).__name__
        if fault != self._takeover.fault:
            self._takeover.failures += 1
            self._takeover.fault = fault
            _log.error(message, extra={"detail": fault}, exc_info=not isinstance(error, ServiceError | OSError))

    def _drop_successor(self) -> None:
        dropped, self._successor = self._successor, None
        if dropped is not None:
            with suppress(Exception):  # it is the faulty one
                dropped.retire()
