"""A second opinion on the ontology: owlrl and the build infer the same, and where they do not, it is told in words."""

import pytest

from graph_service.reasoning import second_opinion
from graph_service.reasoning.closure import Closure
from graph_service.reasoning.knowledge import read
from graph_service.settings import Settings
from graph_service.sources.sources import Sources
from tests.knowledge.reference import quads

ONTOLOGY = quads(":Dog a owl:Class ; rdfs:subClassOf :Animal . :Animal a owl:Class . :bites a owl:ObjectProperty ; rdfs:range :Animal .")


def test_of_the_own_ontology_there_is_one_opinion(settings: Settings) -> None:
    knowledge = read(Sources.find(settings.ontology, settings.data), lambda _: None)
    assert second_opinion.disagreements(knowledge.ontology) == []
    assert second_opinion.disagreements(ONTOLOGY) == []


def test_what_a_build_does_not_infer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_opinion, "close", lambda *_: Closure([]))
    assert second_opinion.disagreements(ONTOLOGY) == [
        "Only owlrl infers [a thing of http://e/Dog] rdf:type http://e/Animal",
        "Only owlrl infers [a value of http://e/bites] rdf:type http://e/Animal",
    ]
