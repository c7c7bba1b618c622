"""The guide names what there is: every path in it exists, and every link in it leads somewhere."""

import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest
from flask.testing import FlaskClient
from prometheus_client import CollectorRegistry

from graph_service.catalogue.catalogue import Catalogue
from graph_service.config import Settings
from graph_service.service import Service
from graph_service.web.app import create_app
from tests.conftest import ROOT

PAGES = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "CONTRIBUTING.md"]
PACKAGE = ROOT / "graph_service"

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

LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)")


def paths(page: Path) -> set[str]:
    """The paths that a page names, of the package or of a folder of the repository that is not a project's."""
    named = PATH.findall(page.read_text(encoding="utf-8"))
    return {name for name in named if name.endswith(".py") or name.split("/")[0] in FOLDERS} - WRITTEN


def is_there(name: str) -> bool:
    """Whether a path is one of the repository, of the package, or a module of it without its ending."""
    module = Path(name.rstrip("/"))
    places = [place / module for place in (ROOT, PACKAGE)]
    if "/" not in name:
        return any(PACKAGE.rglob(name)) or (ROOT / name).exists()
    return any(place.exists() or place.with_name(f"{place.name}.py").exists() for place in places)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_that_is_named_exists(page: Path) -> None:
    assert sorted(name for name in paths(page) if not is_there(name)) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = LINK.findall(page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_paths_are_found() -> None:
    assert {"web/front/cache.py", "web/pages/", "errors.py"} <= paths(ROOT / "docs" / "architecture.md")
    assert not is_there("web/front/nothing.py")


def way(title: str) -> set[str]:
    """The modules of the package that a way of docs/architecture.md names."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    part = re.findall(rf"^### {title}\n(.*?)(?=^##)", text, re.DOTALL | re.MULTILINE)[0]
    return {name for name in PATH.findall(part) if name.endswith(".py")}


def called(work: Callable[[], object]) -> set[str]:
    """The modules of the package of which some function is called, in this thread, while some work is done."""
    found: set[str] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            found.add(frame.f_code.co_filename)

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return {str(Path(name).relative_to(PACKAGE)) for name in found if Path(name).is_relative_to(PACKAGE)}


@pytest.fixture(scope="module")
def client(service: Service, settings: Settings) -> FlaskClient:
    return create_app(service, settings, CollectorRegistry()).test_client()


def test_a_fact_goes_the_way_that_is_told(client: FlaskClient) -> None:
    page = {"Accept": "text/html"}
    met = called(lambda: client.get("/page/project/triangle-in-asean", headers=page).get_data())
    # Nothing without a name is said of it.
    assert way("A fact on a page") - met == {"web/pages/sketches.py"}


def test_a_parameter_goes_the_way_that_is_told(client: FlaskClient) -> None:
    def work() -> None:
        Catalogue.read([ROOT / "queries"])
        assert client.get("/queries/projects-by-country.rows?country=Cambodia").status_code == 200

    assert way("A parameter of a canned query") - called(work) == {"commands/query.py"}
