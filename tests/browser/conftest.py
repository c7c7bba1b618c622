"""A real Chromium that visits the running service, and hears everything that a page does."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from tests.conftest import ROOT, Server

#: Names of the program, Debian's first: Chromium without windows, which takes two thirds of the time, and with them. Playwright's own
#: browsers cannot be installed everywhere.
_PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")

#: What the browser itself says of an answer that is an error, which a page may be on purpose.
_OF_STATUS = "Failed to load resource: the server responded with a status of"

SCREENSHOTS = Path(__file__).parent / "screenshots"
_AXE = ROOT / "graph_service" / "web" / "frontend" / "node_modules" / "axe-core" / "axe.min.js"

#: WCAG 2.2, levels A and AA, and what axe-core holds for good practice.
FAULTS = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"], preload: false });
  const where = (node) => node.target.join(" ") + " " + (node.any[0]?.message ?? "");
  return violations.map((fault) => `${fault.id}: ${fault.help}: ` + fault.nodes.slice(0, 3).map(where).join("; "));
}"""

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="package")
def axe() -> str:
    """The text of axe-core, which the build of the pages' scripts brings."""
    return _AXE.read_text(encoding="utf-8")


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The browser, started once and gone when the other tests run."""
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if program is None:
        pytest.skip("THERE IS NO BROWSER: install Debian's chromium-headless-shell. What people see on the pages is not tested.")
    with sync_playwright() as playwright:
        # Root may not use the sandbox; everything visited comes from this machine.
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Callable[..., Page]]:
    """Open a path in a new window, with nothing in its cache: `language`, `width`, `dark`, and whatever else a browser context has.

    At the end no page may have said an error, had one in a script, or asked another host for anything.
    """
    faults: list[str] = []
    contexts = []

    def run(path: str, language: str = "en", width: int = 1280, dark: bool = False, **more: object) -> Page:
        context = browser.new_context(
            base_url=server.url,
            locale=language,
            viewport={"width": width, "height": 800},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            **more,  # type: ignore[arg-type]
        )
        contexts.append(context)
        page = context.new_page()

        def hear(message: ConsoleMessage) -> None:
            if message.type == "error" and not message.text.startswith(_OF_STATUS):
                faults.append(f"{page.url} says: {message.text}")

        def look(request: Request) -> None:
            parts = urlsplit(request.url)
            if parts.scheme not in {"data", "blob"} and parts.netloc != urlsplit(server.url).netloc:
                faults.append(f"{page.url} asks {request.url}")

        page.on("console", hear)
        page.on("pageerror", lambda error: faults.append(f"{page.url} has a fault: {error}"))
        page.on("request", look)
        page.set_default_timeout(10_000)
        page.goto(path, wait_until="load")
        return page

    yield run
    for context in contexts:
        context.close()
    assert not faults, "\n".join(faults)
