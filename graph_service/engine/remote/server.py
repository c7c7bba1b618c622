"""The remote engine: another SPARQL 1.1 server runs every query, over the snapshot that `graph-service push` has uploaded.

SPARQLWrapper sends the query as a form, with the dataset as parameters (see `layout`), and asks for JSON or N-Triples; the whole answer is
read into a file, checked, and only then written in the requested format. So an answer that breaks off or is malformed is an error and never
a shorter answer.
"""

import http.client
import sys
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from email.message import Message
from functools import partial

from graph_service.engine import wire
from graph_service.engine.engine import Counts
from graph_service.engine.lanes import Lanes
from graph_service.engine.pending import Begun
from graph_service.engine.pool import Workers
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
from graph_service.settings import Settings
from graph_service.sparql.outline import Outline

#: Seconds for which a check that the server holds the snapshot is valid: a push may replace it at any time.
_BELIEVED = 1

#: A limit of rows below this is looked for before a graph counts as complete.
_MANY_ROWS = 100_000


class RemoteEngine:
    """Runs queries over a snapshot on another server (`engine.Engine`)."""

    collates = False
    keeps_blank_nodes = False

    def __init__(self, peer: Peer, snapshot: str, graphs: Collection[str], settings: Settings, space: Space) -> None:
        """`snapshot` is its id, `graphs` are the IRIs of its named graphs, `space` has the graph's own namespaces and graph names."""
        self._peer = peer
        #: Worker processes without a graph: they parse queries and answers.
        self.workers = Workers(None, settings, space=space)
        self._inferred = space.graph_inferred
        self._snapshot = snapshot
        self._graphs = list(graphs)
        self._settings = settings
        # One lane, with as many places as the embedded engine has, short and long ones together.
        self._lanes = Lanes(3 * settings.workers, settings.queue)
        self.register = Register(settings.log_queries)
        self._closed = False
        self._seen = -float("inf")
        self._cuts_graphs: bool | None = None
        self.counts = Counts()

    def run(self, query: Query, formats: Formats = READABLE) -> Result:
        """See `Engine.run`. Raises Forbidden for a server's own function, too, Unavailable if the server is down or does not hold the
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
        return self._lanes.waiting

    def close(self) -> None:
        """Break off all exchanges. Queries that are running fail as Unavailable."""
        self._closed = True
        self.register.stop_all(Unavailable("The service is stopping.", retry_after=5))
        self.workers.close()

    @contextmanager
    def _place(self, query: Query) -> Iterator[Call]:
        """A place for a query, and its exchange with the server. Raises Busy, and the query's errors after counting them."""
        until = query.began + query.seconds(self._settings.query_deadline)
        place = self._lanes.place(query.key, until)
        try:
            place.enter()
        except Busy:
            self.counts.refused += 1
            raise
        call = Call(until - time.monotonic())
        # A closed connection tells the server to stop.
        running = self.register.add(query, call.end)
        try:
            # `close` stops only the queries that are registered at that moment.
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
            place.leave()
            self.register.remove(running, type(sys.exception()).__name__ if sys.exception() else "Done")

    def _dataset(self, query: Query, plan: Outline) -> tuple[Sequence[str], Sequence[str]]:
        """The default graphs and named graphs to query: never none, and only the snapshot's."""
        if query.default_graphs is not None or query.named_graphs is not None:
            default, named = query.default_graphs or (), query.named_graphs or ()
        elif plan.default_graphs is not None or plan.named_graphs is not None:
            default, named = plan.default_graphs or (), plan.named_graphs or ()
        else:
            whole = (UNION if query.infer else ASSERTED) if self._settings.default_graph == "union" else UNNAMED
            return [whole], self._graphs_of(graph for graph in self._graphs if query.infer or graph != self._inferred)
        return self._graphs_of(node.value for node in named_nodes(default)), self._graphs_of(node.value for node in named_nodes(named))

    def _graphs_of(self, iris: Iterator[str]) -> Sequence[str]:
        return [iri for iri in iris if iri in self._graphs] or [NOTHING]

    def _check(self, call: Call) -> None:
        """Raise Unavailable unless the server holds the snapshot, or did at a check a moment ago."""
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
        # Virtuoso drops all solutions for GRAPH with an IRI outside the dataset: the outline uses a graph inside it that is empty.
        for graph in dict.fromkeys([*named, NOTHING]):
            client.addNamedGraph(graph)
        with nameless_file() as content:
            headers, marked = ask(client, self._peer, call, content, self._settings.result_limit)
            self._all_there(headers, marked, kind, call)
            task = wire.pack(wire.write_format(kind, format), media_type(headers), "distinct" if plan.distinct else "")
            try:
                return self.workers.work(wire.ANSWER, task, call, content)
            except OutOfMemory as error:
                raise BadGateway("The answer of the engine is nested too deeply, or takes too much memory to read.") from error

    def _all_there(self, headers: Message, marked: bool, kind: ResultKind, call: Call) -> None:
        """Raise OutOfTime, ResultTooLarge or BadGateway if the answer is, or may be, incomplete."""
        refuse_cut_off(headers, self._peer)
        if not marked and kind is ResultKind.GRAPH:
            # JSON and XML have an end of their own; N-Triples may end after any line.
            raise BadGateway("The engine does not mark the end of what it sends: half a graph would look whole.")
        if kind is ResultKind.GRAPH and "virtuoso" in str(headers.get("Server", "")).lower():
            if self._cuts_graphs is None:
                self._cuts_graphs = self._finds_graphs_cut(call)
            if self._cuts_graphs:
                raise BadGateway("The engine truncates graphs silently, after a few solutions: set its ResultSetMaxRows higher.")

    def _finds_graphs_cut(self, call: Call) -> bool:
        """Whether the server has a limit of rows that it reports for tables only and that ordinary results reach (Virtuoso)."""
        client = RemoteQuery(self._peer, call, f"SELECT ?s WHERE {{ ?s ?p ?o }} LIMIT {_MANY_ROWS}", "SELECT")
        client.addDefaultGraph(UNION)
        try:
            with client.query().response as response:
                return response.headers.get("X-SPARQL-MaxRows") is not None
        except (OSError, http.client.HTTPException, ServiceError) as error:
            raise self._peer.explain(error, call) from error
