"""Load on a server: wrk, with the same question again and again or with lookups that each differ."""

import itertools
import json
import shutil
import statistics
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.servers import ACCEPT, Server

_SCRIPT = Path(__file__).with_suffix(".lua")

#: A server may be slow; it is given up after so many seconds.
_PATIENCE = 60

_runs = itertools.count()


@dataclass(frozen=True)
class Load:
    """What came of a load: answers a second, and milliseconds until half and until 99 of a hundred were there."""

    rate: float
    p50: float
    p99: float


def missing() -> str | None:
    """What is missing for this, if anything."""
    return None if shutil.which("wrk") else "wrk is not installed (Debian: apt-get install wrk)"


def repeat(server: Server, path: str, clients: int, seconds: float) -> Load:
    """The same question again and again, from so many clients. Raises ValueError if an answer is an error."""
    return _wrk(server, clients, seconds, path)


def look_up(server: Server, groups: int, clients: int, seconds: float) -> Load:
    """Lookups of single projects that each differ, over so many groups of projects. Raises ValueError if an answer is an error."""
    return _wrk(server, clients, seconds, server.query, str(groups), str(next(_runs)))


def median(loads: Sequence[Load]) -> Load:
    """The median of each figure."""
    return Load(*(statistics.median(getattr(load, name) for load in loads) for name in ("rate", "p50", "p99")))


def _wrk(server: Server, clients: int, seconds: float, *arguments: str) -> Load:
    done = subprocess.run(
        [
            *("wrk", "--threads", "1", "--connections", str(clients), "--duration", f"{seconds:.0f}s", "--timeout", f"{_PATIENCE}s"),
            *("--header", f"Accept: {ACCEPT}", "--script", str(_SCRIPT), server.root, "--", *arguments),
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    if found["errors"] or not found["requests"]:
        raise ValueError(f"{server.name}: {found['errors']} errors and {found['requests']} answers")
    return Load(found["requests"] / found["seconds"], found["p50"], found["p99"])
