"""Limits on time and memory of Python code in the main thread: exceeding them raises an error."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from graph_service.errors import BuildError

#: Seconds between checks.
_EVERY = 0.2


@contextmanager
def bounded(seconds: float, memory: int, too_much: str) -> Iterator[None]:
    """Raise BuildError in the body once it takes more seconds, or allocates more bytes, than given.

    `too_much` begins the message and says what to do. The checks need signals, which only the main thread gets: in another there is no
    limit.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    end, most = time.monotonic() + seconds, _held() + memory

    def look(_signal: int, _frame: FrameType | None) -> None:
        if time.monotonic() > end:
            raise BuildError(f"{too_much} It took more than {seconds:g} seconds.")
        if _held() > most:
            raise BuildError(f"{too_much} It took more than {memory / 2**20:,.0f} MiB of memory.")

    before = signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, min(_EVERY, seconds), _EVERY)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _held() -> int:
    """The resident memory of this process in bytes; 0 where the system does not report it."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
