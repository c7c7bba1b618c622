"""A service over a small graph, for the tests that try to bring it down."""

from collections.abc import Callable

import pytest

from tests.conftest import Server, kept
from tests.faults.beside import lookup, write

Start = Callable[..., Server]


@pytest.fixture(scope="session")
def start(launch: Start) -> Start:
    """Services as they are started: with all their processes."""
    return launch


@pytest.fixture(scope="session")
def chain(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    return write(tmp_path_factory.mktemp("chain") / "data.ttl")


LIMITS = ("--query-deadline", "5", "--query-memory", "48 MiB", "--result-limit", "16 MiB", "--workers", "2", "--queue", "32")


@pytest.fixture(scope="session")
def tried(start: Start, chain: tuple[str, ...]) -> Server:
    """The service that is tried hard."""
    server = kept(start(*chain, *LIMITS))
    assert lookup(server, 1) is True
    return server


@pytest.fixture(scope="session")
def idle(start: Start, chain: tuple[str, ...]) -> Server:
    """Another one of the kind, that is not: how long it takes to answer is what the machine makes of it."""
    server = kept(start(*chain, *LIMITS))
    assert lookup(server, 1) is True
    return server
