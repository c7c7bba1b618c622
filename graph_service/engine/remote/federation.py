"""SERVICE: federated queries to the servers that the settings list (SPARQL 1.1 Federated Query, section 2).

The process that runs a query has no network. So the calls are made here, before it: each SERVICE group is sent to its server as a query of
its own, and replaced by its solutions as VALUES, which is the same join. This excludes a SERVICE whose address is a variable, and solutions
with blank nodes, which a query cannot name.

Three checks keep a query from reaching other servers (SSRF): the address must be listed; its host must resolve to a public address, or that
address be listed itself; redirections are not followed.
"""

import ipaddress
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from graph_service.engine import wire
from graph_service.engine.pool import Workers
from graph_service.engine.process import nameless_file
from graph_service.engine.register import Register
from graph_service.engine.remote.client import RemoteQuery, ask, media_type, refuse_cut_off
from graph_service.engine.remote.http import Call, Peer
from graph_service.engine.result import Query
from graph_service.engine.tasks import read_calls
from graph_service.errors import BadGateway, Busy, Cancelled, Forbidden, OutOfMemory, OutOfTime, ResultTooLarge, ServiceError
from graph_service.settings import Settings
from graph_service.sparql.service_clauses import ServiceCall
from graph_service.sparql.tokens import may_use, replaced

_PORTS = {"http": 80, "https": 443}

#: The result of a SILENT group that failed: one solution that binds nothing (section 2.3.1).
_ONE_EMPTY_SOLUTION = "VALUES () { () }"


class Federation:
    """The servers that SERVICE may call, and the calls."""

    def __init__(self, settings: Settings, workers: Workers, register: Register) -> None:
        """`workers` parse queries and answers; queries that wait for other servers are in `register`."""
        self._settings = settings
        self._workers = workers
        #: `host`, which means its ports 80 and 443, or `host:port`.
        self._hosts = frozenset(settings.service_hosts)
        self._places = threading.BoundedSemaphore(2 * settings.workers)
        self._register = register

    def answered(self, query: Query) -> Query:
        """The query with VALUES in place of its SERVICE groups, and the moment when its time began to count.

        Raises Forbidden for a group whose server is not listed, before any is called, and for a listed name that resolves to a private
        address; MalformedQuery; Busy; ResultTooLarge, BadGateway, Unavailable and OutOfTime for a call that failed, unless it is SILENT;
        Cancelled by an operator.
        """
        if not self.may_call(query):
            return query
        began, seconds = query.began, query.seconds(self._settings.query_deadline)
        until = began + seconds
        with self._place(query, until) as waiting:
            given = [text for pair in query.given for text in pair]
            task = wire.pack(query.text, query.base or "", str(self._settings.service_groups), *given)
            with waiting.call as call, self._workers.work(wire.CALLS, task, call) as read:
                text, calls = read_calls(read.read())
            if not calls:
                return query
            for service in calls:
                self._refuse(service)
            answers: dict[tuple[str | None, str, bool], str] = {}
            size = 0
            outer = [service for service in calls if not service.inner]
            for service in outer:
                key = (service.address, service.query, service.silent)
                if key not in answers:
                    answers[key] = self._values(service, waiting, until, self._settings.service_limit - size)
                    size += len(answers[key])
        pieces = [(service.start, service.end, answers[service.address, service.query, service.silent]) for service in outer]
        if time.monotonic() >= until:
            raise OutOfTime(f"The query was stopped after {seconds:.1f} s, its time limit: it had waited for other servers.")
        return replace(query, text=replaced(text, pieces), given=(), since=began)

    def may_call(self, query: Query) -> bool:
        """Whether a query may have SERVICE groups that are called here."""
        return bool(self._hosts) and may_use(query.text, "SERVICE")

    def _refuse(self, call: ServiceCall) -> None:
        if call.address is None:
            raise Forbidden("SERVICE must be followed by an address in the query: a variable is not allowed here.", keyword="SERVICE")
        parts = urlsplit(call.address)
        try:
            listed = (
                parts.scheme in _PORTS
                and parts.username is None
                and parts.password is None
                and self._lists(parts.hostname or "", parts.port or _PORTS[parts.scheme])
            )
        except ValueError:
            listed = False
        if not listed:
            raise Forbidden(f"SERVICE may not call {call.address}: its host is not in the list of allowed hosts.", keyword="SERVICE")

    def _lists(self, host: str, port: int) -> bool:
        shown = f"[{host}]" if ":" in host else host
        return f"{shown}:{port}" in self._hosts or (shown in self._hosts and port in _PORTS.values())

    @contextmanager
    def _place(self, query: Query, until: float) -> Iterator["_Waiting"]:
        if not self._places.acquire(blocking=False):
            raise Busy("Too many queries are waiting for other servers. Try again in a moment.", retry_after=2)
        waiting = _Waiting(Call(until - time.monotonic(), "server"))
        running = self._register.add(query, waiting.stop)
        try:
            yield waiting
        finally:
            self._places.release()
            self._register.remove(running)

    def _values(self, service: ServiceCall, waiting: "_Waiting", until: float, limit: int) -> str:
        """The solutions of a SERVICE group, as VALUES."""
        # Half of the time left, so that there is time for the rest, above all after a SILENT call that timed out.
        call = waiting.call = Call((until - time.monotonic()) / 2, "server")
        # The query may have been cancelled between two calls.
        if waiting.stopped is not None:
            raise waiting.stopped
        try:
            with call:
                return self._ask(service, call, limit)
        except (Forbidden, Cancelled):
            raise
        except ServiceError:
            if not service.silent:
                raise
            return _ONE_EMPTY_SOLUTION

    def _ask(self, service: ServiceCall, call: Call, limit: int) -> str:
        peer = Peer(service.address or "", role="server", connect=self._connect)
        with nameless_file() as content:
            try:
                headers, _ = ask(RemoteQuery(peer, call, service.query, "SELECT"), peer, call, content, limit)
                refuse_cut_off(headers, peer)
                task = wire.pack(media_type(headers), str(limit), peer.name)
                with self._workers.work(wire.VALUES, task, call, content) as values:
                    return values.read().decode()
            except ResultTooLarge as error:
                detail = (
                    f"Other servers answer this query with more than {self._settings.service_limit} bytes, its limit. Ask them for less."
                )
                raise ResultTooLarge(detail, limit=self._settings.service_limit) from error
            except OutOfMemory as error:
                raise BadGateway(f"What the server {peer.name} answers is nested too deeply, or takes too much memory to read.") from error

    def _connect(self, address: tuple[str, int], timeout: float | None, source: tuple[str, int] | None) -> socket.socket:
        """Connect to a host at an allowed address: the address that is checked is the one connected to (no DNS rebinding)."""
        host, port = address
        failure: OSError | None = None
        found = {str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
        allowed = [number for number in sorted(found) if _is_public(number) or self._lists(number, port)]
        if not allowed:
            raise Forbidden(
                f"SERVICE may not call {host}: its address is private. To allow it, an operator lists the address itself.",
                keyword="SERVICE",
            )
        for number in allowed:
            try:
                return socket.create_connection((number, port), timeout, source)
            except OSError as error:
                failure = error
        assert failure is not None
        raise failure


@dataclass
class _Waiting:
    """A query that waits for other servers: its current call."""

    call: Call
    stopped: ServiceError | None = None

    def stop(self, reason: ServiceError) -> None:
        """End the current call, and allow none after it."""
        self.stopped = reason
        self.call.end(reason)


def _is_public(number: str) -> bool:
    """Whether an IP address is public, in whatever form it is written."""
    address = ipaddress.ip_address(number.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        # IPv6 forms of an IPv4 address: mapped, 6to4, NAT64 (RFC 6052); Teredo is not global.
        nat64 = ipaddress.IPv4Address(address.packed[12:]) if address in ipaddress.ip_network("64:ff9b::/96") else None
        inner = address.ipv4_mapped or address.sixtofour or nat64
        if inner is not None:
            return inner.is_global and not inner.is_multicast
    return address.is_global and not address.is_multicast
