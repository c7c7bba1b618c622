"""The menu: in view where there is room for it, folded where there is none, with and without scripts."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.live]

#: Of the height of a phone, the most that the top of a page takes.
_HIGHEST = 150


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("language", ["en", "fr", "es"])
def test_on_a_phone_the_menu_is_folded_and_opens(visit: Callable[..., Page], language: str, scripts: bool) -> None:
    page = visit("/things", language, 360, java_script_enabled=scripts)
    top = page.locator("header.site")
    link = top.locator("a[href='/documents']")
    box = top.bounding_box()
    assert box is not None
    assert box["height"] < _HIGHEST
    expect(link).to_be_hidden()
    top.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(link).to_be_visible()
    expect(top.locator(".languages a")).to_have_count(3)
    link.click()
    page.wait_for_url("**/documents")


def test_where_there_is_room_the_menu_is_in_view(visit: Callable[..., Page]) -> None:
    top = visit("/things").locator("header.site")
    expect(top.locator("summary")).to_be_hidden()
    expect(top.get_by_role("link", name="Documents")).to_be_visible()
    expect(top.get_by_role("link", name="Français")).to_be_visible()


@pytest.mark.parametrize("path", ["/", "/search?q=Tunisia"])
def test_a_page_has_one_box_to_search_the_graph(visit: Callable[..., Page], path: str) -> None:
    page = visit(path)
    expect(page.locator("input[name=q]")).to_have_count(1)
    page.locator("input[name=q]").fill("tunis")
    expect(page.get_by_role("option").first).to_be_visible()
