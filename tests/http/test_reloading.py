"""For authors: a file of canned queries that comes, changes or goes is followed without a restart, and nothing stale is answered.

A slip in one takes no question away: what was good is answered, and operators are told.
"""

import json
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import PATIENCE, Server

pytestmark = pytest.mark.live


@pytest.fixture(scope="session")
def start(launch: Callable[..., Server]) -> Callable[..., Server]:
    """Services as they are started: with all their processes."""
    return launch


def becomes(server: Server, path: str, wanted: tuple[int, bytes]) -> bool:
    until = time.monotonic() + PATIENCE
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


def good(number: int) -> str:
    return f"#+ summary: One\nSELECT ?n {{ VALUES ?n {{ {number} }} }} ORDER BY ?n"


#: A slip in the query, and headers that YAML's own library cannot read.
SLIPS = ("#+ summary: One\nSELECT ?n { VALUES ?n { 2 } } ORDAR BY ?n", "#+ summary: 2024-99-99\nASK {}", "#+ summary: \x01\nASK {}")


def told(server: Server) -> dict[str, object] | None:
    """What is told of the last build if it failed."""
    failed: dict[str, object] | None = json.loads(server.ask("/ready").body)["lastBuildFailed"]
    return failed


@pytest.mark.parametrize("follows", [True, False])
def test_a_slip_takes_no_question_away_and_is_told_to_operators(start: Callable[..., Server], tmp_path: Path, follows: bool) -> None:
    place = tmp_path / "queries"
    place.mkdir()
    (place / "one.rq").write_text(good(1))
    flags = ("--data", "none", "--ontology", "none", "--reasoning", "none", "--queries", str(place))
    server = start(*flags, "--reload-queries", str(follows).lower(), "--snapshots", str(tmp_path / "snapshots"))
    assert told(server) is None
    for number, slip in enumerate(SLIPS, 1):
        (place / "one.rq").write_text(slip)
        if not follows:
            server.process.send_signal(signal.SIGHUP)
        until = time.monotonic() + PATIENCE
        while f"graph_build_failures_total {number}.0" not in server.ask("/metrics").text:
            assert time.monotonic() < until
            time.sleep(0.1)
        assert str((told(server) or {})["why"]).startswith("queries/one.rq:")
        assert "graph_last_build_failed 1.0" in server.ask("/metrics").text
        assert server.log.read_text().count('"build failed; the last good snapshot stays"') == number
        assert f"{place}/one.rq:" in server.log.read_text()
        for path in ("/ready", "/queries", "/queries?format=json", "/queries/one", "/metrics"):
            assert str(tmp_path) not in server.ask(path).text
        assert becomes(server, "/queries/one", (200, b"n\r\n1\r\n"))
    (place / "one.rq").write_text(good(9))
    if not follows:
        server.process.send_signal(signal.SIGHUP)
    assert becomes(server, "/queries/one", (200, b"n\r\n9\r\n"))
    until = time.monotonic() + PATIENCE
    while told(server) is not None:
        assert time.monotonic() < until
        time.sleep(0.1)
    assert "graph_last_build_failed 0.0" in server.ask("/metrics").text


def test_what_is_served_is_what_was_built_also_by_the_next_process(start: Callable[..., Server], tmp_path: Path) -> None:
    place = tmp_path / "queries"
    place.mkdir()
    (place / "one.rq").write_text(good(1))
    flags = ("--data", "none", "--ontology", "none", "--reasoning", "none", "--queries", str(place), "--snapshots", str(tmp_path / "s"))
    start(*flags)
    (place / "one.rq").write_text(SLIPS[0])
    again = start(*flags)
    assert becomes(again, "/queries/one", (200, b"n\r\n1\r\n"))
    assert "The build failed; serving the last good snapshot" in again.log.read_text()


def test_queries_that_cannot_be_looked_for_are_told_and_found_again(start: Callable[..., Server], tmp_path: Path) -> None:
    place = tmp_path / "queries"
    place.mkdir()
    (place / "one.rq").write_text(good(1))
    flags = ("--data", "none", "--ontology", "none", "--reasoning", "none", "--queries", str(place))
    server = start(*flags, "--reload-queries", "true", "--snapshots", str(tmp_path / "snapshots"))
    # Only after the first look is something missing: until then it is not known what was there.
    (place / "one.rq").write_text(good(2))
    assert becomes(server, "/queries/one", (200, b"n\r\n2\r\n"))
    place.rename(tmp_path / "away")
    until = time.monotonic() + PATIENCE
    while told(server) is None:
        assert time.monotonic() < until
        time.sleep(0.1)
    assert "no such file or folder" in str((told(server) or {})["why"])
    assert becomes(server, "/queries/one", (200, b"n\r\n2\r\n"))
    (tmp_path / "away" / "one.rq").write_text(good(3))
    (tmp_path / "away").rename(place)
    assert becomes(server, "/queries/one", (200, b"n\r\n3\r\n"))
    assert server.log.read_text().count("changed files cannot be looked for") == 1
