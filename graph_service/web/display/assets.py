"""Static files: `/static/` serves styles and scripts at addresses with a content hash, so that browsers cache them for good.

Scripts are bundled from `frontend/` into `static/built/` by `make` or when the wheel is built; pages work without them. In templates
`asset("site.js")` is a file's address, or None.
"""

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path

from flask import Blueprint, Response, send_from_directory

#: The folder of styles and icons, and that of bundles.
STATIC = Path(__file__).parent.parent / "static"
BUILT = STATIC / "built"

#: Content at a hashed address never changes (RFC 8246).
_FOR_GOOD = "public, max-age=31536000, immutable"

#: The name of a bundle, with its hash.
_HASHED = re.compile(r"-[A-Z0-9]{8}\.\w+$")


def blueprint() -> Blueprint:
    """The route `/static/<version>/<name>`."""
    routes = Blueprint("assets", __name__)

    @routes.get("/static/<version>/<name>")
    def static(version: str, name: str) -> Response:
        folder = BUILT if version == BUILT.name else STATIC
        # No ETag here: the response cache adds one, and compresses.
        response = send_from_directory(folder, name, etag=False, conditional=False)
        if _HASHED.search(name) if folder == BUILT else version == _version(STATIC / name):
            response.headers["Cache-Control"] = _FOR_GOOD
        return response

    return routes


def addresses() -> Callable[[str], str | None]:
    """A function for templates: name of a style sheet or bundle -> its address. Files are looked up now."""
    manifest = BUILT / "manifest.json"
    built: dict[str, str] = json.loads(manifest.read_text(encoding="utf-8")) if manifest.exists() else {}
    found = {file.name: f"/static/{_version(file)}/{file.name}" for file in STATIC.iterdir() if file.is_file()}
    found |= {name: f"/static/built/{file}" for name, file in built.items()}
    return found.get


def _version(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:8]
