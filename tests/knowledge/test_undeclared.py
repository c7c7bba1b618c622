"""Slips in data and ontologies that have no rules of their own: terms that nothing declares, values, shapes, and a `dataset.ttl`."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT

Command = Callable[..., subprocess.CompletedProcess[str]]

HEAD = """@prefix e: <http://e/ns#> . @prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix sh: <http://www.w3.org/ns/shacl#> .
e:Work a owl:Class . e:madeIn a owl:DatatypeProperty ; rdfs:range xsd:gYear . e:weighs a owl:DatatypeProperty ; rdfs:range xsd:decimal .
"""

STARTER = ROOT / "graph_service" / "starter"


def warnings(command: Command, *asked: str) -> list[str]:
    done = command("check", "--fast", *asked)
    return [line.removeprefix("Warning: ") for line in done.stdout.splitlines() if line.startswith("Warning: ")]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("e:a a e:Wrok .", "e:Wrok is used, and no ontology here declares it. Is e:Work meant?"),
        ('e:a a e:Work ; e:maedIn "1805"^^xsd:gYear .', "e:maedIn is used, and no ontology here declares it. Is e:madeIn meant?"),
        ("e:a a e:Painting .", "e:Painting is used, and no ontology here declares it."),
        ("e:a a <http://e/n#Work> .", "<http://e/n#Work> is of no namespace that is declared here. Is <http://e/ns#> meant?"),
        ('e:a e:madeIn "18x5" .', '"18x5" is no xsd:gYear, as values of e:madeIn are.'),
        ('e:a e:madeIn "1805" .', '"1805" is no xsd:gYear, as values of e:madeIn are. Is "1805"^^xsd:gYear meant?'),
        ('e:a a e:Work ; e:madeIn "1805"^^xsd:gYear ; e:weighs 3 ; rdfs:label "A" ; <http://other/p> e:b .', ""),
    ],
)
def test_a_slip_is_told_with_its_place(command: Command, tmp_path: Path, said: str, told: str) -> None:
    (tmp_path / "a.ttl").write_text(f"{HEAD}{said}\n")
    assert warnings(command, str(tmp_path / "a.ttl")) == ([f"{tmp_path}/a.ttl:4: {told}"] if told else [])


def test_shapes_among_the_files_are_what_the_data_are_held_against(command: Command, tmp_path: Path) -> None:
    (tmp_path / "shapes.ttl").write_text(
        f"{HEAD}[] a sh:NodeShape ; sh:targetClass e:Work ; sh:property [ sh:path e:madeIn ; sh:minCount 1 ] .\n"
    )
    (tmp_path / "data.ttl").write_text("@prefix e: <http://e/ns#> .\ne:a a e:Work ; e:weighs 1 .\n")
    done = command("check", "--fast", str(tmp_path / "data.ttl"), str(tmp_path / "shapes.ttl"))
    assert done.returncode == 1
    assert "shapes among the sources: 1\n" in done.stdout
    assert f"{tmp_path}/data.ttl:2: e:a (e:madeIn): Less than 1 values" in done.stdout
    # Whoever serves them serves them as they are.
    assert command("build", str(tmp_path / "data.ttl"), str(tmp_path / "shapes.ttl")).returncode == 0
    alone = command("check", "--fast", str(tmp_path / "data.ttl"))
    assert (alone.returncode, "Note: there are no rules, shapes or entailments here" in alone.stdout) == (0, True)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (
            "dcat:Datset",
            ("9: dcat:Datset is no term of its vocabulary. Is dcat:Dataset meant?", " says of nothing that it is a dcat:Dataset"),
        ),
        ("dcat:Dataset ; dcterms:tilte 'A'", ("9: dcterms:tilte is no term of its vocabulary. Is dcterms:title meant?",)),
        ("dcat:Dataset ; dcat:version '1' ; dcat:inSeries <https://example.org/series>", ()),
    ],
)
def test_a_slip_where_the_data_set_is_named_is_told(command: Command, tmp_path: Path, wrong: str, told: tuple[str, ...]) -> None:
    project = tmp_path / "museum"
    shutil.copytree(STARTER, project)
    file = project / "data" / "dataset.ttl"
    file.write_text(file.read_text().replace("a dcat:Dataset ;", f"a {wrong} ;"))
    found = warnings(command, str(project))
    assert len(found) == len(told), found
    assert all(f"{file}:{line}" in warning for line, warning in zip(told, found, strict=True)), found


def test_expected_answers_of_no_query_are_told(command: Command, tmp_path: Path) -> None:
    project = tmp_path / "museum"
    shutil.copytree(STARTER, project)
    answers = project / "tests" / "queries"
    shutil.copytree(answers / "works-by-maker", answers / "works-by-makr")
    assert warnings(command, str(project)) == [
        f"{answers}/works-by-makr: there are expected answers, and no canned query of that name. Is works-by-maker meant?"
    ]
