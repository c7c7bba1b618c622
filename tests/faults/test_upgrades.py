"""New snapshots that meet faults: what is served stays whole, says how old it is, and the newest is taken over in the end."""

import fcntl
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from graph_service.build.identity import source_set
from graph_service.settings import Settings
from graph_service.snapshot import snapshot as snapshots
from tests.conftest import Server
from tests.faults.beside import lookup, write

pytestmark = pytest.mark.live

Start = Callable[..., Server]
Command = Callable[..., subprocess.CompletedProcess[str]]


def wait(condition: Callable[[], bool], seconds: float = 45) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.1)


def ready(server: Server) -> dict[str, object]:
    told: dict[str, object] = json.loads(server.ask("/ready").body)
    return told


def serves(server: Server, number: int) -> bool:
    return lookup(server, number) is True


def test_a_fault_while_a_snapshot_is_opened_is_told_and_does_not_end_the_looking(start: Start, command: Command, tmp_path: Path) -> None:
    flags = (*write(tmp_path / "data.ttl", 200), "--snapshots", str(tmp_path / "snapshots"))
    server = start(*flags)
    write(tmp_path / "data.ttl", 300)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("GRAPH_SERVICE_KEEP_SNAPSHOTS", "5")
        done = command("build", *flags, "--json")
    built = Path(json.loads(done.stdout)["folder"])
    wait(lambda: serves(server, 290))
    # The next one is damaged at once, as by a full disk, and mended later.
    write(tmp_path / "data.ttl", 400)
    link = next((tmp_path / "snapshots").glob("last-*"))
    folder = tmp_path / "snapshots" / "0123456789abcdef"
    folder.mkdir()
    (folder / "manifest.json").write_text("{}")
    draft = link.with_name("draft")
    draft.symlink_to(folder.name)
    draft.replace(link)
    wait(lambda: ready(server)["newerNotTaken"] is not None)
    assert folder.name in str(ready(server)["newerNotTaken"])
    assert ready(server)["snapshot"] == built.name
    assert "graph_takeover_failures_total 1.0" in server.ask("/metrics").text
    assert serves(server, 290)
    assert command("build", *flags).returncode == 0
    wait(lambda: serves(server, 390))
    assert ready(server)["newerNotTaken"] is None


def test_an_engine_that_dies_while_it_starts_does_not_end_the_looking(start: Start, command: Command, tmp_path: Path) -> None:
    flags = (*write(tmp_path / "data.ttl", 200), "--snapshots", str(tmp_path / "snapshots"))
    server = start(*flags)
    holders: set[int] = set()

    def found() -> list[int]:
        """The processes of engines over this test's snapshots."""
        listed = subprocess.run(["pgrep", "-f", f"engine.worker.*{tmp_path}"], capture_output=True, text=True, check=False).stdout
        return [int(pid) for pid in listed.split()]

    def kill_new_holder() -> bool:
        """Kill the process that holds the graph of a new snapshot as soon as there is one."""
        new = [pid for pid in found() if pid not in holders]
        for pid in new[:1]:
            os.kill(pid, signal.SIGKILL)
        return bool(new)

    holders |= {
        int(pid) for pid in subprocess.run(["pgrep", "-f", f"engine.worker.*{tmp_path}"], capture_output=True, text=True).stdout.split()
    }
    write(tmp_path / "data.ttl", 300)
    with ThreadPoolExecutor(1) as pool:
        building = pool.submit(command, "build", *flags)
        wait(kill_new_holder)
        assert building.result().returncode == 0
    wait(lambda: serves(server, 290))
    assert server.process.poll() is None


def test_builds_of_one_snapshot_at_once_leave_it_whole(start: Start, command: Command, tmp_path: Path) -> None:
    flags = (*write(tmp_path / "data.ttl", 200), "--snapshots", str(tmp_path / "snapshots"))
    server = start(*flags)
    write(tmp_path / "data.ttl", 300)
    with ThreadPoolExecutor(3) as pool:
        done = [*pool.map(lambda _: command("build", *flags), range(3))]
    assert {build.returncode for build in done} == {0}
    wait(lambda: serves(server, 290))
    assert ready(server)["newerNotTaken"] is None
    assert [path.name for path in (tmp_path / "snapshots").glob(".*-*")] == []


def test_sources_have_one_name_from_whatever_folder_they_are_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = replace(Settings(), data=(tmp_path / "data.ttl",), ontology=(), queries=())
    here = source_set(settings)
    monkeypatch.chdir(tmp_path)
    assert source_set(settings) == here
    assert source_set(replace(settings, data=(), ontology=settings.data)) != here


def test_a_snapshot_that_is_served_is_never_deleted(start: Start, command: Command, tmp_path: Path) -> None:
    place = tmp_path / "snapshots"
    flags = (*write(tmp_path / "data.ttl", 200), "--snapshots", str(place))
    old = place / str(ready(start(*flags))["snapshot"])
    with (old / "manifest.json").open("rb") as manifest, pytest.raises(BlockingIOError):
        fcntl.flock(manifest, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with pytest.MonkeyPatch.context() as environment, snapshots.Snapshot.open(old).hold():
        environment.setenv("GRAPH_SERVICE_KEEP_SNAPSHOTS", "1")
        for size in (210, 220):
            write(tmp_path / "data.ttl", size)
            assert command("build", *flags).returncode == 0
        assert (old / "dumps" / "dataset.nq").exists()
    write(tmp_path / "data.ttl", 230)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("GRAPH_SERVICE_KEEP_SNAPSHOTS", "1")
        wait(lambda: command("build", *flags).returncode == 0 and not old.exists())


def test_what_a_build_that_was_killed_has_left_is_removed_by_the_next(command: Command, tmp_path: Path) -> None:
    place = tmp_path / "snapshots"
    flags = (*write(tmp_path / "data.ttl", 200), "--snapshots", str(place))
    assert command("build", *flags).returncode == 0
    abandoned = place / ".0123456789abcdef-abandoned"
    abandoned.mkdir()
    (abandoned / ".building").touch()
    under_way = place / ".0123456789abcdef-underway"
    under_way.mkdir()
    with (under_way / ".building").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert command("build", *flags).returncode == 0
        assert not abandoned.exists()
        assert under_way.exists()
    assert command("build", *flags).returncode == 0
    assert not under_way.exists()
