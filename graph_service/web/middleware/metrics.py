"""Monitoring: the access log, and Prometheus metrics."""

import logging
import random
import re
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import lru_cache

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from graph_service.service.service import Service
from graph_service.web.middleware.cache import CacheCounts
from graph_service.web.middleware.log import Request, RequestLog
from graph_service.web.middleware.request import IncomingRequest
from graph_service.web.middleware.response import Reply
from graph_service.web.middleware.slow_clients import Readers
from graph_service.web.middleware.takeover import Takeover

#: First path segment -> the label of the request; all others are `other`, so that clients cannot create labels.
_KINDS = ("sparql", "queries", "id", "page", "data", "ns", "vocab", "graph", "downloads", "explain", "static", "health", "ready", "metrics")

#: The most characters of a path that are logged.
_PATH = 1000

_log = logging.getLogger(__name__)

_TRACE = re.compile(r"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")


class Metrics:
    """The metrics of one serving process, over all snapshots that it has served."""

    def __init__(self, service: Callable[[], Service], cache: CacheCounts, readers: Readers, takeover: Takeover, restarts: int) -> None:
        """`service` returns the service of the current snapshot, `restarts` counts replaced serving processes."""
        self.registry = CollectorRegistry()
        self.requests = Counter("graph_requests", "Requests", ["kind", "status"], registry=self.registry)
        self.seconds = Histogram("graph_request_seconds", "Seconds until the answer began", ["kind"], registry=self.registry)
        Counter("graph_restarts", "Serving processes that died and were replaced", registry=self.registry).inc(restarts)
        self.registry.register(_Current(service, cache, readers, takeover))
        # Cached, since looking up a labelled counter takes longer than incrementing it.
        self._requests = lru_cache(maxsize=None)(self.requests.labels)
        self._seconds = lru_cache(maxsize=None)(self.seconds.labels)

    def count(self, kind: str, status: str, seconds: float) -> None:
        """Count a request: its kind, its status, and the seconds until the response began."""
        self._requests(kind, status).inc()
        self._seconds(kind).observe(seconds)


class _Current(Collector):
    """Metrics that are collected on demand: engine, cache, snapshot."""

    def __init__(self, service: Callable[[], Service], cache: CacheCounts, readers: Readers, takeover: Takeover) -> None:
        self._service = service
        self._cache = cache
        self._readers = readers
        self._takeover = takeover
        self._since: dict[str, float] = {}

    def collect(self) -> Iterator[Metric]:
        for figures in (self._of_queries, self._of_answers, self._of_snapshots):
            try:
                yield from [*figures()]
            except Exception:  # the other metrics are still reported
                _log.exception("figures are missing from the metrics")

    def _of_queries(self) -> Iterator[Metric]:
        service = self._service()
        engine = service.engine
        yield GaugeMetricFamily("graph_queries_running", "Queries running", len(engine.register.running))
        yield GaugeMetricFamily("graph_queries_waiting", "Queries waiting for a place", engine.waiting)
        ended = CounterMetricFamily("graph_queries", "Queries ended, by how", labels=["outcome"])
        for outcome, count in vars(engine.counts).items():
            if outcome != "seconds":
                ended.add_metric([outcome], count)
        yield ended
        yield CounterMetricFamily("graph_query_seconds", "Seconds of queries that gave a result", engine.counts.seconds)

    def _of_answers(self) -> Iterator[Metric]:
        cache = CounterMetricFamily("graph_cache", "Requests by what the cache did", labels=["result"])
        for result, count in vars(self._cache).items():
            cache.add_metric([result], count)
        yield cache
        yield CounterMetricFamily("graph_readers_given_up", "Clients that took their answer too slowly", self._readers.given_up)
        yield CounterMetricFamily("graph_reader_look_failures", "Times that clients could not be looked at", self._readers.failures)
        yield GaugeMetricFamily("graph_spooled_bytes", "Bytes on disk of large answers that are on their way", self._readers.spooled)

    def _of_snapshots(self) -> Iterator[Metric]:
        service = self._service()
        failures = "Times that a newer snapshot could not be taken over"
        yield CounterMetricFamily("graph_takeover_failures", failures, self._takeover.failures)
        yield CounterMetricFamily("graph_build_failures", "Builds that failed", self._takeover.failed_builds)
        failed = self._takeover.last_build is not None
        yield GaugeMetricFamily("graph_last_build_failed", "Whether the last build failed", int(failed))
        snapshot = GaugeMetricFamily("graph_snapshot_triples", "Triples of the snapshot that is served", labels=["snapshot"])
        snapshot.add_metric([service.snapshot.id], service.snapshot.triples)
        yield snapshot
        age = time.time() - datetime.fromisoformat(service.snapshot.made).timestamp()
        yield GaugeMetricFamily("graph_snapshot_age_seconds", "Seconds since the snapshot was built", age)


class Watch:
    """Counts and logs the requests of one serving process."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._log = RequestLog()
        # Ids must be unique but not secret: the process's own generator is enough and makes no system call.
        self._random = random.Random()  # noqa: S311

    def name(self, asked: IncomingRequest) -> str:
        """The id of a request: its trace id (W3C Trace Context), or a new one."""
        given = asked.headers.get("traceparent")
        trace = _TRACE.fullmatch(given) if given is not None else None
        return trace[1] if trace else f"{self._random.getrandbits(128):032x}"

    def count(self, asked: IncomingRequest, id: str, reply: Reply, seconds: float) -> None:
        """Count and log a request, whose response began after so many seconds."""
        first = asked.path.lstrip("/").partition("/")[0].partition(".")[0]
        kind = first if first in _KINDS else "home" if first == "" else "other"
        self._metrics.count(kind, str(int(reply.status)), seconds)
        query = next((value for name, value in reply.headers if name == "X-Query-Id"), None)
        path = asked.path if len(asked.path) <= _PATH else asked.path[: _PATH - 1] + "…"
        self._log.add(Request(time.time(), id, query, asked.method, path, int(reply.status), seconds))
