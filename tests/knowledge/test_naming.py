"""What a graph calls itself: by its own files, by a setting, or by nobody's name."""

from dataclasses import replace
from pathlib import Path

import pytest

from graph_service.build.build import build
from graph_service.errors import SettingError
from graph_service.rdf.prefixes import curie
from graph_service.rdf.space import Space
from graph_service.settings import Settings
from graph_service.sources.imports import sources_of

DATASET = """@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix void: <http://rdfs.org/ns/void#> .
"""
SECOND = "<http://e/maker> a <http://xmlns.com/foaf/0.1/Agent> ."


def space(folder: Path, dataset: str = "", ontology: str = "", base: str = "") -> Space:
    (folder / "facts").mkdir()
    (folder / "facts" / "facts.ttl").write_text("@prefix e: <http://e/> . e:a e:b e:c .")
    if dataset:
        (folder / "facts" / "dataset.ttl").write_text(DATASET + dataset)
    if ontology:
        (folder / "o.ttl").write_text(DATASET + ontology)
    files = (folder / "o.ttl",) if ontology else ()
    return sources_of(replace(Settings(), data=(folder / "facts",), ontology=files, base=base)).space


@pytest.mark.parametrize(
    ("said", "dataset", "base"),
    [
        (f"<http://e/data> a void:Dataset . {SECOND}", "http://e/data", "http://e/data/"),
        (f"<http://e/data#this> a <http://www.w3.org/ns/dcat#Dataset> . {SECOND}", "http://e/data#this", "http://e/data/"),
        (f"<http://e/data> a <https://schema.org/Dataset> ; void:uriSpace 'http://e/' . {SECOND}", "http://e/data", "http://e/"),
        ("<http://e/d/> dcterms:title 'The only thing that is spoken of' .", "http://e/d/", "http://e/d/"),
        ("<http://e/1> a void:Dataset ; void:uriSpace 'http://e/' . <http://e/2> a void:Dataset .", "http://e/1", "http://e/"),
    ],
)
def test_a_graph_is_called_as_its_dataset_file_says(tmp_path: Path, said: str, dataset: str, base: str) -> None:
    found = space(tmp_path, said)
    assert (found.dataset, found.base, found.is_named) == (dataset, base, True)


@pytest.mark.parametrize(
    "said", ["", "<http://e/1> a void:Dataset . <http://e/2> a void:Dataset .", f"<http://e/1> dcterms:title 'x' . {SECOND}"]
)
def test_a_graph_that_does_not_say_is_called_by_nobodys_name(tmp_path: Path, said: str) -> None:
    found = space(tmp_path, said)
    assert (found.base, found.is_named) == ("https://graph.invalid/", False)
    assert found.graph_inferred == "https://graph.invalid/graph/inferred"


def test_an_ontology_says_with_which_data_it_goes(tmp_path: Path) -> None:
    assert space(tmp_path, ontology="<http://e/o> void:inDataset <http://e/data/> .").base == "http://e/data/"


def test_the_setting_goes_before_what_is_said(tmp_path: Path) -> None:
    found = space(tmp_path, f"<http://e/data> a void:Dataset . {SECOND}", base="http://other/")
    assert (found.base, found.dataset) == ("http://other/", "http://e/data")


@pytest.mark.parametrize("base", ["http://e", "http://e/#", "urn:x:", "http://e/?a/", "e/"])
def test_a_base_that_cannot_be_is_refused(base: str) -> None:
    with pytest.raises(SettingError, match="GRAPH_SERVICE_BASE"):
        Settings.read({"GRAPH_SERVICE_BASE": base})


def test_the_prefixes_of_the_files_and_those_that_are_declared_are_known(tmp_path: Path) -> None:
    declared = "<http://e/> a void:Dataset ; sh:declare [ sh:prefix 'kept' ; sh:namespace 'http://k/' ] ."
    space(tmp_path, declared)
    settings = replace(Settings(), data=(tmp_path / "facts",), ontology=(), queries=(), reasoning="none", snapshots=tmp_path / "snapshots")
    snapshot = build(settings, lambda _: None)
    known = snapshot.space.prefixes
    assert (known["e"], known["kept"], known["graph"]) == ("http://e/", "http://k/", "http://e/graph/")
    assert "@prefix e: <http://e/>" in snapshot.path_of("ttl").read_text()
    assert "labcoop" not in snapshot.path_of("trig").read_text()
    assert curie("https://w3id.org/labcoop/ns#Project") == "lc:Project"
