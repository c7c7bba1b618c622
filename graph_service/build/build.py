"""The snapshot of what the sources are now: the one that is there, or a new one, which is made known to those who serve."""

from pathlib import Path

from graph_service.build import failure
from graph_service.build.child_process import made_apart, made_in_fork
from graph_service.build.drafts import private
from graph_service.build.identity import snapshot_id, source_set
from graph_service.errors import BuildError
from graph_service.settings import Settings
from graph_service.snapshot import snapshot
from graph_service.snapshot.snapshot import Snapshot
from graph_service.sources.sources import Progress


def build(settings: Settings, progress: Progress) -> Snapshot:
    """The snapshot of the settings' sources: the one that is there if it was made from the same and is whole, else a new one.

    Raises SourceError for a file that cannot be read, SettingError for a folder of snapshots that may not be read or written, and
    BuildError for knowledge that may not be served, or where there is no room for the snapshot. Nothing is left behind then but a note
    of why, and the last good snapshot stays.
    """
    place, sources = settings.snapshots, source_set(settings)
    try:
        built = _built(settings, progress)
    except Exception as error:
        failure.note(place, sources, str(error) or type(error).__name__)
        raise
    failure.forget(place, sources)
    return built


def _built(settings: Settings, progress: Progress) -> Snapshot:
    id = snapshot_id(settings)
    snapshot.sweep(settings.snapshots)
    built = _kept(settings.snapshots / id, progress)
    if built is not None:
        is_last = snapshot.last_id(settings.snapshots, source_set(settings)) == id
        progress(f"{'Nothing changed' if is_last else 'As once before'}: snapshot {id}.")
        if built.contradiction:
            progress(built.contradiction)
    try:
        if built is None:
            snapshot.refuse_unwritable(settings.snapshots)
            make = made_in_fork if settings.development else made_apart
            built = _taken(id, settings, progress) or make(id, settings.snapshots, settings, progress)
        snapshot.remember(built, source_set(settings))
    except OSError as error:
        raise BuildError(f"The snapshot cannot be written to {settings.snapshots}: {error.strerror or error}.") from error
    for old in snapshot.prune(built, settings.keep_snapshots):
        progress(f"Snapshot {old} is no longer kept.")
    return built


def _taken(id: str, settings: Settings, progress: Progress) -> Snapshot | None:
    """The snapshot that a command has made for itself, put in its place; None if there is none or it is damaged. Raises OSError."""
    draft = _kept(private(settings.snapshots) / id, progress)
    if draft is None:
        return None
    snapshot.publish(draft.folder, settings.snapshots / id)
    return Snapshot.open(settings.snapshots / id)


def _kept(folder: Path, progress: Progress) -> Snapshot | None:
    """The snapshot in a folder; None if there is none or it is damaged."""
    if not snapshot.is_there(folder):
        return None
    try:
        kept = Snapshot.open(folder)
        kept.verify()
    except BuildError as error:
        progress(f"Damaged, and built anew. {error.detail}")
        return None
    return kept
