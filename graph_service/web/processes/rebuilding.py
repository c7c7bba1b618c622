"""What the main process builds while another one serves: on SIGHUP, and for their authors when files change.

Neither ends by an error: it is logged, noted where the serving process tells it on `/ready` and `/metrics`, and what was good is served.
"""

import logging
import os
import threading
import time
from pathlib import Path

from graph_service.build import failure
from graph_service.build.build import build
from graph_service.build.identity import source_set
from graph_service.errors import ServiceError
from graph_service.files import below, is_folder
from graph_service.queries.catalogue import query_files
from graph_service.settings import Settings

#: Seconds between two looks for changed files of canned queries, and for any while somebody develops.
_LOOK, _SOON = 0.5, 0.1

_log = logging.getLogger(__name__)

#: What tells whether a file has changed: when it was written, and its size.
_State = dict[Path, tuple[int, int]]


class Rebuilding:
    """The builds of the main process, one after the other."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._sources = source_set(settings)
        self._turn = threading.Lock()

    def begin(self) -> None:
        """Build anew, beside whatever else goes on."""
        try:
            threading.Thread(target=self._rebuild, daemon=True).start()
        except RuntimeError as error:  # the system has no room for a thread; this is called where nothing may be raised
            _log_error("build could not begin; the last good snapshot stays", error)

    def follow_files(self) -> None:
        """Build anew from now on whenever a file of canned queries comes, changes or goes; in development, any of the sources."""
        threading.Thread(target=self._follow_files, daemon=True).start()

    def _follow_files(self) -> None:
        seen: _State | None = None
        fault = ""
        while True:
            try:
                now = self._state()
                # What has changed while it could not be seen is unknown.
                if fault or (seen is not None and now != seen):
                    self._rebuild()
                seen, fault = now, ""
            except Exception as error:  # the only thread that looks: whatever it meets, it looks again
                # The same again is not told again.
                if fault != _told(error):
                    fault = _told(error)
                    failure.note(self._settings.snapshots, self._sources, fault)
                    _log_error("changed files cannot be looked for", error)
            time.sleep(_SOON if self._settings.development else _LOOK)

    def _state(self) -> _State:
        files = [*query_files(self._settings.queries)]
        if self._settings.development:
            for place in (*self._settings.ontology, *self._settings.data):
                files += below(place, lambda _: True) if is_folder(place) else [place]
        return {file: (about.st_mtime_ns, about.st_size) for file in files if (about := _about(file))}

    def _rebuild(self) -> None:
        try:
            with self._turn:
                build(self._settings, _log.info)
        except Exception as error:  # nobody waits for this: it is told where operators look
            _log_error("build failed; the last good snapshot stays", error)


def _log_error(message: str, error: Exception) -> None:
    _log.error(message, extra={"detail": _told(error)}, exc_info=not isinstance(error, ServiceError | OSError))


def _told(error: Exception) -> str:
    return str(error) or type(error).__name__


def _about(file: Path) -> os.stat_result | None:
    try:
        return file.stat()
    except FileNotFoundError:
        # It went between the listing and the look.
        return None
