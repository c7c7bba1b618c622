"""The wheel alone serves the graph and files of others; it and the sdist come out the same wherever they are built."""

import contextlib
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import time
import urllib.error
import urllib.request
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.ports import free_port

BUILT = "graph_service/web/static/built/"

#: A moment after which nothing is dated that was built: 1 June 2026, noon UTC.
EPOCH = "1780315200"


@dataclass(frozen=True)
class Built:
    """What a build made."""

    sdist: Path
    wheel: Path


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> list[Built]:
    """Two builds of what git knows of this checkout: in other folders, in another time zone and order, with other rights of files."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a checkout of git, which says what belongs to the sources")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    names = [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    one = _built(tmp_path_factory.mktemp("one"), names, TZ="UTC", PYTHONHASHSEED="1")
    two = _built(tmp_path_factory.mktemp("two") / "deeper", names[::-1], TZ="Asia/Tokyo", PYTHONHASHSEED="2", narrow=True)
    return [one, two]


def _built(folder: Path, names: list[str], narrow: bool = False, **environment: str) -> Built:
    for name in names:
        copy = folder / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, copy)
        if narrow:
            copy.chmod(0o700 if os.access(copy, os.X_OK) else 0o600)
    _hatch(folder, "sdist", "wheel", **environment)
    return Built(*(next((folder / "dist").glob(pattern)) for pattern in ("*.tar.gz", "*.whl")))


def _hatch(folder: Path, *targets: str, **environment: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", *(word for target in targets for word in ("-t", target))],
        env={**os.environ, "SOURCE_DATE_EPOCH": EPOCH, **environment},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr[-2000:]


def _hash(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_two_builds_are_the_same_to_the_byte(builds: list[Built]) -> None:
    one, two = builds
    assert one.sdist.name == two.sdist.name
    assert _hash(one.sdist) == _hash(two.sdist)
    assert one.wheel.name == two.wheel.name
    assert _hash(one.wheel) == _hash(two.wheel)
    with zipfile.ZipFile(one.wheel) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(2026, 6, 1, 12, 0, 0)}


def test_the_sdist_makes_the_same_wheel_without_a_registry_of_npm_packages(builds: list[Built], tmp_path: Path) -> None:
    with tarfile.open(builds[0].sdist) as archive:
        names = archive.getnames()
        archive.extractall(tmp_path, filter="data")
    assert not [name for name in names if "node_modules" in name or "/dist/" in name or ".venv" in name]
    (unpacked,) = tmp_path.iterdir()
    assert (unpacked / BUILT / "manifest.json").is_file()
    assert (unpacked / "graph_service" / "web" / "frontend" / "package-lock.json").is_file()
    _hatch(unpacked, "wheel", npm_config_registry="http://127.0.0.1:9", npm_config_cache=str(tmp_path / "empty"))
    (wheel,) = (unpacked / "dist").glob("*.whl")
    assert _hash(wheel) == _hash(builds[0].wheel)


def test_the_wheel_has_scripts_licences_and_compiled_catalogues_and_not_their_sources(builds: list[Built]) -> None:
    with zipfile.ZipFile(builds[0].wheel) as archive:
        names = set(archive.namelist())
        bundles = json.loads(archive.read(f"{BUILT}manifest.json"))
    assert "site.js" in bundles
    assert {BUILT + file for file in (*bundles.values(), "licences.txt")} <= names
    assert {f"graph_service/web/locale/{language}/LC_MESSAGES/messages.mo" for language in ("es", "fr")} <= names
    assert not [name for name in names if "node_modules" in name or "frontend" in name or name.endswith(".po")]
    assert [name for name in names if name.endswith(".dist-info/licenses/LICENSE-DATA")]


@dataclass(frozen=True)
class Elsewhere:
    """A fresh environment that has the wheel and nothing of the checkout."""

    home: Path
    python: Path

    @property
    def environment(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "GRAPH_SERVICE_SNAPSHOTS": str(self.home / "snapshots"), "HOME": str(self.home)}

    def run(self, *arguments: str) -> str:
        return subprocess.run(
            [self.python, *arguments], env=self.environment, cwd=self.home, capture_output=True, text=True, check=True, timeout=600
        ).stdout


@pytest.fixture(scope="module")
def elsewhere(builds: list[Built], tmp_path_factory: pytest.TempPathFactory) -> Elsewhere:
    """An environment with the wheel of the first build, and a folder to work in, neither of them in the checkout."""
    home = tmp_path_factory.mktemp("elsewhere")
    venv.create(home / "environment", with_pip=True)
    # The dependencies are those of the tests' own environment; the project comes from the wheel and from nowhere else.
    here = next(Path(path) for path in sys.path if path.endswith("site-packages"))
    (next(home.glob("environment/lib/python*/site-packages")) / "dependencies.pth").write_text(str(here) + "\n")
    elsewhere = Elsewhere(home, home / "environment" / "bin" / "python")
    elsewhere.run("-m", "pip", "install", "--quiet", "--no-deps", "--force-reinstall", str(builds[0].wheel))
    where = Path(elsewhere.run("-c", "import graph_service; print(graph_service.__file__)").strip())
    assert home / "environment" in where.parents
    return elsewhere


def test_the_wheel_alone_answers(elsewhere: Elsewhere) -> None:
    assert "TRIANGLE in ASEAN" in elsewhere.run("-m", "graph_service", "query", "projects-active-in-year", "year=2023", "--format", "csv")
    elsewhere.run("-m", "graph_service", "init", "museum")
    assert (elsewhere.home / "museum" / ".github" / "workflows" / "check.yml").is_file()
    assert "expected answers: 3\nwarnings: 0\nfindings: 0\n" in elsewhere.run("-m", "graph_service", "check", "museum")


def test_the_wheel_alone_serves_a_file(elsewhere: Elsewhere) -> None:
    (elsewhere.home / "ship.ttl").write_text(
        '<http://example.org/ship> a <http://example.org/Ship> ; <http://www.w3.org/2000/01/rdf-schema#label> "Bluenose"@en .\n'
    )
    port = free_port()
    command = elsewhere.python.with_name("graph-service")
    with (elsewhere.home / "log").open("w") as log:
        process = subprocess.Popen(
            [command, "serve", "ship.ttl", "--port", str(port)], env=elsewhere.environment, cwd=elsewhere.home, stdout=log, stderr=log
        )
    try:
        page = _page(process, f"http://127.0.0.1:{port}/things?lang=fr", elsewhere.home / "log")
        assert 'lang="fr"' in page
        # A text of the catalogues, and the script that the wheel has.
        assert "À propos" in page
        script = page.partition('src="')[2].partition('"')[0]
        assert "site-" in script
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{script}", timeout=20) as answer:
            assert answer.status == 200
        asked = f"http://127.0.0.1:{port}/sparql?format=csv&query=SELECT%20%3Fs%20%7B%3Fs%20a%20%3Chttp%3A%2F%2Fexample.org%2FShip%3E%7D"
        with urllib.request.urlopen(asked, timeout=20) as answer:
            assert answer.read().split() == [b"s", b"http://example.org/ship"]
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _page(process: subprocess.Popen[bytes], address: str, log: Path) -> str:
    """A page of the server, once it answers."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        request = urllib.request.Request(address, headers={"Accept": "text/html"})
        with contextlib.suppress(urllib.error.URLError), urllib.request.urlopen(request, timeout=20) as answer:
            return str(answer.read().decode())
        time.sleep(0.1)
    pytest.fail(f"the server did not answer: {log.read_text()}")
