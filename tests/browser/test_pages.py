"""Every kind of page, in three languages, light and dark, wide and narrow: for people who read it in whatever way, on whatever line."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import FAULTS, OVERFLOW, SCREENSHOTS
from tests.browser.pages import EDITORS, PAGES

pytestmark = [pytest.mark.browser, pytest.mark.live]

#: How each page is looked at: language, whether dark, width.
_LOOKS = (("en", False, 1280), ("fr", True, 360), ("es", True, 1280))

#: How far down a picture of a page goes.
_PICTURED = 6000

#: Bytes of a first view on the wire, compressed.
_BUDGET = 200_000

#: What web.dev calls good: seconds until the largest contentful paint, cumulative layout shift.
_PAINT, _SHIFT = 2.5, 0.1

_LOADED = """performance.getEntries().filter((entry) => ["navigation", "resource"].includes(entry.entryType))
  .map((entry) => [new URL(entry.name).pathname, entry.transferSize])"""

_PAINTED = """() => new Promise((resolve) => {
  let paint = 0, shift = 0;
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) paint = entry.startTime / 1000; })
    .observe({ type: "largest-contentful-paint", buffered: true });
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) shift += entry.hadRecentInput ? 0 : entry.value; })
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve([paint, shift]), 50);
})"""


@pytest.fixture(scope="module", autouse=True)
def screenshots() -> None:
    """A folder for the pictures, without those of an earlier run."""
    SCREENSHOTS.mkdir(exist_ok=True)
    for old in SCREENSHOTS.glob("*.jpeg"):
        old.unlink()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_can_be_read_by_everybody(name: str, visit: Callable[..., Page], axe: str) -> None:
    faults = []
    for language, dark, width in _LOOKS:
        page = visit(PAGES[name], language, width, dark)
        look = f"{name}-{language}-{'dark' if dark else 'light'}-{width}"
        if name in EDITORS:
            page.locator(".cm-content").wait_for()
        if page.locator("html").get_attribute("lang") != language:
            faults.append(f"{look}: the page is in another language")
        page.evaluate(axe)
        faults += [f"{look}: {fault}" for fault in page.evaluate(FAULTS)]
        if page.evaluate(OVERFLOW) > 0:
            faults.append(f"{look}: the page is wider than the window")
        height = min(page.evaluate("document.documentElement.scrollHeight"), _PICTURED)
        page.screenshot(
            # Written in half the time of a PNG file.
            path=SCREENSHOTS / f"{look}.jpeg",
            full_page=True,
            clip={"x": 0, "y": 0, "width": width, "height": height},
            # The usual hiding of the caret is an inline style, which the policy of the pages refuses.
            caret="initial",
        )
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("name", PAGES)
def test_a_first_view_is_light_and_fast_and_stands_still_at_any_size(name: str, visit: Callable[..., Page]) -> None:
    page = visit(PAGES[name])
    if name in EDITORS:
        page.locator(".cm-content").wait_for()
    loaded = page.evaluate(_LOADED)
    weight = sum(size for _, size in loaded)
    paint, shift = page.evaluate(_PAINTED)
    print(f"{name}: {weight / 1000:.0f} kB, painted after {paint:.2f} s, moved by {shift:.3f}")
    assert weight < _BUDGET
    assert paint < _PAINT
    assert shift < _SHIFT
    assert any("/editor-" in path for path, _ in loaded) == (name in EDITORS), "the editor is loaded where it is used and nowhere else"
    # Twice the size, once as browsers zoom, once with larger letters only.
    page.set_viewport_size({"width": 640, "height": 400})
    assert page.evaluate(OVERFLOW) <= 0
    page.set_viewport_size({"width": 1280, "height": 800})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate(OVERFLOW) <= 0
