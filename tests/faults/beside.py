"""What the tests of faults share: questions with one right answer, a server's processes and files, and what goes on beside an attack."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

from tests.conftest import Server

SIZE = 5000
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?a != ?i) }"
#: A text of 25 GB.
HOG = f"SELECT (STRLEN(GROUP_CONCAT(?x)) AS ?n) {{ ?a ?b ?c . ?d ?e ?f BIND('{1000 * 'x'}' AS ?x) }}"
#: 4 MB as CSV, more than goes through a connection unasked.
LARGE = "SELECT ?a ?c ?x { ?a ?b ?c VALUES ?x { 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 } }"


def write(path: Path, size: int = SIZE) -> tuple[str, ...]:
    """A chain of things in a file, and the flags to serve it."""
    path.write_text("".join(f"<http://e/{n}> <http://e/p> <http://e/{n + 1}> .\n" for n in range(size)))
    return ("--data", str(path), "--ontology", "none", "--queries", "none", "--reasoning", "none")


def ask(server: Server, query: str, **parameters: str) -> tuple[int, bytes]:
    answer = server.ask("/sparql?" + urlencode({"query": query, **parameters}), Accept="text/csv")
    return answer.status, answer.body


def lookup(server: Server, number: int) -> bool | None:
    """Whether a lookup is answered as it should be; None if it is refused for now."""
    status, body = ask(server, f"SELECT ?o {{ <http://e/{number}> <http://e/p> ?o }} # {time.monotonic_ns()}")
    assert status in {200, 503}, body
    return body.split() == [b"o", f"http://e/{number + 1}".encode()] if status == 200 else None


def family(pid: int) -> list[int]:
    """The processes that have come from one, without those that are dead."""
    try:
        children = [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
        return [other for child in children for other in (child, *family(child)) if "State:\tZ" not in _status(other)]
    except OSError:
        return []


def serving(server: Server) -> int:
    """The process that serves: the main process's only child."""
    (child,) = [pid for pid in family(server.process.pid) if _parent(pid) == server.process.pid]
    return child


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def _status(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return "State:\tZ"


def workers(server: Server) -> list[int]:
    """The processes of the engine: first the one that holds the graph, then those that run queries."""
    found = []
    for pid in family(server.process.pid):
        try:
            if b"graph_service.engine.worker" in Path(f"/proc/{pid}/cmdline").read_bytes():
                found.append(pid)
        except OSError:
            continue
    return found


def spooled(server: Server) -> list[str]:
    """The files on disk that the server and its processes hold open although they have no name any more."""
    found = []
    for pid in (server.process.pid, *family(server.process.pid)):
        for descriptor in Path(f"/proc/{pid}/fd").glob("*"):
            try:
                target = str(descriptor.readlink())
                if "(deleted)" in target and not target.startswith("/memfd:") and descriptor.stat().st_size:
                    found.append(target)
            except OSError:
                continue
    return found


def seconds(work: Callable[[], object]) -> float:
    """How long something takes."""
    began = time.monotonic()
    work()
    return time.monotonic() - began


@contextmanager
def nothing_left(server: Server, idle: Server) -> Iterator[None]:
    """What happens within gives no wrong answer afterwards, and leaves no process and no file.

    `idle` is another service of the kind, which shows how long an answer takes on the machine as it is.
    """
    yield
    assert lookup(server, 7) is True
    assert seconds(partial(lookup, server, 7)) < 1 + seconds(partial(lookup, idle, 7))
    until = time.monotonic() + 30
    # One that holds the graph, and at most one for each query that may run at once.
    while (len(workers(server)) > 1 + 3 * 2 or spooled(server)) and time.monotonic() < until:
        time.sleep(0.1)
    assert len(workers(server)) <= 1 + 3 * 2
    assert spooled(server) == []
    assert server.process.poll() is None


def connect(server: Server, sent: bytes) -> socket.socket:
    host, port = server.url.removeprefix("http://").split(":")
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(10)
    connection.connect((host, int(port)))
    connection.sendall(sent)
    return connection


#: Says again and again how many times longer a bit of work takes than if it had a processor for itself.
_WORK = """import time
while True:
    began, spent = time.monotonic(), time.process_time()
    while time.process_time() - spent < 0.05:
        pass
    print((time.monotonic() - began) / 0.05, flush=True)
    time.sleep(0.2)
"""

#: So many seconds longer than elsewhere `/health` and a query that nobody has asked before may take beside an attack.
BESIDE = 0.5


@contextmanager
def answers_beside(server: Server, idle: Server) -> Iterator[None]:
    """What happens within holds up nobody: `/health` and a new query are asked all the while, and answered no more than BESIDE later than
    by another service of the kind on the same machine, `idle`, which nobody else asks.

    One look in ten may take longer, and all as many times longer as work does on the machine, which others use, too.
    """
    stop = threading.Event()
    took: dict[str, list[float]] = {"/health": [], "query": []}
    elsewhere: dict[str, list[float]] = {"/health": [], "query": []}
    wrong: list[str] = []

    def look() -> None:
        number = 0
        while not stop.wait(0.05):
            number += 1
            try:
                began = time.monotonic()
                health = server.ask("/health").status
                took["/health"].append(time.monotonic() - began)
                began = time.monotonic()
                answered = lookup(server, number % 1000)
                took["query"].append(time.monotonic() - began)
                elsewhere["/health"].append(seconds(partial(idle.ask, "/health")))
                elsewhere["query"].append(seconds(partial(lookup, idle, number % 1000)))
            except OSError as error:
                wrong.append(f"not answered: {error}")
                continue
            if health != 200 or answered is not True:
                wrong.append(f"/health {health}, query {answered}")

    looking = threading.Thread(target=look)
    working = subprocess.Popen([sys.executable, "-S", "-c", _WORK], stdout=subprocess.PIPE, text=True)
    looking.start()
    try:
        yield
        time.sleep(0.3)
    finally:
        stop.set()
        looking.join()
        working.terminate()
        times_longer = sorted(map(float, working.communicate()[0].split()))
    assert not wrong, wrong[:5]
    slowness = times_longer[len(times_longer) // 2]
    for name, times in took.items():
        assert times, f"{name} was never answered"
        slow, usual = (sorted(some)[len(some) * 9 // 10] for some in (times, elsewhere[name]))
        told = f"{name} took {slow:.2f} s, at most {max(times):.2f} s; elsewhere {usual:.2f} s; work takes {slowness:.1f} times as long"
        assert slow < BESIDE * slowness + usual, told
