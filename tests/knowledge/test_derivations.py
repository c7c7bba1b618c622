"""What is computed is inferred, and explained by the query that computes it and by what it is computed from."""

from pathlib import Path

import pyoxigraph as ox
import pytest

from graph_service.errors import SourceError
from graph_service.reasoning.derivations import Derivation, derive, files, parse, read
from graph_service.reasoning.explanation import Step
from graph_service.settings import bundled
from tests.knowledge.reference import quads

PREFIXES = "@prefix bound: <https://w3id.org/labcoop/vocab/figure-bound/> . @prefix lc: <https://w3id.org/labcoop/ns#> . "


@pytest.fixture(scope="module")
def own() -> list[Derivation]:
    return read(files([bundled("ontology")]))


def derived(own: list[Derivation], turtle: str) -> set[str]:
    triples = [quad.triple for quad in quads(PREFIXES + turtle)]
    return {f"{t.predicate.value.rpartition('#')[2]} {t.object.value}" for t in derive(own, triples)}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            ':a lc:startDate "2022-08-16"^^xsd:date ; lc:endDate "2024-03"^^xsd:gYearMonth .',
            {"startYear 2022", "endYear 2024", "firstDay 2022-08-16", "lastDay 2024-03-31"},
        ),
        (':a lc:date "2021"^^xsd:gYear .', {"year 2021", "firstDay 2021-01-01", "lastDay 2021-12-31"}),
        (':a lc:endDate "2024-02"^^xsd:gYearMonth .', {"endYear 2024", "lastDay 2024-02-29"}),
        (':a lc:endDate "1900-02"^^xsd:gYearMonth .', {"endYear 1900", "lastDay 1900-02-28"}),
        (':a lc:endDate "2000-02"^^xsd:gYearMonth .', {"endYear 2000", "lastDay 2000-02-29"}),
        (':a lc:startDate "2023-04"^^xsd:gYearMonth .', {"startYear 2023", "firstDay 2023-04-01"}),
        (':a lc:endDate "2023-04"^^xsd:gYearMonth .', {"endYear 2023", "lastDay 2023-04-30"}),
        (":a lc:value 400.5 ; lc:bound bound:more-than .", {"lowerBound 400.5"}),
        (":a lc:value 22 ; lc:bound bound:exact .", {"lowerBound 22", "upperBound 22"}),
        (":a lc:value 20 ; lc:bound bound:up-to .", {"upperBound 20"}),
        (":a lc:value 40 ; lc:bound bound:about .", set()),
        (":a lc:value 40 .", set()),
        (
            ':a lc:date "2021"^^xsd:gYear ; lc:year 2021 ; lc:firstDay "2021-01-01"^^xsd:date ; lc:lastDay "2021-12-31"^^xsd:date .',
            set(),
        ),
        (':a lc:date "soon" .', set()),
    ],
)
def test_years_days_and_bounds_are_derived(own: list[Derivation], said: str, expected: set[str]) -> None:
    assert derived(own, said) == expected


def test_a_derived_value_is_explained_by_what_it_is_computed_from(own: list[Derivation]) -> None:
    triples = [quad.triple for quad in quads(PREFIXES + ":a lc:value 22 ; lc:bound bound:exact . :b lc:value 7 ; lc:bound bound:exact .")]
    (lower,) = (derivation for derivation in own if derivation.name == "lower-bound")
    store = ox.Store()
    store.bulk_extend(ox.Quad(*triple) for triple in triples)

    def ask(text: str) -> list[dict[str, ox.NamedNode | ox.BlankNode | ox.Literal]]:
        solutions = store.query(text)
        assert isinstance(solutions, ox.QuerySolutions)
        return [{v.value: row[v] for v in solutions.variables if row[v] is not None} for row in solutions]

    (of_a,) = (triple for triple in derive([lower], triples) if triple.object.value == "22")  # type: ignore[union-attr]
    step = lower.explain(of_a, ask, Step)
    assert step is not None
    assert {premise.triple for premise in step.premises} == {t for t in triples if t.subject == of_a.subject}
    assert step.rule is not None
    assert step.rule.axiom == lower.sentence
    wrong = ox.Triple(of_a.subject, of_a.predicate, ox.Literal("7", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#integer")))
    assert lower.explain(wrong, ask, Step) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CONSTRUCT { ?a <urn:p> ?b } WHERE { ?a <urn:q> ?b }", "first line of a derivation is a comment"),
        ("# Two.\nCONSTRUCT { ?a <urn:p> ?b ; <urn:r> ?b } WHERE { ?a <urn:q> ?b }", "of one triple"),
        ("# A table.\nSELECT * WHERE { ?a <urn:q> ?b }", "of one triple"),
        ("# Paths.\nCONSTRUCT { ?a <urn:p> ?b } WHERE { ?a <urn:q>/<urn:r> ?b }", "without paths"),
        ("# Nothing.\nCONSTRUCT { ?a <urn:p> ?b } WHERE { VALUES (?a ?b) { (1 2) } }", "without paths"),
        ("# Broken.\nCONSTRUCT { ?a <urn:p> ?b } WHERE { ?a <urn:q> ", "test.rq: "),
    ],
)
def test_a_derivation_that_is_none_is_refused(text: str, expected: str, tmp_path: Path) -> None:
    (tmp_path / "test.rq").write_text(text)
    with pytest.raises(SourceError, match=expected):
        parse("test", text, str(tmp_path / "test.rq"))
