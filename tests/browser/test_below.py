"""The pages below a path of their host: styles, scripts, links, forms, suggestions and the editor all stay there."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Response, expect

from graph_service.snapshot.snapshot import Snapshot
from tests.conftest import Server

pytestmark = [pytest.mark.browser, pytest.mark.live]

Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def server(start: Callable[..., Server], snapshot: Snapshot) -> Server:
    return start("--public-url", "https://data.example.org/graph")


def listened(page: Page) -> list[str]:
    """The addresses that the page asks for from now on, and that are not below the path or not there."""
    wrong: list[str] = []

    def hear(answer: Response) -> None:
        if answer.status >= 400 or "/graph/" not in answer.url:
            wrong.append(f"{answer.status} {answer.url}")

    page.on("response", hear)
    return wrong


def test_a_reader_goes_from_page_to_page_below_the_path(visit: Visit) -> None:
    page = visit("/graph/")
    wrong = listened(page)
    page.reload()
    expect(page.locator("img").first).to_be_visible()
    page.get_by_role("link", name="Documents", exact=True).first.click()
    page.wait_for_url("**/graph/documents")
    page.get_by_role("link", name="Français").click()
    page.wait_for_url("**/graph/documents?lang=fr")
    page.locator("#site-search").press_sequentially("tunis")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    page.wait_for_url("**/graph/search?*q=tunis*")
    page.locator("ol.hits a").first.click()
    page.wait_for_url("**/graph/page/**lang=fr")
    assert wrong == []


def test_the_editor_asks_below_the_path(visit: Visit) -> None:
    page = visit(
        "/graph/sparql#query=SELECT%20%3Fx%20%7B%20VALUES%20%3Fx%20%7B%20%3Chttps%3A//w3id.org/labcoop/id/place/TUN%3E%20%7D%20%7D"
    )
    wrong = listened(page)
    editor = page.get_by_role("textbox", name="Query")
    editor.wait_for()
    editor.focus()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#answer a", has_text="Tunisia").first).to_have_attribute("href", "/graph/id/place/TUN")
    page.wait_for_url("**/graph/sparql?query=**")
    assert wrong == []
