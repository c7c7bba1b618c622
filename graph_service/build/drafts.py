"""Snapshots that a command makes for itself, in a folder that no service looks into: what is tried is not what is published.

The last few are kept, so that the next command finds them; a build of the same sources puts one in its place among those that are served.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from graph_service.build.child_process import made_apart
from graph_service.build.identity import graph_id, snapshot_id
from graph_service.errors import BuildError, ServiceError
from graph_service.settings import Settings
from graph_service.snapshot import snapshot
from graph_service.snapshot.snapshot import Snapshot
from graph_service.sources.sources import Progress

#: How many are kept.
_KEPT = 3


def private(place: Path) -> Path:
    """The folder for them within a folder of snapshots."""
    return place / ".private"


def draft(settings: Settings, progress: Progress) -> Snapshot:
    """A snapshot of the settings' sources: a published one or a draft that is there, else a new draft.

    Raises SourceError, BuildError where it cannot be made or written, SettingError for one that may not be read.
    """
    id, place = snapshot_id(settings), private(settings.snapshots)
    for folder in (settings.snapshots / id, place / id):
        if snapshot.is_there(folder):
            # A damaged one is the business of builds.
            with suppress(BuildError):
                found = Snapshot.open(folder)
                found.verify()
                return found
    snapshot.refuse_unwritable(place)
    snapshot.sweep(place)
    try:
        made = made_apart(id, place, settings, progress)
    except OSError as error:
        raise BuildError(f"The snapshot cannot be written to {place}: {error.strerror or error}.") from error
    snapshot.keep_newest(place, _KEPT)
    return made


def graph_of(settings: Settings) -> Snapshot | None:
    """A whole snapshot, published or a draft, whose graph was made from the same, whatever its canned queries are; None without one.

    Raises SourceError.
    """
    wanted = graph_id(settings)
    for manifest in _manifests(settings.snapshots):
        with suppress(ServiceError, OSError, ValueError):
            # Most manifests are of other graphs, and need not be parsed.
            if wanted in manifest.read_text(encoding="utf-8") and (found := Snapshot.open(manifest.parent)).manifest["graph"] == wanted:
                found.verify()
                return found
    return None


def _manifests(place: Path) -> Iterator[Path]:
    for folder in (place, private(place)):
        yield from (manifest for manifest in folder.glob("[!.]*/manifest.json") if not manifest.parent.is_symlink())
