"""From the ontology follows what must and nothing that must not, and no axiom could go unnoticed."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pyoxigraph as ox
import pytest

from graph_service.checks import entailments, mutants
from graph_service.checks.entailments import Case
from graph_service.checks.sparql_rules import Finding
from graph_service.errors import SourceError
from graph_service.settings import bundled
from graph_service.sources.sources import Sources

ONTOLOGY = bundled("ontology")
FILES = entailments.files([ONTOLOGY])
CASES = entailments.read(FILES)

AXIOMS = """
@prefix : <http://e/> . @prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
:Animal a owl:Class . :Cat a owl:Class ; rdfs:subClassOf :Animal . :Dog a owl:Class ; rdfs:subClassOf :Animal ; owl:disjointWith :Cat .
:chases a owl:ObjectProperty ; rdfs:domain :Dog ; rdfs:subPropertyOf :sees . :sees a owl:ObjectProperty .
"""
PREFIXES = "@prefix e: <http://e/> .\n@prefix : <#one/> .\n"

Read = Callable[[str], list[Case]]


@pytest.fixture(scope="module")
def own() -> Sources:
    """The project's own ontology."""
    return Sources.find([ONTOLOGY], [])


@pytest.fixture(scope="module")
def ontology(own: Sources) -> list[ox.Quad]:
    """The triples of the project's own ontology."""
    return [quad for file in own.ontology for quad in file.quads]


@pytest.fixture(scope="module")
def findings(ontology: list[ox.Quad]) -> Mapping[str, list[Finding]]:
    """What is found of the project's own cases, by where the case is."""
    found: dict[str, list[Finding]] = {}
    for finding in entailments.check(ontology, CASES):
        found.setdefault(finding.where, []).append(finding)
    return found


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """The cases of a small file; the prefix `:` is the case `one` and `e:` the small ontology."""

    def cases(text: str) -> list[Case]:
        (tmp_path / "cases.trig").write_text(PREFIXES + text, encoding="utf-8")
        return entailments.read([tmp_path / "cases.trig"])

    return cases


@pytest.fixture
def small(tmp_path: Path) -> Sources:
    """An ontology of a few axioms."""
    (tmp_path / "small.ttl").write_text(AXIOMS, encoding="utf-8")
    return Sources.find([tmp_path / "small.ttl"], [])


def found(cases: list[Case], small: Sources) -> list[tuple[str, str | None]]:
    """(rule, what is wrong) of what is found of the cases."""
    return [(finding.rule, finding.value) for finding in entailments.check(small.ontology[0].quads, cases)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.file.path.stem}: {case.name}")
def test_what_must_follow_follows_and_nothing_else(case: Case, findings: Mapping[str, list[Finding]]) -> None:
    assert [str(finding) for finding in findings.get(case.where, [])] == []


def test_no_two_cases_of_a_file_have_one_name() -> None:
    for path in FILES:
        declared = re.findall(r"^@prefix : <#([a-z0-9-]+)/> \.$", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert sorted(declared) == [case.name for case in CASES if case.file.path == path]


@pytest.fixture(scope="module")
def outcome(ontology: list[ox.Quad]) -> mutants.Outcome:
    """What the project's own cases notice of each axiom that is taken away."""
    return mutants.mutate(ontology, CASES)


def test_without_any_one_axiom_a_case_fails(own: Sources, outcome: mutants.Outcome) -> None:
    assert [str(finding) for finding in outcome.findings(own)] == []
    assert len(outcome.noticed) > 300


def test_every_kind_of_axiom_is_taken_away(outcome: mutants.Outcome) -> None:
    text = "\n".join(mutant.axiom for mutant in outcome.noticed)
    for axiom in (
        "lc:Government rdfs:subClassOf lc:GovernmentBody",
        "lc:implementedBy rdfs:subPropertyOf lc:involves",
        "lc:recipient rdfs:domain lc:Contribution",
        "lc:recipient rdfs:range lc:Organisation",
        "lc:funds owl:inverseOf lc:fundedBy",
        "lc:fundedBy owl:propertyChainAxiom ( lc:hasFunding lc:contributor )",
        "lc:isPartOf a owl:TransitiveProperty",
        "lc:interlinkedWith a owl:SymmetricProperty",
        "lc:Government owl:disjointWith lc:GovernmentDepartment",
        "lc:Place in a list of what is disjoint",
        "skos:prefLabel rdfs:subPropertyOf rdfs:label",
        "lc:Project rdfs:subClassOf foaf:Project",
    ):
        assert axiom in text
    assert re.search("hasValue.*lc:FundamentalConvention", text)
    assert re.search("someValuesFrom.*lc:FundedUndertaking", text)


def test_a_case_that_holds_is_not_found(read: Read, small: Sources) -> None:
    cases = read(
        ":given { :tom a e:Cat . :rex e:chases :tom } :follows { :rex a e:Dog , e:Animal ; e:sees :tom }"
        ":does-not-follow { :tom e:sees :rex }"
    )
    assert found(cases, small) == []


def test_what_does_not_follow_though_it_must_is_found(read: Read, small: Sources) -> None:
    cases = read(":given { :tom a e:Animal ; e:sees :rex } :follows { :tom a e:Cat . :tom e:sees :rex }")
    assert [rule for rule, _ in found(cases, small)] == ["entailment-follows"] * 2


def test_what_follows_though_it_must_not_is_found(read: Read, small: Sources) -> None:
    cases = read(":given { :rex e:chases :tom } :does-not-follow { :rex a e:Animal ; e:chases :tom }")
    assert [rule for rule, _ in found(cases, small)] == ["entailment-does-not-follow"] * 2


def test_a_contradiction_that_is_none_is_found(read: Read, small: Sources) -> None:
    cases = read(":given { :tom a e:Cat , e:Animal } :contradicts { :tom a e:Cat , e:Animal }")
    assert [rule for rule, _ in found(cases, small)] == ["entailment-contradicts"] * 2


def test_a_contradiction_that_nobody_wants_is_found(read: Read, small: Sources) -> None:
    cases = read(":given { :tom a e:Cat ; e:chases :rex } :follows { :tom e:sees :rex }")
    [(rule, value)] = found(cases, small)
    assert rule == "entailment-consistent"
    assert value is not None
    assert value.count(":tom") == 2


def test_a_contradiction_does_not_spoil_the_other_cases(read: Read, small: Sources) -> None:
    cases = read(
        ":given { :tom a e:Cat ; e:chases :rex } :contradicts { :tom a e:Cat , e:Dog }"
        "@prefix : <#two/> . :given { :tom a e:Cat } :follows { :tom a e:Animal } :does-not-follow { :tom a e:Dog }"
    )
    assert [case.name for case in cases] == ["one", "two"]
    assert found(cases, small) == []


def test_a_term_that_the_ontology_does_not_have_is_found(read: Read, small: Sources) -> None:
    cases = read(":given { :rex a e:Dog } :does-not-follow { :rex e:cheses :tom ; a e:Cart }")
    assert found(cases, small) == [("entailment-terms", "http://e/Cart"), ("entailment-terms", "http://e/cheses")]


def test_a_finding_says_where_which_case_and_what(read: Read, small: Sources) -> None:
    cases = read("@prefix : <#other/> .\n:given { :rex a e:Dog } :does-not-follow { :rex a e:Animal }")
    [finding] = entailments.check(small.ontology[0].quads, cases)
    assert str(finding).startswith(f"{cases[0].file.path}:3: other (:rex rdf:type http://e/Animal): What a case says must not follow")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "has no cases"),
        (":given { :a a e:Cat }", "one: does not say what follows"),
        (":follows { :a a e:Cat }", "one: has no premises"),
        (":given { :a a e:Cat } :folows { :a a e:Animal }", "#one/folows: the graph of a case is named"),
        ("<http://e/given> { :a a e:Cat }", "http://e/given: the graph of a case is named"),
        (":a a e:Cat .", "the default graph: the graph of a case is named"),
        (":given { <#two/a> a e:Cat } :follows { :a a e:Animal }", "the subjects of a case have IRIs that begin with its own"),
        (":given { e:tom a e:Cat } :follows { e:tom a e:Animal }", "the subjects of a case have IRIs that begin with its own"),
        (":given { :a e:chases [] } :follows { :a a e:Dog }", "a case has no blank nodes"),
        (":given { :a a e:Cat ", r"cases.trig:3"),
    ],
)
def test_what_is_no_case_is_refused(read: Read, text: str, words: str) -> None:
    with pytest.raises(SourceError, match=words):
        read(text)


def test_an_axiom_that_no_case_needs_is_found_with_its_place(read: Read, small: Sources) -> None:
    cases = read(
        ":given { :rex e:chases :tom . :felix a e:Cat } :follows { :rex a e:Dog , e:Animal . :felix a e:Animal }"
        "@prefix : <#two/> . :given { :rex a e:Cat , e:Dog } :contradicts { :rex a e:Cat , e:Dog }"
    )
    outcome = mutants.mutate(small.ontology[0].quads, cases)
    [finding] = outcome.findings(small)
    assert "http://e/chases rdfs:subPropertyOf http://e/sees: No case fails" in str(finding)
    assert str(finding).startswith(f"{small.ontology[0].path}:")
    assert len(outcome.noticed) == 4


def test_an_axiom_that_others_repeat_cannot_be_noticed(read: Read, tmp_path: Path) -> None:
    (tmp_path / "small.ttl").write_text(AXIOMS + ":chases rdfs:domain :Animal .", encoding="utf-8")
    sources = Sources.find([tmp_path / "small.ttl"], [])
    outcome = mutants.mutate(sources.ontology[0].quads, read(":given { :rex e:chases :tom } :follows { :rex a e:Animal }"))
    assert [mutant.axiom for mutant in outcome.equal] == ["http://e/chases rdfs:domain http://e/Animal"]
    assert {mutant.axiom for mutant in outcome.noticed} == {
        "http://e/Dog rdfs:subClassOf http://e/Animal",
        "http://e/chases rdfs:domain http://e/Dog",
    }


def test_the_cases_are_no_part_of_the_graph(own: Sources) -> None:
    assert not [file.path for file in own.files if "entailments" in file.path.parts]


def test_without_cases_nothing_is_found(small: Sources) -> None:
    assert entailments.check(small.ontology[0].quads, []) == []
