"""The client has a distribution of its own, which installs nothing of the service."""

import subprocess
import sys
import time
import venv
from pathlib import Path

import pytest

from tests.conftest import ROOT, Server

#: What the service needs and a client does not.
HEAVY = {"granian", "nemo-python", "pyshacl", "pyoxigraph", "flask", "owlrl", "babel", "uvloop"}


@pytest.mark.live
def test_a_client_alone_installs_nothing_of_the_service(server: Server, tmp_path: Path) -> None:
    folder = ROOT / "distributions" / "client"
    wheel = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        str(tmp_path),
        str(folder),
    ]
    subprocess.run(wheel, check=True, timeout=600)
    (built,) = tmp_path.glob("*.whl")
    venv.create(tmp_path / "alone", with_pip=True)
    python = str(tmp_path / "alone" / "bin" / "python")
    began = time.monotonic()
    done = subprocess.run([python, "-m", "pip", "install", "--quiet", str(built)], capture_output=True, text=True, timeout=240)
    if done.returncode != 0:
        pytest.skip(f"nothing can be installed here: {done.stderr[-300:]}")
    listed = subprocess.run([python, "-m", "pip", "list", "--format", "freeze"], capture_output=True, text=True, check=True, timeout=600)
    names = {line.partition("==")[0].lower() for line in listed.stdout.splitlines()}
    print(f"{time.monotonic() - began:.1f} s: {', '.join(sorted(names))}")
    assert "graph-service-client" in names
    assert not names & HEAVY
    ask = (
        f"from graph_service.client import Client; s = Client('{server.url}');"
        "print([row['project_label'] for row in s.run('projects-by-country', country='Costa Rica')])"
    )
    answer = subprocess.run([python, "-c", ask], cwd=tmp_path, capture_output=True, text=True, timeout=600)
    assert "Fair Recruitment in Central America" in answer.stdout, answer.stderr
