"""Building: what comes in, what is refused and where, and what stays when it fails."""

import codecs
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest

from graph_service.build import failure
from graph_service.build.build import build
from graph_service.build.identity import source_set
from graph_service.errors import BuildError, SourceError
from graph_service.service.service import Service
from graph_service.settings import Settings
from graph_service.snapshot.snapshot import Snapshot, last_good

ONTOLOGY = """@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix e: <http://e/> .
e:Cat a owl:Class ; rdfs:subClassOf e:Animal . e:Dog a owl:Class ; owl:disjointWith e:Cat . e:Animal a owl:Class .
"""
CAT = "@prefix e: <http://e/> . e:tom a e:Cat ."

Make = Callable[..., Settings]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Settings for a small graph: files by name, `ontology.ttl` being the ontology."""

    def settings(**files: str) -> Settings:
        (tmp_path / "facts").mkdir(exist_ok=True)
        (tmp_path / "ontology.ttl").write_text(ONTOLOGY)
        for name, text in files.items():
            (tmp_path / "facts" / name.replace("_", ".")).write_text(text)
        return replace(
            Settings(), data=(tmp_path / "facts",), ontology=(tmp_path / "ontology.ttl",), queries=(), snapshots=tmp_path / "snapshots"
        )

    return settings


def quiet(_: str) -> None:
    """Progress that nobody watches."""


def names(snapshot: Snapshot) -> set[str]:
    return {graph.rsplit("/", 1)[1] for graph in snapshot.graphs}


def test_files_become_graphs_and_what_follows_has_its_own(make: Make) -> None:
    snapshot = build(make(cat_ttl=CAT), quiet)
    assert names(snapshot) == {"facts", "ontology", "inferred"}
    animal = ox.Quad(
        ox.NamedNode("http://e/tom"),
        ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"),
        ox.NamedNode("http://e/Animal"),
        ox.NamedNode("https://graph.invalid/graph/inferred"),
    )
    assert [quad for quad in snapshot.quads() if quad.graph_name == animal.graph_name] == [animal]


def test_trig_and_nquads_keep_their_graphs_and_turtle_by_itself_is_named_after_its_file(make: Make, tmp_path: Path) -> None:
    settings = make(a_trig="<http://g/1> { <http://e/a> <http://e/p> 1 }", b_nq="<http://e/b> <http://e/p> <http://e/o> <http://g/2> .\n")
    alone = tmp_path / "alone.ttl"
    alone.write_text(CAT)
    snapshot = build(replace(settings, data=(*settings.data, alone), reasoning="none"), quiet)
    assert set(snapshot.graphs) == {"http://g/1", "http://g/2", *(f"https://graph.invalid/graph/{n}" for n in ("alone", "ontology"))}


def test_names_without_a_path_are_described_too(make: Make) -> None:
    snapshot = build(make(urn_ttl="<urn:example:a> <urn:example:b> <urn:example:c> ."), quiet)
    vocabularies = {str(t.object) for t in snapshot.description if t.predicate.value.endswith("#vocabulary")}
    assert "<urn:example:>" in vocabularies


def test_what_did_not_change_is_not_built_again(make: Make) -> None:
    settings = make(cat_ttl=CAT)
    first = build(settings, quiet)
    made = (first.folder / "manifest.json").stat().st_mtime_ns
    said: list[str] = []
    assert build(settings, said.append).id == first.id
    assert (first.folder / "manifest.json").stat().st_mtime_ns == made
    assert said == [f"Nothing changed: snapshot {first.id}."]


def test_what_becomes_again_as_it_was_is_not_told_as_unchanged(make: Make) -> None:
    first = build(make(cat_ttl=CAT), quiet)
    build(make(cat_ttl=CAT + " e:tom e:age 7 ."), quiet)
    said: list[str] = []
    assert build(make(cat_ttl=CAT), said.append).id == first.id
    assert said == [f"As once before: snapshot {first.id}."]


def test_equal_sources_make_equal_bytes_blank_nodes_included(make: Make, tmp_path: Path) -> None:
    settings = make(cat_ttl=CAT + " e:tom e:likes [ e:name 'Jerry' ] , ( e:a e:b ) .")
    one, two = (build(replace(settings, snapshots=tmp_path / place), quiet) for place in ("one", "two"))
    assert [(dump.path.name, dump.sha256) for dump in one.dumps] == [(dump.path.name, dump.sha256) for dump in two.dumps]


def test_a_changed_query_costs_neither_checks_nor_reasoning_and_gives_what_a_build_from_nothing_gives(make: Make, tmp_path: Path) -> None:
    queries = tmp_path / "queries"
    queries.mkdir()
    query = queries / "cats.rq"
    query.write_text("#+ summary: Cats\nSELECT ?cat { ?cat a <http://e/Cat> }")
    settings = replace(make(cat_ttl=CAT), queries=(queries,))
    assert "Inferring what follows (OWL 2 RL)." in told(settings)
    query.write_text("#+ summary: All cats\nSELECT ?cat { ?cat a <http://e/Cat> }")
    again = told(settings)
    assert not any(text.startswith("Inferring") for text in again)
    assert any("is not checked again" in text for text in again)
    anew = replace(settings, snapshots=tmp_path / "elsewhere")
    assert contents(build(settings, quiet)) == contents(build(anew, quiet))


def told(settings: Settings) -> list[str]:
    """What a build says of its progress."""
    said: list[str] = []
    build(settings, said.append)
    return said


def contents(snapshot: Snapshot) -> dict[str, object]:
    """All that is in a snapshot, but for the time of its making."""
    files = {str(path.relative_to(snapshot.folder)): path.read_bytes() for path in snapshot.folder.rglob("*") if path.is_file()}
    manifest = {**json.loads(files.pop("manifest.json")), "made": ""}
    assert "search.sqlite" in files
    return {**files, "manifest": manifest}


def test_literals_keep_their_form(make: Make) -> None:
    text = '@prefix e: <http://e/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> . e:a e:p "01"^^xsd:integer , "1.0"^^xsd:decimal .'
    snapshot = build(replace(make(a_ttl=text), reasoning="none"), quiet)
    for dump in snapshot.dumps:
        values = {quad.object.value for quad in ox.parse(path=str(dump.path)) if isinstance(quad.object, ox.Literal)}
        assert {"01", "1.0"} <= values, dump.path.name


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("@prefix e: <http://e/> .\ne:tom a e:Cat ;\n  e:name .\n", "cat.ttl:3:", "not a valid"),
        ("@prefix e: <http://e/> .\n\nf:tom a e:Cat .\n", "cat.ttl:3:", "f:"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_its_line(make: Make, text: str, place: str, words: str) -> None:
    with pytest.raises(SourceError) as error:
        build(make(cat_ttl=text), quiet)
    assert place in error.value.detail
    assert words in error.value.detail


@pytest.mark.parametrize(("prefix", "iri"), [("owl", "http://wrong/"), ("e", "http://f/")])
def test_a_prefix_that_means_two_things_is_an_error_where_there_are_rules(make: Make, tmp_path: Path, prefix: str, iri: str) -> None:
    settings = make(cat_ttl=f"@prefix e: <http://e/> .\n@prefix {prefix}: <{iri}> .\ne:tom a e:Cat .")
    assert build(settings, quiet).triples
    (tmp_path / "held" / "checks").mkdir(parents=True)
    (tmp_path / "held" / "checks" / "a.rq").write_text("# Nothing is wrong.\nSELECT ?term { ?term <http://e/wrong> 1 }")
    (tmp_path / "held" / "ontology.ttl").write_text(ONTOLOGY)
    with pytest.raises(SourceError, match=rf"cat.ttl:2: prefix {prefix}: is <{iri}> here"):
        build(replace(settings, ontology=(tmp_path / "held",)), quiet)


def test_a_path_that_is_not_there_is_an_error(make: Make, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="nowhere"):
        build(replace(make(), data=(tmp_path / "nowhere",)), quiet)


def test_a_contradiction_stops_the_build_and_leaves_the_last_good_snapshot(make: Make) -> None:
    settings = make(cat_ttl=CAT)
    good = build(settings, quiet)
    make(cat_ttl=CAT + " e:tom a e:Dog .")
    with pytest.raises(BuildError, match="e:tom: e:Dog"):
        build(settings, quiet)
    left = {path.name for path in settings.snapshots.iterdir()}
    assert left == {good.id, f"last-{source_set(settings)}", ".publishing", f".failed-{source_set(settings)}"}
    assert last_good(settings.snapshots, source_set(settings)) == good


def test_why_a_build_failed_is_noted_until_one_succeeds(make: Make) -> None:
    settings = make(cat_ttl=CAT)
    build(settings, quiet)
    place, sources = settings.snapshots, source_set(settings)
    assert failure.last(place, sources) is None
    make(cat_ttl="this is not Turtle")
    for _ in range(2):
        with pytest.raises(SourceError) as raised:
            build(settings, quiet)
    noted = failure.last(place, sources)
    assert noted is not None
    assert noted.detail == raised.value.detail
    build(make(cat_ttl=CAT), quiet)
    assert failure.last(place, sources) is None


def test_a_damaged_snapshot_is_not_opened(make: Make) -> None:
    snapshot = build(make(cat_ttl=CAT), quiet)
    dump = snapshot.folder / "dumps" / "dataset.nq"
    dump.write_bytes(dump.read_bytes()[:-10])
    with pytest.raises(BuildError, match=r"dataset\.nq"):
        Snapshot.open(snapshot.folder)


def half_the_lines(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[: len(lines) // 2]))


def other_content(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"tom", b"tim"))


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("dumps/dataset.nq", half_the_lines),
        ("dumps/dataset.nq", other_content),
        ("dumps/dataset.nq", Path.unlink),
        ("manifest.json", Path.unlink),
        ("manifest.json", half_the_lines),
        ("manifest.json", lambda path: path.write_text("{}")),
        ("context.jsonld", Path.unlink),
        ("description.nt", lambda path: path.write_text("")),
        ("search.sqlite", lambda path: path.write_bytes(b"")),
    ],
)
def test_a_damaged_snapshot_is_built_anew(make: Make, name: str, damage: Callable[[Path], object]) -> None:
    settings, said = make(cat_ttl=CAT), list[str]()
    snapshot = build(settings, quiet)
    whole = (snapshot.folder / "dumps" / "dataset.nq").read_bytes()
    damage(snapshot.folder / name)
    again = build(settings, said.append)
    again.verify()
    assert again.id == snapshot.id
    assert (again.folder / "dumps" / "dataset.nq").read_bytes() == whole
    assert any(name.rsplit("/")[-1] in line or "not a whole snapshot" in line for line in said)


def serve_last_good(settings: Settings) -> None:
    last = last_good(settings.snapshots, source_set(settings))
    assert last is not None
    Service.open(last, settings).close()


@pytest.mark.parametrize("damage", [half_the_lines, other_content, Path.unlink])
def test_a_damaged_snapshot_is_never_served_though_the_sources_cannot_be_built(make: Make, damage: Callable[[Path], object]) -> None:
    settings = make(cat_ttl=CAT)
    damage(build(settings, quiet).path_of("nq"))
    make(cat_ttl="this is not Turtle")
    with pytest.raises(SourceError):
        build(settings, quiet)
    with pytest.raises(BuildError, match=r"dataset\.nq"):
        serve_last_good(settings)


def test_a_property_that_rdf_xml_cannot_write_leaves_that_dump_out(make: Make) -> None:
    snapshot = build(replace(make(a_ttl="<http://e/a> <http://e/1> 1 ."), reasoning="none"), quiet)
    assert {dump.format.name for dump in snapshot.dumps} == {"ttl", "nt", "jsonld", "nq", "trig"}


def test_files_as_editors_on_windows_write_them_are_read(make: Make, tmp_path: Path) -> None:
    def windows(text: str) -> bytes:
        return codecs.BOM_UTF8 + text.replace("\n", "\r\n").encode()

    plain = make(cat_ttl=CAT)
    settings = replace(plain, queries=(tmp_path / "cats.rq",))
    query = "#+ summary: Cats\n#+ params:\n#+   name: {type: string, label: Name}\n"
    query += "SELECT ?cat {\n  VALUES ?name { 'x' }\n  ?cat a <http://e/Cat> }\n"
    (tmp_path / "cats.rq").write_bytes(windows(query))
    (tmp_path / "facts" / "cat.ttl").write_bytes(windows(CAT))
    (tmp_path / "ontology.ttl").write_bytes(windows(ONTOLOGY))
    with Service.open(build(settings, lambda _: None), settings) as service:
        assert [row[0].value for row in service.canned.run("cats", {}).rows() if isinstance(row[0], ox.NamedNode)] == ["http://e/tom"]
    (tmp_path / "facts" / "cat.ttl").write_bytes(windows(CAT + "\ne:tom e:likes"))
    with pytest.raises(SourceError, match=r"cat\.ttl:2:"):
        build(settings, lambda _: None)


def test_statements_about_statements_pass_through_the_checks_and_the_reasoner(make: Make) -> None:
    said = 'VERSION "1.2"\n' + CAT + ' e:said e:of <<( e:tom a e:Dog )>> . e:tom e:likes e:jerry {| e:since "كلام"@ar--rtl |} .'
    snapshot = build(make(cat_ttl=said), lambda _: None)
    quads = {str(quad.triple) for quad in snapshot.quads()}
    assert "<http://e/said> <http://e/of> <<( <http://e/tom> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://e/Dog> )>>" in quads
    assert any(triple.endswith('"كلام"@ar--rtl') for triple in quads)
    # What is said inside is not said: no cat is a dog.
    animal = "<http://e/tom> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://e/Animal>"
    assert animal in quads
    assert "triple term" in snapshot.left_out["dataset.jsonld"]
