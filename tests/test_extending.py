"""docs/extending.md stays true: each example is written into a copy as it stands there, and its commands print what it says."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE))

#: A block, and what leads to it: a new file, more of a file, changes of one, or commands.
BLOCK = re.compile(
    r"(?:(?P<end>[Aa]t\s+the\s+end\s+of\s+)?`(?P<file>[^`\s]+)`:\n\n)?(?P<indent> *)```(?P<kind>\w+)\n(?P<text>.*?)\n *```", re.DOTALL
)

#: Asks the application for some addresses, without a server: prints a JSON list of what it answers.
ASK = """
import json, os, sys
from dataclasses import replace
from pathlib import Path
from prometheus_client import CollectorRegistry
from graph_service.settings import Settings
from graph_service.build.build import build
from graph_service.service.service import Service
from graph_service.web.app import create_app

places = {name: (Path("museum", name),) for name in ("data", "ontology", "queries")}
settings = replace(Settings.read(os.environ), **places)
with Service.open(build(settings, lambda _: None), settings) as service:
    client = create_app(service, settings, CollectorRegistry()).test_client()
    print(json.dumps([client.get(path).text for path in sys.argv[1:]]))
"""


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package and a new project beside it."""
    folder = tmp_path_factory.mktemp("checkout")
    shutil.copytree(ROOT / "graph_service", folder / "graph_service", ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    for name in ("data", "ontology", "queries"):
        (folder / name).symlink_to(ROOT / name)
    (folder / "graph-service").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m graph_service "$@"\n')
    (folder / "graph-service").chmod(0o755)
    run(folder, ["graph-service", "init", "museum"])
    return folder


def run(folder: Path, command: list[str]) -> str:
    """What a command prints that runs the package of a folder."""
    environment = {
        **os.environ,
        "PATH": f"{folder}:{os.environ['PATH']}",
        "PYTHONPATH": str(folder),
        "GRAPH_SERVICE_SNAPSHOTS": str(folder / "snapshots"),
    }
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=600)
    return done.stdout + done.stderr


def change(folder: Path, text: str) -> None:
    """Make the changes of a block: each begins with its file, and its parts are found by the lines that stay and go."""
    name, _, changes = text.removeprefix("--- ").partition("\n")
    file = folder / name
    content = file.read_text(encoding="utf-8")
    for part in re.split(r"^@@\n", changes + "\n", flags=re.MULTILINE):
        lines = part.splitlines()
        old, new = ("".join(f"{line[1:]}\n" for line in lines if line[:1] in {sign, " ", ""}) for sign in ("-", "+"))
        assert content.count(old) == 1, f"{name} does not have once:\n{old}"
        content = content.replace(old, new)
    file.write_text(content, encoding="utf-8")


def lines_of(block: re.Match[str]) -> str:
    """The text of a block without the indentation of the list that it stands in."""
    return "\n".join(line[len(block["indent"]) :] for line in block["text"].splitlines())


def write(folder: Path, block: re.Match[str]) -> None:
    """Write what a block says into a file."""
    if block["kind"] == "diff":
        change(folder, lines_of(block))
        return
    file = folder / block["file"]
    assert file.exists() == bool(block["end"])
    file.parent.mkdir(parents=True, exist_ok=True)
    before = file.read_text(encoding="utf-8") if block["end"] else ""
    file.write_text(f"{before}{lines_of(block)}\n", encoding="utf-8")


def follow(folder: Path, title: str) -> list[tuple[str, str, list[str]]]:
    """Write what a section says; its commands, each with what it prints and the lines that it must print."""
    found = []
    for block in BLOCK.finditer(SECTIONS[title]):
        if block["kind"] == "console":
            found += re.findall(r"^\$ (.+)\n?((?:(?!\$ ).*\n?)*)", lines_of(block), re.MULTILINE)
        else:
            write(folder, block)
    printed = []
    asked = [command.split()[1].removeprefix("http://127.0.0.1:8000") for command, _ in found if command.startswith("curl")]
    told = run(folder, [sys.executable, "-c", ASK, *asked]) if asked else "[]"
    assert told.startswith("["), told
    answered = iter(json.loads(told))
    for command, wanted in found:
        output = next(answered) if command.startswith("curl") else run(folder, ["bash", "-c", command])
        printed.append((command, output, wanted.splitlines()))
    return printed


@pytest.mark.parametrize("title", SECTIONS)
def test_an_example_does_what_it_says(title: str, unchanged: Path, tmp_path: Path) -> None:
    folder = tmp_path / "checkout"
    shutil.copytree(unchanged, folder, symlinks=True)
    printed = follow(folder, title)
    assert printed
    for command, output, wanted in printed:
        assert wanted, command
        for line in wanted:
            assert line in output, f"{command} does not print {line!r} but\n{output}"


def test_each_file_that_is_named_is_there() -> None:
    written = {block["file"] for block in BLOCK.finditer(PAGE) if block["file"] and not block["end"]}
    named = set(re.findall(r"`((?:graph_service|queries|docs|tests)/[\w./-]*)`", PAGE))
    assert len(named) > 15
    assert not [name for name in named - written if not (ROOT / name).exists()]


def test_new_code_is_as_ours_is(unchanged: Path, tmp_path: Path) -> None:
    folder = tmp_path / "checkout"
    shutil.copytree(unchanged, folder, symlinks=True)
    shutil.copy(ROOT / "pyproject.toml", folder)
    for title in ("A picture", "A parameter type", "A result format", "An engine"):
        for block in BLOCK.finditer(SECTIONS[title]):
            if block["kind"] in {"diff", "python"}:
                write(folder, block)
    for task in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *task, "graph_service"], cwd=folder, capture_output=True, text=True, timeout=600
        )
        assert done.returncode == 0, done.stdout
