"""Pictures on a narrow screen: a map is whole, and what goes on beyond the edge says so."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.live]

_OVER = "(box) => box.scrollWidth - box.clientWidth"


def test_a_map_is_whole_on_a_phone_and_its_words_have_the_names(visit: Callable[..., Page]) -> None:
    page = visit("/pictures/projects-by-country", "en", 360)
    assert page.locator(".picture .scroll").evaluate(_OVER) <= 0
    expect(page.locator(".picture svg text").first).to_be_hidden()
    expect(page.locator(".picture .sideways")).to_be_hidden()
    expect(page.locator("p.words")).to_contain_text("Tunisia")


@pytest.mark.parametrize("width", [360, 1280])
def test_the_map_of_the_first_page_is_whole_and_leads_to_its_countries(visit: Callable[..., Page], width: int) -> None:
    page = visit("/", "en", width)
    box = page.locator(".hero .picture .scroll")
    assert box.evaluate(_OVER) <= 0
    expect(box.locator("text").first).to_be_hidden()
    country = box.locator("a[href='/id/place/PER']").first
    expect(country.locator("title")).to_contain_text("Peru")
    country.locator("path").first.click(force=True)
    page.wait_for_url("**/page/place/PER")


def test_on_a_wide_screen_a_map_has_its_names(visit: Callable[..., Page]) -> None:
    page = visit("/pictures/projects-by-country")
    expect(page.locator(".picture svg text").first).to_be_visible()


def test_a_timeline_on_a_phone_has_its_labels_above_the_bars(visit: Callable[..., Page]) -> None:
    page = visit("/pictures/timeline", "en", 360)
    shown = page.locator(".picture .scroll:visible")
    expect(shown).to_have_count(1)
    assert shown.evaluate(_OVER) <= 0
    label, bar = (shown.locator(f"a[href] {part}").first.bounding_box() for part in ("text", "rect"))
    assert label is not None
    assert bar is not None
    assert label["y"] + label["height"] <= bar["y"] < label["y"] + 100
    assert bar["width"] > 20
    expect(page.locator(".picture .sideways")).to_be_hidden()


@pytest.mark.parametrize(("width", "goes_on"), [(360, True), (1280, False)])
def test_a_picture_that_goes_on_beyond_the_edge_says_so(visit: Callable[..., Page], width: int, goes_on: bool) -> None:
    page = visit("/pictures/network", "en", width)
    assert (page.locator(".picture .scroll").evaluate(_OVER) > 0) == goes_on
    expect(page.locator(".picture .sideways")).to_be_visible(visible=goes_on)


def test_small_pictures_are_not_cut_off(visit: Callable[..., Page]) -> None:
    images = visit("/pictures").locator(".thumbnail img")
    assert images.count() > 1
    assert {images.nth(place).evaluate("(image) => getComputedStyle(image).objectFit") for place in range(images.count())} == {"contain"}
