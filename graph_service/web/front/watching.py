"""What an operator sees: one structured log line a request, and counters for Prometheus."""

import random
import re
import time
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from graph_service.service import Service
from graph_service.web.front.cache import CacheCounts, Headers
from graph_service.web.front.log import Request, RequestLog

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: First part of a path -> the kind of request it is counted as; all others are `other`, so that nobody can make up labels.
_KINDS = ("sparql", "queries", "id", "page", "data", "ns", "vocab", "graph", "downloads", "explain", "static", "health", "ready", "metrics")

_TRACE = re.compile(r"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")


class Metrics:
    """The counters of one serving process, over all snapshots it has served."""

    def __init__(self, service: Callable[[], Service], cache: CacheCounts, restarts: int) -> None:
        """`service` gives the service of the snapshot that is served now, `restarts` counts serving processes that were replaced."""
        self.registry = CollectorRegistry()
        self.requests = Counter("graph_requests", "Requests", ["kind", "status"], registry=self.registry)
        self.seconds = Histogram("graph_request_seconds", "Seconds until the answer began", ["kind"], registry=self.registry)
        Counter("graph_restarts", "Serving processes that died and were replaced", registry=self.registry).inc(restarts)
        self.registry.register(_Current(service, cache))
        # Looking a counter up by its labels takes longer than counting.
        self._requests = lru_cache(maxsize=None)(self.requests.labels)
        self._seconds = lru_cache(maxsize=None)(self.seconds.labels)

    def count(self, kind: str, status: str, seconds: float) -> None:
        """Count a request: its kind, how it was answered, and the seconds until the answer began."""
        self._requests(kind, status).inc()
        self._seconds(kind).observe(seconds)


class _Current(Collector):
    """Figures that are read when they are asked for: engine, cache, snapshot."""

    def __init__(self, service: Callable[[], Service], cache: CacheCounts) -> None:
        self._service = service
        self._cache = cache
        self._since: dict[str, float] = {}

    def collect(self) -> Iterator[Metric]:
        service = self._service()
        engine = service.engine
        yield GaugeMetricFamily("graph_queries_running", "Queries running", len(service.running))
        yield GaugeMetricFamily("graph_queries_waiting", "Queries waiting for a place", engine.waiting)
        ended = CounterMetricFamily("graph_queries", "Queries ended, by how", labels=["outcome"])
        for outcome, count in vars(engine.counts).items():
            if outcome != "seconds":
                ended.add_metric([outcome], count)
        yield ended
        yield CounterMetricFamily("graph_query_seconds", "Seconds of queries that gave a result", engine.counts.seconds)
        cache = CounterMetricFamily("graph_cache", "Requests by what the cache did", labels=["result"])
        for result, count in vars(self._cache).items():
            cache.add_metric([result], count)
        yield cache
        snapshot = GaugeMetricFamily("graph_snapshot_triples", "Triples of the snapshot that is served", labels=["snapshot"])
        snapshot.add_metric([service.snapshot.id], service.snapshot.triples)
        yield snapshot
        age = time.time() - (service.snapshot.folder / "manifest.json").stat().st_mtime
        yield GaugeMetricFamily("graph_snapshot_age_seconds", "Seconds since the snapshot was built", age)


class Watch:
    """A WSGI application in front of another, which counts and logs its requests."""

    def __init__(self, application: "WSGIApplication", metrics: Metrics) -> None:
        self._application = application
        self._metrics = metrics
        self._log = RequestLog()
        # Ids must differ, and need not be secret: a generator of the process's own is enough, and asks the system for nothing.
        self._random = random.Random()  # noqa: S311

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Pass the request on, and say how it went."""
        began = time.perf_counter()
        method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "/")
        first = path.lstrip("/").partition("/")[0].partition(".")[0]
        kind = first if first in _KINDS else "home" if first == "" else "other"
        trace = _TRACE.fullmatch(environ["HTTP_TRACEPARENT"]) if "HTTP_TRACEPARENT" in environ else None
        id = trace[1] if trace else f"{self._random.getrandbits(128):032x}"

        def begin(status: str, headers: Headers, info: object = None) -> object:
            seconds = time.perf_counter() - began
            code = status[:3]
            self._metrics.count(kind, code, seconds)
            query = next((value for name, value in headers if name == "X-Query-Id"), None)
            self._log.add(Request(time.time(), id, query, method, path, int(code), seconds))
            return start_response(status, [*headers, ("X-Request-Id", id)])

        return self._application(environ, begin)  # type: ignore[arg-type]
