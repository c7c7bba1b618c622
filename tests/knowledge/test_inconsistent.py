"""A graph that contradicts itself: each contradiction is explained, and the graph is not built, or served as it was said."""

import json
from pathlib import Path

import pytest

from graph_service.build.build import build
from graph_service.cli import main
from graph_service.errors import Contradiction
from graph_service.reasoning.knowledge import infer, read
from graph_service.settings import Settings
from graph_service.sources.sources import Sources

PREFIXES = (
    "@prefix : <http://e/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .\n@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
)


@pytest.fixture
def flags(tmp_path: Path) -> list[str]:
    (tmp_path / "o.ttl").write_text(
        f"{PREFIXES}:Cat rdfs:subClassOf :Animal ; owl:disjointWith :Dog .\n:barks rdfs:domain :Dog .\n",
    )
    (tmp_path / "d.ttl").write_text(f"{PREFIXES}:tom a :Cat .\n:tom :barks :moon .\n:eve a :Cat .\n")
    places = ("--ontology", str(tmp_path / "o.ttl"), "--data", str(tmp_path / "d.ttl"), "--snapshots", str(tmp_path / "snapshots"))
    return [*places, "--queries", "none"]


def explained(text: str, folder: Path) -> bool:
    """Whether a text tells the contradiction with what it rests on."""
    words = ("owl:disjointWith", "cannot stand together", "because", f"at {folder}/d.ttl:4", f"at {folder}/d.ttl:3")
    return all(word in text for word in words)


def test_it_is_not_built_and_explained(flags: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", *flags]) == 1
    assert explained(capsys.readouterr().err, tmp_path)


def test_it_is_served_as_it_was_said_with_a_warning(flags: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for said in ("Inferring", "Nothing changed"):  # Told each time, not only when it is built.
        assert main(["build", "--json", *flags, "--inconsistent", "serve"]) == 0
        told = capsys.readouterr()
        assert said in told.err
        assert explained(told.err, tmp_path)
        assert "Nothing is inferred: the graph is served as it was said." in told.err
        assert "https://graph.invalid/graph/inferred" not in json.loads(told.out)["graphs"]
    (tmp_path / "q.rq").write_text("SELECT ?kind { <http://e/eve> a ?kind }")
    assert main(["sparql", str(tmp_path / "q.rq"), *flags, "--inconsistent", "serve", "--format", "csv"]) == 0
    assert capsys.readouterr().out.split() == ["kind", "http://e/Cat"]


def test_check_finds_it_or_warns_of_it(flags: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--json", *flags]) == 1
    report = json.loads(capsys.readouterr().out)
    assert [explained(finding, tmp_path) for finding in report["findings"]] == [True]
    assert main(["check", "--json", *flags, "--inconsistent", "serve"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert [explained(warning, tmp_path) for warning in report["warnings"]] == [True]


def test_what_is_consistent_is_inferred_from_all_the_same(flags: list[str], tmp_path: Path) -> None:
    (tmp_path / "d.ttl").write_text(f"{PREFIXES}:tom a :Cat .\n")
    given = {name.removeprefix("--"): value for name, value in zip(flags[::2], flags[1::2], strict=True)}
    snapshot = build(Settings.read({}, {**given, "inconsistent": "serve"}), lambda _: None)
    assert snapshot.graphs["https://graph.invalid/graph/inferred"] == 1
    assert snapshot.contradiction == ""


def test_of_very_many_contradictions_some_are_told_and_the_others_counted(tmp_path: Path) -> None:
    (tmp_path / "o.ttl").write_text(f"{PREFIXES}:Cat owl:disjointWith :Dog .\n")
    (tmp_path / "d.ttl").write_text(PREFIXES + "".join(f":c{n} a :Cat , :Dog .\n" for n in range(1060)))
    with pytest.raises(Contradiction) as raised:
        infer(read(Sources.find([tmp_path / "o.ttl"], [tmp_path / "d.ttl"]), lambda _: None))
    clashes = raised.value.members["clashes"]
    assert isinstance(clashes, list)
    assert len(clashes) == 51
    assert clashes[-1] == "So it does in 1,010 more ways."


def test_a_contradiction_that_rests_on_what_is_inferred_of_a_term_is_told(tmp_path: Path) -> None:
    """What follows for a class, taken as a thing, is not kept in the graph."""
    (tmp_path / "o.ttl").write_text(
        f"{PREFIXES}:C a owl:Class ; :p 1 .\n:p rdfs:domain :A . :A rdfs:subClassOf :B .\n:A owl:disjointWith :B .\n"
    )
    with pytest.raises(Contradiction, match="owl:disjointWith") as raised:
        infer(read(Sources.find([tmp_path / "o.ttl"], []), lambda _: None))
    assert "The graph contradicts itself." in raised.value.detail
