"""Why the last build of a set of sources failed: a note beside the snapshots, for those who go on serving what was good."""

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True)
class Failure:
    """When a build failed (ISO 8601, UTC), and why."""

    at: str
    detail: str


def note(place: Path, source_set: str, detail: str) -> None:
    """Write down in a folder of snapshots that a build has failed. Where that is not possible the build's own message must do."""
    failure = Failure(datetime.now(UTC).isoformat(), detail)
    note = _note(place, source_set)
    draft = note.with_name(f"{note.name}-{os.getpid()}")
    try:
        draft.write_text(json.dumps(asdict(failure)), encoding="utf-8")
        draft.replace(note)
    except OSError:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def forget(place: Path, source_set: str) -> None:
    """A build has succeeded."""
    with suppress(OSError):
        _note(place, source_set).unlink(missing_ok=True)


def last(place: Path, source_set: str) -> Failure | None:
    """The last failure, if no build has succeeded since. Raises OSError or ValueError if that cannot be read."""
    try:
        return Failure(**json.loads(_note(place, source_set).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None


def _note(place: Path, source_set: str) -> Path:
    return place / f".failed-{source_set}"
