"""The search boxes suggest while one types: a combobox that works by keyboard and by pointer, and a plain form without scripts."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.live

Visit = Callable[..., Page]


def box(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Search the graph")


def test_a_name_is_found_and_opened_by_keyboard(visit: Visit) -> None:
    page = visit("/queries")
    box(page).press_sequentially("mirp")
    options = page.get_by_role("listbox").get_by_role("option")
    expect(options.first).to_contain_text("Comprehensive Regional Protection and Solutions Framework")
    expect(box(page)).to_have_attribute("aria-expanded", "true")
    expect(box(page)).not_to_have_attribute("aria-activedescendant", re.compile("."))
    page.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(box(page)).to_have_attribute("aria-activedescendant", str(options.first.get_attribute("id")))
    page.keyboard.press("Enter")
    page.wait_for_url("**/page/framework/mirps")


def test_escape_closes_the_list_and_enter_then_searches(visit: Visit) -> None:
    page = visit("/queries")
    box(page).press_sequentially("tunis")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("option")).to_have_count(0)
    expect(box(page)).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=tunis")
    expect(page.get_by_role("link", name="Tunisia", exact=True)).to_be_visible()


def test_a_suggestion_can_be_clicked_and_the_language_is_kept(visit: Visit) -> None:
    page = visit("/queries?lang=fr")
    field = page.locator("#site-search")
    field.press_sequentially("tunisie")
    page.get_by_role("option", name="Tunisie").first.click()
    page.wait_for_url("**/page/place/TUN?lang=fr")


def test_a_long_list_of_a_form_can_be_searched_and_sends_what_was_chosen(visit: Visit) -> None:
    page = visit("/queries/ratifications")
    field = page.get_by_role("combobox", name="Find in the list")
    field.press_sequentially("costa")
    expect(page.get_by_role("option", name="Costa Rica").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("select[name=country]")).to_have_value("place:CRI")
    page.get_by_role("button", name="Run").click()
    page.wait_for_url("**country=place%3ACRI**")


def test_without_scripts_the_box_is_a_form(visit: Visit) -> None:
    page = visit("/things", java_script_enabled=False)
    page.locator("#site-search").fill("C190")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=C190")
    expect(page.get_by_role("link", name=re.compile("Violence and Harassment"))).to_be_visible()
