"""The gates: every figure, and what each does when something does not pass."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from graph_service.build.build import build
from graph_service.checks import gates
from graph_service.checks.gates import Report
from graph_service.errors import BuildError
from graph_service.reasoning.knowledge import read
from graph_service.settings import Settings
from graph_service.sources.sources import Sources
from tests.conftest import PRESENTATION

PREFIXES = "@prefix lc: <https://w3id.org/labcoop/ns#> . @prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix e: <http://e/> .\n"
ONTOLOGY = "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . e:Cat a owl:Class ; rdfs:subClassOf e:Animal . e:Animal a owl:Class ."
PASSAGE = "e:p a lc:Passage ; lc:quotedFrom e:document ."

Make = Callable[..., Settings]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Settings for a small graph: data files by name in the folder `facts`, the ontology, a rule and the cases of its entailments."""

    def settings(ontology: str = ONTOLOGY, cases: str = "", rule: str = "", **files: str) -> Settings:
        texts = {f"facts/{name}.ttl": PREFIXES + text for name, text in files.items()}
        texts["ontology/small.ttl"] = PREFIXES + ontology
        texts |= {"ontology/entailments/cases.trig": f"{PREFIXES}@prefix : <#case/> .\n{cases}"} if cases else {}
        texts |= {"ontology/checks/rule.rq": rule} if rule else {}
        for name, text in texts.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        (tmp_path / "facts").mkdir(exist_ok=True)
        return replace(
            Settings(), data=(tmp_path / "facts",), ontology=(tmp_path / "ontology",), queries=(), snapshots=tmp_path / "snapshots"
        )

    return settings


def quiet(_: str) -> None:
    """Progress that nobody watches."""


def check(settings: Settings, *, fast: bool = False) -> Report:
    return gates.check(read(Sources.find(settings.ontology, settings.data), quiet), settings, quiet, fast=fast)


def test_every_gate_has_its_figure(make: Make) -> None:
    settings = make(cases=":given { :tom a e:Animal } :does-not-follow { :tom a e:Cat }", one="e:tom a e:Cat .")
    report = check(settings, fast=True)
    assert report.findings == []
    assert report.figures == {
        "files": 2,
        "stated triples": 4,
        "statements with a passage": 0,
        "coverage": "no statements",
        "quotations": 0,
        "rules": 0,
        "shapes": 0,
        "inferred": 1,
        "left out": 0,
        "entailments": 0,
        "non-entailments": 1,
        "contradictions": 0,
        "canned queries": 0,
    }


def test_an_axiom_that_no_case_needs_does_not_pass(make: Make) -> None:
    settings = make(cases=":given { :tom a e:Animal } :does-not-follow { :tom a e:Cat }")
    report = check(settings)
    assert report.figures["mutants"] == "0/1"
    [finding] = report.findings
    assert "e:Cat rdfs:subClassOf e:Animal: No case fails when this axiom is taken away: add one that needs it" in finding
    assert "mutants" not in check(settings, fast=True).figures


def test_a_case_that_fails_does_not_pass_and_mutants_are_not_tried(make: Make) -> None:
    report = check(make(cases=":given { :tom a e:Animal } :follows { :tom a e:Cat }"))
    assert [finding.rpartition("[")[2] for finding in report.findings] == ["entailment-follows]"]
    assert "mutants" not in report.figures


def test_a_case_that_fails_is_no_matter_of_the_build(make: Make) -> None:
    assert build(make(cases=":given { :tom a e:Animal } :follows { :tom a e:Cat }"), quiet).triples


def test_a_contradiction_is_a_finding_of_the_check(make: Make) -> None:
    report = check(make(ontology=ONTOLOGY + " e:Cat owl:disjointWith e:Dog . e:Dog a owl:Class .", one="e:tom a e:Cat , e:Dog ."))
    [finding] = report.findings
    assert "e:tom" in finding
    assert report.figures["canned queries"] == 0


def test_a_broken_rule_stops_the_build_and_is_a_finding_of_the_check(make: Make) -> None:
    settings = make(rule="# Nobody is a cat.\nSELECT ?thing { ?thing a <http://e/Cat> }", one="e:tom a e:Cat .")
    report = check(settings)
    assert (report.figures["rules"], report.figures["inferred"], len(report.findings)) == (1, 0, 1)
    with pytest.raises(BuildError) as error:
        build(settings, quiet)
    assert error.value.detail == report.findings[0]


def test_coverage_is_of_what_the_documents_say(make: Make) -> None:
    whole = gates.guard(read(Sources.find([PRESENTATION], make(one=PASSAGE + " e:tom a e:Cat .").data), quiet), make())
    assert whole.figures["coverage"] == "100 %"
    assert whole.figures["statements with a passage"] == 1
    # In the same graph, from files without a passage; what is said of the document itself does not count.
    settings = make(one=PASSAGE + " e:tom a e:Cat .", two="e:rex a e:Cat . e:document a lc:SourceDocument .")
    part = gates.guard(read(Sources.find([PRESENTATION], settings.data), quiet), settings)
    assert part.figures["coverage"] == "50 %"


def test_without_reasoning_nothing_is_inferred_or_expected(make: Make) -> None:
    report = check(replace(make(cases=":given { :tom a e:Animal } :follows { :tom a e:Cat }"), reasoning="none"))
    assert report.findings == []
    assert "entailments" not in report.figures


def test_a_list_that_is_left_out_is_told_with_its_place(make: Make) -> None:
    settings = make(one="e:tom a e:Cat .")
    text = '@prefix view: <https://w3id.org/graph-service/view#> . @prefix e: <http://e/> .\n\ne:cats a view:List ; view:name "cats" .\n'
    (settings.data[0] / "presentation.ttl").write_text(text, encoding="utf-8")
    (warning,) = check(settings, fast=True).warnings
    assert warning.startswith(f"{settings.data[0] / 'presentation.ttl'}:3: e:cats is left out of the lists: a list has the classes")


def test_owlrl_is_asked_but_for_haste_and_for_large_ontologies(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = make(one="e:tom a e:Cat .")
    assert check(settings).figures["differences from owlrl"] == 0
    assert "differences from owlrl" not in check(settings, fast=True).figures
    monkeypatch.setattr(gates, "disagreements", lambda _: ["Only owlrl infers something"])
    assert check(settings).findings == ["Only owlrl infers something"]
    monkeypatch.setattr(gates, "MOST", 1)
    assert check(settings).warnings == ["owlrl is not asked what follows from the ontology: it has more than 1 axioms."]
