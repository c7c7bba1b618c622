"""Sources in every serialisation of RDF, plain and compressed, known by name or content; and what each that cannot be read is told."""

import bz2
import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import owlready2
import pyoxigraph as ox
import pytest
import rdflib
import zstandard
from rdflib.compare import isomorphic

from graph_service.errors import SourceError
from graph_service.formats.media_types import DATASET_FORMATS, DUMP_FORMATS, Format
from graph_service.formats.rdf_writer import write_quads, write_sorted
from graph_service.rdf.space import Space
from graph_service.sources.parsing import Reading
from graph_service.sources.source_file import SourceFile
from graph_service.sources.sources import Sources

TURTLE = """@prefix e: <http://example.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
e:a a e:Thing ;
  e:name "Zoë"@fr, "<b>bold</b> & \\"quoted\\"", "a\\nb" ;
  e:number "01"^^xsd:integer, "1.50"^^xsd:decimal, "yes"^^xsd:boolean ;
  e:knows [ e:name "no name" ] ;
  e:list ( 1 2 e:b ) .
"""
OF = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".trig": ox.RdfFormat.TRIG,
    ".nq": ox.RdfFormat.N_QUADS,
    ".n3": ox.RdfFormat.N3,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".owl": ox.RdfFormat.RDF_XML,
    ".xml": ox.RdfFormat.RDF_XML,
    ".jsonld": ox.RdfFormat.JSON_LD,
    ".json": ox.RdfFormat.JSON_LD,
}
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstandard.ZstdCompressor().compress,
}
OWL_HEAD = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://example.org/">'


def written(format: ox.RdfFormat) -> bytes:
    triples = [quad.triple for quad in ox.parse(TURTLE, ox.RdfFormat.TURTLE)]
    content = ox.serialize(triples, format=format)
    assert content is not None
    return content


def graph_of(quads: list[ox.Quad]) -> rdflib.Graph:
    return rdflib.Graph().parse(data=ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES), format="nt")


@pytest.fixture(autouse=True)
def as_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """rdflib, as the judge, keeps literals as they are written."""
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)


def told(path: Path, reading: Reading | None = None) -> str:
    """What is told of a file that cannot be read, behind its name."""
    with pytest.raises(SourceError) as error:
        SourceFile(path, None, reading or Reading()).quads  # noqa: B018 - it is read
    assert error.value.detail.startswith(str(path))
    return error.value.detail.removeprefix(str(path))


@pytest.mark.parametrize("packed", PACKERS)
@pytest.mark.parametrize("ending", OF)
def test_each_serialisation_is_read_from_a_folder_and_by_name_and_nothing_is_lost(ending: str, packed: str, tmp_path: Path) -> None:
    path = tmp_path / "deep" / "er" / f"My Things{ending.upper()}{packed.title()}"
    path.parent.mkdir(parents=True)
    path.write_bytes(PACKERS[packed](written(OF[ending])))
    (found,) = Sources.find([], [tmp_path]).data
    (named,) = Sources.find([], [path]).data
    dataset = ending in {".trig", ".nq"}
    assert (found.graph, named.graph) == ((None, None) if dataset else (Space().graphs + "er", Space().graphs + "My%20Things"))
    assert isomorphic(graph_of(found.quads), rdflib.Graph().parse(data=TURTLE))
    assert len(found.quads) == len(list(ox.parse(TURTLE, ox.RdfFormat.TURTLE)))


@pytest.mark.parametrize("format", DUMP_FORMATS, ids=str)
def test_what_is_written_of_the_graph_is_read_again(format: Format, tmp_path: Path) -> None:
    source = tmp_path / "a.rdf"
    source.write_bytes(written(ox.RdfFormat.RDF_XML))
    quads = SourceFile(source, None).quads
    again = tmp_path / f"again.{format.name}"
    again.write_bytes(write_quads(quads, format) if format.name in DATASET_FORMATS else write_sorted([q.triple for q in quads], format))
    assert isomorphic(graph_of(SourceFile(again, None).quads), graph_of(quads))


def test_json_ld_has_its_own_graphs_beside_that_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonld"
    path.write_text('{"@id": "http://e/g", "http://e/p": 1, "@graph": [{"@id": "http://e/s", "http://e/p": 2}]}')
    quads = Sources.find([], [path]).data[0].quads
    graphs = {quad.object.value: quad.graph_name.value for quad in quads if isinstance(quad.object, ox.Literal)}  # type: ignore[union-attr]
    assert graphs == {"1": Space().graphs + "a", "2": "http://e/g"}
    assert {quad.graph_name for quad in Sources.find([path], []).ontology[0].quads} == {ox.NamedNode(Space().graphs + "ontology")}


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        *(("pizza.owl", ".ttl"), ("a.rdf", ".nt"), ("a.xml", ".ttl"), ("a.json", ".ttl"), ("a.owl", ".nq"), ("a.owl", ".jsonld")),
        *(("a.ttl", ".rdf"), ("a.nt", ".rdf"), ("a.n3", ".rdf"), ("a.jsonld", ".rdf"), ("a.nt", ".jsonld")),
        *(("data", ending) for ending in (".ttl", ".nt", ".nq", ".rdf", ".jsonld")),
        *(("a.txt", ".trig"), ("a.turtle", ".ttl")),
    ],
)
def test_the_content_decides_where_the_name_is_silent_or_wrong(name: str, ending: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(written(OF[ending]))
    (file,) = Sources.find([], [path]).data
    assert isomorphic(graph_of(file.quads), rdflib.Graph().parse(data=TURTLE))


@pytest.mark.parametrize("path", sorted(Path(owlready2.__file__).parent.glob("ontos/*.owl")), ids=lambda path: path.name)
def test_ontologies_of_others_are_read_as_rdflib_reads_them(path: Path) -> None:
    format = "xml" if path.read_bytes().lstrip().startswith(b"<?xml") or b"<rdf:RDF" in path.read_bytes() else "nt"
    judge = rdflib.Graph().parse(path, format=format, publicID=path.resolve().as_uri())
    quads = SourceFile(path, None).quads
    assert len(quads) > 5
    # Language tags are the same in capitals and small letters (RDF 1.1 Concepts, section 3.3); the parser makes them small.
    small = list(ox.parse(judge.serialize(format="nt"), ox.RdfFormat.N_TRIPLES))
    assert isomorphic(graph_of(quads), graph_of(small))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.owl", '<?xml version="1.0"?>\n<Ontology xmlns="http://www.w3.org/2002/07/owl#" ontologyIRI="http://e/"></Ontology>', "OWL/XML"),
        ("a.xml", '<Ontology xmlns="http://www.w3.org/2002/07/owl#"/>', "robot convert --input a.xml --output a.ttl"),
        ("a.owl", "Prefix(:=<http://e/>)\nOntology(<http://e/>)", "OWL functional syntax"),
        ("a.ttl", "# made by hand\nPrefix: : <http://e/>\nOntology: <http://e/>\nClass: A", "Manchester syntax"),
        ("go.obo", "format-version: 1.2\nontology: go\n", "robot convert --input go.obo --output go.ttl"),
        ("a.xml", '<catalog xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog"/>', "no RDF/XML: its root is <catalog>"),
        ("a.ttl", "<!DOCTYPE html>\n<html><head></head></html>", "a page of HTML"),
        ("package.json", '{"name": "x", "version": "1"}', "JSON and no JSON-LD"),
        ("notes.txt", "Dear reader,\nthis is no RDF.", "no RDF: it begins with 'Dear reader, this is no RDF.'"),
        ("a.owl", "%% {template}", "no RDF: it begins with '%% {template}'"),
        ("a.pdf", "%PDF-1.7", "a PDF document"),
        ("a.ttl", "PK\x03\x04", "ZIP"),
        ("find.rq", "# all\nPREFIX e: <http://e/>\nSELECT * { ?s e:p ?o }", "a SPARQL query"),
        ("a.bin", "\x00\x01\x02", "a binary file"),
        ("nothing", "", "empty"),
    ],
)
def test_what_is_no_source_is_told_what_it_seems_to_be(name: str, content: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(content)
    detail = told(path)
    assert detail.startswith(": not a source file; it seems to be ")
    assert words in detail


def test_a_folder_is_read_without_what_is_no_rdf_in_it(tmp_path: Path) -> None:
    others = {
        "catalog-v001.xml": '<catalog xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog"/>',
        "package.json": '{"name": "x", "files": ["@context"]}',
        "recorded.json": '{"answer": {"@context": "https://schema.org/"}}',
        "broken.json": "{",
        "data.csv": "a,b",
        "README.md": "# Data",
    }
    for name, text in others.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "a.json").write_bytes(written(ox.RdfFormat.JSON_LD))
    (tmp_path / "b.xml").write_bytes(written(ox.RdfFormat.RDF_XML))
    assert [file.path.name for file in Sources.find([], [tmp_path]).data] == ["a.json", "b.xml"]


@pytest.mark.parametrize(
    ("name", "content", "detail"),
    [
        (
            "a.rdf",
            f"{OWL_HEAD}\n  <e:A rdf:about='http://e/ok'/>\n  <e:A rdf:about='http://e/a b'/>\n</rdf:RDF>",
            ":3:33: error while parsing",
        ),
        ("a.rdf", f"{OWL_HEAD}\n\n  <e:A>\n</rdf:RDF>", ":4:10: ill-formed document: expected `</e:A>`"),
        ("a.owl", f"{OWL_HEAD}\n<e:A rdf:ID='x'/>\n<e:A rdf:ID='x'/></rdf:RDF>", ":3:17: "),
        ("a.jsonld", '{"@id": "http://e/a",\n "http://e/p": 1,}', ":2:18: Trailing commas are not allowed."),
        ("a.jsonld", '[{"@id": "http://e/a",\n "http://e/p": {"@id": "http://e/a b"}}]', ":2:24: http://e/a b: "),
        ("a.jsonld", '{"@id": "http://e/a",\n "http://e/p": {"@value": "x", "@language": "en_US"}}', ":2:45: en_US: no language tag"),
        ("a.n3", "@prefix e: <http://e/> .\n{ e:a e:p 1 } => { e:a e:q 1 } .", ":2:1: A formula"),
        ("a.owl", "<http://e/a> <http://e/b> .", ":1:27: "),
        ("a.rdf", "<?xml version='1.0' encoding='klingon'?><a xmlns='urn:a'/>", ":1:1: There is no encoding klingon"),
    ],
)
def test_a_fault_is_told_with_file_line_and_column(name: str, content: str, detail: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(content)
    assert told(path).startswith(detail), told(path)


@pytest.mark.parametrize("packed", [packed for packed in PACKERS if packed])
@pytest.mark.parametrize("left", [1, 10, 40])
def test_a_compressed_file_that_is_cut_off_is_told(packed: str, left: int, tmp_path: Path) -> None:
    path = tmp_path / f"a.ttl{packed}"
    path.write_bytes(PACKERS[packed](TURTLE.encode() * 100)[:-left])
    assert "is cut off or damaged" in told(path)


def test_several_parts_in_one_compressed_file_are_read_as_one(tmp_path: Path) -> None:
    lines = [f"<http://e/{number}> <http://e/p> 1 .\n".encode() for number in range(2)]
    for packed, pack in PACKERS.items():
        path = tmp_path / f"a.ttl{packed}"
        path.write_bytes(b"".join(map(pack, lines)))
        assert len(SourceFile(path, None).quads) == 2


@pytest.mark.parametrize("encoding", ["iso-8859-1", "utf-16", "windows-1252", "utf-8-sig"])
def test_xml_in_any_encoding_is_read(encoding: str, tmp_path: Path) -> None:
    declared = f"<?xml version='1.0' encoding='{encoding.removesuffix('-sig')}'?>"
    path = tmp_path / "a.rdf"
    path.write_bytes(f"{declared}\n{OWL_HEAD}<e:A rdf:about='http://e/é'><e:p>naïve</e:p></e:A></rdf:RDF>".encode(encoding))
    assert {quad.object.value for quad in SourceFile(path, None).quads} == {"http://example.org/A", "naïve"}  # type: ignore[union-attr]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_lines_of_xml_end_as_xml_has_it(end: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.rdf"
    text = f"{OWL_HEAD}<e:A><e:p>one\ntwo&#13;three</e:p>\n<e:p><![CDATA[four\nfive]]></e:p>\n<e:p>six</e:p></e:A></rdf:RDF>"
    path.write_bytes(text.encode().replace(b"\n", end))
    quads = SourceFile(path, None).quads
    assert {quad.object.value for quad in quads} == {"http://example.org/A", "one\ntwo\rthree", "four\nfive", "six"}  # type: ignore[union-attr]
    path.write_bytes(text.replace("six", "&six;").encode().replace(b"\n", end))
    assert told(path).startswith(":5:")


def test_entities_as_protege_writes_them_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.owl"
    path.write_text(
        '<?xml version="1.0"?>\n<!DOCTYPE rdf:RDF [\n <!ENTITY owl "http://www.w3.org/2002/07/owl#" >\n'
        ' <!ENTITY rdf "http://www.w3.org/1999/02/22-rdf-syntax-ns#" >\n]>\n'
        '<rdf:RDF xmlns:rdf="&rdf;" xmlns:owl="&owl;"><rdf:Description rdf:about="http://e/A"><rdf:type rdf:resource="&owl;Class"/>'
        "</rdf:Description></rdf:RDF>"
    )
    (quad,) = SourceFile(path, None).quads
    assert quad.object == ox.NamedNode("http://www.w3.org/2002/07/owl#Class")


def test_a_context_by_its_address_is_not_fetched_and_told(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonld"
    path.write_text('{\n  "@context": ["https://schema.org/"], "name": "x"\n}')
    iri = "https://schema.org/"
    assert told(path) == f":2:15: The context {iri} is needed, and nothing is fetched. --context {iri}=FILE names a copy of it."


def test_a_thing_of_json_ld_whose_name_is_a_word_for_a_keyword_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonld"
    path.write_text('{"@context": {"@base": "http://e/", "@vocab": "http://e/", "name": "@id"}, "name": "name", "p": 1}')
    assert (
        told(path) == ": A thing is called by a word that stands for @id in the context, and so has no IRI (JSON-LD 1.1 API, section 5.2)."
    )


IN = '"in": {"@id": "e:in", "@context": "last.jsonld"}'


def test_a_context_beside_its_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "terms").mkdir()
    (tmp_path / "terms" / "all.jsonld").write_text('{"@context": ["more.jsonld", {"n": "e:n"}]}')
    (tmp_path / "terms" / "more.jsonld").write_text(
        '{"@context": {"e": "http://example.org/", "in": {"@id": "e:in", "@context": "last.jsonld"}}}'
    )
    (tmp_path / "terms" / "last.jsonld").write_text('{"@context": {"n": "http://example.org/other"}}')
    path = tmp_path / "a.jsonld"
    path.write_text('{"@context": "terms/all.jsonld", "@id": "e:a", "n": 1,\n "in": {"n": 2},,}')
    assert told(path).startswith(":2:17: ")
    path.write_text(path.read_text().replace(",,", ""))
    said = {quad.predicate.value: quad.object.value for quad in SourceFile(path, None).quads if isinstance(quad.object, ox.Literal)}
    assert said == {"http://example.org/n": "1", "http://example.org/other": "2"}


def test_a_context_that_has_itself_in_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.jsonld").write_text('{"@context": "b.jsonld"}')
    (tmp_path / "b.jsonld").write_text('{"@context": "a.jsonld"}')
    assert told(tmp_path / "a.jsonld").endswith("b.jsonld has itself in it, which is not supported here.")


@pytest.mark.parametrize("ending", [".ttl", ".rdf", ".jsonld"])
def test_an_iri_that_would_run_is_told_with_its_line(ending: str, tmp_path: Path) -> None:
    triple = ox.Triple(ox.NamedNode("http://e/a"), ox.NamedNode("http://e/p"), ox.NamedNode("javascript:alert(1)"))
    content = ox.serialize([triple], format=OF[ending])
    assert content is not None
    (tmp_path / f"a{ending}").write_bytes(content)
    (told,) = Sources.find([], [tmp_path]).warnings()
    line = content[: content.index(b"javascript")].count(b"\n") + 1
    assert told == f"{tmp_path}/a{ending}:{line}: <javascript:alert(1)…> would run in a browser. Pages show it as text."


def test_a_file_whose_name_tells_nothing_is_read_as_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "dump").write_text("<a> <http://e/b> <c> <http://e/g> .\n".replace("<a>", "<http://e/a>").replace("<c>", "<http://e/c>"))
    (tmp_path / "page.html").write_text("# <html>\n<http://e/a> <http://e/b> 1 .")
    (tmp_path / "named.ttl").write_text("<http://e/a> <http://e/b> 2 .")
    quads = Sources.find([], [tmp_path / "dump"], Reading(format="nq")).data[0].quads
    assert [str(quad.graph_name) for quad in quads] == ["<http://e/g>"]
    files = Sources.find([], [tmp_path / "page.html", tmp_path / "named.ttl"], Reading(format="n3")).data
    assert [quad.object.value for file in files for quad in file.quads if isinstance(quad.object, ox.Literal)] == ["1", "2"]
    (wrong,) = Sources.find([], [tmp_path / "page.html"], Reading(format="rdf")).data
    with pytest.raises(SourceError, match=r"page\.html:1"):
        wrong.quads  # noqa: B018 - reading it is what fails


@pytest.mark.parametrize("ending", ["nt", "ttl", "nq", "trig"])
def test_a_text_that_is_too_long_to_be_read_is_told_with_its_line(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"long.{ending}"
    path.write_text(
        "<http://e/a> <http://e/b> 'short' .\n<http://e/a> <http://e/b> 'X' .\n".replace("X", "lorem " * (3 * 2**20)).replace("'", '"')
    )
    assert told(path).startswith(":2: A text or name of more than 16 MiB")
    file = SourceFile(path, None, Reading(lenient=True))
    assert [quad.object.value for quad in file.quads if isinstance(quad.object, ox.Literal)] == ["short"]
    (fault,) = file.faults
    assert fault.detail.endswith("All behind it is left out.")
