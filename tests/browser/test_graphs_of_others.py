"""The pages of graphs that nobody here wrote can be read by everybody, too: with names and texts as their authors left them."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import FAULTS, OVERFLOW
from tests.conftest import Server
from tests.graphs import GRAPHS

pytestmark = [pytest.mark.browser, pytest.mark.live]

#: Names in three languages and restrictions; names that are JSON, in a tree; data of which many have no name.
CHOSEN = ("RiC-O", "aircraft types and SKOS", "PROV-O and documents")


@pytest.fixture(scope="module", params=[graph for graph in GRAPHS if graph.name in CHOSEN], ids=lambda graph: graph.name)
def server(request: pytest.FixtureRequest, start: Callable[..., Server], of_others: tuple[str, str]) -> Iterator[Server]:
    """A service over a graph of others, in the place of our own."""
    try:
        paths = request.param.paths
    except FileNotFoundError as error:
        pytest.skip(str(error))
    server = start(*map(str, paths), *request.param.flags, *of_others)
    yield server
    server.process.terminate()
    server.process.wait(timeout=20)


def pages(server: Server) -> Iterator[str]:
    """One page of each kind, and of the two longest lists that of the first thing."""
    yield from ("/", "/things", "/ns", "/about", "/search?q=a", "/sparql?query=SELECT+*+%7B+%3Fs+%3Fp+%3Fo+%7D+LIMIT+20", "/downloads/")
    for kind in json.loads(server.ask("/things").body)["kinds"][:2]:
        yield f"/things/{kind['kind']}"
        (row, *_) = csv.DictReader(io.StringIO(server.ask(f"/things/{kind['kind']}.csv?page=1").text))
        yield f"/page?{urlencode({'iri': row['thing']})}"


@pytest.mark.parametrize(("language", "dark", "width"), [("en", False, 1280), ("fr", True, 360)])
def test_pages_of_others_can_be_read_by_everybody(
    server: Server, visit: Callable[..., Page], axe: str, language: str, dark: bool, width: int
) -> None:
    faults = []
    for path in pages(server):
        page = visit(path, language, width, dark)
        if path.startswith("/sparql"):
            page.locator(".cm-content").wait_for()
        page.evaluate(axe)
        faults += [f"{path}: {fault}" for fault in page.evaluate(FAULTS)]
        if page.evaluate(OVERFLOW) > 0:
            faults.append(f"{path}: the page is wider than the window")
    assert not faults, "\n".join(faults)
