"""`graph-service export` says what it wrote, and `sparql` gives columns as the query names them."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox

from graph_service.snapshot.snapshot import Snapshot

Command = Callable[..., subprocess.CompletedProcess[str]]


def test_export_says_what_where_and_how_many(command: Command, snapshot: Snapshot, tmp_path: Path) -> None:
    graph = "https://w3id.org/labcoop/graph/news-2022"
    for flags, words in (((), ""), (("--asserted",), "without what is inferred"), (("--graph", graph), f"the graph {graph}")):
        file = tmp_path / "exported.nt"
        done = command("export", "--format", "nt", *flags, "-o", str(file))
        triples = len({quad.triple for quad in ox.parse(path=str(file))})
        assert done.returncode == 0, done.stderr
        said = f"Wrote {file}: "
        assert said in done.stderr
        assert f"{triples:,} triples" in done.stderr
        assert words in done.stderr
        assert f"{file.stat().st_size:,} bytes" in done.stderr
        assert done.stdout == ""


def test_the_columns_of_an_asterisk_stand_as_the_text_names_them(command: Command, tmp_path: Path) -> None:
    data, query = tmp_path / "mine.ttl", tmp_path / "all.rq"
    data.write_text("<http://e/a> <http://e/b> <http://e/c> .")
    query.write_text("SELECT * { ?s ?p ?o OPTIONAL { ?s ?again ?b } }")
    alone = ("--data", str(data), "--ontology", "none", "--queries", "none", "--reasoning", "none")
    done = command("sparql", str(query), "--format", "csv", *alone)
    assert done.stdout.splitlines()[0] == "s,p,o,again,b", done.stderr


def test_the_ending_of_a_name_tells_the_format(command: Command, tmp_path: Path) -> None:
    nothing = ("--data", "none", "--ontology", "none", "--queries", "none", "--reasoning", "none")
    for ending, media in (("nt", "application/n-triples"), ("ttl", "text/turtle"), ("", "application/trig")):
        done = command("export", *nothing, "-o", str(tmp_path / f"graph{ending and '.'}{ending}"))
        assert done.returncode == 0, done.stderr
        assert f" in {media}, " in done.stderr
    wrong = command("export", *nothing, "-o", str(tmp_path / "graph.xls"))
    assert wrong.returncode == 2
    assert "the suffix names no format: it is none of .ttl" in wrong.stderr
