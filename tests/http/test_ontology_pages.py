"""The ontology for people: every term with its definition, what is below it, its properties and its uses; schemes as trees."""

import csv
import io
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from urllib.parse import quote, unquote

import pytest

from tests.conftest import Server

pytestmark = pytest.mark.live

#: An ontology of others that says how its terms are used, in words and where more is told.
WINES = """@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix vann: <http://purl.org/vocab/vann/> .

<http://example.org/wine> a owl:Ontology ;
    vann:usageNote "Jeder Wein hat ein Jahr."@de , <http://example.org/wine/guide> .
<http://example.org/wine#Wine> a owl:Class .
"""


def used(server: Server, language: str) -> str:
    """What the page tells of the use of all terms."""
    text = server.ask("/ns", Accept="text/html", Accept_Language=language).text
    return text.partition('<section aria-labelledby="use">')[2].partition("</section>")[0]


def cards(server: Server) -> dict[str, str]:
    """Class -> its part of the page, in the order of the page."""
    text = server.ask("/ns", Accept="text/html").text
    return dict(re.findall(r'<article class="term" id="(\w+)">(.*?)</article>', text, re.DOTALL))


def test_a_class_tells_what_it_means_and_what_belongs_to_it(server: Server) -> None:
    card = cards(server)["Organisation"]
    assert "lc:Organisation" in card
    below = card.partition("Kinds of it</dt><dd>")[2].partition("</dd>")[0]
    # A department is a government body, which is an organisation: so it is listed too.
    assert 'href="#GovernmentBody"' in below
    assert 'href="#GovernmentDepartment"' in below
    properties = card.partition("Properties</dt><dd>")[2].partition("</dd>")[0]
    assert 'href="#basedIn"' in properties
    assert "→ place" in unescape(properties)


def test_classes_stand_in_the_order_of_their_names(server: Server) -> None:
    names = [
        re.sub(r"<[^>]+>", "", heading) for card in cards(server).values() for heading in re.findall(r"<h3[^>]*><a[^>]*>(.*?)</a>", card)
    ]
    assert names == sorted(names, key=str.casefold)
    assert len(names) > 60


def test_how_often_a_term_is_used_is_counted(server: Server) -> None:
    query = quote("SELECT (COUNT(DISTINCT ?t) AS ?n) WHERE { ?t a <https://w3id.org/labcoop/ns#Project> }")
    (row,) = csv.DictReader(io.StringIO(server.ask(f"/sparql?query={query}", Accept="text/csv").text))
    assert f">{row['n']} times" in cards(server)["Project"]


def test_definitions_and_names_are_in_the_readers_language_where_there_are_any(server: Server) -> None:
    text = server.ask("/ns", Accept="text/html", Accept_Language="es").text
    assert ">organización</a>" in text


def test_how_the_terms_are_used_is_told_in_the_readers_language(server: Server) -> None:
    words = {"en": "What the context shows", "fr": "Ce que montre le contexte", "es": "Lo que muestra el contexto"}
    for language, own in words.items():
        told = unescape(used(server, language))
        assert [language for language, begun in words.items() if begun in told] == [language]
        assert own in told
    assert ">Emploi des termes</h2>" in used(server, "fr")


def test_an_ontology_of_others_says_how_its_terms_are_used(start: Callable[..., Server], tmp_path: Path) -> None:
    (tmp_path / "wine.ttl").write_text(WINES, encoding="utf-8")
    others = start("--data", str(tmp_path / "wine.ttl"), "--ontology", "none", "--queries", "none")
    told = used(others, "en")
    assert '<span lang="de">Jeder Wein hat ein Jahr.</span>' in told
    assert "http://example.org/wine/guide" in told


def test_a_scheme_is_shown_as_the_tree_that_it_is(server: Server) -> None:
    text = server.ask("/vocab/beneficiary-group", Accept="text/html").text
    tree = text[text.index('<ul class="tree">') :].partition("</section>")[0]
    assert re.search(r">migrants</a></p><p class=\"hint\">(?:(?!</p>).)*</p><ul><li><p><a[^>]*>migrant workers</a>", tree)
    assert tree.count("</li>") >= 35
    assert "Migrants who work" in tree


def test_what_a_term_cannot_be_and_what_is_close_to_it_is_told(server: Server) -> None:
    card = cards(server)["Region"]
    apart = card.partition("Never also</dt><dd>")[2].partition("</dd>")[0]
    assert re.findall(r'href="#(\w+)"', apart) == ["Country", "SubnationalArea"]
    assert "https://schema.org/Project" in cards(server)["Project"].partition("Close to</dt><dd>")[2].partition("</dd>")[0]


def test_a_property_has_an_example_and_a_deprecated_term_says_what_replaces_it(server: Server) -> None:
    text = server.ask("/ns", Accept="text/html").text
    rows = dict(re.findall(r'<tr id="(\w+)">(.*?)</tr>', text, re.DOTALL))
    assert "Example:" in rows["hasCooperatingCountry"]
    earlier = text[text.index('id="kind-owl-DeprecatedProperty"') :]
    assert 'id="funder"' in earlier
    assert 'href="#contributor"' in rows["funder"].partition("Replaced by:")[2]


@pytest.mark.parametrize(
    ("part", "term", "link", "other"),
    [
        ("/ns/alignments/org", "Organisation", "subClassOf", "Organization"),
        ("/ns/alignments/prov", "implementedBy", "subPropertyOf", "wasAssociatedWith"),
        ("/ns/rules", "Outcome", "disjointWith", "Output"),
        ("/ns/deprecated", "aimOf", "isReplacedBy", "hasObjective"),
    ],
)
def test_each_part_has_a_picture_of_what_it_relates(server: Server, part: str, term: str, link: str, other: str) -> None:
    text = server.ask(part, Accept="text/html").text
    picture = text[text.index("<svg") : text.index("</svg>")]
    drawn = [re.findall(r'href="([^"]*)"', mark) for mark in picture.split("<g>")]
    ends = [{unquote(place).rstrip("/").rpartition("#")[2].rpartition("/")[2] for place in places} for places in drawn]
    assert any({term, link, other} <= found for found in ends), ends
