"""What somebody does who comes for the first time, and never reads how."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.live]

Visit = Callable[..., Page]


def section(page: Page, heading: str) -> Locator:
    """The part of a page below a heading."""
    return page.locator("section").filter(has=page.get_by_role("heading", name=heading, exact=True))


def test_they_find_what_canada_achieved_in_tunisia_and_the_words_that_say_so(visit: Visit) -> None:
    page = visit("/")
    page.locator("input[name=q]").fill("Tunisia")
    page.keyboard.press("Enter")
    page.get_by_role("main").get_by_role("link", name="FORTER'ESS").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("FORTER'ESS")
    expect(page.get_by_role("main")).to_contain_text("Global Affairs Canada")
    results = section(page, "Aims and results")
    fact = results.locator("details").filter(has_text="22 production units were re-organized, benefiting over 400 women producers").first
    expect(fact.locator("blockquote").first).to_be_hidden()
    fact.locator("summary").click()
    expect(fact.locator("blockquote").first).to_be_visible()


def test_they_run_a_canned_query_by_its_form_and_take_the_table_away(visit: Visit, tmp_path: Path) -> None:
    page = visit("/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Queries").click()
    page.get_by_role("link", name="Projects by country", exact=True).first.click()
    page.get_by_label("Country", exact=True).select_option("place:TUN")
    page.get_by_role("button", name="Run").click()
    table = page.get_by_role("table")
    expect(table.get_by_role("row")).not_to_have_count(0)
    expect(table).to_contain_text("FORTER'ESS")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV", exact=True).click()
    file = tmp_path / "projects.csv"
    download.value.save_as(file)
    rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"))))
    assert rows
    assert {row["country_label"] for row in rows} == {"Tunisia"}


def test_they_sort_a_table_by_its_heads(visit: Visit) -> None:
    page = visit("/queries/projects-active-in-year?year=2023")
    head = page.get_by_role("columnheader").first
    for direction, reverse in (("ascending", False), ("descending", True)):
        head.get_by_role("button").click()
        expect(head).to_have_attribute("aria-sort", direction)
        texts = [text.strip() for text in page.locator("tbody tr td:first-child").all_inner_texts()]
        assert texts == sorted(texts, key=str.casefold, reverse=reverse)


def test_they_read_it_in_french_and_stay_in_french(visit: Visit) -> None:
    page = visit("/queries")
    page.get_by_role("link", name="Français").click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    page.get_by_role("link", name="Projets par pays", exact=True).first.click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.get_by_role("heading", level=1)).to_have_text("Projets par pays")


def test_they_use_everything_by_keyboard_alone(visit: Visit) -> None:
    page = visit("/sparql")
    page.locator(".cm-content").wait_for()
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the content")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    editor = page.get_by_role("textbox", name="Query")
    for _ in range(5):
        page.keyboard.press("Tab")
        if editor.evaluate("(element) => element.getRootNode().activeElement === element"):
            break
    page.keyboard.press("Control+a")
    page.keyboard.type("SELECT (COUNT(*) AS ?all) { ?s ?p ?o ", delay=5)
    page.keyboard.press("Escape")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("table")).to_be_visible()
    # No key is trapped: Tab leaves the editor, for the button that runs the query too.
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Run")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    assert editor.evaluate("(element) => element.getRootNode().activeElement === element")


def test_all_of_it_works_without_scripts(visit: Visit) -> None:
    page = visit("/sparql", java_script_enabled=False)
    page.get_by_label("Query", exact=True).fill("SELECT ?project { ?project a <https://w3id.org/labcoop/ns#Project> }")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("table")).to_contain_text("FORTER'ESS")
    page.get_by_role("link", name="FORTER'ESS").click()
    summary = section(page, "Aims and results").locator("summary").first
    summary.click()
    expect(section(page, "Aims and results").locator("blockquote").first).to_be_visible()
