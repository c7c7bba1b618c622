"""Disconnects clients that read their response too slowly, to free memory and disk (back-pressure has a limit).

A slow client holds no thread, but a connection, buffers and a file. Only the kernel knows how much a client has acknowledged (`TCP_INFO`),
so a thread inspects this process's sockets periodically; on systems other than Linux nobody is disconnected.
"""

import logging
import os
import socket
import stat
import struct
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

_DESCRIPTORS = Path("/proc/self/fd")

#: Offsets in `struct tcp_info` (linux/tcp.h) of bytes acknowledged, segments unacknowledged, bytes unsent.
_ACKNOWLEDGED, _UNACKNOWLEDGED, _UNSENT = struct.Struct("=Q"), struct.Struct("=I"), struct.Struct("=I")
_AT_ACKNOWLEDGED, _AT_UNACKNOWLEDGED, _AT_UNSENT, _SIZE = 120, 24, 144, 148

#: Close at once and discard unsent data (socket(7), SO_LINGER).
_FORGET = struct.pack("ii", 1, 0)

#: The most seconds between two inspections.
_LOOK = 1.0

_log = logging.getLogger(__name__)


class Readers:
    """Watches how fast clients read."""

    def __init__(self, port: int, deadline: float, rate: int) -> None:
        """After `start`, clients of `port` must read `rate` bytes a second, averaged over `deadline` seconds."""
        self._port = port
        self._deadline = deadline
        self._least = rate * deadline
        #: Inode of a socket with pending data -> start of its interval, and bytes acknowledged by then.
        self._since: dict[int, tuple[float, int]] = {}
        #: Bytes in nameless files being sent, at the last inspection.
        self.spooled = 0
        #: How many clients were disconnected.
        self.given_up = 0
        #: How many inspections failed.
        self.failures = 0
        self._disk = Path(tempfile.gettempdir()).stat().st_dev

    def start(self) -> "Readers":
        """Start the thread, which runs as long as the process."""
        if hasattr(socket, "TCP_INFO") and _DESCRIPTORS.is_dir():
            threading.Thread(target=self._watch, daemon=True).start()
        return self

    def _watch(self) -> None:
        fault = ""
        while True:
            time.sleep(min(_LOOK, self._deadline / 4))
            try:
                self._look()
                fault = ""
            except Exception as error:  # this thread must go on, whatever happens
                self.failures += 1
                # A repeated error is logged once.
                if fault != repr(error):
                    fault = repr(error)
                    _log.error("connections could not be looked at", extra={"detail": fault}, exc_info=not isinstance(error, OSError))

    def _look(self) -> None:
        now = time.monotonic()
        waiting: dict[int, tuple[float, int]] = {}
        spooled = 0
        for descriptor in _DESCRIPTORS.iterdir():
            # Descriptors come and go meanwhile.
            with suppress(OSError):
                about = os.fstat(int(descriptor.name))
                if stat.S_ISSOCK(about.st_mode):
                    taken = self._taken(int(descriptor.name))
                    if taken is not None:
                        began, before = self._since.get(about.st_ino, (now, taken))
                        if now - began >= self._deadline:
                            if taken - before < self._least:
                                self._give_up(int(descriptor.name), about.st_ino)
                            began, before = now, taken
                        waiting[about.st_ino] = began, before
                elif about.st_nlink == 0 and about.st_dev == self._disk:
                    spooled += about.st_size
        self._since, self.spooled = waiting, spooled

    def _taken(self, descriptor: int) -> int | None:
        """How many bytes a client has acknowledged; None if nothing is pending, or the descriptor is not a client's socket."""
        with socket.socket(fileno=os.dup(descriptor)) as connection:
            if connection.family not in {socket.AF_INET, socket.AF_INET6} or connection.getsockname()[1] != self._port:
                return None
            info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _SIZE)
        if len(info) < _SIZE:
            return None
        left = _UNACKNOWLEDGED.unpack_from(info, _AT_UNACKNOWLEDGED)[0] + _UNSENT.unpack_from(info, _AT_UNSENT)[0]
        return int(_ACKNOWLEDGED.unpack_from(info, _AT_ACKNOWLEDGED)[0]) if left else None

    def _give_up(self, descriptor: int, inode: int) -> None:
        with socket.socket(fileno=os.dup(descriptor)) as connection:
            if os.fstat(connection.fileno()).st_ino == inode:
                self.given_up += 1
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _FORGET)
                # Unlike close(), the server notices this, and closes its end.
                connection.shutdown(socket.SHUT_RDWR)
