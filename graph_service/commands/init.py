"""`graph-service init`: a project of one's own, from the one in `graph_service/starter`, which is checked and served as it stands.

Only the IRI changes that all its names begin with: `https://example.org/museum/` becomes `https://example.org/<name of the folder>/`.
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
    """Write the project and print its files. Raises SettingError for a folder that holds something or cannot be written."""
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
    """A name as a part of an IRI that stands in Turtle, YAML and CSV as it is. Raises SettingError for one that is no UTF-8."""
    refuse_unreadable(name, "a folder's name")
    return "".join(c if c.isalnum() or c in "-._~" else quote(c, safe="") for c in normalize("NFC", name))
