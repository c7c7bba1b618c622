"""Every term of another vocabulary that is used exists there: a wrong name would be found by nobody else."""

import pyoxigraph as ox
import pytest
from rdflib import URIRef
from rdflib.namespace import DCTERMS, FOAF, ORG, OWL, PROV, RDF, RDFS, SDO, SH, SKOS, VANN, XSD

from graph_service.rdf.prefixes import curie
from graph_service.settings import bundled
from graph_service.sources.roles import TERMS
from graph_service.sources.source_file import SourceFile
from graph_service.sources.sources import Sources
from tests.conftest import SPACE

#: Vocabularies of which rdflib knows every term.
KNOWN = (DCTERMS, FOAF, ORG, OWL, PROV, RDF, RDFS, SDO, SH, SKOS, VANN, XSD)
SOURCES = Sources.find([bundled("ontology")], [bundled("data")])
ALIGNMENTS = [file for file in SOURCES.ontology if file.path.parent.name == "alignments"]
LIST = bundled("ontology") / "external-terms.txt"
LISTED = [line for line in LIST.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
TYPE = str(RDF.type)

#: In an alignment, the object of any other property is a term.
NOT_TERMS = {str(DCTERMS.license), str(DCTERMS.creator)}


def terms(file: SourceFile) -> set[str]:
    """The IRIs of other vocabularies that a file uses: its predicates and classes, and both sides of an alignment."""
    found = {quad.predicate.value for quad in file.quads}
    for quad in file.quads:
        is_term = quad.predicate.value == TYPE or (file in ALIGNMENTS and quad.predicate.value not in NOT_TERMS)
        if is_term and isinstance(quad.object, ox.NamedNode):
            found.add(quad.object.value)
        if file in ALIGNMENTS and isinstance(quad.subject, ox.NamedNode):
            found.add(quad.subject.value)
    return {iri for iri in found if not iri.startswith(SPACE.base)}


def exists(iri: str) -> bool:
    return iri in LISTED or iri in TERMS or any(URIRef(iri) in vocabulary for vocabulary in KNOWN)


@pytest.mark.parametrize("file", SOURCES.files, ids=lambda file: "/".join(file.path.parts[-2:]))
def test_every_foreign_term_exists_in_its_vocabulary(file: SourceFile) -> None:
    assert [iri for iri in sorted(terms(file)) if not exists(iri)] == []


def test_a_term_that_does_not_exist_is_noticed() -> None:
    assert exists(str(PROV) + "wasDerivedFrom")
    assert not exists(str(PROV) + "wasDerivedfrom")
    assert not exists("http://purl.org/cerif/frapo/Project")


def test_the_list_names_each_term_once_and_none_that_is_not_used() -> None:
    used = set().union(*(terms(file) for file in SOURCES.files))
    assert sorted(set(LISTED)) == sorted(LISTED)
    assert set(LISTED) <= used


@pytest.mark.parametrize("file", [*SOURCES.files], ids=lambda file: "/".join(file.path.parts[-2:]))
def test_schema_org_is_https(file: SourceFile) -> None:
    assert b"http://schema.org" not in file.text


@pytest.mark.parametrize("file", ALIGNMENTS, ids=lambda file: file.path.stem)
def test_an_alignment_says_nothing_new_about_the_own_terms_alone(file: SourceFile) -> None:
    own = [
        f"{curie(quad.subject.value)} {curie(quad.predicate.value)} {curie(quad.object.value)}"
        for quad in file.quads
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode)
        if quad.subject.value.startswith(SPACE.base) and quad.object.value.startswith(SPACE.base)
    ]
    assert own == []
