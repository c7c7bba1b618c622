"""What no rule uses is left out and told with its places, or stops the build; nothing of the project's own ontology is."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from graph_service.cli import main
from graph_service.errors import BuildError
from graph_service.reasoning.closure import close
from graph_service.reasoning.knowledge import infer, read
from graph_service.settings import Settings, bundled
from graph_service.sources.sources import Sources
from tests.knowledge.reference import quads

ONTOLOGY = """@prefix : <http://e/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
:Mother a owl:Class ;
  rdfs:label "mother" ;
  rdfs:subClassOf :Woman ,
    [ a owl:Restriction ;
      owl:onProperty :child ;
      owl:minCardinality 1 ] .
:Team a owl:Class ;
  rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :member ; owl:cardinality 11 ] ,
    [ a owl:Restriction ; owl:onProperty :reserve ;
      owl:minCardinality 3 ] .
:knows a owl:ReflexiveProperty .
:Owner owl:intersectionOf ( :Woman [ a owl:Restriction ; owl:onProperty :owns ; owl:someValuesFrom :House ] ) .
"""


@pytest.fixture
def ontology(tmp_path: Path) -> Path:
    path = tmp_path / "family.ttl"
    path.write_text(ONTOLOGY)
    (tmp_path / "data.ttl").write_text("@prefix : <http://e/> . :eve a :Mother ; :owns :h . :h a :House .")
    return path


def flags(ontology: Path) -> list[str]:
    snapshots = ontology.parent / "snapshots"
    return [
        *("--ontology", str(ontology), "--data", str(ontology.parent / "data.ttl"), "--queries", "none", "--snapshots", str(snapshots)),
    ]


#: What is left out of the ontology above, as a person is told.
LEFT_OUT = [
    "family.ttl:8: owl:minCardinality is left out: no rule of OWL 2 RL uses it (2 times; also at {folder}/family.ttl:12).",
    "family.ttl:10: owl:cardinality is left out: no rule of OWL 2 RL uses it (1 time).",
    "family.ttl:13: owl:ReflexiveProperty is left out: no rule of OWL 2 RL uses it (1 time).",
    "family.ttl:14: owl:someValuesFrom on the right is left out: no rule of OWL 2 RL uses it (1 time).",
]


def test_what_is_left_out_is_told_by_construct_with_its_number_and_places(ontology: Path) -> None:
    found = infer(read(Sources.find([ontology], [ontology.parent / "data.ttl"]), lambda _: None))
    folder = ontology.parent
    assert sorted(found.warnings) == sorted(f"{folder}/{line.format(folder=folder)}" for line in LEFT_OUT)
    assert found.warnings[0].endswith(f"(2 times; also at {folder}/family.ttl:12).")
    assert sorted(str(triple.object) for triple in found.triples) == ["<http://e/Owner>", "<http://e/Woman>"]


def test_the_build_tells_it_and_goes_on(ontology: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", *flags(ontology)]) == 0
    told = capsys.readouterr().err
    assert "owl:minCardinality is left out" in told
    assert "family.ttl:8" in told


RDF_XML = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#"
    xmlns:owl="http://www.w3.org/2002/07/owl#" xml:base="http://e/pizza">
  <owl:Class rdf:about="#American">
    <rdfs:subClassOf>
      <owl:Class rdf:about="#NamedPizza"/>
    </rdfs:subClassOf>
    <rdfs:subClassOf>
      <owl:Restriction>
        <owl:onProperty rdf:resource="#hasTopping"/>
        <owl:allValuesFrom>
          <owl:Class>
            <owl:unionOf rdf:parseType="Collection">
              <owl:Class rdf:about="#Mozzarella"/>
              <owl:Class rdf:about="#Tomato"/>
            </owl:unionOf>
          </owl:Class>
        </owl:allValuesFrom>
      </owl:Restriction>
    </rdfs:subClassOf>
    <rdfs:subClassOf>
      <owl:Restriction>
        <owl:onProperty rdf:resource="#hasTopping"/>
        <owl:someValuesFrom rdf:resource="#Tomato"/>
      </owl:Restriction>
    </rdfs:subClassOf>
  </owl:Class>
</rdf:RDF>
"""


def test_a_construct_within_an_axiom_is_told_with_its_own_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As editors of ontologies write it: other things are told of in what is said of a class."""
    path = tmp_path / "pizza.owl"
    path.write_text(RDF_XML)
    assert main(["build", str(path), "--snapshots", str(tmp_path / "snapshots")]) == 0
    told = capsys.readouterr().err
    assert f"{path}:12: owl:unionOf on the right is left out" in told
    assert f"{path}:23: owl:someValuesFrom on the right is left out" in told


def test_strict_stops_at_the_first(ontology: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", *flags(ontology)]) == 0
    capsys.readouterr()
    assert main(["build", *flags(ontology), "--strict", "true"]) == 1
    assert "nothing can be inferred here" in capsys.readouterr().err


def test_check_has_a_figure_and_a_warning_of_each(ontology: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--json", *flags(ontology)]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["inferred"], report["left out"]) == (2, 5)
    assert len([warning for warning in report["warnings"] if "is left out" in warning]) == len(LEFT_OUT)
    assert main(["check", "--json", *flags(ontology), "--strict", "true"]) == 1
    assert "nothing can be inferred here" in capsys.readouterr().out


def test_nothing_of_the_own_ontology_is_left_out() -> None:
    own = read(Sources.find([bundled("ontology")], []), lambda _: None)
    assert not close(own.ontology, [], strict=True).left_out


def test_the_own_ontology_is_checked_strictly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`check` stops for it where a build would go on."""
    monkeypatch.setattr("graph_service.checks.gates.bundled", lambda _: tmp_path)
    (tmp_path / "own.ttl").write_text(ONTOLOGY)
    arguments = ["--ontology", str(tmp_path), "--data", "none", "--queries", "none", "--snapshots", str(tmp_path / "snapshots")]
    assert main(["build", *arguments]) == 0
    assert main(["check", *arguments]) == 1


def test_what_is_left_out_of_a_list_that_is_broken_is_told(tmp_path: Path) -> None:
    (tmp_path / "o.ttl").write_text(
        "@prefix : <http://e/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
        "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n:A owl:unionOf [ rdf:first :B ] .\n"
    )
    knowledge = read(Sources.find([tmp_path / "o.ttl"], []), lambda _: None)
    (warning,) = infer(knowledge).warnings
    assert warning.startswith(f"{tmp_path}/o.ttl:3: owl:unionOf of a broken list is left out")
    with pytest.raises(BuildError, match="a list of the ontology is broken at"):
        infer(knowledge, replace(Settings(), strict=True))


def test_a_datatype_of_the_language_as_a_range_is_nothing_that_is_left_out() -> None:
    """Whether a literal is of it is not asked here, as of any other datatype."""
    closure = close(quads(":p rdfs:range owl:rational . :q rdfs:range owl:Class ."), quads(":x :p 1 ; :q :y ."))
    assert [left.construct for left in closure.left_out] == ["owl:Class as a class"]
    assert not closure.inferred


def test_what_follows_beside_what_is_left_out_is_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """From one restriction to another, and of a thing that is of a class without a name."""
    (tmp_path / "o.ttl").write_text(
        "@prefix : <http://e/> . @prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        ":A rdfs:subClassOf [ owl:onProperty :p ; owl:someValuesFrom :B ] . :B a owl:Class ; rdfs:subClassOf :C . :x a :A .\n"
        "[ owl:onProperty :p ; owl:someValuesFrom :C ] rdfs:subClassOf :D .\n"
        ":y a [ a owl:Restriction ; owl:onProperty :q ; owl:allValuesFrom :D ] ; :q :z .\n"
    )
    arguments = ["--ontology", str(tmp_path / "o.ttl"), "--data", "none", "--queries", "none", "--snapshots", str(tmp_path / "snapshots")]
    for thing, rule in (("http://e/x", "scm-svf1"), ("http://e/z", "cls-avf")):
        assert main(["explain", thing, "http://www.w3.org/1999/02/22-rdf-syntax-ns#type", "http://e/D", *arguments]) == 0
        assert rule in capsys.readouterr().out
