"""The parent's side of one worker process: its socket, the files of its tasks, its standard error, killing it."""

import os
import select
import signal
import socket
import struct
import tempfile
from contextlib import suppress
from typing import BinaryIO

from graph_service.engine.lanes import LONG
from graph_service.engine.sandbox import OPTIONAL_LAYERS
from graph_service.engine.wire import OTHER_FILES, SMALL, STARTED, Broken, Message, is_whole, receive, send
from graph_service.errors import Unavailable

#: Seconds until a new process must be ready for its first query, whatever that query's own limit.
_START = 30

#: Seconds in which it must accept a task.
_TAKE = 10

#: The input of a task that reads nothing.
_NOTHING = os.open(os.devnull, os.O_RDWR)


def nameless_file() -> BinaryIO:
    """A temporary file without a name, deleted with its last descriptor. Raises OSError."""
    return tempfile.TemporaryFile(buffering=0)


class Process:
    """A worker process that has been forked and waits for a task."""

    def __init__(self, connection: socket.socket, errors: BinaryIO, seconds: float) -> None:
        """`errors` is the file of its standard error, `seconds` how long it may take to start.

        Raises EOFError, OSError or Broken if it does not start, TimeoutError if it does not in time.
        """
        connection.settimeout(max(0.001, min(seconds, _START)))
        started = receive(connection, 100)
        pid, *layers = started.content.split(b" ")
        if started.tag != STARTED or not pid.isdigit():
            raise Broken("a process that has not started")
        #: The optional layers of the sandbox that are in force.
        self.layers = [name for name in OPTIONAL_LAYERS if name.encode() in layers]
        self._connection = connection
        self._errors = errors
        self._file: BinaryIO | None = None
        self._has_files = self._has_input = False
        self.pid = int(pid)
        # Socket timeouts of the kernel: waiting for a short query's result is one system call and not two.
        connection.settimeout(None)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("@ll", 0, int(LONG * 1_000_000)))
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("@ll", _TAKE, 0))
        self._poll = select.poll()
        self._poll.register(connection, select.POLLIN)
        self._poll_both = select.poll()
        self._poll_both.register(connection, select.POLLIN | select.POLLOUT)

    def tell(self, tag: bytes, content: bytes, input: BinaryIO | None = None) -> None:
        """Send a task, and the file that it reads if any. Raises OSError if the process is dead, Unavailable if the disk is full."""
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
        """Have the process close its files, which frees disk space and descriptors for the next ones. Raises EOFError, OSError or Broken if
        it does not.
        """
        if self._has_files:
            send(self._connection, OTHER_FILES)
            if self.hear(_TAKE) is None:
                raise OSError("a process that does not let go of its files")
            self._has_files = False

    @property
    def holds_result(self) -> bool:
        """Whether the process still has a result's file open that somebody else reads."""
        return self._has_files and self._file is None

    def hear(self, seconds: float) -> Message | None:
        """The next message, or None if none begins within so many seconds. Raises EOFError or OSError if the process dies, Broken."""
        if seconds != LONG and not self._poll.poll(max(0.0, seconds) * 1000):
            return None
        try:
            return receive(self._connection)
        except BlockingIOError:
            return None

    def speaks_unasked(self) -> bool:
        """Whether it has sent something without a task, or has died."""
        return bool(self._poll.poll(0))

    @property
    def is_at_hand(self) -> bool:
        """Whether a short task can be sent without blocking: it has its files, its socket is writable, and it has sent nothing unasked."""
        if self._file is None or self._has_input:
            return False
        return self._poll_both.poll(0) == [(self.fileno(), select.POLLOUT)]

    @property
    def has_answered(self) -> bool:
        """Whether a small reply is there as a whole, so that `hear` does not block."""
        try:
            return is_whole(self._connection.recv(SMALL, socket.MSG_PEEK | socket.MSG_DONTWAIT))
        except OSError:
            return False

    def fileno(self) -> int:
        """The descriptor of its socket, to wait for a reply."""
        return self._connection.fileno()

    def take_file(self) -> BinaryIO:
        """The file with the last task's result, for the caller to read and close; the next task gets a new one."""
        assert self._file is not None
        file, self._file = self._file, None
        return file

    def kill(self) -> None:
        """Kill it, whatever it does."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def last_words(self) -> str:
        """What the process wrote to standard error, at most 10,000 bytes of it."""
        return os.pread(self._errors.fileno(), 10_000, 0).decode("utf-8", "replace")

    def close(self) -> None:
        """Close its socket and files; an idle process then ends by itself."""
        self._connection.close()
        self._errors.close()
        if self._file is not None:
            self._file.close()
