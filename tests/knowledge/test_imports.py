"""Nothing is fetched: what a source names by an address is found in local copies, or told as missing with file and line."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyld
import pyoxigraph as ox
import pytest

from graph_service.build.build import build
from graph_service.build.identity import graph_id
from graph_service.errors import SettingError, SourceError
from graph_service.rdf.space import Space
from graph_service.reasoning.knowledge import read
from graph_service.settings import Settings
from graph_service.sources.imports import missing, sources_of
from graph_service.sources.local_copies import copies_of

PREFIXES = "@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
PETS = (
    PREFIXES
    + "<http://e/pets> a owl:Ontology ;\n  owl:imports <http://e/animals> , <http://e/plants/> .\n"
    + "<http://e/Cat> rdfs:subClassOf <http://e/Animal> ."
)
ANIMALS = (
    PREFIXES + "<http://e/animals> a owl:Ontology ; owl:imports <http://e/life> . <http://e/Animal> rdfs:subClassOf <http://e/Being> ."
)
PLANTS = PREFIXES + "<http://e/flora> a owl:Ontology ; owl:versionIRI <http://e/plants> . <http://e/Plant> a owl:Class ."

#: As Protégé 5 writes it.
CATALOGUE = """<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<catalog prefer="public" xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog">
    <group id="Folder Repository, directory=, recursive=true, Auto-Update=true, version=2" prefer="public" xml:base="">
        <uri id="Automatically generated entry, Timestamp=1" name="http://e/animals" uri="lib/my animals.ttl"/>
        <uri id="Imports Wizard Entry" name="http://e/life" uri="lib/gone.owl"/>
        <uri id="User Entered Import Resolution" name="http://e/web" uri="https://example.org/web.owl"/>
    </group>
</catalog>
"""

Make = Callable[..., Settings]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Settings for one file, `pets.ttl`, beside others by their names."""

    def settings(pets: str = PETS, name: str = "pets.ttl", **others: str) -> Settings:
        (tmp_path / "lib").mkdir(exist_ok=True)
        (tmp_path / name).write_text(pets)
        for other, text in others.items():
            (tmp_path / other.replace("__", "/").replace("_", ".")).write_text(text)
        return replace(Settings(), data=(tmp_path / name,), ontology=(tmp_path / name,), queries=(), snapshots=tmp_path / "snapshots")

    return settings


def test_what_is_imported_and_not_there_is_told_with_its_line(make: Make, tmp_path: Path) -> None:
    said: list[str] = []
    build(make(), said.append)
    assert [line for line in said if "imports" in line] == [
        f"{tmp_path}/pets.ttl:3: imports <http://e/{name}>, and nothing is fetched. "
        f"Give its file as well, or name a copy: --context http://e/{name}=FILE."
        for name in ("animals", "plants/")
    ]


def test_a_file_that_is_given_is_what_another_imports_by_its_iri_or_its_version(make: Make, tmp_path: Path) -> None:
    settings = make(a_ttl=ANIMALS, b_ttl=PLANTS)
    files = tuple(tmp_path / name for name in ("pets.ttl", "a.ttl", "b.ttl"))
    told = list(missing(sources_of(replace(settings, data=files, ontology=files))))
    assert len(told) == 1
    assert told[0].startswith(f"{tmp_path}/a.ttl:2: imports <http://e/life>")


def test_what_several_files_import_is_told_once(make: Make, tmp_path: Path) -> None:
    settings = make(ANIMALS, a_ttl=ANIMALS)
    (told,) = missing(sources_of(replace(settings, data=(tmp_path / "pets.ttl", tmp_path / "a.ttl"))))
    assert told.startswith(f"{tmp_path}/pets.ttl:2: imports <http://e/life>, and nothing is fetched (also at {tmp_path}/a.ttl:2). ")


def test_a_catalogue_beside_a_file_leads_to_copies_as_protege_does(make: Make, tmp_path: Path) -> None:
    settings = make(**{"catalog-v001_xml": CATALOGUE})
    before = graph_id(settings)
    (tmp_path / "lib" / "my animals.ttl").write_text(ANIMALS)
    sources = sources_of(settings)
    assert [(file.path.name, file.graph) for file in sources.ontology] == [
        ("pets.ttl", Space().graphs + "pets"),
        ("my animals.ttl", Space().graphs + "my%20animals"),
    ]
    assert [told.partition(": ")[2].partition(",")[0] for told in missing(sources)] == [
        "imports <http://e/plants/>",
        "imports <http://e/life>",
    ]
    assert graph_id(settings) != before
    own = replace(settings, data=())
    assert {file.graph for file in sources_of(own).ontology} == {Space().graph_ontology}
    assert any(t.subject == ox.NamedNode("http://e/Animal") for t in read(sources, lambda _: None).said)


def test_what_a_setting_names_is_a_copy_and_stands_above_the_catalogue(make: Make, tmp_path: Path) -> None:
    settings = make(**{"catalog-v001_xml": CATALOGUE, "other_ttl": ANIMALS, "lib__my animals_ttl": ANIMALS})
    settings = replace(settings, context=(("http://e/animals", tmp_path / "other.ttl"),))
    assert [file.path.name for file in sources_of(settings).ontology] == ["pets.ttl", "other.ttl"]


def test_ontologies_that_import_each_other_are_read_once(make: Make, tmp_path: Path) -> None:
    text = PREFIXES + "<http://e/{}> a owl:Ontology ; owl:imports <http://e/{}> ."
    settings = make(text.format("a", "b"), b_ttl=text.format("b", "a"))
    settings = replace(settings, context=(("http://e/a", tmp_path / "pets.ttl"), ("http://e/b", tmp_path / "b.ttl")))
    assert [file.path.name for file in sources_of(settings).ontology] == ["pets.ttl", "b.ttl"]
    assert list(missing(sources_of(settings))) == []


def test_a_context_of_others_is_read_from_a_copy(make: Make) -> None:
    """ActivityStreams 2.0, as PyLD brings it."""
    note = '{"@context": "https://www.w3.org/ns/activitystreams", "type": "Note", "id": "http://e/1", "content": "Hello"}'
    settings = make(note, name="note.jsonld")
    with pytest.raises(SourceError, match=r"note.jsonld:1:14: The context https://www.w3.org/ns/activitystreams is needed"):
        sources_of(settings).fingerprint()
    copy = Path(pyld.__file__).parent / "documentloader" / "frozen" / "bundled" / "activitystreams.jsonld"
    (file,) = sources_of(replace(settings, context=(("https://www.w3.org/ns/activitystreams", copy),))).files
    assert {quad.predicate.value.rpartition("#")[2]: getattr(quad.object, "value", "") for quad in file.quads} == {
        "type": "https://www.w3.org/ns/activitystreams#Note",
        "content": "Hello",
    }


def test_a_context_of_a_catalogue_is_read_and_a_change_of_it_noticed(make: Make, tmp_path: Path) -> None:
    catalogue = CATALOGUE.replace("http://e/animals", "http://e/context").replace("lib/my animals.ttl", "c.json")
    settings = make(
        '{"@context": "http://e/context", "n": 1}',
        "a.jsonld",
        **{"catalog-v001_xml": catalogue, "c_json": '{"@context": {"n": "http://e/n"}}'},
    )
    (file,) = sources_of(settings).files
    assert [quad.predicate.value for quad in file.quads] == ["http://e/n"]
    before = graph_id(settings)
    (tmp_path / "c.json").write_text('{"@context": {"n": "http://e/m"}}')
    assert graph_id(settings) != before


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<catalog/>", "not an OASIS catalogue: its root is catalog. A copy is named with its address: IRI="),
        ("<catalog>", ":1:10: no element found"),
        ('<!DOCTYPE c [<!ENTITY a "b">]><catalog/>', "a catalogue has no entities here"),
        (None, "No such file"),
    ],
)
def test_what_is_no_catalogue_is_told(text: str | None, words: str, tmp_path: Path) -> None:
    path = tmp_path / "catalogue.xml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(SourceError) as error:
        copies_of([("", path)])
    assert words in error.value.detail


def test_the_setting_has_addresses_and_files(tmp_path: Path) -> None:
    read = Settings.read({"GRAPH_SERVICE_CONTEXT": "https://e/c?v=1=c.jsonld, catalog-v001.xml"})
    assert read.context == (("https://e/c?v=1", Path("c.jsonld")), ("", Path("catalog-v001.xml")))
    assert Settings.read({"GRAPH_SERVICE_CONTEXT": "none"}).context == ()
    for wrong in ("schema.org=c.jsonld", "https://schema.org/=", ","):
        with pytest.raises(SettingError, match="GRAPH_SERVICE_CONTEXT"):
            Settings.read({"GRAPH_SERVICE_CONTEXT": wrong})


def test_a_catalogue_may_rewrite_beginnings_and_lead_to_others(tmp_path: Path) -> None:
    head = '<catalog xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog">'
    for name in ("lib/a b.ttl", "lib/deep/c.ttl", "special/c.ttl", "one.ttl", "far/z.ttl", "far/y.ttl"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    first = tmp_path / "first.xml"
    first.write_text(
        f'{head}<group xml:base="lib/"><rewriteURI uriStartString="http://e/" rewritePrefix="./"/></group>'
        '<rewriteURI uriStartString="http://e/deep/" rewritePrefix="special/"/><uri name="http://e/a%20b.ttl" uri="one.ttl"/>'
        '<rewriteURI uriStartString="http://w/" rewritePrefix="http://elsewhere/"/>'
        '<nextCatalog catalog="far/second.xml"/><nextCatalog catalog="far/third.xml"/></catalog>'
    )
    # The first catalogue that has an address has the last word on it; one that leads back is left alone.
    (tmp_path / "far" / "second.xml").write_text(
        f'{head}<uri name="http://z" uri="z.ttl"/><uri name="http://e/a%20b.ttl" uri="z.ttl"/>'
        '<nextCatalog catalog="../first.xml"/></catalog>'
    )
    (tmp_path / "far" / "third.xml").write_text(f'{head}<uri name="http://z" uri="y.ttl"/><uri name="http://y" uri="y.ttl"/></catalog>')
    found = {iri: str(path.relative_to(tmp_path)) for iri, path in copies_of([("", first)]).items()}
    assert found == {
        **{"http://e/a%20b.ttl": "one.ttl", "http://e/deep/c.ttl": "special/c.ttl"},
        **{"http://z": "far/z.ttl", "http://y": "far/y.ttl"},
    }
    (tmp_path / "far" / "third.xml").unlink()
    with pytest.raises(SourceError, match=r"third\.xml"):
        copies_of([("", first)])


def test_a_catalogue_that_rewrites_to_the_whole_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graph_service.sources.local_copies._MOST", 3)
    for number in range(4):
        (tmp_path / f"{number}.ttl").write_text("")
    wide = tmp_path / "wide.xml"
    wide.write_text(
        '<catalog xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog"><rewriteURI uriStartString="http://e/" rewritePrefix="./"/></catalog>'
    )
    with pytest.raises(SourceError, match="more than 3 files"):
        copies_of([("", wide)])
