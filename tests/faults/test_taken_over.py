"""A worker process that somebody has taken over: what it says harms one query, and it reaches nothing and nobody."""

import asyncio
import os
import resource
import socket
import struct
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from graph_service.engine.embedded import EmbeddedEngine
from graph_service.engine.pending import Begun
from graph_service.engine.result import Query, Result
from graph_service.errors import ServiceError, Unavailable
from tests.engine import intruder
from tests.engine.intruder import said

#: Modules that a worker has anyway: nothing can be imported behind the walls.
MODULES = "import ctypes, io, os, resource, signal, socket, sys, time\n"


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("graph") / "dataset.nq"
    path.write_text("<http://e/a> <http://e/p> <http://e/b> .\n")
    return path


@pytest.fixture(scope="module")
def engine(graph: Path) -> Iterator[EmbeddedEngine]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRAPH_SERVICE_OPERATOR_TOKEN", "secret-token")
        patch.setenv("GRAPH_SERVICE_ENGINE_PASSWORD", "secret-password")
        with intruder.engine(graph, patch) as engine:
            yield engine


def opened_files() -> int:
    return len([*Path("/proc/self/fd").iterdir()])


def frame(tag: bytes, content: bytes, length: int | None = None) -> bytes:
    return tag + struct.pack("!I", len(content) if length is None else length) + content


FRAMES = {
    "rubbish": b"\xff" * 100,
    "a length of gigabytes": frame(b"d", b"\0\0\0", 2**32 - 1),
    "a length that is too short": frame(b"d", b"\0\0\0more", 3),
    "an unknown tag": frame(b"x", b"\0\0\0"),
    "a start": frame(b"s", b"1"),
    "an unknown kind": frame(b"d", b"\x09\0\0"),
    "an unknown format": frame(b"d", b"\0\xff\0"),
    "nothing": frame(b"d", b""),
    "two results": frame(b"d", b"\0\0\0") * 2,
    "an unknown error": frame(b"e", struct.pack("!I", 9) + b"Exception" + struct.pack("!I", 1) + b"x"),
    "an error of half a field": frame(b"e", struct.pack("!I", 900) + b"MalformedQuery"),
    "an error that is no text": frame(b"e", struct.pack("!I", 2) + b"\xff\xff"),
    "a pickle": frame(b"e", b"\x80\x04\x95\x20\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system\x94\x93\x94."),
}


def on_loop(engine: EmbeddedEngine, query: Query) -> Result:
    """The same as `run`, begun on an event loop, which is not kept waiting."""
    begun = asyncio.run(engine.begin(query))
    return begun.finish() if isinstance(begun, Begun) else begun


@pytest.mark.parametrize("run", [EmbeddedEngine.run, on_loop])
@pytest.mark.parametrize("name", FRAMES)
def test_what_no_worker_says_harms_one_query(engine: EmbeddedEngine, name: str, run: Callable[[EmbeddedEngine, Query], Result]) -> None:
    assert said(engine, "said = 1") == 1
    opened = opened_files()
    with pytest.raises(Unavailable, match="no proper answer"):
        run(engine, Query(f"{MODULES}os.write(3, {FRAMES[name]!r}); time.sleep(5)", timeout=2))
    assert said(engine, "said = 1") == 1
    assert opened_files() <= opened + 2


def test_open_files_are_not_taken_from_a_worker(engine: EmbeddedEngine) -> None:
    assert said(engine, "said = 1") == 1
    opened = opened_files()
    sent = frame(b"d", b"\0\0\0[]")
    code = f"{MODULES}import gc\nconnection = [o for o in gc.get_objects() if isinstance(o, socket.socket)][0]\n"
    code += f"socket.send_fds(connection, [{sent!r}], [2, 2, 2]); os._exit(0)"
    for _ in range(3):
        assert engine.run(Query(code)).read() == b"[]"
    assert opened_files() <= opened + 2


def test_a_worker_that_speaks_unasked_is_ended(engine: EmbeddedEngine) -> None:
    pid = said(engine, f"{MODULES}os.write(3, {frame(b'd', bytes(3) + b'0')!r}); time.sleep(0.3); said = 1")
    assert pid == 0
    time.sleep(0.6)
    assert said(engine, "said = 2") == 2


def test_an_error_carries_what_errors_carry_and_no_more(engine: EmbeddedEngine) -> None:
    fields = [
        "MalformedQuery",
        "it is wrong",
        "",
        "line",
        "number",
        "7",
        "status",
        "number",
        "200",
        "self",
        "text",
        "x",
        "column",
        "number",
        "9" * 50,
    ]
    content = b"".join(struct.pack("!I", len(field)) + field.encode() for field in fields)
    with pytest.raises(ServiceError) as caught:
        engine.run(Query(f"{MODULES}os.write(3, {frame(b'e', content)!r}); os._exit(0)"))
    assert (caught.value.detail, caught.value.members, caught.value.status) == ("it is wrong", {"line": 7}, 400)


def test_half_a_message_does_not_hold_a_thread(engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graph_service.engine.wire._WHOLE", 0.2)
    with pytest.raises(Unavailable):
        engine.run(Query(f"{MODULES}os.write(3, {frame(b'd', b'half', 100)!r}); time.sleep(60)"))
    assert said(engine, "said = 1") == 1


def test_half_a_message_does_not_hold_the_event_loop(engine: EmbeddedEngine) -> None:
    assert said(engine, "said = 1") == 1
    query = Query(f"{MODULES}os.write(3, {frame(b'd', b'half', 100)!r}); time.sleep(60)")
    began = time.monotonic()
    begun = asyncio.run(engine.begin(query))
    # A thread would wait ten seconds for the rest.
    assert time.monotonic() - began < 5
    assert isinstance(begun, Begun)
    begun.drop()
    assert said(engine, "said = 1") == 1


def test_a_worker_that_does_not_read_is_not_told_anything_on_the_event_loop(engine: EmbeddedEngine) -> None:
    assert said(engine, "said = 1") == 1
    # It answers what it has not been asked yet, and reads no more.
    answers = f"{MODULES}os.write(3, {frame(b'd', bytes(3) + b'[]')!r}); time.sleep(60)"
    engine.run(Query(answers))
    for _ in range(3):
        began = time.monotonic()
        begun = asyncio.run(engine.begin(Query("said = " + "1" * 150_000)))
        # A thread would wait ten seconds for it to read.
        assert time.monotonic() - began < 5
        assert isinstance(begun, Begun)
        begun.drop()
    assert said(engine, "said = 1") == 1


@pytest.mark.parametrize("kind", ["RLIMIT_NOFILE", "RLIMIT_AS", "RLIMIT_FSIZE", "RLIMIT_NPROC", "RLIMIT_CORE"])
def test_limits_are_not_raised_again(engine: EmbeddedEngine, kind: str) -> None:
    assert hasattr(resource, kind)
    for most in ("resource.RLIM_INFINITY", "2**40"):
        wanted = f"({most}, {most})"
        assert said(engine, f"{MODULES}said = attempt(resource.setrlimit, resource.{kind}, {wanted})") in {"PermissionError", "ValueError"}


@pytest.mark.parametrize(
    "call",
    [
        "os.open, '/etc/passwd', os.O_RDONLY",
        "os.open, '/tmp/made', os.O_CREAT | os.O_WRONLY",
        "os.open, '/proc/self/environ', os.O_RDONLY",
        "os.stat, '/etc/passwd'",
        "os.unlink, '/tmp/nothing'",
        "os.mkdir, '/tmp/made'",
        "socket.socket, socket.AF_INET, socket.SOCK_STREAM",
        "socket.socket, socket.AF_INET, socket.SOCK_DGRAM",
        "socket.socket, socket.AF_UNIX, socket.SOCK_STREAM",
        "socket.socketpair",
        "os.fork",
        "os.execv, '/bin/true', ['true']",
        "os.pipe",
        "os.dup, 3",
        "os.kill, {parent}, 0",
        "os.kill, {fork_server}, 0",
        "os.kill, -1, 0",
        "os.setpriority, os.PRIO_PROCESS, {parent}, 19",
        "os.setuid, 0",
        "os.mkfifo, '/tmp/made'",
        "os.memfd_create, 'x'",
    ],
)
def test_nothing_else_is_reached(engine: EmbeddedEngine, call: str) -> None:
    call = call.format(parent=os.getpid(), fork_server=engine.workers.fork_server)
    # Also with room for another open file, which a worker has not while it works.
    for room in ("", "attempt(os.close, 0)\n"):
        assert said(engine, f"{MODULES}{room}said = attempt({call})") in {"PermissionError", "OSError"}


@pytest.mark.parametrize(
    "call", ["ptrace(16, {parent}, 0, 0)", "process_vm_readv({parent}, 0, 0, 0, 0, 0)", "syscall(234, {parent}, {parent}, 0)"]
)
def test_the_serving_process_is_not_touched(engine: EmbeddedEngine, call: str) -> None:
    call = call.format(parent=os.getpid())
    assert said(engine, f"{MODULES}said = ctypes.CDLL(None).{call}") == -1


def test_no_secret_is_in_its_environment(engine: EmbeddedEngine) -> None:
    names = said(engine, f"{MODULES}said = sorted(os.environ)")
    assert isinstance(names, list)
    assert set(names) <= {"PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "LC_CTYPE"}
    for pid in (engine.workers.fork_server,):
        assert b"secret" not in Path(f"/proc/{pid}/environ").read_bytes()
        status = Path(f"/proc/{pid}/status").read_text()
        capabilities = {line.split()[0]: int(line.split()[1], 16) for line in status.splitlines() if line.startswith("Cap")}
        assert set(capabilities.values()) == {0}
        assert "NoNewPrivs:\t1" in status


def test_a_worker_is_behind_all_walls(engine: EmbeddedEngine) -> None:
    pid = said(engine, f"{MODULES}said = os.getpid()")
    status = Path(f"/proc/{pid}/status").read_text()
    assert "Seccomp:\t2" in status
    limits = Path(f"/proc/{pid}/limits").read_text().splitlines()
    (files,) = [line.split() for line in limits if line.startswith("Max open files")]
    assert files[3:5] == ["6", "6"]


def test_a_call_that_the_guard_does_not_see_ends_at_the_walls(graph: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with intruder.engine(graph, monkeypatch, "unguarded") as engine, socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        with pytest.raises(ServiceError):
            engine.run(Query(f"SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }}"))
        with pytest.raises(TimeoutError):
            listener.accept()
        assert len(list(engine.run(Query("SELECT * { ?s ?p ?o }")).rows())) == 1
