"""`graph-service init`: writes a new project, a copy of `graph_service/starter`.

Only the IRI prefix of its names changes: `https://example.org/museum/` becomes `https://example.org/<name of the folder>/`.
"""

import argparse
import shlex
from pathlib import Path
from unicodedata import normalize
from urllib.parse import quote

import graph_service
from graph_service.commands.output import say
from graph_service.errors import SettingError
from graph_service.files import below
from graph_service.settings import Settings, refuse_unreadable

_STARTER = Path(graph_service.__file__).parent / "starter"
_EXAMPLES = "https://example.org/"
_OF_THE_STARTER = _EXAMPLES + "museum/"


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Write the project and print its files. Raises SettingError for a folder that is not empty or cannot be written."""
    folder = Path(options.folder)
    base = f"{_EXAMPLES}{_as_part(folder.resolve().name)}/"
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise SettingError(f"{folder}: is there and not an empty folder. Nothing is overwritten; name another.")
        for source in below(_STARTER, lambda path: path.suffix != ".pyc"):
            file = folder / source.relative_to(_STARTER)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(source.read_text(encoding="utf-8").replace(_OF_THE_STARTER, base), encoding="utf-8")
            print(file)
    except OSError as error:
        raise SettingError(f"{error.filename or folder}: {error.strerror}.") from error
    say(f"Everything in it is named below {base}. Serve it: graph-service serve {shlex.quote(options.folder)}")
    return 0


def _as_part(name: str) -> str:
    """A name as a path segment of an IRI that needs no escape in Turtle, YAML and CSV. Raises SettingError if it is not UTF-8."""
    refuse_unreadable(name, "a folder's name")
    return "".join(c if c.isalnum() or c in "-._~" else quote(c, safe="") for c in normalize("NFC", name))
