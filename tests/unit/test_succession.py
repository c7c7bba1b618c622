"""What is told of builds, whatever the successor of what is served is doing."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from graph_service.build import failure
from graph_service.build.identity import source_set
from graph_service.settings import Settings
from graph_service.web.middleware.slow_clients import Readers
from graph_service.web.processes.generations import Succession
from tests.conftest import PATIENCE


def comes(wanted: Callable[[], bool]) -> bool:
    until = time.monotonic() + PATIENCE
    while not wanted() and time.monotonic() < until:
        time.sleep(0.02)
    return wanted()


def test_a_build_that_fails_is_heard_of_while_a_snapshot_is_taken_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    is_taking_over = threading.Event()

    def look(self: Succession) -> None:
        is_taking_over.set()
        # It never ends: what comes after it would look for a snapshot that there is not.
        threading.Event().wait()

    monkeypatch.setattr(Succession, "_look", look)
    monkeypatch.setattr(Succession, "_generation", lambda self, snapshot: SimpleNamespace(warm=lambda: None))
    settings = Settings(snapshots=tmp_path)
    succession = Succession(None, settings, 0, Readers(0, 1, 1))  # type: ignore[arg-type]
    assert is_taking_over.wait(20)
    told = succession._takeover
    failure.note(tmp_path, source_set(settings), "one.rq:1: it is wrong")
    assert comes(lambda: told.last_build is not None and told.last_build.detail == "one.rq:1: it is wrong")
    failure.forget(tmp_path, source_set(settings))
    assert comes(lambda: told.last_build is None)
    (tmp_path / f".failed-{source_set(settings)}").write_text("[1]")
    assert comes(lambda: told.last_build is not None and "cannot be read" in told.last_build.detail)
    assert told.failed_builds == 2
