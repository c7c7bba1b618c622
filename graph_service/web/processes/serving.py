"""A request's way through the serving process: its limits, what is kept, the application in a thread, and out as bytes or as a file.

Everything that waits for a client (for its body, for it to read) is done by the event loop and the server, which need no thread for it.
Threads are for the application, whose work has a deadline. What runs for a client that has gone is ended.
"""

import asyncio
import logging
import threading
import time
from typing import TYPE_CHECKING

from graph_service.arrival import arrived
from graph_service.errors import Busy, ServiceError, Unavailable
from graph_service.settings import Settings
from graph_service.snapshot.snapshot import Snapshot
from graph_service.web.middleware.addresses import Addresses
from graph_service.web.middleware.conditions import cut, leave_out_useless_range, settled
from graph_service.web.middleware.error_responses import refusal
from graph_service.web.middleware.limits import RequestLimits
from graph_service.web.middleware.metrics import Watch
from graph_service.web.middleware.request import IncomingRequest
from graph_service.web.middleware.response import FilePart, Reply
from graph_service.web.middleware.slow_clients import Readers
from graph_service.web.middleware.thread_pool import Threads
from graph_service.web.processes.generations import HEALTH, Generation, Succession

if TYPE_CHECKING:
    from granian._granian import RSGIHTTPProtocol as HTTPProtocol
    from granian.rsgi import Scope

#: Seconds after which it is looked whether the client still waits.
_PATIENCE = 0.5

#: Seconds for which a file without a name is kept after the server has been told to send it: it opens the file itself, at once.
_KEPT_OPEN = 5

_log = logging.getLogger(__name__)


class Serving:
    """The application of a serving process (RSGI, https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md)."""

    def __init__(self, snapshot: Snapshot, settings: Settings, restarts: int, told: int) -> None:
        """`restarts` is how many serving processes had to be replaced before this one; `told` is a file to read from when it must stop."""
        self._grace = settings.grace
        self._told = told
        self._limits = RequestLimits(settings)
        self._addresses = Addresses(settings)
        self._readers = Readers(settings.port, settings.send_deadline, settings.lowest_rate).start()
        self._spool_limit = settings.spool_limit
        self._succession = Succession(snapshot, settings, restarts, self._readers)
        self._watch = Watch(self._succession.metrics)
        # A thread for each query that may run or wait, here or for other servers, and some for the rest.
        self._threads: Threads[Reply] = Threads(5 * settings.workers + settings.queue + 16)
        self._under_way: set[asyncio.Task[None]] = set()
        self._gave_up = False

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """What the server calls before the first request."""
        loop.add_reader(self._told, self._begin_to_stop, loop)

    def _begin_to_stop(self, loop: asyncio.AbstractEventLoop) -> None:
        """Requests under way have a time of grace; the server itself takes no new ones."""
        loop.remove_reader(self._told)
        loop.call_later(self._grace, self._give_up)

    def _give_up(self) -> None:
        """Whoever waits is told now: for a thread, for a place, or for what another one has asked. The threads end with the process."""
        self._gave_up = True
        for task in self._under_way:
            task.cancel()

    async def __rsgi__(self, scope: "Scope", protocol: "HTTPProtocol") -> None:
        """Answer a request."""
        began = time.perf_counter()
        asked = IncomingRequest.from_scope(scope)
        task = asyncio.current_task()
        assert task is not None
        self._under_way.add(task)
        try:
            reply = cut(asked, settled(asked, await self._answer(asked, scope.client, protocol)))
        except ServiceError as error:
            reply = refusal(error, asked)
        except asyncio.CancelledError:
            if not self._gave_up:
                raise
            reply = refusal(Unavailable("The service is stopping. Try again in a moment.", retry_after=5), asked)
        except Exception:
            _log.exception("a request failed", extra={"path": asked.path})
            reply = refusal(ServiceError("Something went wrong here; it has been logged."), asked)
        finally:
            self._under_way.discard(task)
        id = self._watch.name(asked)
        _send(reply, [*reply.headers, ("X-Request-Id", id)], asked.method, protocol)
        self._watch.count(asked, id, reply, time.perf_counter() - began)

    async def _answer(self, asked: IncomingRequest, peer: str, protocol: "HTTPProtocol") -> Reply:
        self._addresses.find_root(asked)
        self._limits.refuse_long_head(asked)
        self._addresses.settle(asked, peer)
        asked.leave_out_what_nobody_reads()
        leave_out_useless_range(asked)
        if asked.has_body:
            asked.body = await self._limits.read_body(asked, protocol)
        generation = self._succession.newest
        # Whether the process is alive does not depend on a free thread.
        reply = generation.health if asked.path == HEALTH and asked.method in {"GET", "HEAD"} else generation.cache.known(asked)
        if reply is not None:
            return reply
        generation = self._succession.enter()
        try:
            reply = await generation.cache.answer(asked, lambda: self._worked_out(generation, asked, protocol))
        finally:
            generation.leave()
        if isinstance(reply.content, FilePart) and reply.content.open is not None and self._readers.spooled > self._spool_limit:
            raise Busy("Too many large answers are on their way. Try again in a moment.", retry_after=10)
        return reply

    async def _worked_out(self, generation: Generation, asked: IncomingRequest, protocol: "HTTPProtocol") -> Reply:
        """What the application answers, in a thread if it takes long. Raises Busy if no thread is free.

        If the client leaves, its query is ended.
        """
        begun = await generation.begin(asked)
        if isinstance(begun, Reply):
            return begun

        def work() -> Reply:
            asked.thread = threading.get_ident()
            with arrived(asked.arrived):
                return begun.finish()

        async def look_for_client() -> None:
            await protocol.client_disconnect()
            if not answered.done() and asked.thread is not None:
                generation.service.engine.register.abandon(asked.thread)

        loop = asyncio.get_running_loop()
        try:
            answered = self._threads.run(work)
        except Busy:
            begun.drop()
            raise
        looking: list[asyncio.Task[None]] = []
        timer = loop.call_later(_PATIENCE, lambda: looking.append(loop.create_task(look_for_client())))
        try:
            return await answered
        finally:
            timer.cancel()
            for task in looking:
                task.cancel()


def _send(reply: Reply, headers: list[tuple[str, str]], method: str, protocol: "HTTPProtocol") -> None:
    content = reply.content
    if method == "HEAD" or not content:
        protocol.response_empty(reply.status, headers)
    elif isinstance(content, bytes):
        protocol.response_bytes(reply.status, headers, content)
    else:
        protocol.response_file_range(reply.status, headers, content.path, content.start, content.end)
        if content.open is not None:
            asyncio.get_running_loop().call_later(_KEPT_OPEN, _let_go, content)


def _let_go(part: FilePart) -> None:
    """Nothing to do: this has held the file until now, and it is closed with its last reference."""
