"""The engine's side of one worker process: its connection, its last words, its end."""

import os
import select
import signal
import socket
import struct
from contextlib import suppress

from graph_service.engine.lanes import LONG
from graph_service.engine.wire import Message, receive, send

#: Seconds that a new process may take until it is ready for its first query.
_START = 30


class Process:
    """A worker process that has been forked and waits for a query."""

    def __init__(self, connection: socket.socket) -> None:
        """Raises EOFError or OSError if it does not come up."""
        connection.settimeout(_START)
        started = receive(connection)
        self._connection = connection
        self.pid = int(started.content)
        self._errors = os.fdopen(started.descriptors[0], "rb")
        # The limit is the system's, so that waiting for a short query's answer is one call and not two.
        connection.settimeout(None)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("@ll", 0, int(LONG * 1_000_000)))
        self._poll = select.poll()
        self._poll.register(connection, select.POLLIN)

    def tell(self, tag: bytes, content: bytes) -> None:
        """Send a message. Raises OSError if the process is dead."""
        send(self._connection, tag, content)

    def hear(self, seconds: float) -> Message | None:
        """The next message, or None if none begins within that time. Raises EOFError or OSError if the process dies."""
        if seconds != LONG and not self._poll.poll(max(0.0, seconds) * 1000):
            return None
        try:
            return receive(self._connection)
        except BlockingIOError:
            return None

    def kill(self) -> None:
        """End it, whatever it does."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def last_words(self) -> str:
        """What the process wrote before it died."""
        self._errors.seek(0)
        return self._errors.read(10_000).decode("utf-8", "replace")

    def close(self) -> None:
        """Let go of it; it ends by itself if it was idle."""
        self._connection.close()
        self._errors.close()
