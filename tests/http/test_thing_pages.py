"""The page of a thing tells its facts in the groups and the order of the ontology, each with the words that say it."""

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.conftest import ROOT, SPACE, Server

pytestmark = pytest.mark.live

TRIANGLE = "/page/project/triangle-in-asean"


def page(server: Server, path: str, language: str = "en") -> str:
    answer = server.ask(path, Accept="text/html", Accept_Language=language)
    assert answer.status == 200
    return answer.text


def sections(text: str) -> dict[str, str]:
    """Heading -> what stands below it, as far as the next heading of the same rank."""
    parts = re.split(r"<h2[^>]*>(.*?)</h2>", text)
    return {unescape(heading): body for heading, body in zip(parts[1::2], parts[2::2], strict=True)}


def row(body: str, property: str) -> str:
    """The values of a property in a section."""
    rows = re.findall(r"<div><dt>(.*?)</dt><dd>(.*?)</dd></div>", body, re.DOTALL)
    return next(str(values) for name, values in rows if property in name)


def test_facts_stand_in_the_groups_and_the_order_of_the_ontology(server: Server) -> None:
    headings = list(sections(page(server, TRIANGLE)))
    told = [heading for heading in headings if heading in {"What it is", "Who takes part", "Where", "When", "For whom", "Money"}]
    assert told == ["What it is", "Who takes part", "Where", "When", "For whom", "Money"]
    assert "Other" not in headings, "a property that pages show has no group"


def test_groups_have_names_in_three_languages(server: Server) -> None:
    assert "Qui y prend part" in sections(page(server, TRIANGLE, "fr"))
    assert "Quién participa" in sections(page(server, TRIANGLE, "es"))


def test_a_stated_value_has_its_words_one_click_away(server: Server) -> None:
    partners = row(sections(page(server, TRIANGLE))["Who takes part"], "partner")
    assert "Australian Department of Foreign Affairs and Trade" in partners
    (details,) = re.findall(r"<details.*?</details>", partners, re.DOTALL)
    assert "is a partnership between GAC, the ILO and the Australian Department" in unescape(details)
    assert "/page/passage/brochure-2023-triangle-partnership" in details or "/id/passage/brochure-2023-triangle-partnership" in details


def test_an_inferred_value_is_marked_and_explained(server: Server) -> None:
    money = sections(page(server, TRIANGLE))["Money"]
    donor = row(money, "donor countries")
    assert "inferred" in donor
    assert urlencode({"p": "https://w3id.org/labcoop/ns#hasDonorCountry", "o": "https://w3id.org/labcoop/id/place/CAN"}) in unescape(donor)
    assert "<details" not in donor


def test_what_follows_from_a_more_exact_statement_is_told_apart(server: Server) -> None:
    """Who is a partner is involved too: said once among the facts, and again only in the fold of more general words."""
    text = page(server, "/page/activity/fair-recruitment-tools-development")
    assert "involves</a>" not in sections(text)["Who takes part"].partition("</section>")[0]
    fold = text[text.index("Technical details and the same in more general words") :]
    assert "involves" in fold


def test_a_number_is_never_shown_without_its_bound(server: Server) -> None:
    figures = re.sub("<[^>]+>", "", sections(page(server, TRIANGLE))["Figures"])
    assert "“six countries” · exact 6" in figures


def lead(server: Server, path: str, language: str = "en") -> str:
    """The sentence at the top of a page, without its tags."""
    (summary,) = re.findall(r'<p class="summary">(.*?)</p>', page(server, path, language))
    return unescape(re.sub("<[^>]+>", "", summary))


def test_a_lead_says_where_when_who_and_for_whom_in_three_languages(server: Server) -> None:
    path = "/page/project/fair-recruitment-central-america"
    assert lead(server, path).startswith(
        "Project in Costa Rica, Guatemala and Honduras (Central America), from 2022 to 2024, "
        "funded by Immigration, Refugees and Citizenship Canada, for migrants, refugees and returning migrants; ongoing"
    )
    assert lead(server, path, "fr").startswith(
        "Projet au Costa Rica, au Guatemala et au Honduras (Amérique centrale), de 2022 à 2024, financé par"
    )
    assert lead(server, path, "es").startswith("Proyecto en Costa Rica, Guatemala y Honduras (América Central), de 2022 a 2024, con")


def test_a_lead_with_many_values_says_how_many_more_there_are(server: Server) -> None:
    path = "/page/framework/quito-process"
    assert "members: Argentina, Brazil, Chile, Colombia and 9 more." in lead(server, path)
    assert "membres : Argentine, Brésil, Chili, Colombie et 9 autres." in lead(server, path, "fr")
    assert "miembros: Argentina, Brasil, Chile, Colombia y 9 más." in lead(server, path, "es")


def test_the_lead_of_a_person_is_the_position_and_marks_its_language(server: Server) -> None:
    path = "/page/person/sean-fraser"
    assert lead(server, path) == "Minister of Immigration, Refugees and Citizenship (August 16, 2022)."
    assert '<p class="summary"><span lang="en">Minister of Immigration' in page(server, path, "fr")


def test_what_a_place_is_called_within_a_sentence_is_no_fact_about_it(server: Server) -> None:
    assert "en Tunisie" not in re.sub(r'<p class="summary">.*?</p>', "", page(server, "/page/place/TUN", "fr"))


def test_spanish_says_e_before_the_sound_of_i(server: Server) -> None:
    assert "y salud en el trabajo e inspectores" in lead(server, "/page/project/cambodia-labour-inspection", "es")


def test_every_place_has_its_preposition_in_french_leads(server: Server) -> None:
    """A French sentence pattern has no preposition of its own before a place."""
    query = """PREFIX lc: <https://w3id.org/labcoop/ns#>
        SELECT DISTINCT ?place WHERE { ?place a lc:Place }"""
    places = server.ask("/sparql?" + urlencode({"query": query}), Accept="text/csv").text.split()[1:]
    presentation = (ROOT / "data" / "presentation.ttl").read_text(encoding="utf-8")
    told = set(re.findall(r"^place:(\S+) list:in .*@fr", presentation, re.MULTILINE))
    assert {place.rsplit("/", 1)[-1] for place in places} <= told


def test_a_thing_without_a_sentence_pattern_is_summed_up_by_its_facts(server: Server) -> None:
    assert lead(server, "/page/event/generation-equality-forum-2021") == "Event; date: 2021."


def test_related_things_say_what_they_share(server: Server) -> None:
    related = sections(page(server, "/page/project/venezuelan-integration-colombia-panama"))["Similar to"]
    assert "Fair Recruitment in Central America" in related
    assert "Both:" in related


@pytest.mark.parametrize(
    ("path", "way"),
    [
        (TRIANGLE, "/things/projects"),
        ("/page/organisation/gac", "/things/organisations"),
        ("/page/organisation/better-work-jordan", "/things/organisations"),
        ("/page/document/news-2022", "/documents/news-2022"),
    ],
)
def test_a_thing_leads_to_the_list_it_is_in(server: Server, path: str, way: str) -> None:
    text = page(server, path)
    assert f'<a href="{way}">' in text[text.index("<main") :]


def test_a_graph_without_groups_is_told_in_one(other: Server) -> None:
    text = page(other, "/page/project/one")
    assert next(iter(sections(text))) == "Facts"
    assert "knows" in text


@pytest.fixture(scope="module")
def other(start: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory) -> Server:
    data = tmp_path_factory.mktemp("other") / "facts.ttl"
    data.write_text(
        "@prefix project: <https://w3id.org/labcoop/id/project/> . project:one <http://example.org/knows> project:two ."
        "project:two <http://example.org/knows> project:one ."
    )
    return start("--data", str(data), "--base", SPACE.base, "--ontology", "none", "--queries", "none", "--reasoning", "none")


@pytest.mark.parametrize(
    ("path", "language", "group", "property", "value"),
    [
        ("framework/mirps", "en", "Who takes part", "members", "Honduras"),
        ("framework/mirps", "fr", "Qui y prend part", "membres", "Honduras"),
        ("framework/mirps", "es", "Quién participa", "miembros", "Honduras"),
        ("place/HND", "en", "Where", "works in the whole country", "Activities of Fair Recruitment in Central America in Honduras"),
        ("organisation/gac", "en", "Who takes part", "partner of", "TRIANGLE in ASEAN"),
    ],
)
def test_what_others_say_of_a_thing_is_told_among_its_facts_by_its_name_from_there(
    server: Server, path: str, language: str, group: str, property: str, value: str
) -> None:
    assert value in unescape(row(sections(page(server, f"/page/{path}", language))[group], property))


def test_every_relation_to_a_thing_of_the_graph_has_a_name_from_its_other_end(server: Server) -> None:
    """Whatever is told backwards, under "What refers to it", would be of no use to who does not know the terms."""
    for path in ("framework/mirps", "framework/quito-process", "place/CAN", "place/CRI", "organisation/ilo", "organisation/ircc"):
        backwards = sections(page(server, f"/page/{path}")).get("What refers to it", "").partition('<details class="more">')[0]
        own = [
            unescape(re.sub(r"<[^>]*>", "", name))
            for name in re.findall(r"<dt>(.*?)</dt>", backwards, re.DOTALL)
            if "vocabulary" not in name
        ]
        assert own == [], path


def test_the_acronym_by_which_people_know_a_thing_stands_beside_its_name(server: Server) -> None:
    text = page(server, "/page/framework/mirps")
    assert "Comprehensive Regional Protection and Solutions Framework (MIRPS)</h1>" in text
    assert "<title>Comprehensive Regional Protection and Solutions Framework (MIRPS)" in text
    assert "(" not in re.findall(r"<h1[^>]*>(.*?)</h1>", page(server, "/page/place/HND"))[0]


def test_inferred_classes_are_folded_away(server: Server) -> None:
    text = page(server, "/page/framework/mirps")
    kinds = row(sections(text)["What it is"], "kind")
    assert "framework" in kinds
    assert "instrument" not in kinds
    assert "instrument" in text[text.index('<details class="more">\n      <summary>Technical details and the same in more general words') :]
    text = page(server, TRIANGLE)
    assert "FundedUndertaking" not in row(sections(text)["What it is"], "kind")
    assert "FundedUndertaking" in text[text.index("<summary>Technical details") :]


def test_a_summary_is_made_of_what_a_thing_says_itself(server: Server) -> None:
    text = page(server, "/page/event/covid-19-pandemic")
    assert "affected" in text, "what others say of it is told among its facts"
    assert '<p class="summary">' not in text


def test_what_readers_expect_and_the_documents_do_not_state_is_said_to_be_missing(server: Server) -> None:
    path = "/page/project/forteress-tunisia"
    assert "not stated in the documents" in row(sections(page(server, path))["Money"], "amount")
    assert "non indiqué dans les documents" in row(sections(page(server, path, "fr"))["Argent"], "montant")
    assert "amount</dt>" not in sections(page(server, "/page/place/TUN")).get("Money", ""), "of a place no sum is expected"
    funded = sections(page(server, "/page/project/fair-recruitment-central-america"))["When"]
    assert "not stated" not in funded, "beginning and end are stated"


def test_what_is_only_inferred_comes_after_what_is_stated(server: Server) -> None:
    money = sections(page(server, TRIANGLE))["Money"]
    stated = [place for place, values in enumerate(re.findall(r"<dd>(.*?)</dd>", money, re.DOTALL)) if 'class="value"' in values]
    alone = [place for place, values in enumerate(re.findall(r"<dd>(.*?)</dd>", money, re.DOTALL)) if 'class="value"' not in values]
    assert stated
    assert alone
    assert max(stated) < min(alone)


def test_the_page_of_a_person_opens_with_their_words(server: Server) -> None:
    text = page(server, "/page/person/leila-omrani")
    heading, body = next(iter(sections(text).items()))
    assert heading == "In their own words"
    assert "I faced many challenges during the pandemic" in body
    assert "/quotation/" in body
    assert "In their own words" not in page(server, TRIANGLE)


def test_properties_are_called_as_readers_would(server: Server) -> None:
    assert row(sections(page(server, TRIANGLE))["What it is"], ">topics</a>")
    assert row(sections(page(server, TRIANGLE, "fr"))["De quoi il s'agit"], ">thèmes</a>")
    assert row(sections(page(server, TRIANGLE, "es"))["De qué se trata"], ">temas</a>")


def test_a_place_may_be_a_decimal_and_one_that_is_no_number_is_no_fault(start: Callable[..., Server], tmp_path: Path) -> None:
    (tmp_path / "odd.ttl").write_text("""@prefix ex: <https://odd.example/> .
        @prefix sh: <http://www.w3.org/ns/shacl#> .
        @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
        ex:who skos:notation "1" .
        ex:likes sh:group ex:who ; sh:order 1.5 .
        ex:knows sh:group ex:who ; sh:order "first" .
        ex:ann ex:likes ex:bob ; ex:knows ex:bob .""")
    odd = start("--data", str(tmp_path), "--ontology", "none", "--queries", "none", "--base", "https://odd.example/")
    text = page(odd, "/page?iri=https%3A%2F%2Fodd.example%2Fann")
    # What is no number comes first.
    assert text.index("knows") < text.index("likes")


def test_a_sheet_to_hand_on_has_what_is_stated_with_its_sources_as_footnotes(server: Server) -> None:
    path = "/page/project/forteress-tunisia"
    assert f'href="{path}?view=brief"' in page(server, path)
    sheet = page(server, f"{path}?view=brief")
    assert "Project in Tunisia" in sheet
    (number,) = re.findall(r'Global Affairs Canada</a> <sup class="note shown"><a href="#note-(\d+)">', sheet)
    (note,) = re.findall(rf'<li id="note-{number}"><q>(.*?)</q>', sheet)
    assert note == "Collaboration with Global Affairs Canada (GAC):"
    assert "inferred" not in sheet[sheet.index("<main") : sheet.index("</main>")]
    assert "/id/project/forteress-tunisia" in sheet


def test_a_printed_page_has_each_passage_once_as_a_footnote(server: Server) -> None:
    text = page(server, TRIANGLE)
    notes = re.findall(r'<li id="note-(\d+)"><q[^>]*>(.*?)</q>', text)
    assert [int(number) for number, _ in notes] == list(range(1, len(notes) + 1))
    assert {int(number) for number in re.findall(r'href="#note-(\d+)"', text)} == set(range(1, len(notes) + 1))
