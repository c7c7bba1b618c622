"""Each ontology is a document of its own, with one header: so tools open the namespace as what it is."""

import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import owlready2
import pytest
import rdflib
from rdflib.namespace import OWL, RDF

from graph_service.settings import bundled
from graph_service.snapshot.dumps import Dump, write_documents
from graph_service.snapshot.ontologies import documents, files, names
from graph_service.snapshot.snapshot import Snapshot
from graph_service.sources.source_file import SourceFile
from graph_service.sources.sources import Sources
from tests.conftest import NS, SPACE

JAVA = Path(__file__).parent / "java" / "Opened.java"

#: What rdflib calls the formats that have triples alone.
PARSERS = {"ttl": "turtle", "nt": "nt", "rdf": "xml", "jsonld": "json-ld"}


def written(folder: Path, **texts: str) -> list[SourceFile]:
    prefixes = "@prefix : <http://e/> . @prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix dcterms: <http://purl.org/dc/terms/> . "
    for name, text in texts.items():
        (folder / f"{name}.ttl").write_text(prefixes + text)
    return [SourceFile(folder / f"{name}.ttl", SPACE.base) for name in texts]


def test_a_document_has_one_header_and_what_its_file_and_its_parts_say(tmp_path: Path) -> None:
    sources = written(
        tmp_path,
        whole=":whole a owl:Ontology ; dcterms:hasPart :part ; owl:versionIRI :whole1 . :A a owl:Class .",
        part=":part a owl:Ontology ; owl:imports :whole . :B a owl:Class .",
        beside=":beside a owl:Ontology . :C a owl:Class .",
        without=":d a :A .",
    )
    found = {iri.removeprefix("http://e/"): document for iri, document in documents(sources).items()}
    subjects = {name: {str(t.subject)[len("<http://e/") : -1] for t in document.triples} for name, document in found.items()}
    assert subjects == {"whole": {"whole", "A", "B", "d"}, "part": {"part", "B"}, "beside": {"beside", "C"}}
    assert found["whole"].versions == ["http://e/whole1"]


def test_several_headers_in_one_file_share_a_document_which_is_written_once(tmp_path: Path) -> None:
    sources = written(tmp_path, merged=" ".join(f":o{n} a owl:Ontology ; owl:versionIRI :v{n} . :A{n} a owl:Class ." for n in range(30)))
    found = documents(sources)
    assert {document.triples for document in found.values()} == {frozenset(quad.triple for quad in sources[0].quads)}
    entries = write_documents(tmp_path, found)
    assert {tuple(entry["files"]) for entry in entries.values()} == {tuple(entries["http://e/o0"]["files"])}
    assert entries["http://e/o7"]["versions"] == ["http://e/v7"]
    assert len(list(tmp_path.glob("*.rdf"))) == 1


def test_every_ontology_of_the_sources_has_a_document(snapshot: Snapshot) -> None:
    own = Sources.find([bundled("ontology")], [])
    headers = {
        quad.subject.value  # type: ignore[union-attr]
        for file in own.ontology
        for quad in file.quads
        if quad.predicate.value == str(RDF.type) and getattr(quad.object, "value", "") == str(OWL.Ontology)
    }
    assert set(names(snapshot).values()) == headers | {SPACE.shapes}
    assert len(headers) >= 12


def opened(snapshot: Snapshot, *formats: str) -> Iterator[tuple[str, Dump]]:
    for iri in sorted(set(names(snapshot).values())):
        yield from ((iri, file) for file in files(snapshot, iri) if file.format.name in formats)


def test_rdflib_finds_one_header_in_every_format(snapshot: Snapshot) -> None:
    for iri, file in opened(snapshot, *PARSERS):
        graph = rdflib.Graph().parse(str(file.path), format=PARSERS[file.format.name])
        assert [str(header) for header in graph.subjects(RDF.type, OWL.Ontology)] == [iri], file.path.name


def test_owlready2_has_the_classes_of_the_namespace(snapshot: Snapshot) -> None:
    for iri, file in opened(snapshot, "rdf", "nt"):
        if iri == SPACE.ontology:
            ontology = owlready2.World().get_ontology(file.path.as_uri()).load()
            assert ontology.base_iri.rstrip("#/") == SPACE.ontology
            own = {found.iri for found in ontology.classes() if found.iri.startswith(NS)}
            assert {NS + "Project", NS + "Convention", NS + "FundedUndertaking"} <= own
            project = ontology.world[NS + "Project"]
            assert {parent.iri for parent in project.is_a} == {NS + "Undertaking", "http://xmlns.com/foaf/0.1/Project"}


@pytest.mark.parametrize("format", ["ttl", "rdf"])
def test_the_owl_api_opens_each_as_the_ontology_that_it_is(snapshot: Snapshot, tmp_path: Path, format: str) -> None:
    if shutil.which("javac") is None:
        pytest.skip("The OWL API was not asked: there is no JDK (javac). On Debian: apt-get install default-jdk-headless")
    found = find_spec("owlready2")
    assert found is not None
    assert found.origin is not None
    jar = Path(found.origin).parent / "hermit" / "HermiT.jar"
    subprocess.run(["javac", "-nowarn", "-d", str(tmp_path), "-cp", str(jar), str(JAVA)], check=True, timeout=600, capture_output=True)
    asked = dict(opened(snapshot, format))
    arguments = [f"{iri}={file.path}" for iri, file in asked.items()]
    done = subprocess.run(
        ["java", "-cp", f"{jar}:{tmp_path}", "Opened", *arguments], check=True, timeout=300, capture_output=True, text=True
    )
    rows = {line.split("\t")[0]: line.split("\t")[1:] for line in done.stdout.splitlines()}
    assert rows.keys() == asked.keys()
    assert {iri: row[0] for iri, row in rows.items()} == {iri: iri for iri in asked}
    assert rows[SPACE.ontology][1].startswith(f"{SPACE.ontology}/0.")
    assert int(rows[SPACE.ontology][2]) > 3000
    # Nothing is fetched: what is imported is here.
    assert {imported for row in rows.values() for imported in row[3:]} <= asked.keys()
    assert rows[SPACE.ontology][3:] == []
    assert rows[f"{SPACE.ontology}/rules"][3:] == [SPACE.ontology]
