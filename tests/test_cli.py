"""The command line: what each command prints, and with which exit code it ends."""

import json
import os
import pty
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from graph_service.snapshot.snapshot import Snapshot
from tests.conftest import ROOT

Command = Callable[..., subprocess.CompletedProcess[str]]


def test_every_command_has_help(command: Command) -> None:
    overview = command("--help")
    assert overview.returncode == 0
    for name in ("init", "serve", "build", "check", "query", "sparql", "export", "push"):
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


def test_one_query_is_checked_alone(command: Command, snapshot: Snapshot, tmp_path: Path) -> None:
    done = command("check", "projects-by-country", "--json")
    assert (done.returncode, json.loads(done.stdout)["canned queries"]) == (0, 1), done.stdout
    assert json.loads(done.stdout)["expected answers"] >= 1
    assert done.stderr.splitlines() == ["Trying projects-by-country."]
    new = tmp_path / "new.rq"
    new.write_text("#+ summary: New\nSELECT ?s { ?s a <http://nowhere/Class> }")
    for what in ("new", str(new)):
        done = command("check", what, "--queries", str(tmp_path))
        assert done.returncode == 1
        assert f"{new}:2: the rows have no order" in done.stdout
        assert "http://nowhere/Class> is known neither" in done.stdout
    new.write_text("#+ summary: New\nSELEKT")
    assert f"{new}:2:1: SELEKT" in command("check", "new", "--queries", str(tmp_path)).stdout


def test_one_file_or_folder_is_checked_alone(command: Command, tmp_path: Path) -> None:
    prefix = "@prefix lc: <https://w3id.org/labcoop/ns#> .\n"
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "bad.ttl").write_text(f"{prefix}<http://e/{name}> lc:{name}ly <http://e/b> .\n")
    for what in ("one", "one/bad.ttl"):
        done = command("check", str(tmp_path / what), "--data", str(tmp_path))
        assert done.returncode == 1
        assert f"{tmp_path}/one/bad.ttl:2" in done.stdout
        assert "twoly" not in done.stdout
    done = command("check", "nonsense", "--data", str(tmp_path))
    assert (done.returncode, "nonsense: neither" in done.stderr) == (2, True)


def test_a_new_query_is_run_without_a_build(command: Command, snapshot: Snapshot, snapshots: Path, tmp_path: Path) -> None:
    before = sorted(snapshots.rglob("manifest.json"))
    (tmp_path / "new.rq").write_text("#+ summary: New\nSELECT ?n { VALUES ?n { 7 } }")
    (tmp_path / "other.rq").write_text("#+ summary: Half done\nSELEKT")
    done = command("query", "new", "--format", "csv", "--queries", str(tmp_path))
    assert (done.returncode, done.stdout.split()) == (0, ["n", "7"])
    done = command("query", "other", "--queries", str(tmp_path))
    assert (done.returncode, f"{tmp_path}/other.rq:2:1: " in done.stderr) == (1, True)
    assert sorted(snapshots.rglob("manifest.json")) == before


@pytest.mark.parametrize(
    "arguments", [("query", "one"), ("sparql", "{folder}/one.rq"), ("export",), ("explain", "http://e/a", "http://e/b", "http://e/c")]
)
def test_what_a_command_builds_for_itself_is_published_by_a_build_alone(
    command: Command, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    data, place = tmp_path / "data.ttl", tmp_path / "snapshots"
    (tmp_path / "one.rq").write_text("#+ summary: One\nSELECT ?s { ?s ?p ?o } ORDER BY ?s")
    flags = ("--data", str(data), "--ontology", "none", "--reasoning", "none", "--queries", str(tmp_path), "--snapshots", str(place))
    data.write_text("<http://e/x> <http://e/b> <http://e/c> .")
    assert command("build", *flags).returncode == 0
    published = {path.name: path.readlink() if path.is_symlink() else None for path in place.glob("[!.]*")}
    data.write_text("<http://e/a> <http://e/b> <http://e/c> .")
    for _ in range(2):
        done = command(*(part.format(folder=tmp_path) for part in arguments), *flags)
        assert (done.returncode, "http://e/a" in done.stdout, done.stderr) == (0, True, "")
    assert {path.name: path.readlink() if path.is_symlink() else None for path in place.glob("[!.]*")} == published
    (draft,) = (place / ".private").glob("[!.]*")
    # A build takes it, and does not make it again.
    made = draft.stat().st_ino
    folder = Path(command("build", *flags).stdout.strip())
    assert (folder.stat().st_ino, folder.parent, draft.exists()) == (made, place, False)


def test_the_last_few_that_commands_have_built_are_kept(command: Command, tmp_path: Path) -> None:
    flags = ("--ontology", "none", "--reasoning", "none", "--queries", "none", "--snapshots", str(tmp_path / "snapshots"))
    for number in range(5):
        (tmp_path / "data.ttl").write_text(f"<http://e/a> <http://e/b> {number} .")
        assert f" {number} " in command("export", "--format", "nt", "--data", str(tmp_path / "data.ttl"), *flags).stdout.replace('"', " ")
    assert len([*(tmp_path / "snapshots" / ".private").glob("[!.]*")]) == 3
    assert [*(tmp_path / "snapshots").glob("[!.]*")] == []


def test_what_takes_long_is_told_on_a_terminal_and_nowhere_else(tmp_path: Path) -> None:
    arguments = ["sparql", "-", "--ontology", "none", "--reasoning", "none", "--queries", "none", "--data", "none", "--format", "csv"]
    for watched in (True, False):
        reader, terminal = pty.openpty()
        command = [sys.executable, "-m", "graph_service", *arguments, "--snapshots", str(tmp_path / str(watched))]
        done = subprocess.run(
            command,
            input=b"SELECT * { ?s ?p ?o }",
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=terminal if watched else subprocess.PIPE,
            timeout=60,
        )
        os.close(terminal)
        told = os.read(reader, 10_000).decode() if watched else done.stderr.decode()
        os.close(reader)
        assert done.returncode == 0
        assert ("Snapshot" in told) is watched


#: Seconds that a command takes of the processor, where a snapshot is there; about a third of that on a quiet machine.
LONGEST = 2.0


@pytest.mark.parametrize(
    "arguments",
    [
        ("query", "projects-by-country", "country=CRI"),
        ("explain", "project:triangle-in-asean", "lc:hasDonorCountry", "place:CAN"),
        ("sparql", str(ROOT / "queries" / "projects.rq")),
    ],
)
def test_a_command_loads_what_it_needs(command: Command, snapshot: Snapshot, arguments: tuple[str, ...]) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert command(*arguments).returncode == 0
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < LONGEST


def test_a_query_prints_its_answer(command: Command, snapshot: Snapshot) -> None:
    done = command("query", "projects-by-country", "country=CRI", "--format", "csv")
    assert done.returncode == 0
    assert "Fair Recruitment in Central America" in done.stdout


def test_an_unknown_query_is_told_with_those_that_may_be_meant(command: Command, snapshot: Snapshot) -> None:
    done = command("query", "projects-by-contry")
    assert done.returncode == 2
    assert "no canned query named 'projects-by-contry'. Is projects-by-country or" in done.stderr


def test_a_query_without_a_name_lists_them_all(command: Command, snapshot: Snapshot) -> None:
    done = command("query")
    assert done.returncode == 0
    names = [line.partition("  ")[0] for line in done.stdout.splitlines()]
    assert names == sorted(file.stem for file in (ROOT / "queries").glob("*.rq"))
    assert all(line.partition("  ")[2].strip() for line in done.stdout.splitlines())


def test_parameters_may_stand_before_and_behind_options(command: Command, snapshot: Snapshot) -> None:
    given = ["group=refugees", "group=women"]
    wanted = command("query", "projects-by-group", *given, "--format", "csv").stdout
    assert wanted.count("\n") > 1
    for arguments in (["--format", "csv", *given], [given[0], "--format", "csv", given[1]]):
        assert command("query", "projects-by-group", *arguments).stdout == wanted
    refused = command("query", "projects-by-country", "--format", "csv", "--fromat", "csv")
    assert refused.returncode == 2
    assert refused.stderr.startswith("usage: graph-service query ")
    assert "unrecognized arguments: --fromat csv. Is --format meant?" in refused.stderr


def test_a_wrong_value_is_wrong_use_and_the_allowed_ones_are_told(command: Command, snapshot: Snapshot) -> None:
    done = command("query", "projects-by-country", "country=Cota Rica")
    assert done.returncode == 2
    assert "'Cota Rica' was given. Is place:CRI" in done.stderr
    assert "Allowed, among others: place:CRI, " in done.stderr
    assert len(done.stderr) < 1000


def test_a_graph_may_be_named_as_elsewhere(command: Command, snapshot: Snapshot) -> None:
    short = command("export", "--graph", "graph:news-2022", "--format", "nt")
    assert short.returncode == 0
    assert short.stdout == command("export", "--graph", "https://w3id.org/labcoop/graph/news-2022", "--format", "nt").stdout
    done = command("export", "--graph", "news-2022", "--format", "nt")
    assert (done.returncode, done.stderr) == (2, "--graph news-2022: must be an IRI, or a name with a known prefix, such as skos:Concept\n")


def test_sparql_reads_a_file_and_says_where_it_is_wrong(command: Command, snapshot: Snapshot, tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_text("ASK {}")
    assert json.loads(command("sparql", str(tmp_path / "q.rq")).stdout)["boolean"] is True
    (tmp_path / "q.rq").write_text("SELECT *\n{ ?s ?p }")
    done = command("sparql", str(tmp_path / "q.rq"))
    assert (done.returncode, "Line 2, column 9" in done.stderr) == (1, True)


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
        timeout=600,
    )
    assert "Traceback" not in done.stderr


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    """An ontology with things in it, as Protégé saves it."""
    path = tmp_path / "My Pets.owl"
    path.write_text(
        """<?xml version="1.0"?>
<rdf:RDF xmlns="http://example.org/pets#" xml:base="http://example.org/pets" xmlns:owl="http://www.w3.org/2002/07/owl#"
     xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#">
    <owl:Ontology rdf:about="http://example.org/pets"/>
    <owl:Class rdf:about="http://example.org/pets#Animal"/>
    <owl:Class rdf:about="http://example.org/pets#Cat"><rdfs:subClassOf rdf:resource="http://example.org/pets#Animal"/></owl:Class>
    <owl:NamedIndividual rdf:about="http://example.org/pets#tom"><rdf:type rdf:resource="http://example.org/pets#Cat"/></owl:NamedIndividual>
</rdf:RDF>"""
    )
    return path


def test_files_as_arguments_are_the_data_and_what_they_say_of_classes_counts(command: Command, pets: Path, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "felix.ttl").write_text("@prefix : <http://example.org/pets#> . :felix a :Cat .")
    query = tmp_path / "animals.rq"
    query.write_text("SELECT ?s ?g { ?s a <http://example.org/pets#Animal> GRAPH ?g { ?s a <http://example.org/pets#Cat> } } ORDER BY ?s")
    done = command("sparql", str(query), str(pets), "--format", "csv", str(tmp_path / "more"))
    assert done.stdout.split() == [
        "s,g",
        "http://example.org/pets#felix,https://graph.invalid/graph/more",
        "http://example.org/pets#tom,https://graph.invalid/graph/My%20Pets",
    ]
    built = json.loads(command("build", str(pets), "--json").stdout)
    assert {graph.rpartition("/")[2] for graph in built["graphs"]} == {"inferred", "My%20Pets"}
    assert "Animal" in command("export", str(pets), "--format", "nt").stdout


def test_arguments_leave_out_what_comes_with_it_but_for_what_is_named(command: Command, pets: Path, tmp_path: Path) -> None:
    rules = tmp_path / "rules.ttl"
    rules.write_text("<http://example.org/pets#Cat> <http://www.w3.org/2000/01/rdf-schema#subClassOf> <http://example.org/Pet> .")
    query = tmp_path / "types.rq"
    query.write_text("SELECT ?t { <http://example.org/pets#tom> a ?t } ORDER BY ?t")
    done = command("sparql", str(query), str(pets), "--ontology", str(rules), "--format", "csv")
    assert "http://example.org/Pet" in done.stdout
    assert "http://example.org/pets#Animal" not in done.stdout
    assert command("sparql", str(query), str(pets), "--format", "csv", GRAPH_SERVICE_ONTOLOGY=str(rules)).stdout == done.stdout
    both = command("build", str(pets), "--data", str(rules))
    assert (both.returncode, "Name all of them in one way" in both.stderr) == (2, True)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("notes.txt", "Dear reader", "not a source file; it seems to be no RDF: it begins with 'Dear reader'"),
        ("empty", "", "it seems to be empty"),
        ("folder/README.md", "# Nothing here", "folder: there is no source in it."),
        ("a.ttl.gz", "\x1f", ":1:1: "),
        ("gone/", "", "gone: no such file or folder"),
    ],
)
def test_what_cannot_be_served_is_told_in_a_line(command: Command, tmp_path: Path, name: str, content: str, words: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    if not name.endswith("/"):
        path.write_text(content)
    done = command("build", str(tmp_path / name.partition("/")[0]) if "/" in name else str(path))
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_what_says_nothing_is_told_and_what_is_odd_is_kept(command: Command, pets: Path, tmp_path: Path) -> None:
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "one.ttl").write_text('@prefix e: <http://e/a#> . e:x e:label "<b>bold</b><script>alert(1)</script>" .')
    (tmp_path / "odd" / "two.ttl").write_text("@prefix e: <http://e/b#> . e:x e:number 01 . @prefix e: <http://e/c#> . e:x e:p e:y .")
    (tmp_path / "odd" / "none.owl").write_text("")
    (tmp_path / "odd" / "pets.ofn").write_text("Ontology()")
    done = command("build", str(tmp_path / "odd"))
    assert done.returncode == 0, done.stderr
    assert f"{tmp_path}/odd/none.owl: says nothing: there is no triple in it." in done.stderr
    assert f"{tmp_path}/odd/pets.ofn: is not read" in done.stderr
    said = command("export", str(tmp_path / "odd"), "--format", "nt").stdout
    assert '<http://e/a#x> <http://e/a#label> "<b>bold</b><script>alert(1)</script>" .' in said
    assert '<http://e/b#x> <http://e/b#number> "01"^^<http://www.w3.org/2001/XMLSchema#integer> .' in said
    assert "<http://e/c#x> <http://e/c#p> <http://e/c#y> ." in said
