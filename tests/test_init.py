"""A project of one's own: what `graph-service init` writes is checked, asked, served and exported as it stands, by its folder alone."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
import yaml

from graph_service.cli import main
from tests.conftest import ROOT, Server

Command = Callable[..., subprocess.CompletedProcess[str]]

BASE = "https://example.org/prints/"


@pytest.fixture(scope="module")
def project(command: Command, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("own") / "prints"
    done = command("init", str(folder))
    assert (done.returncode, f"graph-service serve {folder}" in done.stderr) == (0, True)
    assert set(map(Path, done.stdout.splitlines())) == {path for path in folder.rglob("*") if path.is_file()}
    return folder


def test_all_is_named_below_the_name_of_the_folder(project: Path) -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in project.rglob("*") if path.is_file()}
    assert BASE in texts[project / "data" / "dataset.ttl"]
    assert not [path for path, text in texts.items() if "example.org/museum" in text or "labcoop" in text]


def test_a_name_of_signs_is_escaped(command: Command, tmp_path: Path) -> None:
    folder = tmp_path / "d'été, a & b"
    folder.mkdir()
    assert command("init", str(folder)).returncode == 0
    assert "<https://example.org/d%27été%2C%20a%20%26%20b/> a dcat:Dataset" in (folder / "data" / "dataset.ttl").read_text(encoding="utf-8")
    done = command("check", "--fast", str(folder))
    assert (done.returncode, "expected answers: 3\n" in done.stdout) == (0, True), done.stdout


def test_nothing_is_overwritten(command: Command, project: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in project.rglob("*")}
    for place in (project, project / "README.md"):
        done = command("init", str(place))
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(f"{place}: is there and not an empty folder.")
    assert {path: path.stat().st_mtime_ns for path in project.rglob("*")} == before


def test_it_is_checked_with_its_expected_answers(command: Command, project: Path) -> None:
    report = json.loads(command("check", str(project), "--json").stdout)
    assert (report["canned queries"], report["expected answers"], report["warnings"], report["findings"]) == (1, 3, [], [])
    assert report["inferred"] > 0


def test_one_query_or_file_of_it_is_checked_alone(command: Command, project: Path) -> None:
    done = command("check", str(project), "works-by-maker")
    assert (done.returncode, "expected answers: 3" in done.stdout, "stated triples" in done.stdout) == (0, True, False)
    done = command("check", str(project), str(project / "data" / "works.ttl"))
    assert (done.returncode, "canned queries" in done.stdout) == (0, False), done.stdout + done.stderr
    done = command("check", str(project), "works-by-painter")
    assert (done.returncode, "works-by-painter: neither a canned query nor one of the sources" in done.stderr) == (2, True)


def test_another_answer_than_the_expected_one_is_told(command: Command, tmp_path: Path) -> None:
    command("init", str(tmp_path / "own"))
    works = tmp_path / "own" / "data" / "works.ttl"
    works.write_text(works.read_text(encoding="utf-8").replace("1514", "1513"), encoding="utf-8")
    done = command("check", str(tmp_path / "own"))
    assert done.returncode == 1
    assert "tests/queries/works-by-maker/all.csv:2:" in done.stdout


def test_its_workflow_runs_the_check(command: Command, project: Path) -> None:
    workflow = yaml.safe_load((project / ".github" / "workflows" / "check.yml").read_text(encoding="utf-8"))
    assert f'name = "{workflow["env"]["GRAPH_SERVICE"]}"\n' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    *_, install, check = (step["run"] for step in workflow["jobs"]["check"]["steps"] if "run" in step)
    assert install == 'pip install "$GRAPH_SERVICE"'
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euc", check], cwd=project, env={**os.environ, "PATH": path}, capture_output=True, text=True, timeout=600
    )
    assert (done.returncode, "findings: 0" in done.stdout) == (0, True), done.stdout + done.stderr


def test_its_query_is_listed_and_answers(command: Command, project: Path) -> None:
    assert command("query", str(project)).stdout == "works-by-maker  Works by maker\n"
    for arguments in (("works-by-maker", "maker=durer", str(project)), (str(project), "works-by-maker", "maker=Albrecht Dürer")):
        done = command("query", *arguments, "--format", "csv")
        assert done.stdout == (project / "tests" / "queries" / "works-by-maker" / "durer.csv").read_text(encoding="utf-8")


def test_what_follows_from_its_ontology_is_explained_and_exported(command: Command, project: Path) -> None:
    triple = (f"{BASE}id/maker/hokusai", f"{BASE}ns#made", f"{BASE}id/work/great-wave")
    done = command("explain", *triple, str(project))
    assert (done.returncode, "(prp-inv" in done.stdout) == (0, True), done.stderr
    text = command("export", "--format", "nt", str(project)).stdout
    assert ox.Triple(*map(ox.NamedNode, triple)) in {quad.triple for quad in ox.parse(text, ox.RdfFormat.N_TRIPLES)}


def test_json_ld_of_the_whole_keeps_graphs_apart_and_of_one_graph_names_none(command: Command, project: Path, tmp_path: Path) -> None:
    """As rdflib reads them: what is in named graphs is nothing to a `Graph`."""
    assert command("export", str(project), "--asserted", "-o", str(tmp_path / "whole.jsonld")).returncode == 0
    assert len(rdflib.Graph().parse(tmp_path / "whole.jsonld")) == 0
    dataset = rdflib.Dataset().parse(tmp_path / "whole.jsonld")
    name = next(graph.identifier for graph in dataset.graphs() if str(graph.identifier).endswith("/graph/data"))
    assert command("export", str(project), "--graph", str(name), "-o", str(tmp_path / "one.jsonld")).returncode == 0
    assert set(rdflib.Graph().parse(tmp_path / "one.jsonld")) == set(dataset.graph(name))


def test_a_query_and_a_file_are_enough(command: Command, project: Path, tmp_path: Path) -> None:
    """Canned queries that are named by themselves: of files beside them, or of the graph that came with the service."""
    query, works = project / "queries" / "works-by-maker.rq", project / "data" / "works.ttl"
    done = command("query", str(works), str(query), "works-by-maker", "--format", "csv")
    assert "The Great Wave off Kanagawa" in done.stdout, done.stderr
    own = tmp_path / "projects.rq"
    own.write_text(
        "#+ summary: Projects\n#+ columns:\n#+   project: {label: project, type: iri}\n\nPREFIX lc: <https://w3id.org/labcoop/ns#>\n"
        "SELECT ?project WHERE { ?project a lc:Project } ORDER BY ?project\n"
    )
    assert "id/project/cambodia-labour-inspection" in command("query", str(own), "projects", "--format", "csv").stdout
    done = command("query", str(own), "projects", "--queries", "none")
    assert (done.returncode, "Both --queries" in done.stderr) == (2, True)


def test_a_word_that_is_no_file_and_no_name_is_told(command: Command) -> None:
    for words, told in (
        (("nowhere/",), "no canned query named 'nowhere/'"),
        (("projects", "nowhere"), "'nowhere' is not of the form key=value"),
        (("year=2023",), "no canned query named 'year=2023'"),
    ):
        done = command("query", *words)
        assert (done.returncode, told in done.stderr) == (2, True), done.stderr


@pytest.mark.live
def test_it_is_served_under_its_own_title(start: Callable[..., Server], project: Path) -> None:
    server = start(str(project))
    page = server.ask("/", Accept="text/html").text
    assert "A small museum of prints" in page
    assert "creativecommons.org/publicdomain/zero/1.0/" in page
    assert server.ask("/things/works.csv").text.splitlines()[0] == "thing,thing_label,maker,year"
    assert server.ask("/things/makers.csv?sort=-works").text.splitlines()[1].endswith("Albrecht Dürer,2,Nuremberg")
    assert server.ask("/id/work/great-wave", Accept="text/html").headers["location"] == "/page/work/great-wave"
    assert "Great Wave" in server.ask("/page/work/great-wave", Accept="text/html").text
    assert "Rhinocéros" in server.ask("/queries/works-by-maker.csv?maker=durer&lang=fr").text


def test_who_forgets_to_name_the_folder_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", str(tmp_path / "gallery")]) == 0
    monkeypatch.chdir(tmp_path / "gallery")
    capsys.readouterr()
    assert main(["query"]) == 0
    assert "For the project in this folder: graph-service query ." in capsys.readouterr().err
    assert main(["query", "."]) == 0
    assert "For the project" not in capsys.readouterr().err
