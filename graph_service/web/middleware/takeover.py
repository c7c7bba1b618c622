"""The state of taking over new snapshots, for `/ready` and `/metrics`: failures to open one or to build one."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from graph_service.build.failure import Failure

#: The folders of an absolute path or file IRI, unless they are part of another IRI.
_FOLDERS = re.compile(r"file://(?:/[^\s/]+)+/|(?<![\w/:.>])\.{0,2}/(?:[^\s/:]+/)+")


@dataclass
class Takeover:
    """How often a newer snapshot could not be opened, and why not the last time ("" if it could); the same for builds."""

    failures: int = 0
    fault: str = ""
    failed_builds: int = 0
    last_build: Failure | None = None

    def hear(self, failure: Failure | None) -> None:
        """Record the result of the last build."""
        if failure is not None and failure != self.last_build:
            self.failed_builds += 1
        self.last_build = failure


def without_folders(text: str, known: Collection[Path]) -> str:
    """A text for the public: file names without their folders. `known` are paths that may occur in it."""
    for place in sorted({*known, *(path.resolve() for path in known)}, key=lambda place: len(str(place)), reverse=True):
        if len(place.parts) > 1:
            text = text.replace(str(place), place.name)
    return _FOLDERS.sub("", text)
