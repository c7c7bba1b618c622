"""The command line: what each command prints, and with which exit code it ends."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from graph_service.knowledge.snapshot import Snapshot

Command = Callable[..., subprocess.CompletedProcess[str]]


def test_every_command_has_help(command: Command) -> None:
    overview = command("--help")
    assert overview.returncode == 0
    for name in ("serve", "build", "check", "query", "sparql", "export", "push"):
        assert name in overview.stdout
        assert command(name, "--help").stdout.startswith(f"usage: graph-service {name}")


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("nonsense",),
        ("build", "--nonsense"),
        ("build", "--reasoning", "magic"),
        ("query", "projects-by-country", "country"),
        ("query", "projects-by-country", "continent=x"),
        ("export", "--format", "docx"),
    ],
)
def test_wrong_use_ends_with_2_and_says_why(command: Command, snapshot: Snapshot, arguments: tuple[str, ...]) -> None:
    done = command(*arguments)
    assert done.returncode == 2
    assert done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_setting_stops_the_start(command: Command) -> None:
    done = command("build", GRAPH_SERVICE_COLOUR="red")
    assert (done.returncode, "GRAPH_SERVICE_COLOUR" in done.stderr) == (2, True)


def test_build_prints_the_snapshot_and_its_figures(command: Command, snapshot: Snapshot) -> None:
    assert command("build").stdout.strip() == str(snapshot.folder)
    assert json.loads(command("build", "--json").stdout)["graphs"] == snapshot.graphs


def test_check_passes_on_the_projects_own_knowledge_with_its_figures(command: Command) -> None:
    done = command("check", "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["findings"]) == (0, [])
    assert report["statements with a passage"] > 500
    assert report["coverage"] == "100 %"
    assert report["entailments"] > 400
    assert report["non-entailments"] > 400
    assert report["contradictions"] > 40
    noticed, _, all_mutants = report["mutants"].partition("/")
    assert int(noticed) == int(all_mutants) > 300
    assert report["canned queries"] >= 12


def test_check_names_file_and_line_of_what_is_wrong(command: Command, tmp_path: Path) -> None:
    (tmp_path / "bad.ttl").write_text("@prefix lc: <https://w3id.org/labcoop/ns#> .\n\n<http://e/a> lc:fundedBye <http://e/b> .\n")
    done = command("check", "--fast", "--data", str(tmp_path))
    assert done.returncode == 1
    assert f"{tmp_path}/bad.ttl:3" in done.stdout
    assert "mutants" not in done.stdout


def test_a_query_prints_its_answer(command: Command, snapshot: Snapshot) -> None:
    done = command("query", "projects-by-country", "country=CRI", "--format", "csv")
    assert done.returncode == 0
    assert "Fair Recruitment in Central America" in done.stdout


def test_an_unknown_query_ends_with_1(command: Command, snapshot: Snapshot) -> None:
    done = command("query", "nonsense")
    assert (done.returncode, "nonsense" in done.stderr) == (1, True)


def test_sparql_reads_a_file_and_says_where_it_is_wrong(command: Command, snapshot: Snapshot, tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_text("ASK {}")
    assert json.loads(command("sparql", str(tmp_path / "q.rq")).stdout)["boolean"] is True
    (tmp_path / "q.rq").write_text("SELECT *\n{ ?s ?p }")
    done = command("sparql", str(tmp_path / "q.rq"))
    assert (done.returncode, "Line 2, column 10" in done.stderr) == (1, True)


def test_export_writes_the_whole_one_graph_or_only_what_is_asserted(command: Command, snapshot: Snapshot, tmp_path: Path) -> None:
    whole, asserted, one = (tmp_path / name for name in ("whole.nq", "asserted.nq", "one.nt"))
    assert command("export", "--format", "nq", "-o", str(whole)).returncode == 0
    assert command("export", "--format", "nq", "--asserted", "-o", str(asserted)).returncode == 0
    graph = "https://w3id.org/labcoop/graph/news-2022"
    assert command("export", "--format", "nt", "--graph", graph, "-o", str(one)).returncode == 0
    quads = set(ox.parse(path=str(whole)))
    inferred = {quad for quad in quads if str(quad.graph_name).endswith("/inferred>")}
    assert quads == set(snapshot.quads())
    assert set(ox.parse(path=str(asserted))) == quads - inferred
    assert {quad.triple for quad in ox.parse(path=str(one))} == {quad.triple for quad in quads if quad.graph_name == ox.NamedNode(graph)}


def test_export_of_an_unknown_graph_lists_the_known(command: Command, snapshot: Snapshot) -> None:
    done = command("export", "--graph", "http://nowhere/")
    assert (done.returncode, "graph/brochure-2023" in done.stderr) == (1, True)


def test_export_into_a_closed_pipe_is_no_error(command: Command, snapshot: Snapshot, snapshots: Path) -> None:
    done = subprocess.run(
        ["bash", "-c", f"GRAPH_SERVICE_SNAPSHOTS={snapshots} python -m graph_service export 2>&1 >/dev/null | head -c 0; true"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "Traceback" not in done.stderr
