"""`/static/`: style and scripts, under addresses that change with their content, so that browsers keep them for good.

The scripts are bundled from `frontend/` into `static/built/` when the wheel is built or by `make`; where they have not been, pages work
without. In templates `asset("site.js")` is the address of a file, or None if there is no such file.
"""

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path

from flask import Blueprint, Response, send_from_directory

#: The folder of styles and icons, and the one of what was bundled.
STATIC = Path(__file__).parent.parent / "static"
BUILT = STATIC / "built"

#: What is under an address that has the hash of the content in it never changes (RFC 8246).
_FOR_GOOD = "public, max-age=31536000, immutable"

#: The name of a bundle.
_HASHED = re.compile(r"-[A-Z0-9]{8}\.\w+$")


def blueprint() -> Blueprint:
    """The route `/static/<version>/<name>`."""
    routes = Blueprint("assets", __name__)

    @routes.get("/static/<version>/<name>")
    def static(version: str, name: str) -> Response:
        folder = BUILT if version == BUILT.name else STATIC
        # No ETag of the file's own: the cache in front compresses and tags what has none.
        response = send_from_directory(folder, name, etag=False, conditional=False)
        if _HASHED.search(name) if folder == BUILT else version == _version(STATIC / name):
            response.headers["Cache-Control"] = _FOR_GOOD
        return response

    return routes


def addresses() -> Callable[[str], str | None]:
    """What gives templates the address of a style sheet or bundle by its name; files are looked up as they are now."""
    manifest = BUILT / "manifest.json"
    built: dict[str, str] = json.loads(manifest.read_text(encoding="utf-8")) if manifest.exists() else {}
    found = {file.name: f"/static/{_version(file)}/{file.name}" for file in STATIC.iterdir() if file.is_file()}
    found |= {name: f"/static/built/{file}" for name, file in built.items()}
    return found.get


def _version(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:8]
