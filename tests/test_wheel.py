"""The wheel alone serves the graph: ontology, data, queries and the scripts of the pages travel in it."""

import json
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

from tests.conftest import ROOT

BUILT = "graph_service/web/static/built/"


def test_the_wheel_alone_answers(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(tmp_path), str(ROOT)],
        check=True,
        timeout=120,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        bundles = json.loads(archive.read(f"{BUILT}manifest.json"))
    assert "site.js" in bundles
    assert {BUILT + file for file in (*bundles.values(), "licences.txt")} <= set(names)
    assert not [name for name in names if "node_modules" in name or "frontend" in name]
    home = tmp_path / "elsewhere"
    venv.create(home, with_pip=True)
    # The dependencies are those of the tests' own environment; the project comes from the wheel and from nowhere else.
    here = next(Path(path) for path in sys.path if path.endswith("site-packages"))
    (next(home.glob("lib/python*/site-packages")) / "dependencies.pth").write_text(str(here) + "\n")
    python = str(home / "bin" / "python")
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-deps", "--force-reinstall", str(wheel)], check=True, timeout=120)
    environment = {"PATH": os.environ["PATH"], "GRAPH_SERVICE_SNAPSHOTS": str(tmp_path / "snapshots"), "HOME": str(tmp_path)}

    def run(*arguments: str) -> str:
        return subprocess.run(
            [python, *arguments], env=environment, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=120
        ).stdout

    where = Path(run("-c", "import graph_service; print(graph_service.__file__)").strip())
    assert home in where.parents
    assert "TRIANGLE in ASEAN" in run("-m", "graph_service", "query", "projects-active-in-year", "year=2023", "--format", "csv")
    run("-m", "graph_service", "init", "museum")
    assert (tmp_path / "museum" / ".github" / "workflows" / "check.yml").is_file()
    assert "expected answers: 3\nwarnings: 0\nfindings: 0\n" in run("-m", "graph_service", "check", "museum")
