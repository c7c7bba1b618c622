"""A graph that says nothing of how it is shown has lists of its classes in use, with what their things have."""

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import rdflib

from tests.conftest import Server

pytestmark = pytest.mark.live

BASE = "http://example.org/menu#"

#: Thirty pizzas of two kinds of crust, each with a price of its own; two cooks, whose class has no label; a class with a reserved name.
MENU = f"""
@prefix : <{BASE}> .
@prefix other: <http://example.org/other/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
:Pizza a owl:Class ; rdfs:label "Pizza"@en , "Pizza (plat)"@fr ; rdfs:subClassOf :Dish .
:unnamed a :Dish .
:Dish a owl:Class ; rdfs:label "<b>Dish</b>"@en .
:crust a owl:ObjectProperty ; rdfs:label "crust"@en , "pâte"@fr .
:Crust a owl:Class ; rdfs:label "Crust"@en .
:thin a :Crust ; rdfs:label "thin"@en , "fine"@fr .
:thick a :Crust ; rdfs:label "thick"@en .
:anna a :Cook ; rdfs:label "Anna" ; :sort "first" .
:bob a :Cook ; rdfs:label "Bob" ; :sort "second" ; :prénom-2 "B" .
other:Cook rdfs:label "Cook, elsewhere"@en .
other:carl a other:Cook ; <http://xmlns.com/foaf/0.1/name> "Carl" , "Karl"@de .
[] a :Secret .
""" + "".join(
    f':p{number} a :Pizza , :Dish ; rdfs:label "Pizza {number}"@en ; :crust {":thin" if number % 3 else ":thick"} ; :price {number}.5 ;'
    f" :by :anna .{' :p1 :rare :p2 .' if number == 1 else ''}\n"
    for number in range(1, 31)
)


@pytest.fixture(scope="module")
def foreign(start: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory) -> Server:
    folder = tmp_path_factory.mktemp("menu")
    (folder / "menu.ttl").write_text(MENU, encoding="utf-8")
    return start("--data", str(folder), "--ontology", "none", "--queries", "none", "--reasoning", "none")


def table(server: Server, path: str) -> list[dict[str, str]]:
    answer = server.ask(path)
    assert answer.status == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_the_kinds_are_the_classes_that_have_things(foreign: Server) -> None:
    kinds = json.loads(foreign.ask("/things").body)["kinds"]
    assert {kind["kind"]: kind["things"] for kind in kinds} == {
        **{"Dish": 31, "Pizza": 30, "Cook": 2, "Crust": 2, "Cook-2": 1},
        **{"classes": 3, "properties": 1},
    }
    assert [kind["kind"] for kind in kinds][-2:] == ["classes", "properties"]
    page = foreign.ask("/things?lang=fr", Accept="text/html").text
    assert "Pizza (plat)" in page
    assert "&lt;b&gt;Dish&lt;/b&gt;" in page
    assert "Secret" not in page


def test_columns_are_what_many_have_and_facets_what_has_few_values(foreign: Server) -> None:
    rows = table(foreign, "/things/Pizza.csv")
    assert len(rows) == 30
    assert set(rows[0]) == {"thing", "thing_label", "by", "crust", "price"}
    assert {row["crust"] for row in rows} == {"thin", "thick"}
    page = foreign.ask("/things/Pizza?lang=fr", Accept="text/html").text
    assert re.search(r"<summary>pâte</summary>", page)
    # All are by one cook, and each has a price of its own: neither narrows anything down.
    assert len(re.findall("<summary>", page.partition("</aside>")[0])) == 1
    assert {row["thing"] for row in table(foreign, "/things/Pizza.csv?crust=thick")} == {f"{BASE}p{n}" for n in range(3, 31, 3)}
    assert [row["price"] for row in table(foreign, "/things/Pizza.csv?sort=-price")][:2] == ["9.5", "8.5"]


def test_the_things_of_a_list_are_linked_where_they_are(foreign: Server) -> None:
    links = foreign.ask("/things/Cook", Accept="text/html").headers["link"]
    items = re.findall(r'<([^>]*)>; rel="item"', links)
    assert len(items) == 2
    assert all(foreign.ask(item.removeprefix(foreign.url), Accept="text/html").status == 200 for item in items)


def test_a_property_whose_name_means_something_else_has_another(foreign: Server) -> None:
    assert {row["sort_2"] for row in table(foreign, "/things/Cook.csv")} == {"first", "second"}
    assert foreign.ask("/things/Waiter").status == 404


def test_names_come_from_any_property_that_names_or_from_the_iri(foreign: Server) -> None:
    (carl,) = table(foreign, "/things/Cook-2.csv")
    assert carl["thing_label"] in {"Carl", "Karl"}
    assert "Carl" in foreign.ask("/things/Cook-2", Accept="text/html").text
    (waiter,) = [row for row in table(foreign, "/things/Dish.csv") if row["thing"] == f"{BASE}unnamed"]
    assert waiter["thing_label"] == "unnamed"


def test_lists_are_in_the_sitemap_and_in_openapi(foreign: Server) -> None:
    assert f"{foreign.url}/things/Cook-2" in foreign.ask("/sitemap.xml").text
    paths = json.loads(foreign.ask("/openapi.json").body)["paths"]
    (crust,) = [p for p in paths["/things/Pizza"]["get"]["parameters"] if p["name"] == "crust"]
    assert len(crust["schema"]["items"]["enum"]) == 2
    for name in ("Pizza", "Cook", "Cook-2"):
        assert foreign.ask(f"/things/{name}.xlsx").status == foreign.ask(f"/things/{name}.ttl").status == 200


def test_a_dataset_that_has_a_name_of_its_own_is_called_by_its_title(start: Callable[..., Server], tmp_path: Path) -> None:
    (tmp_path / "menu.ttl").write_text(MENU, encoding="utf-8")
    (tmp_path / "dataset.ttl").write_text(
        "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dcterms: <http://purl.org/dc/terms/> .\n"
        '<http://example.org/menu> a dcat:Dataset ; dcterms:title "The menu"@en , "La carte"@fr .\n',
        encoding="utf-8",
    )
    server = start("--data", str(tmp_path), "--ontology", "none", "--queries", "none", "--reasoning", "none")
    assert "<title>La carte</title>" in server.ask("/?lang=fr", Accept="text/html").text
    assert json.loads(server.ask("/", Accept="application/json").body)["title"] == "The menu"
    # What it says of itself, its files and figures, is none of its things.
    kinds = json.loads(server.ask("/things").body)["kinds"]
    assert [kind["kind"] for kind in kinds] == ["Dish", "Pizza", "Cook", "Crust", "Cook-2", "classes", "properties"]
    page = server.ask("/things", Accept="text/html").text
    assert "Pizza" in page
    assert "Distribution" not in page


SPANS = """@prefix e: <http://e/> . @prefix schema: <https://schema.org/> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix geo: <http://www.w3.org/2003/01/geo/wgs84_pos#> .
schema:startDate rdfs:label "start" .
e:one a schema:Event ; rdfs:label "One" ; schema:startDate "2019-03-02"^^xsd:date ; schema:endDate "2021-07-01T10:00:00Z"^^xsd:dateTime .
e:two a schema:Event ; rdfs:label "Two" ; schema:startDate "2020"^^xsd:gYear ; schema:dateModified "2024-01-01"^^xsd:date .
e:three a schema:Event ; rdfs:label "Three" ; schema:dateModified "2023-01-01"^^xsd:date ; geo:lat 10.5 ; geo:long 20.5 .
e:a a e:Book ; rdfs:label "A" ; e:dateModified "2024-01-01"^^xsd:date ; e:issued "1990"^^xsd:gYear .
e:b a e:Book ; rdfs:label "B" ; e:dateModified "2024-01-01"^^xsd:date ; e:issued "1991-05"^^xsd:gYearMonth .
e:c a e:Pen ; rdfs:label "C" ; e:issued "1991-05"^^xsd:gYearMonth .
e:d a e:Pen ; rdfs:label "D" ; e:issued "soon" .
"""


def test_things_with_dates_are_on_a_timeline_and_those_with_places_on_a_map(start: Callable[..., Server], tmp_path: Path) -> None:
    (tmp_path / "spans.ttl").write_text(SPANS)
    server = start(str(tmp_path / "spans.ttl"))
    events = server.ask("/things/Event", Accept="text/html").text
    assert "2 items have a date. One (start): March 2, 2019 – July 1, 2021. Two (start): since 2020. 1 has none: Three." in events
    assert "On the map: Three." in events
    books = server.ask("/things/Book?lang=fr", Accept="text/html").text
    assert "A (e:issued): 1990. B (e:issued): mai 1991." in books
    assert "<h2>Quand</h2>" in books
    assert "On the map" not in books
    # One date alone makes no line of time.
    assert "<h2>When</h2>" not in server.ask("/things/Pen", Accept="text/html").text


def test_figures_are_told_of_the_classes_with_the_most_things(start: Callable[..., Server], tmp_path: Path) -> None:
    (tmp_path / "classes.ttl").write_text(
        "@prefix e: <http://e/> . " + " ".join(f"e:t{n}x{m} a e:C{n} ; e:p e:t0x0 ." for n in range(5) for m in range(n + 1))
    )
    server = start(str(tmp_path / "classes.ttl"), "--reasoning", "none", "--void-classes", "2")
    void = rdflib.Graph().parse(data=server.ask("/.well-known/void", Accept="text/turtle").text, format="turtle")
    assert {str(iri) for iri in void.objects(None, rdflib.VOID["class"])} == {"http://e/C4", "http://e/C3"}
    assert 5 in {int(str(count)) for count in void.objects(None, rdflib.VOID.classes)}
