"""What the tests share: a snapshot built once, and real servers on loopback that are stopped again."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from graph_service.build import build as build_module
from graph_service.build import child_process, drafts
from graph_service.build.build import build
from graph_service.queries.catalogue import Catalogue
from graph_service.rdf.prefixes import adopt, prefixes
from graph_service.service.service import Service
from graph_service.settings import Settings
from graph_service.snapshot.snapshot import Snapshot
from graph_service.sources.imports import sources_of
from graph_service.sources.sources import Progress
from tests.ports import free_port

ROOT = Path(__file__).parent.parent

#: How long a test waits for what is to happen, in seconds: beside other work everything takes longer, and none of it is wrong.
PATIENCE = 120.0

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


@cache
def catalogue() -> Catalogue:
    """The canned queries of that graph."""
    return Catalogue.read(Settings().queries)


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
                with _opener.open(request, timeout=300) as response:
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


#: Files that take longest, in this order: where several processes share the tests, these are begun first, so that none is left with one
#: when the others are done.
_LONGEST = (
    *("tests/http/test_conformance.py", "tests/http/test_graphs_of_others.py", "tests/browser/test_pages.py", "tests/http/test_openapi.py"),
    *("tests/browser/test_graphs_of_others.py", "tests/engine/test_other_servers.py", "tests/faults/test_damaged_files.py"),
    *("tests/test_cli.py", "tests/knowledge/test_mistakes.py"),
)

#: What a test that takes one of these waits for: the graph that is built, or a process of its own.
_BUILT = frozenset({"snapshot", "service", "launch", "command"})


def pytest_configure(config: pytest.Config) -> None:
    """What a test may be marked as, for several processes that share the tests."""
    config.addinivalue_line("markers", "alone: measures what others would disturb: none runs meanwhile in another of these processes")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the tests that wait for a graph or a process, which `make check` leaves out. Begin with those that take longest."""
    for item in items:
        if isinstance(item, pytest.Function) and _BUILT.intersection(item.fixturenames):
            item.add_marker(pytest.mark.built)
    if _shares(config):
        # Tests that run alone come last: until then the others need not wait for them.
        turns = dict.fromkeys((_file(item) for item in items if item.get_closest_marker("alone")), len(_LONGEST) + 1)
        turns |= {file: turn for turn, file in enumerate(_LONGEST)}
        items.sort(key=lambda item: turns.get(_file(item), len(_LONGEST)))


def _file(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]


def _shares(config: pytest.Config) -> bool:
    """Whether this process is one of several that share the tests (pytest-xdist)."""
    return hasattr(config, "workerinput")


_COMMON = pytest.StashKey[str]()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Name a folder in which they meet to each process that shares the tests; called in the one that hands them out."""
    config: pytest.Config = node.config
    if _COMMON not in config.stash:
        config.stash[_COMMON] = mkdtemp(prefix="graph-service-tests-")
        config.add_cleanup(partial(shutil.rmtree, config.stash[_COMMON]))
    node.workerinput["common"] = config.stash[_COMMON]


def _common(config: pytest.Config) -> Path:
    """The folder in which the processes that share the tests meet."""
    return Path(config.workerinput["common"])  # type: ignore[attr-defined]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """A test that is marked as `alone` runs while no other does."""
    if not _shares(item.config):
        return (yield)
    with (_common(item.config) / "next").open("w") as following, (_common(item.config) / "running").open("w") as running:
        # Whoever waits for the others to end their tests keeps them from beginning new ones.
        fcntl.flock(following, fcntl.LOCK_EX)
        fcntl.flock(running, fcntl.LOCK_EX if item.get_closest_marker("alone") else fcntl.LOCK_SH)
        fcntl.flock(following, fcntl.LOCK_UN)
        try:
            return (yield)
        finally:
            # A process that the test has left behind may hold the file open.
            fcntl.flock(running, fcntl.LOCK_UN)


#: The servers that run, and those of them that run until all tests are done.
_RUNNING: list[Server] = []
_KEPT: list[Server] = []


def _stop(servers: Sequence[Server]) -> None:
    for server in servers:
        server.process.send_signal(signal.SIGTERM)
    for server in servers:
        server.process.wait(timeout=60)
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
def of_others(snapshots: Path, pytestconfig: pytest.Config) -> tuple[str, str]:
    """The flag for the folder of graphs that several modules serve, and no one changes: each is built once, whoever of several processes
    that share the tests is the first.
    """
    return "--snapshots", str(_common(pytestconfig) / "of-others" if _shares(pytestconfig) else snapshots)


@pytest.fixture(scope="session")
def settings(snapshots: Path) -> Settings:
    """Settings for the project's own graph."""
    return replace(Settings(), snapshots=snapshots)


@pytest.fixture(scope="session")
def snapshot(settings: Settings, pytestconfig: pytest.Config) -> Snapshot:
    """The project's own graph, built once: of several processes that share the tests the first builds it, and each has a copy."""
    if _shares(pytestconfig):
        common = _common(pytestconfig) / "snapshots"
        with (_common(pytestconfig) / "building").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            built = build(replace(settings, snapshots=common), lambda _: None)
            shutil.copytree(built.folder, settings.snapshots / built.id, dirs_exist_ok=True)
    return build(settings, lambda _: None)


@pytest.fixture(scope="session")
def service(snapshot: Snapshot, settings: Settings) -> Iterator[Service]:
    """The service over the project's own graph, without HTTP."""
    with Service.open(snapshot, settings) as service:
        yield service


@pytest.fixture(scope="session")
def command(snapshots: Path, forked: tuple[str, ...]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run `graph-service …` in a process of its own; returns its code, output and error output."""

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *forked, *arguments],
            env={**os.environ, "GRAPH_SERVICE_SNAPSHOTS": str(snapshots), **environment},
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=600,
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
        deadline = time.monotonic() + 300
        while True:
            if process.poll() is not None:
                pytest.fail(f"the server ended: {log.read_text()}")
            try:
                if server.ask("/ready").status == 200:
                    return server
            except OSError:
                pass
            if time.monotonic() > deadline:
                pytest.fail(f"the server did not answer within 300 s: {log.read_text()}")
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


@pytest.fixture(scope="session", autouse=True)
def _builds_are_forked(request: pytest.FixtureRequest) -> Iterator[None]:
    """What this process builds is made in a fork of that process, too."""
    usual = child_process._MAKE

    def made(id: str, place: Path, settings: Settings, progress: Progress) -> Snapshot:
        if usual == child_process._MAKE:
            _, file, listening = request.getfixturevalue("forked")
            child_process._MAKE = f"import runpy, sys; sys.argv = {[file, listening, 'make']!r}; runpy.run_path({file!r})"
        return child_process.made_apart(id, place, settings, progress)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(child_process, "_MAKE", usual)
        for module in (build_module, drafts):
            patch.setattr(module, "made_apart", made)
        yield


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
