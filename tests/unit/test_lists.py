"""How a graph wants its things listed: what is said is read, and what is said wrongly is told and harms no other list."""

import re

import pyoxigraph as ox
import pytest

from graph_service.queries.catalogue import Catalogue
from graph_service.rdf.namespaces import VIEW
from graph_service.snapshot.lists import ListedKind, read_lists
from graph_service.sources.roles import TERMS
from tests.conftest import ROOT

PREFIXES = f"""
@prefix ex: <http://example.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix view: <{VIEW}> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""

LISTS = """
<http://example.org/> sh:declare ex:prefix .
ex:prefix sh:prefix "ex" ; sh:namespace "http://example.org/"^^xsd:anyURI .
ex:pizzas a view:List ; view:name "pizzas" ; rdfs:label "Pizzas"@en , "Pizze"@it ; sh:order 2 ; sh:targetClass ex:Pizza ;
  view:trait ex:price , ex:topping , ex:count .
ex:topping view:name "topping" ; rdfs:label "Topping" ; sh:order 1 ; sh:path ex:hasTopping .
ex:price view:name "price" ; rdfs:label "Price"@en ; sh:order 2 ; view:pattern "?thing ex:price/ex:sum ?value" ; view:facet false ;
  sh:nodeKind sh:Literal ; sh:datatype xsd:decimal .
ex:count view:name "toppings" ; rdfs:label "Toppings"@en ; sh:order 3 ; sh:path ex:hasTopping ; view:count true ; view:facet false ;
  view:toldBy "toppings" ; view:toldOf "pizza" .
ex:cooks a view:List ; view:name "cooks" ; rdfs:label "Cooks"@en ; sh:order 1 ; sh:targetClass ex:Cook , ex:Baker ; view:without ex:Robot ;
  view:pattern "FILTER EXISTS { ?thing ex:bakes ?any }" .
"""


def read(text: str) -> tuple[list[ListedKind], list[str]]:
    kinds, faults = read_lists(quad.triple for quad in ox.parse(PREFIXES + text, ox.RdfFormat.TURTLE))
    return kinds, [f"{fault.thing.rsplit('/', 1)[-1]}: {fault.reason}" for fault in faults]


def test_lists_and_their_traits_are_read_in_their_order() -> None:
    (cooks, pizzas), faults = read(LISTS)
    assert faults == []
    assert (cooks.name, cooks.classes, cooks.without) == (
        "cooks",
        ("http://example.org/Baker", "http://example.org/Cook"),
        ("http://example.org/Robot",),
    )
    assert pizzas.label == {"en": "Pizzas", "it": "Pizze"}
    assert "PREFIX ex: <http://example.org/>" in pizzas.prologue
    topping, price, count = pizzas.traits
    assert topping.pattern == "?thing <http://example.org/hasTopping> ?value ."
    assert (price.plain, price.type, price.facet, price.sortable) == (True, "decimal", False, True)
    assert (count.count, count.told_by) == (True, ("toppings", "pizza"))
    assert [trait.name for trait in pizzas.facets] == ["topping"]
    assert pizzas.orders == ("name", "price", "toppings", "-name", "-price", "-toppings")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('view:name "pizzas"', 'view:name "piz zas"', "pizzas: view:name is a word"),
        ("sh:targetClass ex:Pizza ;", "", "pizzas: a list has the classes"),
        ('rdfs:label "Cooks"@en ;', "", "cooks: there is no rdfs:label"),
        ("sh:order 1 ; sh:targetClass", 'sh:order "first" ; sh:targetClass', "cooks: sh:order is a number, not 'first'"),
        ("?any }", "?any", "cooks: the pattern is no SPARQL"),
        ("FILTER EXISTS { ?thing ex:bakes ?any }", "?this ex:bakes ?any", "cooks: the pattern is about ?thing"),
        ("FILTER EXISTS { ?thing ex:bakes ?any }", "} DELETE { ?thing ?p ?o", "cooks: the pattern is no SPARQL"),
        ('view:name "topping"', 'view:name "top-ping"', "topping: view:name of a trait is a letter"),
        ('view:name "topping"', 'view:name "sort"', "topping: 'sort' means something else"),
        ("sh:order 1 ; sh:path ex:hasTopping", "sh:order 1", "topping: a trait has a pattern"),
        ("?thing ex:price/ex:sum ?value", "?thing ex:price ?sum", "price: the pattern leads from ?thing to ?value"),
        ("?thing ex:price/ex:sum ?value", "?thing no:price ?value", "price: the pattern is no SPARQL"),
        ("sh:datatype xsd:decimal", "sh:datatype xsd:hexBinary", "price: sh:datatype is one of xsd:integer"),
        ("view:count true", 'view:count "yes"', "count: view:count is true or false, not 'yes'"),
        ('view:toldOf "pizza"', 'rdfs:comment "pizza"', "count: view:toldBy, a canned query, and view:toldOf"),
        ('view:name "toppings"', 'view:name "topping"', "pizzas: two traits of the list are called 'topping'"),
        ('view:name "cooks"', 'view:name "cooks" , "chefs"', "cooks: there are 2 values of view:name"),
        ('view:name "cooks"', 'view:name "pizzas"', "Pizza: two lists are called 'pizzas'"),
    ],
)
def test_a_fault_is_told_of_its_thing_and_the_rest_is_read(old: str, new: str, fault: str) -> None:
    assert LISTS.count(old) == 1
    kinds, faults = read(LISTS.replace(old, new))
    assert any(text.startswith(fault) for text in faults), faults
    assert kinds


def test_a_graph_that_says_nothing_has_no_lists() -> None:
    assert read("ex:margherita a ex:Pizza .") == ([], [])


def test_the_documentation_has_every_term_and_its_example_is_right() -> None:
    text = (ROOT / "docs" / "presentation.md").read_text(encoding="utf-8")
    code = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "graph_service").rglob("*.py"))
    used = set(re.findall(r'VIEW \+ "(\w+)"|\.(?:marked|_said)\("(\w+)"', code))
    used = {name for pair in used for name in pair if name}
    terms = {term.removeprefix(VIEW) for term in TERMS}
    assert used <= terms
    assert terms == set(re.findall(r"view:(\w+)", text))
    (pizzas,), faults = read(text.partition("```turtle\n")[2].partition("```")[0])
    assert faults == []
    assert [trait.name for trait in pizzas.traits] == ["topping", "price"]


def test_the_lists_of_the_graph_that_comes_with_the_service_are_right() -> None:
    kinds, faults = read_lists(quad.triple for quad in ox.parse(path=ROOT / "data" / "presentation.ttl"))
    assert faults == []
    assert [kind.name for kind in kinds][:3] == ["projects", "organisations", "countries"]
    assert all(set(kind.label) == {"en", "fr", "es"} for kind in kinds)
    assert all(set(trait.label) == {"en", "fr", "es"} for kind in kinds for trait in kind.traits)
    queries = Catalogue.read([ROOT / "queries"]).queries
    assert all(trait.told_by[1] in queries[trait.told_by[0]].parameters for kind in kinds for trait in kind.traits if trait.told_by)
