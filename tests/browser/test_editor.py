"""The editor: what it completes, how it shows answers and faults, and what can be taken along."""

import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, expect

from graph_service.service.service import Service
from graph_service.sparql.tokens import form, tokens
from tests.conftest import Server

pytestmark = [pytest.mark.browser, pytest.mark.live]

Visit = Callable[..., Page]


def opened(visit: Visit, query: str = "", **more: object) -> tuple[Page, Locator]:
    """The editor with a text in it and the cursor at its end."""
    page = visit(f"/sparql#query={quote(query)}", **more)
    editor = page.locator(".cm-content")
    editor.wait_for()
    editor.focus()
    page.keyboard.press("Control+End")
    return page, editor


def take(page: Page) -> None:
    """Take the proposal that is chosen. One that has only just come is not taken, lest it be by mistake."""
    page.wait_for_timeout(100)
    page.keyboard.press("Enter")


def proposed(page: Page) -> Locator:
    """What the editor proposes."""
    return page.get_by_role("listbox", name="Completions").get_by_role("option")


def test_a_query_is_written_with_proposals_from_this_graph_alone(visit: Visit) -> None:
    page, editor = opened(visit)
    page.keyboard.type("SELECT * WHERE { ?p a proj", delay=5)
    first = proposed(page).filter(has_text="lc:Project").first
    expect(first).to_contain_text("project")
    page.keyboard.type("ect")
    expect(proposed(page).first).to_contain_text("lc:Project")
    expect(page.get_by_text("An undertaking of limited scope and time")).to_be_visible()
    expect(page.get_by_text("used 10 times")).to_be_visible()
    take(page)
    # Properties are those of the class, found by their names too; the prefix has been declared.
    page.keyboard.type(" ; works nation", delay=5)
    expect(proposed(page)).to_have_count(1)
    take(page)
    # A thing is found by its name, in any language.
    page.keyboard.type(" Tunez", delay=5)
    expect(proposed(page).first).to_contain_text("Tunisia")
    take(page)
    expect(editor).to_contain_text("PREFIX lc: <https://w3id.org/labcoop/ns#>")
    expect(editor).to_contain_text("?p a lc:Project ; lc:worksNationallyIn place:TUN")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("table")).to_contain_text("FORTER'ESS")
    expect(page.locator("#status")).to_contain_text("1 row")
    expect(page.locator("#status")).to_contain_text("ms for the query")


@pytest.mark.parametrize(
    ("before", "typed", "first", "language"),
    [
        # The whole name before longer ones that begin with it; what is used more before what is used less.
        ("SELECT * { ?p a ", "proj", "lc:Project", "en"),
        ("SELECT * { ?p a ", "lc:proj", "lc:Project", "en"),
        # A word of the label in the reader's language, and in another.
        ("SELECT * { ?p a lc:Project ; ", "fina", "lc:fundedBy", "fr"),
        ("SELECT * { ?p a lc:Project ; ", "financ", "lc:fundedBy", "en"),
        # Two words, of a class and of a thing.
        ("SELECT * { ?p a ", "funded under", "lc:FundedUndertaking", "en"),
        ("SELECT * { ?p a lc:Project ; lc:worksNationallyIn ", "Costa R", "Costa Rica", "en"),
    ],
)
def test_what_is_meant_is_proposed_first(visit: Visit, before: str, typed: str, first: str, language: str) -> None:
    page, _ = opened(visit, "PREFIX lc: <https://w3id.org/labcoop/ns#>\n" + before, language=language)
    page.keyboard.type(typed, delay=5)
    expect(page.locator(".cm-completionLabel").first).to_have_text(first)


@pytest.mark.parametrize(
    ("typed", "property"), [("where", "lc:coversPlace"), ("begin", "lc:startDate"), ("country", "lc:worksNationallyIn")]
)
def test_a_synonym_finds_the_property(visit: Visit, typed: str, property: str) -> None:
    page, _ = opened(visit, "PREFIX lc: <https://w3id.org/labcoop/ns#>\nSELECT * { ?p a lc:Project ; ")
    page.keyboard.type(typed, delay=5)
    expect(page.locator(".cm-completionLabel").get_by_text(property, exact=True)).to_be_visible()


def test_variables_prefixes_and_words_are_proposed_where_they_can_stand(visit: Visit) -> None:
    page, _ = opened(visit, "SELECT * { ?undertaking ?p ?o . ")
    page.keyboard.type("?und", delay=5)
    expect(proposed(page)).to_have_text(["?undertaking"])
    page.keyboard.press("Escape")
    page.keyboard.press("Control+a")
    page.keyboard.type("PREFIX lc", delay=5)
    expect(proposed(page).first).to_contain_text("https://w3id.org/labcoop/ns#")
    take(page)
    page.keyboard.type("sel", delay=5)
    expect(proposed(page)).to_have_text(["SELECT"])


def test_a_fault_is_shown_where_it_is(visit: Visit) -> None:
    page, editor = opened(visit, "SELECT * {\n  ?s ?p ?o .\n  ?s no:such ?o\n}")
    page.keyboard.press("Control+Enter")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Line 3")
    alert.get_by_role("button", name="Go to line 3").click()
    expect(editor).to_be_focused()
    assert page.locator(".cm-activeLine").inner_text() == "  ?s no:such ?o"


def test_a_usual_mistake_is_mended_by_a_button(visit: Visit) -> None:
    page, editor = opened(visit, "SELECT * {\n  ?s ?p ?o\n} LIMT 5")
    page.keyboard.press("Control+Enter")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("LIMT is no word of SPARQL")
    alert.get_by_role("button", name="Write LIMIT there").click()
    expect(editor).to_contain_text("LIMIT 5")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#status")).to_contain_text("5 rows")


@pytest.mark.parametrize(
    ("query", "views"),
    [
        ("SELECT ?a ?b { VALUES (?a ?b) { (<http://example.org/a> <http://example.org/b>) } }", ["Table", "Bars", "Network", "Raw"]),
        ('SELECT ?day { VALUES ?day { "2023-05-01"^^<http://www.w3.org/2001/XMLSchema#date> } }', ["Table", "Bars", "Timeline", "Raw"]),
        ("CONSTRUCT { ?s a ?o } WHERE { ?s a ?o } LIMIT 5", ["Table", "Bars", "Network", "Raw"]),
        ("SELECT ?x { VALUES ?x { <https://w3id.org/labcoop/id/place/TUN> } }", ["Table", "Map", "Bars", "Raw"]),
        ("ASK {}", ["Table", "Raw"]),
    ],
)  # fmt: skip
def test_a_result_is_shown_in_every_way_that_it_allows(visit: Visit, query: str, views: list[str]) -> None:
    page, _ = opened(visit, query)
    page.keyboard.press("Control+Enter")
    buttons = page.get_by_role("group", name="Show as").get_by_role("button")
    expect(buttons).to_have_text(views)
    shown = {"Map": "figure.picture svg", "Bars": ".bars li", "Timeline": ".years time", "Network": ".network circle", "Raw": "pre.raw"}
    for name in views[1:]:
        page.get_by_role("button", name=name, exact=True).click()
        expect(page.locator(shown[name]).first).to_be_visible()
    page.get_by_role("button", name="Table", exact=True).click()
    expect(page.locator("pre.raw")).to_have_count(0)


def test_a_canned_query_is_opened_run_and_taken_along(visit: Visit) -> None:
    page, editor = opened(visit)
    page.get_by_label("Start from a question").select_option("Projects by country")
    page.get_by_role("button", name="Open").click()
    expect(editor).to_contain_text("# Projects by country")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("table")).to_be_visible()
    # The address now says what was asked, and answers by itself.
    assert "/sparql?query=" in page.url
    page.reload()
    expect(page.get_by_role("table")).to_be_visible()
    page.get_by_text("As a canned query").click()
    text = page.locator("#canned-text")
    expect(text).to_contain_text('#+   en: "Projects by country"')
    expect(text).to_contain_text("#+ params:\n#+   country:")
    expect(text).to_contain_text('#+   project_label: {en: "project label"')


def test_a_link_to_the_query_is_on_the_clipboard(visit: Visit) -> None:
    page, _ = opened(visit, "ASK {}", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy a link to this query").click()
    expect(page.locator("#status")).to_have_text("The link is on the clipboard.")
    assert page.evaluate("navigator.clipboard.readText()").endswith("/sparql?query=ASK+%7B%7D")


def test_every_question_of_the_catalogue_can_be_opened(visit: Visit) -> None:
    page, _ = opened(visit)
    options = page.get_by_label("Start from a question").locator("option")
    names = options.evaluate_all("(all) => all.map((option) => option.value)")
    texts = page.evaluate("(names) => Promise.all(names.map(async (name) => (await fetch(`/queries/${name}.rq`)).text()))", names)
    assert len(texts) > 50
    assert all("SELECT" in text or "CONSTRUCT" in text or "ASK" in text for text in texts)


def test_what_finds_nothing_is_marked_while_one_types_and_mended_from_the_list_of_faults(visit: Visit) -> None:
    page, editor = opened(visit)
    page.keyboard.insert_text("PREFIX lc: <https://w3id.org/labcoop/ns#>\nSELECT ?p ?makr { ?p a lc:Projet ; lc:implementedBy ?maker }")
    expect(page.locator(".cm-lintRange-info")).to_have_text(["?makr", "lc:Projet"])
    page.keyboard.press("Control+Shift+M")
    panel = page.locator(".cm-panel-lint")
    expect(panel).to_contain_text("Nothing in this graph is of the class lc:Projet.")
    panel.get_by_text("lc:Project", exact=True).click()
    panel.get_by_text("?maker", exact=True).click()
    expect(editor).to_contain_text("SELECT ?p ?maker { ?p a lc:Project ; lc:implementedBy ?maker }")
    expect(page.locator(".cm-lintRange-info")).to_have_count(0)


def test_beside_an_empty_result_stands_why_and_a_button_mends_it(visit: Visit) -> None:
    page, editor = opened(visit, "SELECT ?p { ?p a lc:Project ; lc:country ?c }")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".hints")).to_contain_text("lc:country is not used as a property in this graph.")
    page.get_by_role("button", name="Write lc:worksNationallyIn there").click()
    expect(editor).to_contain_text("lc:worksNationallyIn ?c")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("table")).to_contain_text("FORTER'ESS")


def test_a_query_of_before_is_run_again_by_two_clicks_also_after_a_new_visit(visit: Visit) -> None:
    page, _editor = opened(visit, "# First of all\nSELECT ?x { VALUES ?x { 1 2 3 } }")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#status")).to_contain_text("3 rows")
    page.goto("/")
    page.goto("/sparql#query=")
    page.get_by_text("History", exact=True).click()
    item = page.locator("#history li")
    expect(item).to_contain_text("First of all")
    expect(item).to_contain_text("3 rows")
    item.get_by_role("button", name="Run").click()
    expect(page.locator("#status")).to_contain_text("3 rows")
    expect(page.locator(".cm-content")).to_contain_text("# First of all")
    # The same query again is one entry; all of them can be forgotten.
    expect(item).to_have_count(1)
    page.get_by_role("button", name="Empty the history").click()
    expect(item).to_have_count(0)
    page.reload()
    expect(page.locator("#history li")).to_have_count(0)


def test_a_running_query_tells_its_time_and_ends_on_the_server_when_it_is_cancelled(visit: Visit, server: Server) -> None:
    page, _ = opened(visit, "SELECT (COUNT(*) AS ?all) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?c < ?f && ?f < ?i) }")
    before = cancelled(server)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".clock")).to_contain_text("1.", timeout=30_000)
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#status")).to_contain_text("Cancelled after")
    expect(page.get_by_role("button", name="Cancel")).to_be_hidden()
    expect(page.locator("#answer")).not_to_have_attribute("aria-busy", "true")
    while cancelled(server) == before:
        page.wait_for_timeout(50)
    assert cancelled(server) == before + 1


def cancelled(server: Server) -> float:
    """How many queries were ended before they had an answer."""
    (line,) = [line for line in server.ask("/metrics").text.splitlines() if line.startswith('graph_queries_total{outcome="cancelled"}')]
    return float(line.split()[1])


def test_queries_stand_side_by_side_in_tabs_and_come_back(visit: Visit) -> None:
    page, editor = opened(visit, "# One\nASK {}")
    page.get_by_role("button", name="New query").click()
    page.keyboard.type("# Two", delay=5)
    tabs = page.get_by_role("tab")
    expect(tabs).to_have_text(["One", "Two"])
    tabs.filter(has_text="Two").press("ArrowLeft")
    expect(editor).to_contain_text("# One")
    # Each has its own undo.
    editor.press("Control+z")
    expect(editor).to_contain_text("# One")
    page.goto("/")
    page.goto("/sparql")
    expect(page.get_by_role("tab")).to_have_text(["One", "Two"])
    expect(page.get_by_role("tab", selected=True)).to_have_text("One")
    expect(page.locator(".cm-content")).to_contain_text("# One")
    page.get_by_role("button", name="Close this query").click()
    expect(page.get_by_role("tab")).to_have_text(["Two"])


def test_a_query_is_kept_under_a_name(visit: Visit) -> None:
    page, _editor = opened(visit, "SELECT ?x { VALUES ?x { 7 } }")
    page.get_by_text("Named queries", exact=True).click()
    page.get_by_label("Keep this query as").fill("Seven")
    page.keyboard.press("Enter")
    expect(page.locator("#status")).to_have_text("Kept as Seven.")
    page.reload()
    page.get_by_text("Named queries", exact=True).click()
    page.get_by_role("button", name="Run: Seven").click()
    expect(page.get_by_role("table")).to_contain_text("7")
    page.get_by_role("button", name="Remove: Seven").click()
    expect(page.locator("#named li")).to_have_count(0)


def test_why_a_result_is_empty_is_found_by_a_button(visit: Visit) -> None:
    page, editor = opened(visit, "SELECT ?p {\n  ?p a lc:Project .\n  ?p a lc:Country\n}")
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Why is this empty?").click()
    expect(page.locator(".cause")).to_contain_text("?p a lc:Country fits something, but nothing that line 3 fits too.")
    page.locator(".cause").get_by_role("button", name="Go to line 4").click()
    expect(editor).to_be_focused()
    assert page.locator(".cm-activeLine").inner_text().strip() == "?p a lc:Country"


def test_what_a_term_means_is_shown_where_one_points_and_said_by_a_key(visit: Visit) -> None:
    page, editor = opened(visit, "SELECT ?p { ?p a lc:Project ; lc:worksNationallyIn place:TUN }")
    editor.get_by_text("Project", exact=False).first.wait_for()
    box = editor.locator(".cm-line").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 150, box["y"] + 10)
    expect(page.locator(".cm-tooltip-hover .label")).to_have_text("project")
    page.keyboard.press("Home")
    for _ in range(20):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Control+i")
    expect(page.locator("#status")).to_contain_text("lc:Project: project · An undertaking")
    page.keyboard.press("End")
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Control+i")
    expect(page.locator("#status")).to_contain_text("place:TUN: Tunisia")


def test_a_query_is_tidied_up_and_stays_the_same_query(visit: Visit) -> None:
    text = (
        "prefix lc: <https://w3id.org/labcoop/ns#> PREFIX unused: <urn:u#>\nselect ?p (count(?y) as ?n) "
        'where { ?p a lc:Project; lc:p ?y,?z;lc:q/lc:r* "x;y"@en. # note\n optional{?p rdfs:label ?t} filter(?y>1&&?z!=2) '
        "?p lc:s ?v {?p lc:u ?v}union{?p lc:w ?v . ?v lc:x [lc:y 1]}}"
        "group by ?p limit 3"
    )
    page, editor = opened(visit, text)
    page.get_by_role("button", name="Tidy up").click()
    expect(editor).to_contain_text("WHERE {")
    assert page.locator("#query").input_value() == (
        "PREFIX lc: <https://w3id.org/labcoop/ns#>\nPREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\n\n"
        "SELECT ?p (count(?y) AS ?n) WHERE {\n  ?p a lc:Project ;\n    lc:p ?y,?z ;\n"
        '    lc:q/lc:r* "x;y"@en . # note\n  OPTIONAL { ?p rdfs:label ?t }\n  FILTER(?y>1&&?z!=2)\n  ?p lc:s ?v { ?p lc:u ?v } UNION {\n'
        "    ?p lc:w ?v .\n    ?v lc:x [lc:y 1]\n  }\n}\nGROUP BY ?p\nLIMIT 3\n"
    )
    # Again it changes nothing; and it can be undone.
    editor.press("Shift+Alt+F")
    editor.press("Control+z")
    editor.press("Control+z")
    expect(editor).to_contain_text("unused:")


def test_canned_queries_are_the_same_when_they_are_tidied_up(visit: Visit, service: Service) -> None:
    page, editor = opened(visit)
    for query in list(service.catalogue.queries.values())[::6]:
        body = "\n".join(line for line in query.text.splitlines() if not line.startswith("#+")).strip()
        page.evaluate("(text) => { location.hash = `query=${encodeURIComponent(text)}` }", body)
        expect(page.locator("#query")).to_have_value(body)
        editor.press("Shift+Alt+F")
        expect(page.locator("#query")).to_have_value(re.compile(r"}\n(.*\n)*$"))
        assert words(page.locator("#query").input_value()) == words(body)


def words(text: str) -> list[str]:
    """The tokens of a query behind its prologue, whatever their case."""
    found = [token.text.upper() for token in tokens(text)]
    return found[found.index(form(text)) :]


def test_prefixes_are_declared_while_one_types(visit: Visit) -> None:
    page, editor = opened(visit, "SELECT * { ?p a ")
    page.keyboard.type("lc:Project", delay=5)
    page.keyboard.press("Escape")
    page.keyboard.type(" ; ", delay=5)
    expect(editor).to_contain_text("PREFIX lc: <https://w3id.org/labcoop/ns#>")
    page.keyboard.type("?q ?r }", delay=5)
    page.keyboard.press("Escape")
    expect(editor).to_contain_text("?p a lc:Project ; ?q ?r }")


def test_a_hundred_thousand_rows_are_shown_by_the_few_that_can_be_seen(visit: Visit) -> None:
    page, _ = opened(visit, "SELECT ?a ?b { ?a a ?c . ?b a ?c } LIMIT 100000")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#status")).to_contain_text("The first 1,000 rows", timeout=60_000)
    page.get_by_role("button", name="Show all rows").click()
    table = page.get_by_role("table", name="All 100,000 rows")
    expect(table).to_be_visible(timeout=60_000)
    expect(table).to_have_attribute("aria-rowcount", "100001")
    assert table.locator("tbody tr").count() < 200
    page.locator(".all-rows").evaluate("(box) => { box.scrollTop = box.scrollHeight }")
    expect(table.locator("tr[aria-rowindex='100001']")).to_be_visible()
    assert table.locator("tbody tr").count() < 200


def test_a_table_is_copied_as_spreadsheets_take_it(visit: Visit) -> None:
    query = 'SELECT ?x ?y { VALUES (?x ?y) { (1 "a\\tb\\nc"@en) (<http://e/x> UNDEF) } }'
    page, _ = opened(visit, query, permissions=["clipboard-read", "clipboard-write"])
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Copy for a spreadsheet").click()
    expect(page.locator("#status")).to_have_text("On the clipboard: 2 rows.")
    assert page.evaluate("navigator.clipboard.readText()") == "x\ty\n1\ta b c\nhttp://e/x\t"


def test_rows_are_filtered_and_columns_hidden(visit: Visit) -> None:
    page, _ = opened(visit, 'SELECT ?x ?y { VALUES (?x ?y) { ("Été" 1) ("hiver" 2) ("printemps" 3) } }')
    page.keyboard.press("Control+Enter")
    rows = page.locator("tbody tr:visible")
    expect(rows).to_have_count(3)
    page.get_by_label("Rows with").fill("ete")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Été")
    expect(page.locator("#status")).to_have_text("1 of 3 rows")
    page.get_by_role("checkbox", name="y").uncheck()
    expect(page.locator("thead th:visible")).to_have_count(1)
    expect(rows.locator("td:visible")).to_have_text(["Été"])
    # The last column stays.
    expect(page.get_by_role("checkbox", name="x")).to_be_disabled()
    page.get_by_label("Rows with").fill("")
    page.get_by_role("checkbox", name="y").check()
    expect(rows).to_have_count(3)
    expect(page.locator("thead th:visible")).to_have_count(2)
