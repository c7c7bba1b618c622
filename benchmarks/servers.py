"""The servers that are compared, each started on loopback with the same triples in its default graph."""

import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

from graph_service.engine.remote.http import Peer
from graph_service.engine.remote.push import put
from tests.engine.others import end, virtuoso
from tests.ports import free_port

ACCEPT = "application/sparql-results+json"

#: What is asked to see whether a server has loaded its data.
_FIRST = "SELECT ?label { <https://w3id.org/labcoop/id/project/1-0> <http://www.w3.org/2000/01/rdf-schema#label> ?label }"

_GRAPH = "https://w3id.org/labcoop/"
_BIN = Path(sys.executable).parent

_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass
class Server:
    """A server that runs: where it answers, its process, and the seconds from its start until its first answer over all data."""

    name: str
    root: str
    #: The path to which a query's text is added.
    query: str
    pid: int
    started: float

    def ask(self, text: str, accept: str = ACCEPT, timeout: float = 120) -> bytes:
        """The answer to a query. Raises OSError."""
        return self.fetch(self.query + quote(text, safe=""), accept, timeout)

    def fetch(self, path: str, accept: str = ACCEPT, timeout: float = 120) -> bytes:
        """What stands at a path. Raises OSError."""
        with _opener.open(urllib.request.Request(self.root + path, headers={"Accept": accept}), timeout=timeout) as response:
            content: bytes = response.read()
        return content

    @property
    def memory(self) -> float:
        """Megabytes of the process and its children, shared ones counted once."""
        return sum(_own_memory(pid) for pid in [self.pid, *_descendants(self.pid)])


@contextmanager
def ours(data: Path, snapshots: Path) -> Iterator[Server]:
    """Our service, over a snapshot that is built."""
    port = free_port()
    arguments = ["--data", str(data), "--ontology", "none", "--reasoning", "none", "--snapshots", str(snapshots), "--port", str(port)]
    with _started("this service", [sys.executable, "-m", "graph_service", "serve", *arguments], port, "/sparql?query=") as server:
        yield server


def build(data: Path, snapshots: Path) -> Path:
    """Build the snapshot for `ours`; its folder."""
    arguments = ["--data", str(data), "--ontology", "none", "--reasoning", "none", "--snapshots", str(snapshots)]
    command = [sys.executable, "-m", "graph_service", "build", *arguments]
    return Path(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip())


@contextmanager
def oxigraph(triples: Path) -> Iterator[Server]:
    """Oxigraph's server, in memory."""
    port = free_port()

    def load() -> None:
        address = f"http://127.0.0.1:{port}/store?" + urlencode({"default": "", "no_transaction": ""})
        head = {"Content-Type": "application/n-triples", "Content-Length": str(triples.stat().st_size)}
        with triples.open("rb") as file, _opener.open(urllib.request.Request(address, file, head, method="POST"), timeout=600):
            pass

    command = [str(_BIN / "oxigraph"), "serve", "--bind", f"127.0.0.1:{port}"]
    with _started("Oxigraph", command, port, "/query?query=", load) as server:
        yield server


@contextmanager
def rdflib_endpoint(triples: Path) -> Iterator[Server]:
    """rdflib-endpoint: rdflib in memory, behind uvicorn."""
    port = free_port()
    command = [str(_BIN / "rdflib-endpoint"), "serve", "--host", "127.0.0.1", "--port", str(port), str(triples)]
    with _started("rdflib-endpoint", command, port, "/?query=") as server:
        yield server


@contextmanager
def virtuoso_server(triples: Path, folder: Path) -> Iterator[Server]:
    """Virtuoso, with the triples in a named graph that is asked as default graph."""
    began = time.perf_counter()
    with virtuoso(folder) as other:
        store = Peer(other.store, other.user, other.password)
        # It asks for credentials before it reads anything, so something small goes first.
        put(store, _GRAPH, b"")
        put(store, _GRAPH, triples)
        [pid] = re.findall(r"VIRT_PID=(\d+)", (folder / "virtuoso.lck").read_text())
        parts = urlsplit(other.sparql)
        path = f"{parts.path}?{urlencode({'default-graph-uri': _GRAPH})}&query="
        server = Server("Virtuoso", f"{parts.scheme}://{parts.netloc}", path, int(pid), 0)
        server.ask(_FIRST)
        server.started = time.perf_counter() - began
        yield server


@contextmanager
def _started(name: str, command: list[str], port: int, query: str, load: Callable[[], None] | None = None) -> Iterator[Server]:
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    server = Server(name, f"http://127.0.0.1:{port}", query, process.pid, 0)
    try:
        while not _listens(port):
            _wait(server, process, began)
        if load is not None:
            load()
        while True:
            try:
                if b"Project 1-0" in server.ask(_FIRST):
                    break
            except OSError:
                pass
            _wait(server, process, began)
        server.started = time.perf_counter() - began
        yield server
    finally:
        end(process)


def _wait(server: Server, process: subprocess.Popen[bytes], began: float) -> None:
    if process.poll() is not None or time.perf_counter() - began > 600:
        raise SystemExit(f"{server.name} does not answer; its process ended with {process.poll()}")
    time.sleep(0.02)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _descendants(pid: int) -> list[int]:
    children = [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
    return children + [found for child in children for found in _descendants(child)]


def _own_memory(pid: int) -> float:
    [size] = re.findall(r"^Pss:\s+(\d+) kB$", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    return int(size) / 1024
