"""What the tests share: a snapshot built once, and real servers on loopback that are stopped again."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest

from graph_service.build.build import build
from graph_service.rdf.prefixes import adopt, prefixes
from graph_service.service.service import Service
from graph_service.settings import Settings
from graph_service.snapshot.snapshot import Snapshot
from graph_service.sources.imports import sources_of
from tests.ports import free_port

ROOT = Path(__file__).parent.parent

_SOURCES = sources_of(Settings())
_SOURCES.adopt_prefixes()
_PREFIXES = dict(prefixes())

#: What belongs to the graph that comes with the service is called so.
SPACE = _SOURCES.space

#: The namespace of its ontology's terms.
NS = SPACE.terms

#: What the service takes the terms of its ontology for.
ROLES = _SOURCES.roles

#: The file of the ontology that says so.
PRESENTATION = ROOT / "ontology" / "presentation.ttl"


@dataclass(frozen=True)
class Answer:
    """A response: status, headers (names in lower case), body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")


@dataclass(frozen=True)
class Server:
    """A real server process on loopback."""

    url: str
    process: subprocess.Popen[str]
    log: Path

    @property
    def sparql(self) -> str:
        return self.url + "/sparql"

    def ask(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
        """One request; underscores in header names are hyphens; redirects are not followed, errors are answers."""
        request = urllib.request.Request(self.url + path, body, {k.replace("_", "-"): v for k, v in headers.items()}, method=method)
        for attempt in range(3):
            try:
                with _opener.open(request, timeout=60) as response:
                    return Answer(response.status, _lower(response.headers.items()), response.read())
            except urllib.error.HTTPError as error:
                with error:
                    return Answer(error.code, _lower(error.headers.items()), error.read())
            except urllib.error.URLError as error:
                # A body that is refused before all of it is sent: urllib does not read the answer that is there already.
                if not isinstance(error.reason, BrokenPipeError) or attempt == 2:
                    raise
        raise AssertionError("unreachable")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))


def _lower(headers: object) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in headers:  # type: ignore[attr-defined]
        # Several fields of one name are one list (RFC 9110, section 5.3).
        key = str(name).lower()
        found[key] = f"{found[key]}, {value}" if key in found else str(value)
    return found


@pytest.fixture(autouse=True)
def _prefixes_of_the_graph() -> None:
    """A test may have read another graph in this process, and known its prefixes."""
    adopt(_PREFIXES)


#: What a test that takes one of these waits for: the graph that is built, or a process of its own.
_BUILT = frozenset({"snapshot", "service", "launch", "command"})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that wait for a graph or a process, which `make check` leaves out."""
    for item in items:
        if isinstance(item, pytest.Function) and _BUILT.intersection(item.fixturenames):
            item.add_marker(pytest.mark.built)


#: The servers that run, and those of them that run until all tests are done.
_RUNNING: list[Server] = []
_KEPT: list[Server] = []


def _stop(servers: Sequence[Server]) -> None:
    for server in servers:
        server.process.send_signal(signal.SIGTERM)
    for server in servers:
        server.process.wait(timeout=20)
        _RUNNING.remove(server)


@contextmanager
def _stopped_after() -> Iterator[None]:
    """A server that is started within runs no longer than this: many that idle look at files and connections all the time."""
    before = [*_RUNNING]
    yield
    _stop([server for server in _RUNNING if server not in before and server not in _KEPT])


@pytest.fixture(scope="module", autouse=True)
def _servers_of_the_module() -> Iterator[None]:
    with _stopped_after():
        yield


@pytest.fixture(autouse=True)
def _servers_of_the_test(_servers_of_the_module: None) -> Iterator[None]:
    with _stopped_after():
        yield


@pytest.fixture(scope="session")
def snapshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the tests build: never the user's own."""
    return tmp_path_factory.mktemp("snapshots")


@pytest.fixture(scope="session")
def settings(snapshots: Path) -> Settings:
    """Settings for the project's own graph."""
    return replace(Settings(), snapshots=snapshots)


@pytest.fixture(scope="session")
def snapshot(settings: Settings) -> Snapshot:
    """The project's own graph, built once."""
    return build(settings, lambda _: None)


@pytest.fixture(scope="session")
def service(snapshot: Snapshot, settings: Settings) -> Iterator[Service]:
    """The service over the project's own graph, without HTTP."""
    with Service.open(snapshot, settings) as service:
        yield service


@pytest.fixture(scope="session")
def command(snapshots: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run `graph-service …` as a real process; returns its code, output and error output."""

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "graph_service", *arguments],
            env={**os.environ, "GRAPH_SERVICE_SNAPSHOTS": str(snapshots), **environment},
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run


@pytest.fixture(scope="session")
def launch(snapshots: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """Start `graph-service serve` with more flags on a free port; it is stopped behind the test or the module for which it was started.

    `host` is what the server is asked as, `program` what Python runs instead of `graph-service`.
    """

    def run(*flags: str, host: str = "127.0.0.1", program: Sequence[str] = ("-m", "graph_service")) -> Server:
        port = free_port()
        log = tmp_path_factory.mktemp("server") / "log"
        with log.open("w") as output:
            process = subprocess.Popen(
                [sys.executable, *program, "serve", "--port", str(port), *flags],
                env={**os.environ, "GRAPH_SERVICE_SNAPSHOTS": str(snapshots)},
                cwd=ROOT,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
            )
        server = Server(f"http://{host}:{port}", process, log)
        _RUNNING.append(server)
        deadline = time.monotonic() + 60
        while True:
            if process.poll() is not None:
                pytest.fail(f"the server ended: {log.read_text()}")
            try:
                if server.ask("/ready").status == 200:
                    return server
            except OSError:
                pass
            if time.monotonic() > deadline:
                pytest.fail(f"the server did not answer within 60 s: {log.read_text()}")
            time.sleep(0.02)

    yield run
    _stop([*_RUNNING])


@pytest.fixture(scope="session")
def forked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, ...]]:
    """What Python runs instead of `graph-service` to have a service from a process that has its modules already (see `forking.py`)."""
    place = tmp_path_factory.mktemp("forking") / "place"
    # numpy, which a build may load, begins with threads otherwise; a process with threads cannot be forked safely.
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    forking = subprocess.Popen([sys.executable, "-m", "tests.forking", str(place)], env=environment, cwd=ROOT)
    while not place.exists():
        assert forking.poll() is None
        time.sleep(0.02)
    yield "-S", str(ROOT / "tests" / "forked.py"), str(place)
    forking.terminate()
    forking.wait(timeout=20)


@pytest.fixture(scope="session")
def start(launch: Callable[..., Server], forked: tuple[str, ...]) -> Callable[..., Server]:
    """As `launch`, in a fraction of the time; for tests that look at answers, and not at processes."""
    return partial(launch, program=forked)


@pytest.fixture(scope="session")
def server(start: Callable[..., Server], snapshot: Snapshot) -> Server:
    """A running service over the project's own graph, for all tests."""
    return kept(start())


def kept(server: Server) -> Server:
    """A server that runs until all tests are done."""
    _KEPT.append(server)
    return server


@pytest.fixture(scope="session")
def endpoint(server: Server) -> str:
    """The URL of the running service's SPARQL endpoint."""
    return server.sparql
