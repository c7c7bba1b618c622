"""For authors: a file of canned queries that comes, changes or goes is followed without a restart, and nothing stale is answered."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Server

pytestmark = pytest.mark.live


def becomes(server: Server, path: str, wanted: tuple[int, bytes]) -> bool:
    until = time.monotonic() + 45
    while time.monotonic() < until:
        answer = server.ask(path, Accept="text/csv")
        if (answer.status, answer.body if answer.status == 200 else b"") == wanted:
            return True
        time.sleep(0.2)
    return False


def test_a_file_that_comes_changes_or_goes_is_followed(start: Callable[..., Server], tmp_path: Path) -> None:
    nothing = ("--data", "none", "--ontology", "none", "--reasoning", "none", "--queries", str(tmp_path))
    server = start(*nothing, "--reload-queries", "true", "--snapshots", str(tmp_path / "snapshots"))
    assert server.ask("/queries/one").status == 404
    file = tmp_path / "one.rq"
    for number in (1, 2):
        file.write_text(f"#+ summary: One\nSELECT ?n {{ VALUES ?n {{ {number} }} }} ORDER BY ?n")
        assert becomes(server, "/queries/one", (200, f"n\r\n{number}\r\n".encode()))
    file.unlink()
    assert becomes(server, "/queries/one", (404, b""))
