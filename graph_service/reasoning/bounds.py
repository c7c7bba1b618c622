"""A bound of time and memory on work of Python's own, in the main thread of a process: what takes more ends with an error."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from graph_service.errors import BuildError

#: How often it is looked, in seconds.
_EVERY = 0.2


@contextmanager
def bounded(seconds: float, memory: int, too_much: str) -> Iterator[None]:
    """Raise BuildError in what is done within, once it takes longer, or has come to hold more bytes, than that.

    `too_much` tells what to do about it. Only the main thread gets the signals by which it is looked; what another one does has no bound.
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
    """The memory that this process holds, in bytes; nothing where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
