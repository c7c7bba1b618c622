"""What an operator sees: one structured log line a request, and counters for Prometheus.

A line says what was asked for only as far as the settings allow: the path always, the text of a query if `log_queries` is on, an
address of a client never.
"""

import json
import logging
import re
import sys
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from graph_service.service import Service
from graph_service.web.cache import CacheCounts, Headers

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_log = logging.getLogger("graph_service.requests")

#: First part of a path -> the kind of request it is counted as; all others are `other`, so that nobody can make up labels.
_KINDS = ("sparql", "queries", "id", "page", "data", "ns", "vocab", "graph", "downloads", "explain", "static", "health", "ready", "metrics")

_TRACE = re.compile(r"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")


class JsonLines(logging.Formatter):
    """A log record as one line of JSON: time, level, message, and whatever was given as `extra`."""

    _ORDINARY = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        entry: dict[str, object] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03}Z",
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            **{name: value for name, value in vars(record).items() if name not in self._ORDINARY},
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, default=str)


def log_to_stderr() -> None:
    """Send this package's log to standard error, a line of JSON each."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("graph_service")
    logger.handlers = [handler]
    logger.setLevel(logging.INFO)
    logger.propagate = False


class Metrics:
    """The counters of one serving process, over all snapshots it has served."""

    def __init__(self, service: Callable[[], Service], cache: CacheCounts) -> None:
        """`service` gives the service of the snapshot that is served now."""
        self.registry = CollectorRegistry()
        self.requests = Counter("graph_requests", "Requests", ["kind", "status"], registry=self.registry)
        self.seconds = Histogram("graph_request_seconds", "Seconds until the answer began", ["kind"], registry=self.registry)
        self.registry.register(_Current(service, cache))


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

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Pass the request on, and say how it went."""
        began = time.perf_counter()
        first = environ.get("PATH_INFO", "/").split("/")[1].partition(".")[0]
        kind = first if first in _KINDS else "home" if first == "" else "other"
        trace = _TRACE.fullmatch(environ.get("HTTP_TRACEPARENT", ""))
        request = trace[1] if trace else uuid.uuid4().hex

        def begin(status: str, headers: Headers, info: object = None) -> object:
            seconds = time.perf_counter() - began
            self._metrics.requests.labels(kind, status[:3]).inc()
            self._metrics.seconds.labels(kind).observe(seconds)
            query = next((value for name, value in headers if name.lower() == "x-query-id"), None)
            about = {"method": environ["REQUEST_METHOD"], "path": environ.get("PATH_INFO", "")}
            _log.info(
                "request",
                extra={"request_id": request, "query_id": query, **about, "status": int(status[:3]), "ms": round(seconds * 1000, 2)},
            )
            return start_response(status, [*headers, ("X-Request-Id", request)])

        return self._application(environ, begin)  # type: ignore[arg-type]
