"""The guide names what there is: every path in it exists, every link leads somewhere, and the ways that it tells are gone."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import Any
from unittest import mock
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from prometheus_client import CollectorRegistry

from graph_service.build.build import build
from graph_service.build.pipeline import make
from graph_service.cli import main
from graph_service.engine.process import Process
from graph_service.queries.catalogue import Catalogue
from graph_service.service.service import Service
from graph_service.settings import Settings
from graph_service.snapshot.snapshot import Snapshot
from graph_service.web.app import create_app
from graph_service.web.processes.serving import Serving
from tests.conftest import ROOT

PACKAGE = ROOT / "graph_service"

#: The guide, and what each folder says of itself.
PAGES = [
    *sorted((ROOT / "docs").glob("*.md")),
    *(ROOT / name for name in ("CONTRIBUTING.md", "README.md")),
    *(ROOT / folder / "README.md" for folder in ("benchmarks", "data", "docs/readings", "ontology", "queries")),
    PACKAGE / "web" / "frontend" / "README.md",
]

#: What stands in a code span and is a path: of the package, named with or without it, or of another folder of the repository. Folders
#: that any project has are those of others as well.
PATH = re.compile(r"`((?:graph_service/)?[a-z_]+(?:/[\w.-]*)+|[a-z_]+\.py)`")
FOLDERS = frozenset(path.name for place in (ROOT, PACKAGE) for path in place.iterdir() if path.is_dir()) - {
    "data",
    "docs",
    "ontology",
    "queries",
}

#: Files that an example of the guide writes, and which are there only then.
WRITTEN = frozenset(re.findall(r"`(graph_service/\S+)`:\n", (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")))

LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)]*))?\)")


def paths(page: Path) -> set[str]:
    """The paths that a page names, of the package or of a folder of the repository that is not a project's."""
    named = PATH.findall(page.read_text(encoding="utf-8"))
    return {name for name in named if name.endswith(".py") or name.split("/")[0] in FOLDERS} - WRITTEN


def is_there(name: str, beside: Path = ROOT) -> bool:
    """Whether a path is one of the repository, of the package, or a module of it without its ending; or of a folder beside a page."""
    module = Path(name.rstrip("/"))
    places = [place / module for place in (ROOT, PACKAGE, beside)]
    if "/" not in name:
        return any(PACKAGE.rglob(name)) or (ROOT / name).exists() or (beside / name).exists()
    return any(place.exists() or place.with_name(f"{place.name}.py").exists() for place in places)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_path_that_is_named_exists(page: Path) -> None:
    assert sorted(name for name in paths(page) if not is_there(name, page.parent)) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    for name, heading in LINK.findall(page.read_text(encoding="utf-8")):
        file = page.parent / name if name else page
        assert file.exists(), name
        assert not heading or heading in headings(file), (name, heading)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_each_row_of_a_table_has_as_many_cells_as_its_head(page: Path) -> None:
    outside_code = re.sub(r"^ *```.*?^ *```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    for table in re.findall(r"(?:^\|.*\n)+", outside_code, re.MULTILINE):
        # A bar within a cell is written \|, also in code.
        assert len({len(re.split(r"(?<!\\)\|", row)) for row in table.splitlines()}) == 1, table


def headings(page: Path) -> set[str]:
    """What the headings of a page are called in addresses, as GitHub makes it of them."""
    titles = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_paths_are_found() -> None:
    assert {"web/middleware/cache.py", "web/pages/", "errors.py"} <= paths(ROOT / "docs" / "architecture.md")
    assert not is_there("web/middleware/nothing.py")


def crossed(calling: FrameType) -> list[str]:
    """The modules of the package that have called each other to where a frame is, each once, in the order in which they were entered."""
    found = []
    frame: FrameType | None = calling
    while frame is not None:
        found.append(Path(frame.f_code.co_filename))
        frame = frame.f_back
    return [*dict.fromkeys(str(file.relative_to(PACKAGE)) for file in reversed(found) if file.is_relative_to(PACKAGE))]


def way(title: str) -> set[str]:
    """The modules of the package that a way of docs/architecture.md names."""
    return {name for name in PATH.findall(section(title)) if name.endswith(".py")}


def section(title: str) -> str:
    """The text of a way of docs/architecture.md."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    [found] = re.findall(rf"^### {title}\n(.*?)(?=^##)", text, re.DOTALL | re.MULTILINE)
    return str(found)


def called(work: Callable[[], object]) -> set[str]:
    """The modules of the package of which some function is called, in this thread or one that it starts, while some work is done."""
    found: set[str] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            found.add(frame.f_code.co_filename)

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    return {str(Path(name).relative_to(PACKAGE)) for name in found if Path(name).is_relative_to(PACKAGE)}


@pytest.fixture(scope="module")
def client(service: Service, settings: Settings) -> FlaskClient:
    return create_app(service, settings, CollectorRegistry()).test_client()


def test_a_fact_goes_the_way_that_is_told(client: FlaskClient) -> None:
    page = {"Accept": "text/html"}
    met = called(lambda: client.get("/page/project/triangle-in-asean", headers=page).get_data())
    # Nothing without a name is said of it.
    assert way("A fact on a page") - met == {"web/pages/blank_nodes.py"}


def test_a_parameter_goes_the_way_that_is_told(client: FlaskClient, tmp_path: Path) -> None:
    # A file that has not been changed is parsed once in a process.
    queries = shutil.copytree(ROOT / "queries", tmp_path / "queries")

    def work() -> None:
        Catalogue.read([queries])
        assert client.get("/queries/projects-by-country.rows?country=Cambodia").status_code == 200

    assert way("A parameter of a canned query") - called(work) == {"commands/query.py"}


@pytest.mark.built
def test_a_triple_goes_the_way_that_is_told(tmp_path: Path) -> None:
    project = PACKAGE / "starter"
    folders = {name: (project / name,) for name in ("data", "ontology", "queries")}
    settings = replace(Settings(), snapshots=tmp_path, **folders)  # type: ignore[arg-type]

    def work() -> None:
        assert main(["build", str(project), "--snapshots", str(tmp_path)]) == 0
        # What another process does; elsewhere, where no snapshot has the same graph.
        make("again", tmp_path / "elsewhere", replace(settings, snapshots=tmp_path / "elsewhere"), lambda _: None)

    # What serves.
    later = {"commands/serve.py", "web/processes/generations.py", "engine/worker.py", "engine/store.py"}
    assert way("A triple, from its file to a worker") - called(work) == later


@dataclass
class Client:
    """Whoever sends a request, and is answered, as granian has it (RSGI): the scope and the protocol in one."""

    path: str
    query_string: str
    accept: str
    status: int = 0
    method: str = "GET"
    scheme: str = "http"
    http_version: str = "1.1"
    client: str = "127.0.0.1:1"
    authority: str = ""

    @property
    def headers(self) -> dict[str, str]:
        return {"host": "localhost", "accept": self.accept, "accept-encoding": "br"}

    def response_bytes(self, status: int, headers: object, content: bytes) -> None:
        self.status = status


def serve(snapshots: str, *asked: str) -> None:
    """Answer some requests in this process, each given as Accept and address, and end at once.

    Printed are how they are answered, the modules that are met, and those that the first task has crossed.
    """
    settings = replace(Settings(), snapshots=Path(snapshots))
    reading, _ = os.pipe()
    clients = [Client(address.partition("?")[0], address.partition("?")[2], accept) for accept, address in map(str.split, asked)]

    async def answer() -> None:
        serving = Serving(build(settings, lambda _: None), settings, 0, reading)
        for client in clients:
            await serving.__rsgi__(client, client)  # type: ignore[arg-type]

    sent: list[str] = []
    told = Process.tell

    def tell(self: Process, *task: Any) -> None:
        # Pages are made beside it.
        way = crossed(sys._getframe(1))
        sent[:] = sent or (way if way[0] == "web/processes/serving.py" else [])
        told(self, *task)

    with mock.patch.object(Process, "tell", tell):
        met = called(lambda: asyncio.run(answer()))
    for words in ((client.status for client in clients), met, sent):
        print(*words, flush=True)
    os._exit(0)


def served(snapshots: Path, *asked: str) -> tuple[list[int], set[str], list[str]]:
    """How some requests are answered by a serving process, the modules that are met there, and those that the first task has crossed."""
    code = "import sys; from tests.test_guide import serve; serve(*sys.argv[1:])"
    done = subprocess.run([sys.executable, "-c", code, str(snapshots), *asked], cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    status, met, sent = done.stdout.splitlines()
    return [*map(int, status.split())], set(met.split()), sent.split()


def test_a_query_goes_the_way_that_is_told(snapshot: Snapshot, snapshots: Path) -> None:
    asked = ("application/sparql-results+json", "ASK {}"), ("text/turtle", "CONSTRUCT WHERE { ?s a ?o }")
    status, met, sent = served(snapshots, *(f"{accept} /sparql?{urlencode({'query': text})}" for accept, text in asked))
    assert status == [200, 200]
    # The main process, what is done in a worker, and another server as the engine.
    worker = {"engine/worker.py", "engine/tasks.py", "engine/store.py"}
    assert way("A query, from a client to its answer") - met == {"web/processes/server.py", "engine/remote/server.py", *worker}
    told = PATH.findall(section("A query, from a client to its answer").partition(" On the way")[0])
    assert told == [*sent, "engine/process.py", "engine/wire.py", "engine/worker.py", "engine/tasks.py", "engine/store.py"]
    assert len(told) < 12


def test_a_failure_goes_the_way_that_is_told(snapshot: Snapshot, snapshots: Path, tmp_path: Path) -> None:
    status, met, _ = served(snapshots, "*/* /sparql?query=SELEKT", f"*/* /sparql?query={'a' * 100_000}", "*/* /ready")
    assert status == [400, 414, 200]
    (tmp_path / "slip.ttl").write_text("<urn:a> <urn:b> .")
    codes: list[int] = []
    met |= called(lambda: codes.append(main(["build", str(tmp_path / "slip.ttl"), "--snapshots", str(tmp_path)])))
    assert codes == [1]
    # What is done in a worker and in the process of a build.
    assert way("A failure") - met == {"engine/worker.py", "sparql/mistakes/finding.py", "build/pipeline.py"}
