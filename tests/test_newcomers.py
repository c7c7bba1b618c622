"""From a fresh clone, in a bare shell, with the README and its pages alone: what a newcomer types works, from first line to last."""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.ports import free_port
from tests.test_readme import BLOCKS, expected

pytestmark = pytest.mark.live


@dataclass(frozen=True)
class Fresh:
    """A clone in which `make serve` runs: its folder, what a bare shell knows, where it serves, what it has said."""

    folder: Path
    environment: dict[str, str]
    url: str
    said: Path

    def type(self, text: str, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the folder, with a text as what is typed."""
        return subprocess.run(command, input=text, env=self.environment, cwd=self.folder, capture_output=True, text=True, timeout=600)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fresh]:
    """Skips where there is no git or nothing can be installed."""
    if shutil.which("git") is None or shutil.which("make") is None:
        pytest.skip("git and make are not installed")
    home = tmp_path_factory.mktemp("newcomer")
    folder = home / "clone"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True, capture_output=True)
    # No environment on the path, no settings; what says where packages come from is the machine's.
    kept = {
        name: value for name, value in os.environ.items() if name.lower().endswith("_proxy") or name.startswith(("PIP_", "npm_", "SSL_"))
    }
    python = Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    environment = {
        **kept,
        "HOME": str(home),
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "PYTHON": str(python),
        "PIP_CACHE_DIR": subprocess.run(
            [sys.executable, "-m", "pip", "cache", "dir"], capture_output=True, text=True, check=True
        ).stdout.strip(),
        "NO_PROXY": "127.0.0.1",
    }
    port = free_port()
    said = home / "said"
    began = time.monotonic()
    with said.open("w") as output:
        process = subprocess.Popen(
            ["make", "serve", f"PORT={port}"], env=environment, cwd=folder, stdout=output, stderr=output, start_new_session=True
        )
    url = f"http://127.0.0.1:{port}"
    while not _answers(url):
        if process.poll() is not None and not (folder / ".venv" / ".serve").exists():
            pytest.skip(f"nothing can be installed here: {said.read_text()[-300:]}")
        assert process.poll() is None, said.read_text()
        assert time.monotonic() - began < 600, said.read_text()
        time.sleep(0.2)
    print(f"make serve answers {time.monotonic() - began:.0f} s after the clone")
    yield Fresh(folder, environment, url, said)
    os.killpg(process.pid, signal.SIGTERM)
    process.wait(timeout=30)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url + "/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def test_serving_says_what_to_type_next(fresh: Fresh) -> None:
    assert "make shell" in fresh.said.read_text()
    assert "./graph-service --help" in fresh.said.read_text()


def test_each_line_of_the_readme_and_its_pages_works_in_the_shell_that_is_named(fresh: Fresh, tmp_path: Path) -> None:
    for language, block in BLOCKS:
        if "client.frames" in block:
            # For who has installed pandas besides.
            continue
        text = block.replace("http://127.0.0.1:8000", fresh.url).replace("/tmp/", f"{tmp_path}/")
        typed = text if language == "bash" else f"python - <<'PYTHON'\n{text}\nPYTHON"
        began = time.monotonic()
        done = fresh.type(f"set -eu\n{typed}\n", "make", "--silent", "shell")
        assert done.returncode == 0, (text, done.stderr)
        assert expected(block) in done.stdout, (text, done.stdout)
        print(f"{time.monotonic() - began:.1f} s: {text.strip().splitlines()[0]}")


def test_a_command_runs_without_an_environment_and_from_anywhere(fresh: Fresh, tmp_path: Path) -> None:
    done = subprocess.run(
        [str(fresh.folder / "graph-service"), "--help"], env=fresh.environment, cwd=tmp_path, capture_output=True, text=True, timeout=600
    )
    assert (done.returncode, "serve" in done.stdout) == (0, True)


def test_without_an_installation_the_command_says_what_to_do(tmp_path: Path) -> None:
    shutil.copy(ROOT / "graph-service", tmp_path / "graph-service")
    done = subprocess.run([str(tmp_path / "graph-service"), "build"], capture_output=True, text=True, timeout=10)
    assert done.returncode == 2
    assert "make serve" in done.stderr


def test_what_is_wrong_is_said_by_the_examples(fresh: Fresh) -> None:
    done = fresh.type(f"curl -sS --fail-with-body '{fresh.url}/queries/nowhere.csv'\n", "make", "--silent", "shell")
    assert done.returncode != 0
    assert "nowhere" in done.stdout
    blocks = [text for language, text in BLOCKS if language == "bash" and "curl" in text]
    assert all("curl -sS --fail-with-body" in text and "--silent" not in text for text in blocks)
