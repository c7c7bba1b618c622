"""The engine's side of one worker process: its connection, the files of its tasks, its last words, its end."""

import os
import select
import signal
import socket
import struct
import tempfile
from contextlib import suppress
from typing import BinaryIO

from graph_service.engine.lanes import LONG
from graph_service.engine.sandbox import WALLS
from graph_service.engine.wire import OTHER_FILES, SMALL, STARTED, Broken, Message, is_whole, receive, send
from graph_service.errors import Unavailable

#: Seconds that a new process may take until it is ready for its first query, however long that has time.
_START = 30

#: Seconds that it may take to take a task.
_TAKE = 10

#: What a task without anything to read is given for it.
_NOTHING = os.open(os.devnull, os.O_RDWR)


def nameless_file() -> BinaryIO:
    """A file in the system's folder for such (TMPDIR) that has no name, and so is gone with its last descriptor. Raises OSError."""
    return tempfile.TemporaryFile(buffering=0)


class Process:
    """A worker process that has been forked and waits for a task."""

    def __init__(self, connection: socket.socket, errors: BinaryIO, seconds: float) -> None:
        """`errors` is where its last words go, `seconds` how long it may take to come up.

        Raises EOFError, OSError or Broken if it does not come up, TimeoutError if it does not in time.
        """
        connection.settimeout(max(0.001, min(seconds, _START)))
        started = receive(connection, 100)
        pid, *standing = started.content.split(b" ")
        if started.tag != STARTED or not pid.isdigit():
            raise Broken("a process that has not started")
        #: Which of the kernel's walls stand that not every kernel has.
        self.walls = [name for name in WALLS if name.encode() in standing]
        self._connection = connection
        self._errors = errors
        self._file: BinaryIO | None = None
        self._has_files = self._has_input = False
        self.pid = int(pid)
        # The limits are the system's, so that waiting for a short query's answer is one call and not two.
        connection.settimeout(None)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("@ll", 0, int(LONG * 1_000_000)))
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("@ll", _TAKE, 0))
        self._poll = select.poll()
        self._poll.register(connection, select.POLLIN)
        self._poll_both = select.poll()
        self._poll_both.register(connection, select.POLLIN | select.POLLOUT)

    def tell(self, tag: bytes, content: bytes, input: BinaryIO | None = None) -> None:
        """Send a task, with the file that it is to read if any. Raises OSError if the process is dead, Unavailable if the disk is full."""
        if self._file is not None and input is None and not self._has_input:
            send(self._connection, tag, content)
            return
        self.let_go_of_files()
        if self._file is None:
            try:
                self._file = nameless_file()
            except OSError as error:
                raise Unavailable(f"There is no room for a result: {error.strerror}.", retry_after=10) from error
        send(self._connection, tag, content, [self._file.fileno(), _NOTHING if input is None else input.fileno()])
        self._has_files, self._has_input = True, input is not None

    def let_go_of_files(self) -> None:
        """Have the process close the files that it has, so that there is room for others, and none stays on the disk for its sake.

        Raises EOFError, OSError or Broken if it does not.
        """
        if self._has_files:
            send(self._connection, OTHER_FILES)
            if self.hear(_TAKE) is None:
                raise OSError("a process that does not let go of its files")
            self._has_files = False

    @property
    def holds_result(self) -> bool:
        """Whether the process still has the file of a result that somebody else reads."""
        return self._has_files and self._file is None

    def hear(self, seconds: float) -> Message | None:
        """The next message, or None if none begins within that time. Raises EOFError or OSError if the process dies, Broken."""
        if seconds != LONG and not self._poll.poll(max(0.0, seconds) * 1000):
            return None
        try:
            return receive(self._connection)
        except BlockingIOError:
            return None

    def speaks_unasked(self) -> bool:
        """Whether it has said something, or is gone, although it has no task."""
        return bool(self._poll.poll(0))

    @property
    def is_at_hand(self) -> bool:
        """Whether a short task can be told without waiting: it has its files, says nothing unasked, and has read what it was told."""
        if self._file is None or self._has_input:
            return False
        return self._poll_both.poll(0) == [(self.fileno(), select.POLLOUT)]

    @property
    def has_answered(self) -> bool:
        """Whether a small answer is there as a whole, so that `hear` does not wait."""
        try:
            return is_whole(self._connection.recv(SMALL, socket.MSG_PEEK | socket.MSG_DONTWAIT))
        except OSError:
            return False

    def fileno(self) -> int:
        """The descriptor of its connection, to wait for an answer."""
        return self._connection.fileno()

    def take_file(self) -> BinaryIO:
        """The file that the last task has written, for whoever reads it; the next task gets a new one."""
        assert self._file is not None
        file, self._file = self._file, None
        return file

    def kill(self) -> None:
        """End it, whatever it does."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def last_words(self) -> str:
        """What the process wrote before it died."""
        return os.pread(self._errors.fileno(), 10_000, 0).decode("utf-8", "replace")

    def close(self) -> None:
        """Let go of it; it ends by itself if it was idle."""
        self._connection.close()
        self._errors.close()
        if self._file is not None:
            self._file.close()
