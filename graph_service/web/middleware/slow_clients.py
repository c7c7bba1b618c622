"""Clients that take an answer more slowly than anybody should are given up, and so is what it takes of memory and disk.

A slow reader holds no thread, but a connection, buffers, and a file. What a client has taken, only the kernel knows (`TCP_INFO`), so this
process looks at its own connections now and then; where the kernel does not tell (other systems than Linux), nobody is given up.
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

#: Where `struct tcp_info` (linux/tcp.h) says how many bytes have been acknowledged, how many segments have not, how many bytes are unsent.
_ACKNOWLEDGED, _UNACKNOWLEDGED, _UNSENT = struct.Struct("=Q"), struct.Struct("=I"), struct.Struct("=I")
_AT_ACKNOWLEDGED, _AT_UNACKNOWLEDGED, _AT_UNSENT, _SIZE = 120, 24, 144, 148

#: Close at once, and forget what has not been taken (socket(7), SO_LINGER).
_FORGET = struct.pack("ii", 1, 0)

#: Seconds between two looks, at most.
_LOOK = 1.0

_log = logging.getLogger(__name__)


class Readers:
    """Watches who reads what this process sends."""

    def __init__(self, port: int, deadline: float, rate: int) -> None:
        """From `start` on, clients of `port` must take `rate` bytes a second, measured over `deadline` seconds."""
        self._port = port
        self._deadline = deadline
        self._least = rate * deadline
        #: Inode of a connection that has something to take -> since when, and what had been taken by then.
        self._since: dict[int, tuple[float, int]] = {}
        #: Bytes of the files without a name that are on their way, when it was last looked.
        self.spooled = 0
        #: How many clients have been given up.
        self.given_up = 0
        #: How often it could not be looked.
        self.failures = 0
        self._disk = Path(tempfile.gettempdir()).stat().st_dev

    def start(self) -> "Readers":
        """Look from now on, for as long as the process lives."""
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
            except Exception as error:  # the only thread that looks: whatever it meets, it looks again
                self.failures += 1
                # The same again is not told again.
                if fault != repr(error):
                    fault = repr(error)
                    _log.error("connections could not be looked at", extra={"detail": fault}, exc_info=not isinstance(error, OSError))

    def _look(self) -> None:
        now = time.monotonic()
        waiting: dict[int, tuple[float, int]] = {}
        spooled = 0
        for descriptor in _DESCRIPTORS.iterdir():
            # Descriptors come and go while this looks at them.
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
        """How many bytes the other side of a connection has taken; None if there is nothing more for it, or it is no client's."""
        with socket.socket(fileno=os.dup(descriptor)) as connection:
            if connection.family not in {socket.AF_INET, socket.AF_INET6} or connection.getsockname()[1] != self._port:
                return None
            told = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _SIZE)
        if len(told) < _SIZE:
            return None
        left = _UNACKNOWLEDGED.unpack_from(told, _AT_UNACKNOWLEDGED)[0] + _UNSENT.unpack_from(told, _AT_UNSENT)[0]
        return int(_ACKNOWLEDGED.unpack_from(told, _AT_ACKNOWLEDGED)[0]) if left else None

    def _give_up(self, descriptor: int, inode: int) -> None:
        with socket.socket(fileno=os.dup(descriptor)) as connection:
            if os.fstat(connection.fileno()).st_ino == inode:
                self.given_up += 1
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _FORGET)
                # Unlike close(), this is noticed by the server, which then closes its end.
                connection.shutdown(socket.SHUT_RDWR)
