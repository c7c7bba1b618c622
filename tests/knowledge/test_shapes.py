"""The project's own data fit all shapes, and for every shape there is an example that does not fit."""

import re
from pathlib import Path

import pyoxigraph as ox
import pytest

from graph_service.checks import shapes, sparql_rules
from graph_service.checks.sparql_rules import Finding
from graph_service.errors import SourceError
from graph_service.rdf.namespaces import OWL, RDFS
from graph_service.reasoning.knowledge import read
from graph_service.settings import bundled
from graph_service.sources.evidence import TYPE, evidence
from graph_service.sources.roles import Role
from graph_service.sources.source_file import SourceFile
from graph_service.sources.sources import Sources
from tests.conftest import NS, PRESENTATION, ROLES, SPACE
from tests.knowledge.test_rules import FOREIGN

ONTOLOGY = bundled("ontology")
FILES = sparql_rules.shapes([ONTOLOGY])
BAD = Path(__file__).parent / "bad" / "shapes"
CLASS, SUBCLASS = ox.NamedNode(OWL + "Class"), ox.NamedNode(RDFS + "subClassOf")
TARGET = ox.NamedNode("http://www.w3.org/ns/shacl#targetClass")
HEADER = "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix s: <http://e/s#> .\n"
#: A framework whose pillars are in no scheme of this project, a country's commitment under it, a part of a grant of unknown size, a country
#: that is helped, a Convention of no stated category, and a meeting with its place and who attended it.
MIRPS = f"""@prefix lc: <{NS}> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix eli: <http://data.europa.eu/eli/ontology#> .
@prefix schema: <https://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix : <http://example.org/> .

:mirps a lc:Framework ; lc:hasAreaOfAction :jobs .
:jobs a skos:Concept ; skos:inScheme :pillars .
:commitment a lc:Commitment ; lc:madeBy :honduras ; lc:commitmentTo :mirps .
:project a lc:Project ; lc:hasFunding :grant ; lc:supports :commitment , :honduras .
:honduras a lc:Country ; lc:iso2 "HN" ; lc:iso3 "HND" ; lc:locatedIn :america .
:america a lc:Region .
:convention a lc:Convention ; lc:conventionNumber "C190" ; dcterms:issued "2019"^^xsd:gYear .
:meeting a lc:Event ; schema:location :honduras ; schema:attendee :department .
:amendment a lc:Instrument ; lc:during :meeting ; eli:amends :agreement .
:agreement a lc:Instrument .
:grant a lc:Funding ; lc:contributor :department ; lc:basedOn :agreement .
:sub-grant a lc:Contribution ; lc:contributor :department ; lc:isPartOf :grant .
"""


@pytest.fixture(scope="module")
def ontology() -> tuple[SourceFile, ...]:
    """The ontology's files, parsed once."""
    return Sources.find([ONTOLOGY], []).ontology


def findings(example: Path, ontology: tuple[SourceFile, ...]) -> list[Finding]:
    """What the shapes find in the ontology and one file of data."""
    data = SourceFile(example, SPACE.graphs + "example")
    quads = [quad for file in ontology for quad in file.quads] + data.quads
    return shapes.check(Sources(ontology, (data,)), quads, shapes.read(FILES))


def expected(example: Path) -> list[tuple[str, str]]:
    """(shape, words of the finding) of the lines `# expects: …` that an example begins with."""
    found: list[tuple[str, str]] = re.findall(r"^# expects: ([\w-]+): (.+)$", example.read_text(encoding="utf-8"), re.MULTILINE)
    return found


@pytest.mark.parametrize("example", sorted(BAD.iterdir()), ids=lambda path: path.stem)
def test_what_does_not_fit_is_found_and_nothing_else(example: Path, ontology: tuple[SourceFile, ...]) -> None:
    found = findings(example, ontology)
    wanted = expected(example)
    for shape, words in wanted:
        assert any(finding.rule == shape and words in str(finding) for finding in found), f"{shape}: {words}: not in {found}"
    assert {finding.rule for finding in found} == {shape for shape, _ in wanted}


def test_every_shape_has_an_example_that_does_not_fit() -> None:
    assert sorted({shape for example in BAD.iterdir() for shape, _ in expected(example)}) == shapes.names(shapes.read(FILES))


def test_a_finding_says_where_what_and_which_shape(ontology: tuple[SourceFile, ...]) -> None:
    example = BAD / "identifiers.ttl"
    (line,) = [n for n, text in enumerate(example.read_text(encoding="utf-8").splitlines(), 1) if '"41302"' in text]
    texts = [str(finding) for finding in findings(example, ontology)]
    sentence = "An IATI identifier begins with the code of its register, as in XM-DAC-41302, and has no space and none of / & | ? in it."
    assert f"{example}:{line}: organisation:ilo (41302): {sentence} [iati-identifier]" in texts


def test_the_projects_own_data_fit_all_shapes() -> None:
    own = read(Sources.find([ONTOLOGY], [bundled("data")]), lambda _: None)
    assert not [str(finding) for finding in shapes.check(own.sources, own.asserted, shapes.read(FILES))]


def test_what_reports_of_others_tell_fits(tmp_path: Path, ontology: tuple[SourceFile, ...]) -> None:
    example = tmp_path / "mirps.ttl"
    example.write_text(MIRPS, encoding="utf-8")
    assert [str(finding) for finding in findings(example, ontology)] == []


def test_data_that_do_not_use_the_ontology_are_left_alone(tmp_path: Path, ontology: tuple[SourceFile, ...]) -> None:
    example = tmp_path / "foreign.ttl"
    example.write_text(FOREIGN, encoding="utf-8")
    assert findings(example, ontology) == []


def test_every_shape_says_something_and_is_a_violation() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in FILES)
    blocks = [block for block in re.split(r"\n(?=shapes:)", text) if " a sh:PropertyShape" in block]
    assert blocks
    for block in blocks:
        assert re.search(r'sh:message "[A-Z][^"]+\."@en ;\n +sh:severity sh:Violation \.', block), block


def test_every_class_of_the_ontology_has_a_shape_or_is_below_one_that_has(ontology: tuple[SourceFile, ...]) -> None:
    triples = {quad.triple for file in ontology for quad in file.quads}
    classes = {t.subject for t in triples if t.predicate == TYPE and t.object == CLASS and str(t.subject).startswith(f"<{NS}")}
    covered = {quad.object for path in FILES for quad in SourceFile(path, None).quads if quad.predicate == TARGET}
    while below := {t.subject for t in triples if t.predicate == SUBCLASS and t.object in covered} - covered:
        covered |= below
    # Made at build, never written; there is nothing in it that its making does not settle.
    assert classes - covered == {ROLES.node(Role.RECORD)}


def test_a_shape_without_a_name_finds_too(tmp_path: Path) -> None:
    shape, data = tmp_path / "shape.ttl", tmp_path / "data.ttl"
    shape.write_text(
        HEADER
        + 's:Thing a sh:NodeShape ; sh:targetClass s:Thing ; sh:property [ sh:path s:part ; sh:minCount 1 ; sh:message "No part." ] .',
        encoding="utf-8",
    )
    data.write_text("@prefix s: <http://e/s#> .\n\ns:a a s:Thing .\n[] a s:Thing .", encoding="utf-8")
    sources = Sources.find([], [data])
    found = shapes.check(sources, sources.data[0].quads, shapes.read([shape]))
    assert [(finding.where, finding.sentence) for finding in found] == [("(no file)", "No part."), (f"{data}:3", "No part.")]
    assert {finding.rule for finding in found} == {"a shape without a name"}


def test_the_records_of_statements_are_left_out(tmp_path: Path) -> None:
    shape, data = tmp_path / "shape.ttl", tmp_path / "data.ttl"
    shape.write_text(
        "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n"
        + HEADER
        + 's:Any a sh:NodeShape ; sh:targetSubjectsOf rdf:subject ; sh:nodeKind sh:Literal ; sh:message "A record." .',
        encoding="utf-8",
    )
    data.write_text(
        "@prefix lc: <https://w3id.org/labcoop/ns#> .\n<http://e/p> a lc:Passage . <http://e/a> <http://e/b> <http://e/c> .",
        encoding="utf-8",
    )
    sources = Sources.find([PRESENTATION], [data])
    quads = [*sources.data[0].quads, *evidence(SPACE, ROLES, sources.data[0])]
    assert len(quads) > 2
    assert shapes.check(sources, quads, shapes.read([shape])) == []


def test_a_file_that_is_no_shape_is_refused(tmp_path: Path) -> None:
    shape = tmp_path / "shape.ttl"
    shape.write_text(HEADER + "s:Thing a sh:NodeShape ; sh:targetNode s:a ; sh:property [ sh:minCount 1 ] .", encoding="utf-8")
    with pytest.raises(SourceError, match="the shapes cannot be used"):
        shapes.check(Sources.find([], []), [], shapes.read([shape]))


def test_without_shapes_everything_fits() -> None:
    assert shapes.check(Sources.find([], []), [], shapes.read([])) == []
