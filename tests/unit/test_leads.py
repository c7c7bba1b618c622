"""Sentence patterns of leads: what is said is read, and what is said wrongly is told and harms no other lead."""

import pyoxigraph as ox
import pytest

from graph_service.rdf.namespaces import VIEW
from graph_service.snapshot.definitions import Unfit
from graph_service.snapshot.leads import Alternatives, Slot, names, parse, read_leads
from tests.conftest import ROOT

PREFIXES = f"""
@prefix ex: <http://example.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix view: <{VIEW}> .
"""

LEAD = """
ex:lead a view:Lead ; sh:targetClass ex:Print ; view:sentence "{kind}[ by {maker}]."@en ; view:trait ex:maker .
ex:maker view:name "maker" ; sh:path ex:madeBy ; view:called ex:of .
"""


def read(text: str) -> tuple[list[str], list[str]]:
    leads, faults = read_leads(quad.triple for quad in ox.parse(PREFIXES + text, ox.RdfFormat.TURTLE))
    return [iri for lead in leads for iri in lead.classes], [fault.reason for fault in faults]


def test_a_sentence_has_texts_traits_and_alternatives() -> None:
    kind, choice, end = parse("{kind}[ in {place}[ near {area}]| at sea].")
    assert (kind, end) == (Slot("kind"), ".")
    assert isinstance(choice, Alternatives)
    near, sea = choice.alternatives
    assert near[:2] == (" in ", Slot("place"))
    assert sea == (" at sea",)
    assert list(names((kind, choice, end))) == ["kind", "place", "area"]


@pytest.mark.parametrize("text", ["{kind", "kind}", "[ in {place}", "in {place}]", "[ {a} | ] ]"])
def test_brackets_and_braces_come_in_pairs(text: str) -> None:
    with pytest.raises(Unfit, match="no other half"):
        parse(text)


def test_a_bar_outside_brackets_is_a_text() -> None:
    assert "".join(map(str, parse("a | b"))) == "a | b"


def test_a_lead_is_read_with_its_traits() -> None:
    (lead,), faults = read_leads(quad.triple for quad in ox.parse(PREFIXES + LEAD, ox.RdfFormat.TURTLE))
    assert not faults
    assert set(lead.sentences) == {"en"}
    (trait,) = lead.traits
    assert (trait.name, trait.pattern, trait.called) == ("maker", "?thing <http://example.org/madeBy> ?value .", "http://example.org/of")


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ('ex:bad a view:Lead ; view:sentence "{kind}."@en .', "has the classes of its things"),
        ("ex:bad a view:Lead ; sh:targetClass ex:Painting .", "has a sentence"),
        ('ex:bad a view:Lead ; sh:targetClass ex:Painting ; view:sentence "{kind} of {year}."@en .', "no trait 'year'"),
        ('ex:bad a view:Lead ; sh:targetClass ex:Painting ; view:sentence "{kind}[ of"@en .', "no other half"),
        ('ex:bad a view:Lead ; sh:targetClass ex:Painting ; view:sentence "A."@en ; view:trait [] , ex:t .', "a word of letters"),
        ('ex:bad a view:Lead ; sh:targetClass ex:P ; view:sentence "A."@en ; view:trait ex:t . ex:t view:name "t" .', "has a pattern"),
    ],
)
def test_a_wrong_lead_is_left_out_and_reported(wrong: str, reason: str) -> None:
    classes, faults = read(LEAD + wrong)
    assert classes == ["http://example.org/Print"]
    (fault,) = faults
    assert reason in fault


def test_the_leads_of_the_bundled_graph_have_three_languages_and_the_same_traits_in_each() -> None:
    leads, faults = read_leads(quad.triple for quad in ox.parse(path=ROOT / "data" / "presentation.ttl"))
    assert not faults
    for lead in leads:
        assert set(lead.sentences) == {"en", "fr", "es"}
        assert len({frozenset(names(sentence)) for sentence in lead.sentences.values()}) == 1, lead.classes
        assert {trait.name for trait in lead.traits} <= set(names(lead.sentences["en"])), lead.classes
