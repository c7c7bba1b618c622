"""A graph may name its things in languages that the pages do not speak: `lang=` chooses them, and the page stays in one that it speaks."""

import json
import re
from collections.abc import Callable

import pytest

from tests.conftest import Server

pytestmark = pytest.mark.live

HEAD = """@prefix e: <http://e/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""

#: A city with names in four languages, one of them of a country; a river with a Portuguese name alone.
CITIES = (
    HEAD + "e:City rdfs:label 'City'@en , 'Cidade'@pt , 'Ciudad'@es . "
    "e:lisbon a e:City ; rdfs:label 'Lisbon'@en , 'Lisbonne, ca'@fr-CA , 'Lisboa'@pt , 'Lisboa, br'@pt-BR ; "
    "skos:prefLabel 'Lissabon'@de ; e:on e:tagus . "
    "e:porto a e:City ; rdfs:label 'Porto'@pt . e:tagus rdfs:label 'Tejo'@pt ."
)

QUERY = """#+ summary: Cities
#+ columns:
#+   city: {label: City, type: iri}
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?city ?city_label WHERE {
  VALUES ?lang { "pt" }
  ?city a <http://e/City> ; rdfs:label ?city_label FILTER(LANG(?city_label) = ?lang)
} ORDER BY ?city
"""


@pytest.fixture(scope="module")
def cities(start: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory) -> Server:
    folder = tmp_path_factory.mktemp("cities")
    (folder / "cities.ttl").write_text(CITIES, encoding="utf-8")
    (folder / "cities.rq").write_text(QUERY, encoding="utf-8")
    return start("--data", str(folder / "cities.ttl"), "--ontology", "none", "--queries", str(folder / "cities.rq"))


def heading(text: str) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", text, re.DOTALL)
    assert found is not None
    return found[1].strip()


@pytest.mark.parametrize(
    ("asked", "accepted", "name", "page"),
    [
        ("pt", "fr", '<h1 lang="pt">Lisboa</h1>', "fr"),
        ("pt-BR", "en", '<h1 lang="pt-br">Lisboa, br</h1>', "en"),
        ("pt-PT", "en", '<h1 lang="pt">Lisboa</h1>', "en"),
        ("DE-AT", "es", '<h1 lang="de">Lissabon</h1>', "es"),
        ("fr", "en", '<h1 lang="fr-ca">Lisbonne, ca', "fr"),
        ("fr-CA", "en", '<h1 lang="fr-ca">Lisbonne, ca', "fr"),
        ("fi", "en", "<h1>Lisbon</h1>", "en"),
    ],
)
def test_names_are_in_the_language_that_is_asked_for_and_the_page_in_one_that_it_speaks(
    cities: Server, asked: str, accepted: str, name: str, page: str
) -> None:
    answer = cities.ask(f"/page?iri=http://e/lisbon&lang={asked}", Accept="text/html", Accept_Language=accepted)
    assert name in answer.text
    assert answer.headers["content-language"] == page
    assert f'<html lang="{page}"' in answer.text


def test_links_keep_it_and_no_note_says_that_a_name_is_in_it(cities: Server) -> None:
    text = cities.ask("/things/City?lang=pt", Accept="text/html").text
    assert heading(text) == '<span lang="pt">Cidade</span>'
    assert re.search(r'href="/page\?iri=[^"]*porto&amp;lang=pt"', text)
    assert 'class="tag other"' not in text
    assert 'class="tag other"' in cities.ask("/things/City", Accept="text/html").text
    assert "lang=pt" not in cities.ask("/things/City?lang=fi", Accept="text/html").text


def test_data_searches_and_pictures_have_the_names_in_it(cities: Server) -> None:
    assert "Porto" in cities.ask("/things/City.csv?lang=pt").text
    assert {"Lisboa", "Porto"} == {
        row["city_label"] for row in json.loads(cities.ask("/queries/cities.rows", Accept="application/json").text)["rows"]
    }
    assert cities.ask("/queries/cities.csv?lang=pt").text == cities.ask("/queries/cities.csv").text
    assert cities.ask("/queries/cities.csv?lang=es").status == 200
    (found,) = json.loads(cities.ask("/search?q=tejo&lang=pt", Accept="application/json").text)["results"]
    assert (found["name"], found["name_language"]) == ("Tejo", "pt")
    (city, *_) = json.loads(cities.ask("/search?q=lisbon&lang=de", Accept="application/json").text)["results"]
    assert city["name"] == "Lissabon"


def test_the_languages_are_told_to_people_and_programs(cities: Server) -> None:
    document = json.loads(cities.ask("/openapi.json").text)
    languages = next(p for p in document["paths"]["/search"]["get"]["parameters"] if p["name"] == "lang")["schema"]["enum"]
    assert languages == ["en", "fr", "es", "pt", "de", "fr-ca", "pt-br"]
    about = cities.ask("/about", Accept="text/html").text
    assert '<a href="/things?lang=pt" hreflang="pt">Portuguese</a>' in about
    assert '<a href="/things?lang=pt-br" hreflang="pt-br">Portuguese (Brazil)</a>' in about
