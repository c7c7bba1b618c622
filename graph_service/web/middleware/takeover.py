"""How it goes with new snapshots: what `/ready` and `/metrics` tell of those that could not be taken over, or not even be built."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from graph_service.build.failure import Failure

#: The folders of an absolute path, as such or as IRI: what stands before it is no part of another IRI.
_FOLDERS = re.compile(r"file://(?:/[^\s/]+)+/|(?<![\w/:.>])\.{0,2}/(?:[^\s/:]+/)+")


@dataclass
class Takeover:
    """How often a newer snapshot could not be taken over, and why the last one was not; empty if it was. The same of builds."""

    failures: int = 0
    fault: str = ""
    failed_builds: int = 0
    last_build: Failure | None = None

    def hear(self, failure: Failure | None) -> None:
        """Take in how the last build went."""
        if failure is not None and failure != self.last_build:
            self.failed_builds += 1
        self.last_build = failure


def without_folders(text: str, known: Collection[Path]) -> str:
    """A text as everybody may read it: with the names of files, and without where they lie on this machine. `known` are places in it."""
    for place in sorted({*known, *(path.resolve() for path in known)}, key=lambda place: len(str(place)), reverse=True):
        if len(place.parts) > 1:
            text = text.replace(str(place), place.name)
    return _FOLDERS.sub("", text)
