"""In which line something is said, in each kind of syntax: as Protégé and others write it."""

from pathlib import Path

import pytest

from graph_service.sources.source_file import SourceFile

LABEL, TYPE = "http://www.w3.org/2000/01/rdf-schema#label", "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
OWL, PETS = "http://www.w3.org/2002/07/owl#", "http://example.org/pets#"

PROTEGE = """<?xml version="1.0"?>
<rdf:RDF xmlns="http://example.org/pets#"
     xml:base="http://example.org/pets"
     xmlns:owl="http://www.w3.org/2002/07/owl#" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
     xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#">
    <owl:Ontology rdf:about="http://example.org/pets">
        <owl:imports rdf:resource="http://example.org/animals"/>
    </owl:Ontology>
    <!-- http://example.org/pets#Cat -->
    <owl:Class rdf:about="http://example.org/pets#Cat">
        <rdfs:subClassOf rdf:resource="http://example.org/pets#Animal"/>
        <rdfs:subClassOf>
            <owl:Restriction>
                <owl:onProperty rdf:resource="http://example.org/pets#eats"/>
                <owl:minCardinality rdf:datatype="http://www.w3.org/2001/XMLSchema#integer">3</owl:minCardinality>
            </owl:Restriction>
        </rdfs:subClassOf>
        <rdfs:label xml:lang="en">Cat &amp; mouse</rdfs:label>
    </owl:Class>
    <owl:Class rdf:about="http://example.org/pets#Lynx">
        <rdfs:subClassOf>
            <owl:Class rdf:about="#Cat"/>
        </rdfs:subClassOf>
        <owl:equivalentClass>
            <owl:Class>
                <owl:complementOf rdf:resource="#Dog"/>
            </owl:Class>
        </owl:equivalentClass>
    </owl:Class>
    <owl:Class rdf:ID="Dog">
        <rdfs:label>Dog</rdfs:label>
    </owl:Class>
    <Cat rdf:about="#tom"/>
</rdf:RDF>
"""

ENTITIES = """<!DOCTYPE rdf:RDF [
  <!ENTITY p "http://example.org/pets#" >
]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:owl="http://www.w3.org/2002/07/owl#">
  <owl:Class rdf:about="&p;Animal"/>
  <owl:Class rdf:about="&p;Cat"/>
</rdf:RDF>
"""

JSON = """{
  "@context": {"p": "http://example.org/pets#", "label": "http://www.w3.org/2000/01/rdf-schema#label"},
  "@graph": [
    {
      "@id": "p:Cat",
      "label": "Cat",
      "p:age": 9
    },
    {
      "@id": "http://example.org/pets#Dog",
      "@type": "p:Animal",
      "label": "Dog"
    }
  ]
}
"""


@pytest.mark.parametrize(
    ("parts", "line"),
    [
        ((PETS + "Cat",), 10),
        ((PETS + "Cat", "http://www.w3.org/2000/01/rdf-schema#subClassOf", PETS + "Animal"), 11),
        ((PETS + "Cat", "http://www.w3.org/2000/01/rdf-schema#subClassOf", OWL + "minCardinality", "3"), 15),
        ((PETS + "Cat", LABEL, "Cat & mouse"), 18),
        ((PETS + "Cat", TYPE, OWL + "Class"), 10),
        ((PETS + "Lynx", OWL + "equivalentClass", OWL + "complementOf", PETS + "Dog"), 26),
        ((PETS + "Dog", LABEL), 31),
        ((PETS + "tom",), 33),
        (("http://example.org/pets", OWL + "imports", "http://example.org/animals"), 7),
        (("http://example.org/nobody",), None),
    ],
)
def test_a_line_of_an_ontology_as_protege_saves_it(parts: tuple[str, ...], line: int | None, tmp_path: Path) -> None:
    path = tmp_path / "pets.owl"
    path.write_text(PROTEGE)
    assert SourceFile(path, None).line_of(*parts) == line


def test_a_line_of_a_name_with_an_entity(tmp_path: Path) -> None:
    path = tmp_path / "pets.owl"
    path.write_text(ENTITIES)
    assert [SourceFile(path, None).line_of(PETS + name) for name in ("Animal", "Cat")] == [5, 6]


@pytest.mark.parametrize(
    ("parts", "line"),
    [
        ((PETS + "Cat",), 5),
        ((PETS + "Cat", LABEL, "Cat"), 6),
        ((PETS + "Cat", PETS + "age", "9"), 7),
        ((PETS + "Dog", TYPE, PETS + "Animal"), 11),
        ((PETS + "Dog", LABEL), 12),
    ],
)
def test_a_line_of_json_ld(parts: tuple[str, ...], line: int, tmp_path: Path) -> None:
    path = tmp_path / "pets.jsonld"
    path.write_text(JSON)
    assert SourceFile(path, None).line_of(*parts) == line
