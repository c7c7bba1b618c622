"""What a graph is called whose makers have not said so."""

from pathlib import Path

import pyoxigraph as ox
import pytest

from graph_service.description.titles import titles_of
from graph_service.rdf.terms import Literal

HEAD = """@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix dcterms: <http://purl.org/dc/terms/> . @prefix e: <http://e/> . """


@pytest.mark.parametrize(
    ("said", "titles"),
    [
        ('e:a a owl:Ontology ; dcterms:title "A"@en , "Ah"@pt ; rdfs:label "short" .', ['"A"@en', '"Ah"@pt']),
        ('e:a a owl:Ontology ; rdfs:label "short"@en .', ['"short"@en']),
        ('e:a a owl:Ontology ; rdfs:label "A" ; owl:imports e:b . e:b a owl:Ontology ; dcterms:title "B" .', ['"A"']),
        ('e:a a owl:Ontology ; rdfs:label "A" . e:b a owl:Ontology ; dcterms:title "B" .', ['"pizza, data"']),
        ('e:a a owl:Ontology ; rdfs:label " " .', ['"pizza, data"']),
        ('e:a rdfs:label "A" .', ['"pizza, data"']),
    ],
)
def test_the_one_ontology_that_none_imports_gives_the_title_else_the_files(said: str, titles: list[str]) -> None:
    triples = {quad.triple for quad in ox.parse(HEAD + said, ox.RdfFormat.TURTLE)}
    assert [str(title) for title in titles_of(triples, [Path("pizza.owl.gz"), Path("some/data")])] == titles


def test_many_files_are_counted() -> None:
    assert titles_of([], [Path(f"{name}.ttl") for name in "abcde"]) == [Literal("a, b, c + 2")]
