"""Words of a passage that no statement carries are found; in the project's own documents they only become fewer."""

from pathlib import Path

import pytest

from graph_service.checks.uncovered_words import carried, unsaid
from graph_service.reasoning.knowledge import read
from graph_service.settings import Settings
from graph_service.sources.sources import Sources
from tests.conftest import PRESENTATION

#: How many of the words of the two documents are carried at least, in percent. It may only rise: raise it when more are.
FLOOR = 97.0

PASSAGE = """
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix ex: <https://example.org/> .
@prefix lc: <https://w3id.org/labcoop/ns#> .
@prefix oa: <http://www.w3.org/ns/oa#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
ex:passage a lc:Passage ; lc:quotedFrom ex:document ; oa:exact "%s" .
ex:document dcterms:language "%s" .
"""


def look(folder: Path, words: str, statements: str, language: str = "en") -> tuple[str, list[tuple[str, ...]]]:
    (folder / "sources").mkdir(parents=True, exist_ok=True)
    (folder / "sources" / "passage.ttl").write_text(PASSAGE % (words, language) + statements, encoding="utf-8")
    found = unsaid(read(Sources.find([PRESENTATION], (folder,)), lambda _: None))
    return carried(found), [one.left for one in found]


def test_a_word_that_no_statement_carries_is_left_over(tmp_path: Path) -> None:
    statements = 'ex:project rdfs:label "Strengthening the unions"@en ; ex:in ex:country . ex:country rdfs:label "Indonesia"@en .'
    words = "The project strengthened all of the largest unions in Indonesia."
    assert look(tmp_path, words, statements) == ("50.0 %", [("project", "all", "largest")])


@pytest.mark.parametrize(
    "statement",
    [
        'ex:project ex:degree ex:largest . ex:largest rdfs:label "among the largest"@en .',
        'ex:project ex:qualifier "the largest"@en .',
        'ex:project ex:largest "yes" . ex:largest rdfs:label "is the largest"@en .',
        'ex:project a ex:Large . ex:Large rdfs:label "largest thing"@en .',
    ],
)
def test_a_concept_a_text_a_property_and_a_class_carry_a_word(tmp_path: Path, statement: str) -> None:
    assert look(tmp_path, "The largest.", statement) == ("100.0 %", [()])


def test_words_are_looked_at_in_the_language_of_the_document(tmp_path: Path) -> None:
    assert look(tmp_path, "Les syndicats renforcés", 'ex:s rdfs:label "Syndicat renforcé"@fr .', "fr") == ("100.0 %", [()])
    assert look(tmp_path, "Ammattiliitot", "", "fi") == ("no words looked at", [])


def test_ever_more_of_the_words_of_the_two_documents_are_carried(settings: Settings) -> None:
    found = unsaid(read(Sources.find(settings.ontology, settings.data), lambda _: None))
    assert len(found) == 122
    share = float(carried(found).removesuffix(" %"))
    assert share >= FLOOR, [str(one) for one in found if one.left]
    assert share < FLOOR + 0.5, f"{share} % are carried: raise the floor"
