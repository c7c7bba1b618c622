"""A graph that knows nothing of this service is found, named and shown like the service's own."""

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.conftest import Server

pytestmark = pytest.mark.live

FILE = Path(__file__).parent / "pizza.ttl"

MENU = "http://example.org/menu/"


@pytest.fixture(scope="module")
def pizza(start: Callable[..., Server]) -> Server:
    """A server over a graph of others, with no ontology and no query."""
    return start("--data", str(FILE), "--ontology", "none", "--queries", "none")


@pytest.mark.parametrize(
    ("words", "iri", "name"),
    [
        ("topping", "http://example.org/pizza#Topping", "Topping"),
        ("配料", "http://example.org/pizza#Topping", "Topping"),
        ("kase", "http://example.org/pizza#Cheese", "Käse"),
        ("margherita", MENU + "margherita", "Margherita"),
        ("queen", MENU + "margherita", "Margherita"),
        ("bufala", MENU + "mozzarella", None),
        ("rosa", MENU + "cook", "Rosa Esposito"),
        ("libro della", MENU + "book", "Il libro della pizza"),
        ("receitas", MENU + "book", "Il libro della pizza"),
        ("vecchio", MENU + "old-book", "Vecchio libro"),
        ("note", MENU + "note", "A note to the cook"),
        ("quente", MENU + "hot", "hot"),
        ("mouth", MENU + "hot", "hot"),
        ("scorching", MENU + "very-hot", "scorching"),
        ("urn", "urn:isbn:978-0-00-000000-2", "An URN is an IRI"),
    ],
)
def test_things_are_found_by_every_usual_name_and_description(pizza: Server, words: str, iri: str, name: str | None) -> None:
    found = json.loads(pizza.ask(f"/search?q={quote(words)}&format=json").body)["results"][0]
    assert found["iri"] == iri
    assert name in {None, found["name"]}


@pytest.mark.parametrize(
    "name",
    ["Margherita", "Rosa Esposito", "Il libro della pizza", "Vecchio libro", "A note to the cook", "scorching", "Käse", "An URN is an IRI"],
)
def test_a_table_shows_things_by_their_names(pizza: Server, name: str) -> None:
    page = pizza.ask(f"/sparql?query={quote('SELECT DISTINCT ?thing { ?thing ?p ?o }')}", Accept="text/html").text
    assert f">{name}</" in page
