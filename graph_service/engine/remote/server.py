"""The remote engine: every query is run by another SPARQL 1.1 server, which `graph-service push` has loaded the snapshot into.

The query is sent by SPARQLWrapper as a form, with the dataset as parameters (see `arrangement`), and asked for as JSON or
N-Triples; the answer is read as a whole into a file, checked, and only then written in the format that is wanted. So an answer
that breaks off, or is none, is an error and never a shorter answer.
"""

import http.client
import sys
import threading
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from email.message import Message
from functools import partial

from graph_service.engine import wire
from graph_service.engine.engine import Counts
from graph_service.engine.pending import Begun
from graph_service.engine.pool import EngineLimits, Workers
from graph_service.engine.process import nameless_file
from graph_service.engine.register import Register
from graph_service.engine.remote.client import RemoteQuery, ask, media_type, refuse_cut_off
from graph_service.engine.remote.http import Call, Peer
from graph_service.engine.remote.layout import ASSERTED, IDENTIFIER, NOTHING, STATE, UNION, UNNAMED
from graph_service.engine.result import READABLE, Formats, Query, Result, ResultKind, format_of
from graph_service.engine.store import named_nodes
from graph_service.engine.tasks import read_outline
from graph_service.errors import BadGateway, Busy, Cancelled, OutOfMemory, OutOfTime, ResultTooLarge, ServiceError, Unavailable
from graph_service.formats.media_types import Format
from graph_service.rdf.space import Space
from graph_service.sparql.outline import Outline

#: Seconds for which the server is believed to hold the snapshot that it held: a push may take its place at any time.
_BELIEVED = 1

#: A limit of rows below this is looked for before a graph is believed to be whole.
_MANY_ROWS = 100_000


class RemoteEngine:
    """Runs queries over a snapshot that another server holds (`engine.Engine`)."""

    collates = False
    keeps_blank_nodes = False

    def __init__(self, peer: Peer, snapshot: str, graphs: Collection[str], union: bool, limits: EngineLimits, space: Space) -> None:
        """`snapshot` is its id, `graphs` are the IRIs of its named graphs, `union` says whether they are in the default graph,
        `space` is what the graph calls what belongs to it.
        """
        self._peer = peer
        #: Processes without a graph: they look at queries and read answers.
        self.workers = Workers(None, union, limits, space=space)
        self._inferred = space.graph_inferred
        self._snapshot = snapshot
        self._graphs = list(graphs)
        self._union = union
        self._limits = limits
        # As many as the embedded engine runs, short and long ones together.
        self._places = threading.BoundedSemaphore(3 * limits.workers)
        self._lock = threading.Lock()
        self.register = Register(limits.log_texts)
        self._waiting = 0
        self._closed = False
        self._seen = -float("inf")
        self._cuts_graphs: bool | None = None
        self.counts = Counts()

    def run(self, query: Query, formats: Formats = READABLE) -> Result:
        """See `Engine.run`. Raises Forbidden for a server's own function as well, Unavailable if the server is down or does not hold the
        snapshot, and BadGateway if it refuses the query or its answer cannot be used.
        """
        began = time.monotonic()
        with self._place(query) as call:
            task = wire.pack(query.text, query.base or "", *(text for pair in query.given for text in pair))
            with self.workers.work(wire.PLAN, task, call) as read:
                volatile = read.volatile
                plan = read_outline(read.read())
            kind = ResultKind.of(plan.form)
            format = format_of(kind, formats)
            default, named = self._dataset(query, plan)
            self._check(call)
            result = self._ask(plan, default, named, format, kind, call)
            result.volatile = volatile
        self.counts.done += 1
        self.counts.seconds += time.monotonic() - began
        return result

    async def begin(self, query: Query, formats: Formats = READABLE) -> Result | Begun[Result]:
        """See `Engine.begin`: a thread waits for the server."""
        return Begun(partial(self.run, query, formats))

    @property
    def waiting(self) -> int:
        """How many queries wait for a place."""
        return self._waiting

    def close(self) -> None:
        """End all exchanges. Queries that are running fail as Unavailable."""
        self._closed = True
        self.register.stop_all(Unavailable("The service is stopping.", retry_after=5))
        self.workers.close()

    @contextmanager
    def _place(self, query: Query) -> Iterator[Call]:
        """A place for a query, and the call it is to make. Raises Busy, and what becomes of the query."""
        until = query.began + query.seconds(self._limits.deadline)
        self._enter(until)
        call = Call(until - time.monotonic())
        # The server is told by the end of the connection.
        running = self.register.add(query, call.end)
        try:
            # Who closes has stopped those that were there then.
            if self._closed:
                raise Unavailable("The service is stopping.", retry_after=5)
            with call:
                yield call
        except ServiceError as error:
            self.counts.timed_out += isinstance(error, OutOfTime)
            self.counts.too_large += isinstance(error, ResultTooLarge)
            self.counts.cancelled += isinstance(error, Cancelled)
            raise
        finally:
            self._places.release()
            self.register.remove(running, type(sys.exception()).__name__ if sys.exception() else "Done")

    def _enter(self, until: float) -> None:
        if self._places.acquire(blocking=False):
            return
        with self._lock:
            full = self._waiting >= self._limits.queue
            if not full:
                self._waiting += 1
        if full:
            self.counts.refused += 1
            raise Busy("Too many queries are waiting. Try again in a moment.", retry_after=2)
        try:
            if not self._places.acquire(timeout=max(0.0, until - time.monotonic())):
                self.counts.refused += 1
                raise Busy("No query came to its end in time for this one to begin. Try again later.", retry_after=5)
        finally:
            with self._lock:
                self._waiting -= 1

    def _dataset(self, query: Query, plan: Outline) -> tuple[Sequence[str], Sequence[str]]:
        """The default graphs and the named graphs to ask for: never none, and only what is the snapshot's."""
        if query.default_graphs is not None or query.named_graphs is not None:
            default, named = query.default_graphs or (), query.named_graphs or ()
        elif plan.default_graphs is not None or plan.named_graphs is not None:
            default, named = plan.default_graphs or (), plan.named_graphs or ()
        else:
            whole = (UNION if query.infer else ASSERTED) if self._union else UNNAMED
            return [whole], self._graphs_of(graph for graph in self._graphs if query.infer or graph != self._inferred)
        return self._graphs_of(node.value for node in named_nodes(default)), self._graphs_of(node.value for node in named_nodes(named))

    def _graphs_of(self, iris: Iterator[str]) -> Sequence[str]:
        return [iri for iri in iris if iri in self._graphs] or [NOTHING]

    def _check(self, call: Call) -> None:
        """Raise Unavailable unless the server holds the snapshot, or did a moment ago."""
        if time.monotonic() - self._seen < _BELIEVED:
            return
        plan = Outline("ASK", f'ASK {{ <{STATE}> <{IDENTIFIER}> "{self._snapshot}" }}')
        if not self._ask(plan, [STATE], [NOTHING], READABLE[ResultKind.TRUTH], ResultKind.TRUTH, call):
            raise Unavailable(f"The engine does not hold the snapshot {self._snapshot}; `graph-service push` loads it.", retry_after=30)
        self._seen = time.monotonic()

    def _ask(self, plan: Outline, default: Sequence[str], named: Sequence[str], format: Format, kind: ResultKind, call: Call) -> Result:
        client = RemoteQuery(self._peer, call, plan.within(named, NOTHING), plan.form)
        for graph in default:
            client.addDefaultGraph(graph)
        # Virtuoso takes GRAPH with an IRI outside the dataset to be true of nothing at all: it is given one that is in it, and empty.
        for graph in dict.fromkeys([*named, NOTHING]):
            client.addNamedGraph(graph)
        with nameless_file() as content:
            headers, marked = ask(client, self._peer, call, content, self._limits.result)
            self._all_there(headers, marked, kind, call)
            task = wire.pack(wire.write_format(kind, format), media_type(headers), "distinct" if plan.distinct else "")
            try:
                return self.workers.work(wire.ANSWER, task, call, content)
            except OutOfMemory as error:
                raise BadGateway("What the engine answers is nested too deeply, or takes too much memory to read.") from error

    def _all_there(self, headers: Message, marked: bool, kind: ResultKind, call: Call) -> None:
        """Raise OutOfTime, ResultTooLarge or BadGateway for an answer that says, or lets one fear, that it is not all."""
        refuse_cut_off(headers, self._peer)
        if not marked and kind is ResultKind.GRAPH:
            # JSON and XML have an end of their own; triples end anywhere.
            raise BadGateway("The engine does not mark the end of what it sends: half a graph would look whole.")
        if kind is ResultKind.GRAPH and "virtuoso" in str(headers.get("Server", "")).lower():
            if self._cuts_graphs is None:
                self._cuts_graphs = self._finds_graphs_cut(call)
            if self._cuts_graphs:
                raise BadGateway("The engine cuts graphs off without a word, at a few solutions: set its ResultSetMaxRows higher.")

    def _finds_graphs_cut(self, call: Call) -> bool:
        """Whether the server has a limit of rows that it tells of for tables only, and that ordinary results reach (Virtuoso)."""
        client = RemoteQuery(self._peer, call, f"SELECT ?s WHERE {{ ?s ?p ?o }} LIMIT {_MANY_ROWS}", "SELECT")
        client.addDefaultGraph(UNION)
        try:
            with client.query().response as response:
                return response.headers.get("X-SPARQL-MaxRows") is not None
        except (OSError, http.client.HTTPException, ServiceError) as error:
            raise self._peer.explain(error, call) from error
