"""What cannot be read is left out and told where that is asked for: all that can be read is there, and everything else is in the list."""

import random
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest

from graph_service.build.build import build
from graph_service.build.identity import graph_id
from graph_service.errors import SourceError
from graph_service.settings import Settings
from graph_service.sources.parsing import Reading, parse
from graph_service.sources.source_file import SourceFile

RDF = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">'


@pytest.mark.parametrize(
    ("name", "text", "said", "told"),
    [
        (
            "a.ttl",
            "@prefix e: <http://e/> .\ne:a e:p 1 .\ne:b e:p <not an iri> .\nf:c e:p 2 .\ne:d e:p 3 .\n",
            {"1", "3"},
            ["3:9", "4:1"],
        ),
        ("a.nt", "<http://e/a> <http://e/p> 1 .\n<http://e/a> <http://e/p> <http://e/b> .\nnonsense\n", {"http://e/b"}, ["1:27", "3:1"]),
        (
            "a.rdf",
            f"{RDF}\n<e:A rdf:about='http://e/a b'/>\n<e:B/>\n\n<e:C rdf:about='not one'/>\n<e:D/><e:E>\n</rdf:RDF>",
            {"http://e/B", "http://e/D", "http://e/E"},
            ["2", "5", "7:10"],
        ),
        (
            "a.rdf",
            f"{RDF}\n<e:A rdf:about='http://e/a'>\n<e:p>1</e:p><e:q rdf:resource='a b'/><e:r>2</e:r></e:A>\n"
            "<e:A rdf:ID='1'><e:p>3</e:p></e:A></rdf:RDF>",
            {"http://e/A", "1", "2"},
            ["3", "4:16"],
        ),
        (
            "a.trig",
            "<http://e/g> { <http://e/a> <http://e/p> <a b> . <http://e/a> <http://e/p> 2 }\n<http://e/h> { <http://e/a> <http://e/p> 3 }",
            {"2", "3"},
            ["1:43"],
        ),
        ("a.trig", "<http://e/g> { <http://e/a> <http://e/p> 1 .\n f:a <http://e/p> 2 . <http://e/b> <http://e/p> 3 }", {"1"}, ["2:2"]),
        (
            "a.ttl",
            '<http://e/a> <http://e/p> 1 .\n<http://e/a> <http://e/p> "never closed .\n<http://e/a> <http://e/p> 2 .',
            {"1"},
            ["2:27"],
        ),
        (
            "a.jsonld",
            '[{"@id": "http://e/a", "http://e/p": 1},\n {"@id": "http://e/a b", "http://e/p": 2},\n'
            ' {"@id": "http://e/c", "http://e/p": 3}]',
            {"1", "3"},
            ["2:10"],
        ),
        ("a.jsonld", '{"@context": "https://schema.org/", "name": "x"}', set(), ["1:14"]),
        ("a.n3", "@prefix e: <http://e/> .\ne:a e:p 1 .\n{ e:a e:p 2 } => { e:a e:p 3 } .", {"1", None}, ["3:1", "3:1"]),
    ],
)
def test_what_can_be_read_is_there_and_the_rest_is_told(name: str, text: str, said: set[str], told: list[str], tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text)
    file = SourceFile(path, None, Reading(lenient=True))
    assert {getattr(quad.object, "value", None) if not isinstance(quad.object, ox.BlankNode) else None for quad in file.quads} == said
    assert [file.place_of(fault) for fault in file.faults] == [f"{path}:{place}" for place in told]
    assert all(fault.detail.endswith(".") and "Parser error" not in fault.detail for fault in file.faults)
    with pytest.raises(SourceError) as error:
        SourceFile(path, None).quads  # noqa: B018 - it is read
    assert error.value.detail.startswith(f"{path}:{told[0].partition(':')[0]}")


def test_a_build_lists_what_it_leaves_out_and_is_another_than_a_strict_one(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text("@prefix e: <http://e/> .\ne:a e:p 1 .\n" + "e:a e:p <a b> .\n" * 120)
    strict = replace(Settings(), data=(tmp_path / "a.ttl",), ontology=(), queries=(), snapshots=tmp_path / "snapshots")
    with pytest.raises(SourceError, match=r"a.ttl:3:9: "):
        build(strict, print)
    lenient, said = replace(strict, lenient=True), list[str]()
    assert build(lenient, said.append).triples == 1
    listed = [line for line in said if "left out" in line]
    assert listed[0].startswith(f"{tmp_path}/a.ttl:3:9: left out: ")
    assert listed[-1] == f"{tmp_path}/a.ttl: left out: 20 more that cannot be read."
    assert graph_id(lenient) != graph_id(strict)


def test_what_is_no_rdf_at_all_is_an_error_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Dear reader")
    with pytest.raises(SourceError, match="no RDF"):
        SourceFile(tmp_path / "notes.txt", None, Reading(lenient=True)).quads  # noqa: B018 - it is read


@pytest.mark.parametrize("format", ["TURTLE", "N_TRIPLES", "TRIG", "N_QUADS", "N3", "RDF_XML", "JSON_LD"])
def test_whatever_is_done_to_a_file_reading_it_ends_and_a_fault_is_a_fault_either_way(format: str) -> None:
    syntax, chance = getattr(ox.RdfFormat, format), random.Random(7)
    turtle = '<http://e/a> <http://e/p> "é"@fr, "a\\nb", [ <http://e/p> 1 ], ( 1 <http://e/b> ) .'
    triples = [quad.triple for quad in ox.parse(turtle, ox.RdfFormat.TURTLE)]
    whole = ox.serialize(triples, format=ox.RdfFormat.TURTLE if format == "N3" else syntax)
    assert whole is not None
    for _ in range(150):
        content = bytearray(whole)
        for _ in range(chance.randint(1, 5)):
            place = chance.randrange(len(content))
            content[place : place + chance.randint(0, 9)] = bytes(
                chance.choice(b'<>"{}[]()&;,.@ \xff') for _ in range(chance.randint(0, 3))
            )
            content += b" " if not content else b""
        faults = parse(bytes(content), syntax, "file:///a", lenient=True).faults
        assert len(parse(bytes(content), syntax, "file:///a").faults) == bool(faults)
