"""The table of pitfalls tells of each once, and names rules, tests and terms that are there."""

import re
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest

from graph_service.checks import sparql_rules
from graph_service.rdf.prefixes import curie
from graph_service.settings import bundled
from graph_service.sources.sources import Sources
from tests.conftest import NS

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "docs" / "pitfalls.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (P\d\d) .*$", TABLE, re.MULTILINE)
RULES = {path.stem for path in sparql_rules.rules([bundled("ontology")])}
QUOTED = sorted(set(re.findall(r"`([^`]+)`", TABLE)))


def test_each_pitfall_of_the_catalogue_has_a_row() -> None:
    assert [f"P{number:02}" for number in range(1, 42)] == ROWS


@pytest.mark.parametrize("name", [name for name in QUOTED if re.fullmatch(r"[a-z]+(-[a-z0-9]+)+", name)])
def test_a_rule_that_is_named_is_there(name: str) -> None:
    assert name in RULES


@pytest.mark.parametrize("name", [name for name in QUOTED if "/" in name or "." in name])
def test_a_file_that_is_named_is_there(name: str) -> None:
    assert any((folder / name).exists() for folder in (ROOT, ROOT / "ontology"))


@pytest.mark.parametrize("name", [name for name in QUOTED if re.fullmatch(r"[A-Za-z]+", name)])
def test_a_term_that_is_named_is_there(name: str) -> None:
    assert re.search(rf"^lc:{name} a ", (bundled("ontology") / "labcoop.ttl").read_text(encoding="utf-8"), re.MULTILINE)


ORG = "http://www.w3.org/ns/org#"

#: Axioms among terms of other vocabularies: each is there, too, and here since nothing is imported.
REPEATED = {
    "org:OrganizationalUnit rdfs:subClassOf org:Organization",
    "org:subOrganizationOf rdfs:subPropertyOf org:transitiveSubOrganizationOf",
    "prov:Activity owl:disjointWith prov:Entity",
    "skos:prefLabel rdfs:subPropertyOf rdfs:label",
}


@pytest.fixture(scope="module")
def ontology() -> ox.Store:
    store = ox.Store()
    store.bulk_extend(quad for file in Sources.find([bundled("ontology")], []).ontology for quad in file.quads)
    return store


def rows(store: ox.Store, pattern: str) -> Iterable[ox.QuerySolution]:
    prefixes = f"PREFIX lc: <{NS}> PREFIX owl: <http://www.w3.org/2002/07/owl#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
    prefixes += "PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> "
    found = store.query(prefixes + "SELECT DISTINCT * {" + pattern + "}", use_default_graph_as_union=True)
    assert isinstance(found, ox.QuerySolutions)
    return list(found)


def test_what_is_said_among_terms_of_others_only_repeats_them(ontology: ox.Store) -> None:
    found = rows(
        ontology,
        """VALUES ?p {
            rdfs:subClassOf rdfs:subPropertyOf rdfs:domain rdfs:range owl:propertyChainAxiom
            owl:equivalentClass owl:equivalentProperty owl:inverseOf owl:disjointWith owl:propertyDisjointWith
        }
        ?s ?p ?o . FILTER (isIRI(?s) && !STRSTARTS(STR(?s), STR(lc:)))""",
    )
    assert {" ".join(curie(row[name].value) for name in "spo") for row in found} <= REPEATED


def test_the_classes_that_are_kept_apart_from_nothing_are_told(ontology: ox.Store) -> None:
    found = rows(
        ontology,
        """?class a owl:Class . FILTER (STRSTARTS(STR(?class), STR(lc:)))
        FILTER NOT EXISTS { ?class owl:deprecated true }
        FILTER NOT EXISTS { ?class rdfs:subClassOf*/(owl:disjointWith|^owl:disjointWith) ?other }
        FILTER NOT EXISTS { ?class rdfs:subClassOf*/^rdf:first/(^rdf:rest)*/^owl:members ?list }""",
    )
    (row,) = re.findall(r"^\| P10 .*$", TABLE, re.MULTILINE)
    told = row.partition("In no list are")[2]
    assert {row["class"].value.removeprefix(NS) for row in found} == set(re.findall(r"`(\w+)`", told))
