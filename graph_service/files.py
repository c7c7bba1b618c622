"""Files and folders that settings name. Unreadable ones are errors, never silently skipped."""

import os
import stat
from collections.abc import Callable, Iterable
from pathlib import Path

from graph_service.errors import SourceError
from graph_service.settings import refuse_unreadable


def is_folder(place: Path) -> bool:
    """Whether a path is a folder (True) or a file (False). Raises SourceError if it is neither, does not exist, or cannot be accessed."""
    try:
        mode = place.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise SourceError(f"{place}: no such file or folder") from None
    except OSError as error:
        raise SourceError(f"{place}: {error.strerror}") from error
    if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
        raise SourceError(f"{place}: no such file or folder")
    return stat.S_ISDIR(mode)


def is_there(name: str) -> bool:
    """Whether a text is the path of an existing file or folder; False for invalid paths."""
    try:
        return Path(name).exists()
    except (OSError, ValueError):
        return False


def text_of(place: Path) -> str:
    """The text of a file, without a byte order mark. Raises SourceError if it cannot be read or is not UTF-8."""
    try:
        return place.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SourceError(f"{place}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise SourceError(f"{place}:{line}: not UTF-8. Save the file as UTF-8.") from error


def sentence_of(text: str, kind: str, where: object) -> str:
    """The first line of a query, a comment, as a sentence. Raises SourceError prefixed with `where` if it is no comment."""
    sentence = text.partition("\n")[0].removeprefix("#").strip()
    if not text.startswith("#") or not sentence:
        raise SourceError(f"{where}:1: the first line of a {kind} is a comment that says the {kind}")
    return sentence


def matching(roots: Iterable[Path], pattern: str) -> list[Path]:
    """The files at any depth in those roots that are folders, by a pattern such as `checks/*.rq`, sorted."""
    return sorted(path for root in roots if root.is_dir() for path in root.rglob(pattern))


def below(folder: Path, wanted: Callable[[Path], bool], deep: bool = True) -> list[Path]:
    """The wanted files in a folder, and with `deep` in its subfolders, sorted.

    Raises SourceError for a folder that cannot be read, SettingError for a name that is not UTF-8.
    """
    found = []
    try:
        for where, folders, names in os.walk(folder, onerror=_refuse):
            found += [path for name in names if (path := Path(where, name)).is_file() and wanted(path)]
            if not deep:
                folders.clear()
    except OSError as error:
        raise SourceError(f"{error.filename}: {error.strerror}") from error
    for path in found:
        refuse_unreadable(str(path), "a file's name")
    return sorted(found)


def _refuse(error: OSError) -> None:
    raise error
