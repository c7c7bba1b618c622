"""Searching: what people type leads to what they mean, and nothing that they type breaks it."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin

import pytest

from tests.conftest import Answer, Server

pytestmark = pytest.mark.live

BASE = "https://w3id.org/labcoop/"


def ask(server: Server, **parameters: str) -> Answer:
    return server.ask("/search?" + urlencode(parameters), Accept="application/json")


def find(server: Server, text: str, **parameters: str) -> dict[str, Any]:
    answer = ask(server, q=text, **parameters)
    assert answer.status == 200, answer.text
    return dict(json.loads(answer.body))


def matched(result: dict[str, Any]) -> list[str]:
    return [piece["text"] for piece in result["match"]["snippet"] if piece["match"]]


@pytest.mark.parametrize("text", ["MIRPS", "mirps", "Mirps", " MIRPS? "])
def test_an_acronym_leads_first_to_what_it_stands_for(server: Server, text: str) -> None:
    first, *others = find(server, text)["results"]
    assert (first["id"], first["match"]["in"]) == ("framework:mirps", "acronym")
    assert {other["match"]["in"] for other in others} <= {"name", "definition", "passage", "text"}


def test_the_number_of_a_convention_leads_to_it_alone(server: Server) -> None:
    (only,) = find(server, "C190")["results"]
    assert (only["id"], only["kind"]["iri"]) == ("standard:C190", BASE + "ns#Convention")


@pytest.mark.parametrize("text", ["sante", "santé", "SANTÉ", "sante\u0301"])
def test_accents_and_capitals_do_not_matter(server: Server, text: str) -> None:
    found = find(server, text)["results"]
    assert "standard:C187" in {result["id"] for result in found}
    assert {result["match"]["language"] for result in found} == {"fr"}
    assert all(matched(result) == ["santé"] for result in found)


def test_a_ligature_is_found_as_people_type_it(server: Server) -> None:
    assert any("œuvre" in matched(result) for result in find(server, "oeuvre")["results"])


def test_words_may_be_in_french_or_spanish_and_names_are_shown_as_wanted(server: Server) -> None:
    found = find(server, "travail forcé", lang="fr", kind="lc:Convention")["results"]
    assert {result["id"] for result in found} == {"standard:C029", "standard:C105"}
    assert all(result["name_language"] == "fr" and "travail forcé" in result["name"] for result in found)
    topic = find(server, "travail forcé", lang="fr")["results"][0]
    assert (topic["id"], topic["name"], topic["name_language"]) == ("topic:forced-labour", "Travail forcé", "fr")
    spanish = find(server, "organización internacional del trabajo", lang="es")["results"][0]
    assert (spanish["id"], spanish["match"]["language"]) == ("organisation:ilo", "es")


def test_the_exact_name_comes_before_names_that_begin_so_and_those_before_names_with_the_word(server: Server) -> None:
    found = [result for result in find(server, "Canada", page_size="100")["results"] if result["match"]["in"] == "name"]
    names = ["".join(piece["text"] for piece in result["match"]["snippet"]) for result in found]
    assert names[0] == found[0]["name"] == "Canada"
    begins = [name.startswith("Canada") for name in names]
    assert begins == sorted(begins, reverse=True)


def test_things_come_before_the_words_of_the_ontology_of_the_same_grade(server: Server) -> None:
    found = find(server, "support", suggest="", page_size="100")["results"]
    begin = [r["kind"]["iri"] for r in found if "".join(p["text"] for p in r["match"]["snippet"]).lower().startswith("support")]
    of_ontology = ["/owl#" in kind for kind in begin]
    assert of_ontology == sorted(of_ontology)
    assert set(of_ontology) == {False, True}


def test_the_words_of_a_passage_lead_to_it_and_to_its_document(server: Server) -> None:
    found = find(server, "women-led, social and solidarity economy", kind="lc:Passage")["results"]
    assert found
    for result in found:
        assert (result["match"]["in"], result["match"]["language"]) == ("passage", "en")
        assert result["source"]["iri"] == BASE + "id/document/brochure-2023"
        assert {"women", "led", "social", "solidarity", "economy"} <= set(matched(result))


def test_where_no_text_has_all_the_words_those_with_some_are_found_and_this_is_said(server: Server) -> None:
    found = find(server, "trabajo infantil")
    assert (found["complete"], bool(found["results"])) == (False, True)
    assert find(server, "trabajo")["complete"] is True


def test_beginnings_of_words_are_enough_for_suggestions_which_look_at_names_only(server: Server) -> None:
    found = find(server, "triang", suggest="")
    assert found["results"][0]["id"] == "project:triangle-in-asean"
    assert {result["match"]["in"] for result in found["results"]} <= {"acronym", "name"}
    assert len(find(server, "c", suggest="")["results"]) == 8


def test_one_class_can_be_kept(server: Server) -> None:
    found = find(server, "tunisia", kind="lc:Project")
    assert [result["id"] for result in found["results"]] == ["project:forteress-tunisia"]
    assert found["total"] == 1
    # Also by a class of which they are only inferred to be.
    assert find(server, "tunisia", kind=BASE + "ns#Place")["results"][0]["id"] == "place:TUN"
    every = find(server, "tunisia")
    assert sum(kind["count"] for kind in every["kinds"]) == every["total"]


def test_canned_queries_are_found_too(server: Server) -> None:
    found = find(server, "projects by country")["results"]
    assert f"{server.url}/queries/projects-by-country" in {result["url"] for result in found}


def test_what_is_found_answers_at_its_address(server: Server) -> None:
    for text in ("ILO", "migrant workers", "project", "quito"):
        for result in find(server, text, page_size="5")["results"]:
            assert server.ask(result["url"].removeprefix(server.url)).status in {200, 303}, result


def test_pages_follow_each_other_by_links_and_hold_every_result_once(server: Server) -> None:
    path, seen, rels = "/search?q=project&page_size=7", list[str](), []
    while path:
        answer = server.ask(path, Accept="application/json")
        seen += [result["iri"] for result in json.loads(answer.body)["results"]]
        links = {rel: urljoin(server.url, href) for href, rel in re.findall(r'<([^>]*)>; rel="(\w+)"', answer.headers["link"])}
        rels.append({"first", "last", "prev", "next"} & set(links))
        path = links.get("next", "").removeprefix(server.url)
        assert len(seen) < 500
    assert len(seen) == len(set(seen)) == find(server, "project")["total"]
    assert (rels[0], rels[-1]) == ({"first", "last", "next"}, {"first", "last", "prev"})


@pytest.mark.parametrize(
    "text",
    [
        *('"', '"unclosed', "a* OR b", "NEAR(labour work)", "folded:labour", "-labour", "^labour", "AND", "labour AND", "(labour", "{x}:y"),
        *("'; DROP TABLE text; --", "' OR '1'='1", "%' --", "\\", "?", "\x00", "\u202e", "💥", "a\nb", "labour + work", "½", "ﬁ"),
    ],
)
def test_what_is_syntax_elsewhere_is_plain_text_here(server: Server, text: str) -> None:
    found = find(server, text)
    assert isinstance(found["results"], list)
    assert found["query"] == text.strip()


def test_a_search_for_nothing_but_signs_finds_nothing(server: Server) -> None:
    assert find(server, '"*()-:^')["total"] == 0


@pytest.mark.parametrize(
    ("parameters", "parameter"),
    [
        ({}, "q"),
        ({"q": "  "}, "q"),
        ({"q": "x" * 10_000}, "q"),
        ({"q": "x", "page": "0"}, "page"),
        ({"q": "x", "page": "two"}, "page"),
        ({"q": "x", "page": "9" * 40}, "page"),
        ({"q": "x", "page_size": "101"}, "page_size"),
        ({"q": "x", "kind": "not a class"}, "kind"),
        ({"q": "x", "kind": "lc:NoSuchClass"}, "kind"),
    ],
)
def test_what_cannot_be_searched_for_is_refused_and_named(server: Server, parameters: dict[str, str], parameter: str) -> None:
    answer = ask(server, **parameters)
    assert (answer.status, answer.headers["content-type"]) == (422, "application/problem+json")
    assert json.loads(answer.body)["parameter"] == parameter


def test_results_are_a_page_a_table_or_suggestions_for_browsers(server: Server) -> None:
    page = server.ask("/search?q=mirps", Accept="text/html")
    assert "<mark>MIRPS</mark>" in page.text
    assert 'href="/id/framework/mirps"' in page.text
    rows = list(csv.DictReader(io.StringIO(server.ask("/search?q=mirps", Accept="text/csv").text)))
    assert (rows[0]["iri"], rows[0]["matched_in"], rows[0]["snippet"]) == (BASE + "id/framework/mirps", "acronym", "MIRPS")
    answer = server.ask("/search?q=mirps&format=suggestions")
    text, names, kinds, places = json.loads(answer.body)
    assert answer.headers["content-type"] == "application/x-suggestions+json"
    assert (text, len(names)) == ("mirps", len(kinds))
    assert places[0] == f"{server.url}/id/framework/mirps"
    assert server.ask("/search?q=mirps", Accept="image/png").status == 406


def test_what_is_typed_is_shown_as_text_in_the_page(server: Server) -> None:
    page = server.ask("/search?" + urlencode({"q": '<script>alert("x")</script>'}), Accept="text/html")
    assert page.status == 200
    assert "<script>alert" not in page.text


def test_an_empty_form_is_a_page_to_search_from(server: Server) -> None:
    page = server.ask("/search?q=", Accept="text/html")
    assert (page.status, "<form" in page.text) == (200, True)


def test_searches_are_kept_out_of_search_engines_and_have_tags(server: Server) -> None:
    answer = ask(server, q="mirps")
    assert answer.headers["x-robots-tag"] == "noindex"
    assert server.ask("/search?q=mirps", Accept="application/json", If_None_Match=answer.headers["etag"]).status == 304
    assert "Disallow: /search?" in server.ask("/robots.txt").text


def test_every_page_leads_to_the_description_of_the_search_which_is_true(server: Server) -> None:
    home = server.ask("/", Accept="text/html")
    assert f'<{server.url}/opensearch.xml>; rel="search"; type="application/opensearchdescription+xml"' in home.headers["link"]
    assert 'rel="search"' in home.text
    described = ElementTree.fromstring(server.ask("/opensearch.xml").body)
    for url in described.iter("{http://a9.com/-/spec/opensearch/1.1/}Url"):
        filled = url.attrib["template"].replace("{searchTerms}", "mirps").replace("{startPage?}", "1").replace("{count?}", "5")
        answer = server.ask(filled.replace("{language?}", "fr").removeprefix(server.url), Accept="text/html")
        assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (200, url.attrib["type"])


def test_any_data_can_be_searched(start: Callable[..., Server], tmp_path: Path) -> None:
    (tmp_path / "mine.ttl").write_text("""
        @prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix e: <http://example.org/> .
        e:ada a foaf:Person ; foaf:name "Ada Lovelace" ; e:wrote "Notes on the analytical engine"@en .
        [] foaf:name "Nobody Lovelace" .
    """)
    other = start("--data", str(tmp_path / "mine.ttl"), "--ontology", "none", "--queries", "none", "--reasoning", "none")
    by_name, by_text = find(other, "lovelace")["results"], find(other, "engine")["results"]
    assert [(r["iri"], r["name"], r["kind"]["name"], r["match"]["in"]) for r in (*by_name, *by_text)] == [
        ("http://example.org/ada", "Ada Lovelace", "foaf:Person", "name"),
        ("http://example.org/ada", "Ada Lovelace", "foaf:Person", "text"),
    ]


def test_no_cell_of_a_list_or_a_search_is_a_formula(start: Callable[..., Server], tmp_path: Path) -> None:
    (tmp_path / "mine.ttl").write_text("""
        @prefix lc: <https://w3id.org/labcoop/ns#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
        @prefix dcterms: <http://purl.org/dc/terms/> .
        <https://w3id.org/labcoop/id/project/one> a lc:Project ; rdfs:label "=1+1 summing"@en ; dcterms:title "A title"@en .
        <https://w3id.org/labcoop/id/project/two> a lc:Project ; rdfs:label "\\tindented summing"@en ; dcterms:title "A title"@en .
        <https://w3id.org/labcoop/id/project/three> a lc:Project ; rdfs:label "@sum summing"@en ; dcterms:title "A title"@en .
    """)
    other = start("--data", str(tmp_path / "mine.ttl"), "--ontology", "none", "--queries", "none", "--reasoning", "none")
    for path in ("/search?q=summing&format=csv", "/things/Project.csv"):
        for accept, begins in (("text/html, */*;q=0.8", {"'"}), ("*/*", set("=\t@"))):
            rows = list(csv.reader(io.StringIO(other.ask(path, Accept=accept).body.decode("utf-8-sig"), newline="")))
            found = [cell for row in rows for cell in row if "summing" in cell]
            assert len(found) >= 3, path
            assert {cell[0] for cell in found} == begins, found


@pytest.mark.parametrize(
    ("asked", "instead", "found"),
    [
        ("beneficiaries", "beneficiar", "Beneficiary groups"),
        ("hondurass", "honduras", "Honduras"),
        ("hondruas", "honduras", "Honduras"),
    ],
)
def test_where_nothing_is_found_the_most_similar_words_are_searched_for(server: Server, asked: str, instead: str, found: str) -> None:
    answer = find(server, asked)
    assert answer["instead"] == instead
    assert found in {result["name"] for result in answer["results"]}
    page = server.ask(f"/search?q={asked}", Accept="text/html").text
    assert f"Nothing has “{asked}”; these have “{instead}”." in page


def test_a_search_that_finds_nothing_leads_to_the_lists_and_offers_no_download(server: Server) -> None:
    page = server.ask("/search?q=xqzxqz", Accept="text/html").text
    assert "instead" not in find(server, "xqzxqz")
    assert "Nothing was found." in page
    assert '<a href="/things">all lists</a>' in page
    assert "format=csv" not in page
