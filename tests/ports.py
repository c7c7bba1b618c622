"""Ports on loopback for the servers that tests start."""

import os
import socket
from collections.abc import Iterator
from contextlib import suppress

#: Below those that Linux gives to connections (32768 and up), so that no connection takes one before the server that is to listen there
#: has started.
_FIRST, _LAST = 10_000, 32_000


def _from_here_on() -> Iterator[int]:
    """All ports, again and again, from one that differs from process to process."""
    port = _FIRST + os.getpid() * 997 % (_LAST - _FIRST)
    while True:
        yield port
        port = port + 1 if port < _LAST else _FIRST


_PORTS = _from_here_on()


def free_port() -> int:
    """A port on which nothing listens, and which this process has not been given for a long time. Raises OSError if there is none."""
    for _ in range(_FIRST, _LAST):
        port = next(_PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError(f"there is no free port between {_FIRST} and {_LAST}")
