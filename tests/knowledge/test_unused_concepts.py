"""No concept stands in a scheme that nothing uses, unless a note says why."""

from pathlib import Path

import pyoxigraph as ox
import pytest

from graph_service.rdf.namespaces import SKOS
from graph_service.rdf.prefixes import prefixes
from graph_service.reasoning.knowledge import read
from graph_service.settings import Settings
from graph_service.sources.sources import Sources

QUERY = (Path(__file__).parent / "unused-concepts.rq").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def triples(settings: Settings) -> frozenset[ox.Triple]:
    """All that the sources state, without the records of who says it."""
    return read(Sources.find(settings.ontology, settings.data), lambda _: None).said


def unused(triples: frozenset[ox.Triple]) -> set[str]:
    store = ox.Store()
    store.bulk_extend(ox.Quad(*triple) for triple in triples)
    found = store.query(QUERY)
    assert isinstance(found, ox.QuerySolutions)
    return {row["concept"].value for row in found}


def test_every_concept_is_used_or_says_why_it_stands(triples: frozenset[ox.Triple]) -> None:
    assert unused(triples) == set()


@pytest.mark.parametrize("concept", ["sector:care", "quantifier:rest", "orgtype:union-confederation", "degree:key"])
def test_one_that_nothing_uses_any_more_is_found(triples: frozenset[ox.Triple], concept: str) -> None:
    prefix, _, key = concept.partition(":")
    iri = ox.NamedNode(prefixes()[prefix] + key)
    assert unused(frozenset(t for t in triples if t.object != iri or t.predicate.value.startswith(SKOS))) == {iri.value}


def test_a_note_says_why_one_stands(triples: frozenset[ox.Triple]) -> None:
    iri = ox.NamedNode(prefixes()["status"] + "denounced")
    note = ox.NamedNode(SKOS + "editorialNote")
    assert unused(frozenset(t for t in triples if t.subject != iri or t.predicate != note)) == {iri.value}
