"""Where it starts: what is wrong with the machine or the call is told in a sentence, with status 2, and before anything is built."""

import errno
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from graph_service import cli
from graph_service.build import child_process
from graph_service.build.build import build
from graph_service.errors import BuildError, SettingError
from graph_service.settings import Settings
from tests.conftest import Server
from tests.faults.beside import family, serving

Command = Callable[..., subprocess.CompletedProcess[str]]
Start = Callable[..., Server]

NOTHING = ("--data", "none", "--ontology", "none", "--queries", "none", "--reasoning", "none")


@pytest.fixture(scope="session")
def start(launch: Start) -> Start:
    """Services as they are started: with all their processes."""
    return launch


@pytest.mark.parametrize(("flag", "name"), [("--data", b"\xff.ttl"), ("--queries", b"\xff.rq")])
@pytest.mark.parametrize("itself", [True, False])
def test_a_file_name_that_is_no_utf8_is_told(command: Command, tmp_path: Path, flag: str, name: bytes, itself: bool) -> None:
    what = "an argument" if itself else "a file's name"
    file = tmp_path / os.fsdecode(name)
    file.touch()
    done = command("build", *NOTHING, flag, str(file if itself else tmp_path), "--snapshots", str(tmp_path / "snapshots"))
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == f"{tmp_path}/\\xff{file.suffix}: {what} must be UTF-8."


def test_a_value_that_is_no_utf8_is_told(command: Command) -> None:
    done = command("query", "projects-by-country", "country=" + os.fsdecode(b"\xff"))
    assert (done.returncode, done.stderr) == (2, "country=\\xff: an argument must be UTF-8.\n")
    done = command("build", *NOTHING, GRAPH_SERVICE_ENGINE="http://" + os.fsdecode(b"\xff"))
    assert (done.returncode, done.stderr) == (2, "http://\\xff: GRAPH_SERVICE_ENGINE must be UTF-8.\n")


@pytest.mark.parametrize("host", ["nowhere.invalid", "a..b", "192.0.2.1", 300 * "x"])
def test_a_host_that_is_none_of_this_machine_is_told(command: Command, tmp_path: Path, host: str) -> None:
    done = command("serve", *NOTHING, "--host", host, "--snapshots", str(tmp_path / "snapshots"))
    assert (done.returncode, f"not possible to listen on {host}:8000" in done.stderr, "Traceback" in done.stderr) == (2, True, False)


def test_a_user_without_a_home_is_told_which_setting_to_use(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert cli.main(["build", *NOTHING]) == 2
    assert "GRAPH_SERVICE_SNAPSHOTS" in capsys.readouterr().err
    assert Settings.read({"GRAPH_SERVICE_SNAPSHOTS": "/somewhere"}).snapshots == Path("/somewhere")


@pytest.mark.parametrize("name", ["serve", "build", "check"])
def test_no_folder_for_temporary_files_is_told_before_anything_is_built(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def nowhere(*_: object) -> str:
        raise FileNotFoundError("No usable temporary directory found in ['/tmp']")

    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_get_default_tempdir", nowhere)
    assert cli.main([name, *NOTHING, "--snapshots", str(tmp_path / "snapshots")]) == 2
    assert "TMPDIR" in capsys.readouterr().err
    assert not (tmp_path / "snapshots").exists()


def test_a_file_that_cannot_be_written_is_told(command: Command, tmp_path: Path) -> None:
    done = command("export", *NOTHING, "--snapshots", str(tmp_path / "snapshots"), "-o", str(tmp_path / "nowhere" / "x"))
    assert (done.returncode, "No such file or directory" in done.stderr, "Traceback" in done.stderr) == (2, True, False)


@pytest.mark.parametrize("name", ["build", "export"])
def test_a_folder_that_nothing_can_be_written_to_is_told_before_anything_is_built(command: Command, tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    done = command(name, *NOTHING, "--snapshots", str(tmp_path / "file" / "snapshots"))
    assert (done.returncode, "GRAPH_SERVICE_SNAPSHOTS" in done.stderr, "Reading" in done.stderr) == (2, True, False)
    assert "Traceback" not in done.stderr


def test_what_was_built_may_lie_where_nothing_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = replace(Settings(), data=(), ontology=(), queries=(), snapshots=tmp_path)
    built = build(settings, lambda _: None)

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    for name in ("symlink_to", "mkdir", "replace", "write_text"):
        monkeypatch.setattr(Path, name, refuse)
    assert build(settings, lambda _: None) == built


def test_a_port_that_is_taken_is_told_before_anything_is_built(command: Command, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        done = command("serve", *NOTHING, "--port", str(other.getsockname()[1]), "--snapshots", str(tmp_path / "snapshots"))
    assert (done.returncode, "not possible to listen on 127.0.0.1:" in done.stderr) == (2, True)
    assert not (tmp_path / "snapshots").exists()


@pytest.mark.live
@pytest.mark.parametrize(("host", "told"), [("localhost", "localhost"), ("::1", "[::1]")])
def test_a_host_may_be_a_name_or_an_address_of_version_6(start: Start, tmp_path: Path, host: str, told: str) -> None:
    if ":" in host and not _has_version_6():
        pytest.skip("this machine has no loopback address of IPv6")
    server = start(*NOTHING, "--host", host, "--snapshots", str(tmp_path / "snapshots"), host=told)
    assert f"Serving on {server.url}\n" in server.log.read_text()
    assert server.url.startswith(f"http://{told}:")


def _has_version_6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


#: What Kubernetes 1.33 sets in a container beside a Service `graph-service` with a port `http`, and for a `graph-service-test`.
OF_KUBERNETES = {
    "GRAPH_SERVICE_SERVICE_HOST": "10.0.0.1",
    "GRAPH_SERVICE_SERVICE_PORT": "8000",
    "GRAPH_SERVICE_SERVICE_PORT_HTTP": "8000",
    "GRAPH_SERVICE_PORT": "tcp://10.0.0.1:8000",
    "GRAPH_SERVICE_PORT_8000_TCP": "tcp://10.0.0.1:8000",
    "GRAPH_SERVICE_PORT_8000_TCP_PROTO": "tcp",
    "GRAPH_SERVICE_PORT_8000_TCP_PORT": "8000",
    "GRAPH_SERVICE_PORT_8000_TCP_ADDR": "10.0.0.1",
    "GRAPH_SERVICE_TEST_SERVICE_HOST": "fd00::1",
    "GRAPH_SERVICE_TEST_PORT": "udp://[fd00::1]:53",
}


@pytest.mark.parametrize("name", OF_KUBERNETES)
def test_what_kubernetes_sets_beside_a_service_of_this_name_is_passed_over_with_a_word(name: str) -> None:
    said: list[str] = []
    assert Settings.read({name: OF_KUBERNETES[name]}, say=said.append) == Settings()
    assert [name in line and "Kubernetes" in line for line in said] == [True]


def test_the_address_of_a_service_graph_is_passed_over_too() -> None:
    said: list[str] = []
    given = {"GRAPH_SERVICE_HOST": "10.0.0.1", "GRAPH_SERVICE_PORT": "80", "GRAPH_PORT": "tcp://10.0.0.1:80"}
    settings = Settings.read(given, say=said.append)
    assert (settings.host, settings.port, len(said)) == ("127.0.0.1", 80, 1)
    assert Settings.read(given | {"GRAPH_SERVICE_HOST": "10.0.0.2"}).host == "10.0.0.2"


@pytest.mark.parametrize(("name", "text"), [("PORT", "udp"), ("SERVICE_HOST", "example.org"), ("SERVICE_PORTS", "1"), ("WEB", "tcp://x:1")])
def test_what_only_looks_like_it_is_refused(name: str, text: str) -> None:
    with pytest.raises(SettingError):
        Settings.read({f"GRAPH_SERVICE_{name}": text})


def test_the_word_is_said_where_it_starts(command: Command, tmp_path: Path) -> None:
    done = command("build", *NOTHING, "--snapshots", str(tmp_path), GRAPH_SERVICE_PORT="tcp://10.0.0.1:8000")
    assert (done.returncode, "GRAPH_SERVICE_PORT" in done.stderr) == (0, True)


#: What a build needs and nobody else: each takes its time to load and much memory.
OF_BUILDS = ("pyshacl", "owlrl", "nmo_python")


_LOADED = ["cli", "commands.serve", "commands.query", "commands.explain", "commands.build", "web.processes.serving"]


@pytest.mark.parametrize("module", _LOADED)
def test_what_only_a_build_needs_is_loaded_by_nothing_else(module: str) -> None:
    code = f"import sys, graph_service.{module}; print(*set({OF_BUILDS!r}) & sys.modules.keys())"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split() == []


@pytest.mark.live
def test_the_memory_of_a_build_is_given_back(start: Start, tmp_path: Path) -> None:
    """The process that has built a graph and the one that serves it are as small as those that have found it built."""
    (tmp_path / "ontology.ttl").write_text(
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix e: <http://e/> .\n"
        "e:Cat a owl:Class ; rdfs:subClassOf e:Animal . e:Animal a owl:Class ."
    )
    (tmp_path / "data.ttl").write_text("<http://e/tom> a <http://e/Cat> .")
    flags = ("--data", str(tmp_path / "data.ttl"), "--ontology", str(tmp_path / "ontology.ttl"), "--queries", "none")
    built = start(*flags, "--snapshots", str(tmp_path / "snapshots"))
    found = start(*flags, "--snapshots", str(tmp_path / "snapshots"))
    assert "Inferring" in built.log.read_text()
    assert "Nothing changed" in found.log.read_text()
    for process in (int(built.process.pid), serving(built)):
        maps = Path(f"/proc/{process}/maps").read_text()
        assert [name for name in OF_BUILDS if name in maps] == []
    assert private_memory(built.process.pid) < private_memory(found.process.pid) + 8 * 2**20
    assert [pid for pid in family(built.process.pid) if b"making" in Path(f"/proc/{pid}/cmdline").read_bytes()] == []


def private_memory(pid: int) -> int:
    """The bytes that a process has for itself."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith(("Private_Dirty", "Private_Clean")))


def test_a_build_whose_process_is_ended_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = replace(Settings(), data=(), ontology=(), queries=(), snapshots=tmp_path)
    monkeypatch.setattr(child_process, "_MAKE", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    with pytest.raises(BuildError, match="ended by signal 9"):
        build(settings, lambda _: None)
    monkeypatch.setattr(child_process, "_MAKE", "raise SystemExit(7)")
    with pytest.raises(BuildError, match="ended with status 7"):
        build(settings, lambda _: None)


def test_a_real_user_without_a_home_is_told_too() -> None:
    if os.getuid() != 0:
        pytest.skip("another user is taken on by root alone")
    # Only the user who is asked for is another one: files are read as before, wherever this Python lies.
    code = "import os, sys; from graph_service.cli import main; os.setresuid(4242, 0, 0); sys.exit(main(['build', '--data', 'none']))"
    environment = {name: value for name, value in os.environ.items() if name not in {"HOME", "XDG_CACHE_HOME"}}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=600)
    assert (done.returncode, "GRAPH_SERVICE_SNAPSHOTS" in done.stderr) == (2, True), done.stderr


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ('a"b<c>.rq', "#+ summary: x\nASK {}", "letters, digits, - and _"),
        ("a.rq", '#+ summary: x\n#+ deprecated: {since: 2024-01-01, instead: "x\\r\\nX: y"}\nASK {}', "cannot be the name of a query"),
    ],
)
def test_a_name_that_no_address_can_have_ends_the_build_in_a_sentence(
    command: Command, tmp_path: Path, name: str, text: str, words: str
) -> None:
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries" / name).write_text(text)
    (tmp_path / "a.ttl").write_text("<http://e/a> <http://e/b> 1 .")
    done = command("build", "--data", str(tmp_path / "a.ttl"), "--ontology", "none", "--queries", str(tmp_path / "queries"))
    assert done.returncode == 1
    assert name in done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr
