"""Which text is shown, and which properties name things."""

import pytest

from graph_service.rdf.labels import LABELS, distance, last_part


@pytest.mark.parametrize(
    ("asked", "best_first"),
    [
        ("de-AT", ["de-AT", "de", "de-CH", "en", None, "fr"]),
        ("de", ["de", "de-AT", "en-GB", None, "nl"]),
        ("zh-Hant-TW", ["zh-Hant-TW", "zh-Hant", "zh", "zh-Hans", "en", None, "ja"]),
        ("pt", ["PT", "pt-BR", "en", "", "es"]),
        ("en", ["en", "en-GB", None, "fr"]),
        ("fr", ["fr", "en", None, "frr"]),
    ],
)
def test_a_language_is_followed_by_its_parents_its_kinds_english_and_any(asked: str, best_first: list[str | None]) -> None:
    distances = [distance(tag, asked) for tag in best_first]
    assert distances == sorted(set(distances))


@pytest.mark.parametrize(
    ("iri", "part"),
    [
        ("http://example.org/pizza#Pizza", "Pizza"),
        ("http://example.org/menu/margherita", "margherita"),
        ("http://example.org/menu/", "menu"),
        ("urn:isbn:978-0", "978-0"),
        ("http://example.org", "example.org"),
        ("https://www.wikidata.org/entity/Q1", "Q1"),
        ("urn:", "urn:"),
    ],
)
def test_what_an_iri_ends_with(iri: str, part: str) -> None:
    assert last_part(iri) == part


def test_the_usual_properties_name_things() -> None:
    assert {name.rpartition("/")[2].rpartition("#")[2] for name in LABELS} == {"label", "prefLabel", "name", "title"}
    assert sum("schema.org/name" in name for name in LABELS) == 2
