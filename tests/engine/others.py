"""Real servers of other makers on loopback, started for the tests and stopped after them."""

import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from graph_service.engine.remote.http import Peer
from tests.ports import free_port

_VIRTUOSO = """
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
FileExtend = 200
TempStorage = TempDatabase

[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx

[Parameters]
ServerPort = 127.0.0.1:{sql}
DirsAllowed = .
NumberOfBuffers = 20000
MaxDirtyBuffers = 15000
CheckpointInterval = 0

[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = .
ServerThreads = 8

[SPARQL]
ResultSetMaxRows = {rows}
"""

WITHOUT_VIRTUOSO = None if shutil.which("virtuoso-t") else "Virtuoso is not installed (Debian: apt-get install virtuoso-opensource-7)"


@dataclass(frozen=True)
class Other:
    """Another server: where it answers queries, where it takes graphs, and the credentials for that."""

    sparql: str
    store: str
    user: str = ""
    password: str = ""

    @property
    def peer(self) -> Peer:
        return Peer(self.store, self.user, self.password)


@contextmanager
def oxigraph() -> Iterator[Other]:
    """Oxigraph's server, in memory."""
    port = free_port()
    with _running([str(Path(sys.executable).parent / "oxigraph"), "serve", "--bind", f"127.0.0.1:{port}"], Path.cwd(), port):
        yield Other(f"http://127.0.0.1:{port}/query", f"http://127.0.0.1:{port}/store")


@contextmanager
def virtuoso(folder: Path, rows: int = 1_000_000) -> Iterator[Other]:
    """Virtuoso with a database of its own in a folder, and the user and password it is born with."""
    port = free_port()
    (folder / "virtuoso.ini").write_text(_VIRTUOSO.format(sql=free_port(), http=port, rows=rows))
    with _running(["virtuoso-t", "+foreground", "+configfile", "virtuoso.ini"], folder, port):
        yield Other(f"http://127.0.0.1:{port}/sparql", f"http://127.0.0.1:{port}/sparql-graph-crud-auth", "dba", "dba")


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask a process to end, and see that it does."""
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def _running(command: list[str], folder: Path, port: int) -> Iterator[None]:
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while not _answers(port):
            assert process.poll() is None, f"{command[0]} ended with {process.returncode}"
            assert time.monotonic() < deadline, f"{command[0]} does not answer"
            time.sleep(0.1)
        yield
    finally:
        end(process)


def _answers(port: int) -> bool:
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"http://127.0.0.1:{port}/", timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
