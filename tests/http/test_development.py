"""`make dev`: what is edited is seen without a restart, and no answer is kept from before."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT, Server

pytestmark = pytest.mark.live

STARTER = ROOT / "graph_service" / "starter"


def becomes(ask: Callable[[], bool]) -> bool:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if ask():
            return True
        time.sleep(0.1)
    return False


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(scope="module")
def developed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A project, and a copy of the program, to be edited."""
    folder = tmp_path_factory.mktemp("developed")
    shutil.copytree(STARTER, folder / "museum")
    shutil.copytree(ROOT / "graph_service", folder / "code" / "graph_service", ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    return folder / "museum", folder / "code"


@pytest.fixture(scope="module")
def server(launch: Callable[..., Server], developed: tuple[Path, Path]) -> Server:
    project, code = developed
    run = f"import sys; sys.path.insert(0, {str(code)!r}); from graph_service.cli import main; sys.exit(main())"
    flags = [flag for name in ("data", "ontology", "queries") for flag in (f"--{name}", str(project / name))]
    return launch(*flags, "--development", "true", "--snapshots", str(project / "snapshots"), program=("-c", run))


def test_an_edited_statement_is_seen(server: Server, developed: tuple[Path, Path]) -> None:
    change(developed[0] / "data" / "works.ttl", "The Great Wave off Kanagawa", "The Wave")
    assert becomes(lambda: "The Wave" in server.ask("/queries/works-by-maker?maker=hokusai", Accept="text/csv").text)


def test_an_edited_query_is_seen(server: Server, developed: tuple[Path, Path]) -> None:
    change(developed[0] / "queries" / "works-by-maker.rq", "en: ", "en: Edited ")
    assert becomes(lambda: "Edited" in server.ask("/queries", Accept="text/html").text)


def test_an_edited_template_is_seen(server: Server, developed: tuple[Path, Path]) -> None:
    before = server.ask("/about", Accept="text/html")
    assert "etag" not in before.headers
    change(developed[1] / "graph_service" / "web" / "templates" / "about.html", "<h1>", "<h1>Edited: ")
    assert becomes(lambda: "<h1>Edited: " in server.ask("/about", Accept="text/html").text)


def test_a_slip_is_told_and_what_was_good_is_served(server: Server, developed: tuple[Path, Path]) -> None:
    file = developed[0] / "data" / "works.ttl"
    change(file, "@prefix", "@prefx")
    assert becomes(lambda: "works.ttl:" in server.ask("/ready").text)
    assert server.ask("/queries/works-by-maker?maker=hokusai", Accept="text/csv").status == 200
    change(file, "@prefx", "@prefix")
    assert becomes(lambda: "works.ttl:" not in server.ask("/ready").text)


def test_a_module_that_is_edited_makes_no_new_graph(developed: tuple[Path, Path]) -> None:
    code = developed[1]
    told = "from graph_service.build.identity import graph_id; from graph_service.settings import Settings; from dataclasses import replace"
    places = "data=(), ontology=(), queries=()"

    def ids() -> list[str]:
        made = f"{told}; print(*[graph_id(replace(Settings(), {places}, development=d)) for d in (True, False)])"
        return subprocess.run([sys.executable, "-c", made], cwd=code, capture_output=True, text=True, check=True).stdout.split()

    before = ids()
    with (code / "graph_service" / "reasoning" / "closure.py").open("a") as file:
        file.write("# edited\n")
    after = ids()
    assert before[0] == after[0]
    assert before[1] != after[1]


def test_make_dev_starts_it_again_when_a_module_is_edited() -> None:
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    told = subprocess.run(["make", "--dry-run", "dev", "PORT=8123"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "watchfiles --filter python '.venv/bin/graph-service serve --development true --port 8123' graph_service" in told
