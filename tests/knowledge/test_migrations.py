"""The queries that rewrite data of earlier versions of the ontology leave no deprecated term that they say they replace."""

import pyoxigraph as ox
import pytest

from graph_service.rdf.namespaces import DCTERMS, OWL
from graph_service.settings import bundled
from graph_service.sources.sources import Sources
from tests.conftest import NS

#: What becomes several triples about a new thing is left to the author.
LEFT = {"engagesWith", "commissionedBy", "underPillar"}


@pytest.fixture(scope="module")
def replaced() -> dict[str, str]:
    """Each deprecated term, by its name, and what replaces it."""
    said = {quad.triple for file in Sources.find([bundled("ontology")], []).ontology for quad in file.quads}
    old = {t.subject for t in said if t.predicate == ox.NamedNode(OWL + "deprecated") and t.subject.value.startswith(NS)}  # type: ignore[union-attr]
    new = {t.subject: t.object for t in said if t.predicate == ox.NamedNode(DCTERMS + "isReplacedBy")}
    return {term.value.removeprefix(NS): new[term].value.removeprefix(NS) for term in old}  # type: ignore[union-attr]


def test_every_deprecated_term_is_rewritten_by_a_migration(replaced: dict[str, str]) -> None:
    graph = ox.NamedNode("http://e/graph")
    store = ox.Store()
    for term in replaced:
        store.add(ox.Quad(ox.NamedNode(f"http://e/one-{term}"), ox.NamedNode(NS + term), ox.NamedNode(f"http://e/other-{term}"), graph))
    for migration in sorted((bundled("ontology") / "migrations").glob("*.ru")):
        store.update(migration.read_text(encoding="utf-8"))
    left = {quad.predicate.value.removeprefix(NS) for quad in store} & replaced.keys()
    assert left == LEFT
    for term, new in replaced.items():
        either = {f"http://e/one-{term}", f"http://e/other-{term}"}
        became = {quad.predicate.value.removeprefix(NS) for quad in store if {quad.subject.value, quad.object.value} == either}
        assert became == ({term} if term in LEFT else set() if term == "fundedThrough" else {new}), term


def test_a_migrated_budget_and_development_say_what_they_are() -> None:
    store = ox.Store()
    prefixes = "PREFIX : <http://e/> PREFIX lc: <https://w3id.org/labcoop/ns#> PREFIX status: <https://w3id.org/labcoop/vocab/status/> "
    store.update(
        prefixes + "INSERT DATA { GRAPH :g { :c lc:constitutes :b . :b a lc:Funding . :f a lc:Funding . :p lc:beganDeveloping :s } }"
    )
    for migration in sorted((bundled("ontology") / "migrations").glob("*.ru")):
        store.update(migration.read_text(encoding="utf-8"))
    expected = "{ GRAPH :g { :b a lc:Budget . :f a lc:Funding . :p lc:develops :s . :s lc:developmentStage status:initiated } }"
    assert bool(store.query(prefixes + "ASK " + expected))
    assert not bool(store.query(prefixes + "ASK { GRAPH :g { :b a lc:Funding } }"))


def test_what_is_derived_and_a_concept_that_is_replaced_go() -> None:
    store = ox.Store()
    prefixes = (
        "PREFIX : <http://e/> PREFIX lc: <https://w3id.org/labcoop/ns#> PREFIX o: <https://w3id.org/labcoop/vocab/organisation-type/> "
    )
    store.update(prefixes + "INSERT DATA { GRAPH :g { :p lc:startYear 2022 ; lc:year 2023 . :o lc:organisationType o:government } }")
    for migration in sorted((bundled("ontology") / "migrations").glob("*.ru")):
        store.update(migration.read_text(encoding="utf-8"))
    assert {str(quad.object) for quad in store} == {"<https://w3id.org/labcoop/vocab/organisation-type/governments>"}
