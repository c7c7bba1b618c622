"""Each example of a term is borne by the data: of a class it is a name of a thing of it, of a property it begins and ends with what the
property relates."""

import re
from collections import defaultdict

import pyoxigraph as ox
import pytest

from graph_service.rdf.namespaces import OA, OWL, RDF, RDFS, SKOS
from graph_service.rdf.prefixes import curie
from graph_service.settings import bundled
from graph_service.snapshot.snapshot import Snapshot
from graph_service.sources.sources import Sources
from tests.conftest import NS, SPACE

#: What the example of a class ends with that no thing of the data is of.
NONE_YET = ", of which the data have none yet"
NAMES = (RDFS + "label", SKOS + "prefLabel", SKOS + "altLabel", OA + "exact")
CLASS = OWL + "Class"
PROPERTIES = (OWL + "ObjectProperty", OWL + "DatatypeProperty", OWL + "AnnotationProperty")
SOURCED_STATEMENT = NS + "SourcedStatement"


def own_examples() -> list[tuple[str, str, str]]:
    """(IRI, kind, example) of the terms of the ontology, deprecated ones left out."""
    quads = [quad for file in Sources.find([bundled("ontology")], []).ontology for quad in file.quads]
    kinds, texts, deprecated = dict[str, str](), list[tuple[str, str]](), set[str]()
    for quad in quads:
        if not isinstance(quad.subject, ox.NamedNode) or not quad.subject.value.startswith(NS) or isinstance(quad.object, ox.Triple):
            continue
        if quad.predicate.value == RDF + "type" and quad.object.value in (CLASS, *PROPERTIES):
            kinds[quad.subject.value] = quad.object.value
        elif quad.predicate.value == SKOS + "example":
            texts.append((quad.subject.value, quad.object.value))
        elif quad.predicate.value == OWL + "deprecated":
            deprecated.add(quad.subject.value)
    return sorted((iri, kinds[iri], text) for iri, text in texts if iri not in deprecated)


EXAMPLES = own_examples()
OF_CLASSES = [(iri, text) for iri, kind, text in EXAMPLES if kind == CLASS and iri != SOURCED_STATEMENT]
OF_PROPERTIES = [(iri, text) for iri, kind, text in EXAMPLES if kind != CLASS]


class Facts:
    """What the whole graph says, by property, and what things are called in English."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.by_property: dict[str, list[tuple[str, ox.NamedNode | ox.BlankNode | ox.Literal]]] = defaultdict(list)
        self._names: dict[str, set[str]] = defaultdict(set)
        for quad in snapshot.quads():
            if isinstance(quad.subject, ox.NamedNode) and not isinstance(quad.object, ox.Triple):
                self.by_property[quad.predicate.value].append((quad.subject.value, quad.object))
                if quad.predicate.value in NAMES and getattr(quad.object, "language", None) in ("en", None):
                    self._names[quad.subject.value].add(quad.object.value)

    def names(self, term: str | ox.NamedNode | ox.BlankNode | ox.Literal) -> set[str]:
        """What a thing is called; a text is called as it reads, and what has no name by its short IRI."""
        if isinstance(term, ox.Literal):
            return {term.value}
        iri = term if isinstance(term, str) else term.value
        return self._names[iri] | {curie(iri)}

    def things(self, of: str) -> set[str]:
        return {subject for subject, kind in self.by_property[RDF + "type"] if isinstance(kind, ox.NamedNode) and kind.value == of}


@pytest.fixture(scope="module")
def facts(snapshot: Snapshot) -> Facts:
    return Facts(snapshot)


def begins(text: str, name: str) -> bool:
    return bool(re.match(re.escape(name) + r"(?!\w)", text))


def ends(text: str, name: str) -> bool:
    """Whether a text ends with a name, or after a colon with the beginning of a long one and an ellipsis."""
    if text.endswith("…"):
        return any(name.startswith(text[match.end() : -1]) for match in re.finditer(": ", text))
    return bool(re.search(r"(?<!\w)" + re.escape(name) + "$", text))


def says(facts: Facts, iri: str, text: str) -> bool:
    """Whether a sentence tells two things that a property relates, or the text that one has by it, with or without its name before."""
    return any(
        (isinstance(value, ox.Literal) and value.value == text)
        or (
            any(ends(text, name) for name in facts.names(value))
            and any(begins(text, name) and len(name) < len(text) for name in facts.names(subject))
        )
        for subject, value in facts.by_property[iri]
    )


@pytest.mark.parametrize(("iri", "text"), OF_CLASSES, ids=lambda part: part.removeprefix(NS))
def test_the_example_of_a_class_is_a_thing_of_it(iri: str, text: str, facts: Facts) -> None:
    things = facts.things(iri)
    if text.endswith(NONE_YET):
        assert not things
    else:
        assert any(text in facts.names(thing) for thing in things)


@pytest.mark.parametrize(("iri", "text"), OF_PROPERTIES, ids=lambda part: part.removeprefix(NS))
def test_the_example_of_a_property_is_a_fact(iri: str, text: str, facts: Facts) -> None:
    if text.endswith(NONE_YET):
        assert not facts.by_property[iri]
    else:
        assert says(facts, iri, text)


def test_the_example_of_a_sourced_statement_is_what_a_passage_says(facts: Facts) -> None:
    (text,) = [text for iri, _, text in EXAMPLES if iri == SOURCED_STATEMENT]
    passage, said, words = text.partition(" says that ")
    assert said
    proven = {iri for iri, value in facts.by_property[NS + "evidence"] if passage in facts.names(value)} & facts.things(SOURCED_STATEMENT)
    parts = [{s: o for s, o in facts.by_property[RDF + part] if s in proven} for part in ("subject", "object")]
    of, to = parts
    assert any(
        any(begins(words, name) for name in facts.names(of[iri])) and any(ends(words, name) for name in facts.names(to[iri]))
        for iri in proven
    )


def test_what_is_no_fact_is_noticed(facts: Facts) -> None:
    assert says(facts, NS + "locatedIn", "Lima is located in Peru")
    assert not says(facts, NS + "locatedIn", "Lima is located in Canada")
    assert not says(facts, NS + "locatedIn", "Peru is located in Lima")
    assert not says(facts, NS + "locatedIn", "Lima")
    assert says(facts, NS + "textLength", "News item of 16 August 2022: 3632")
    assert not says(facts, NS + "textLength", "News item of 16 August 2022: 632")
    assert not says(facts, NS + "textSha256", "Brochure of June 2023: 3c1494dc06f8…")


def test_examples_are_of_terms_of_the_namespace_alone() -> None:
    assert all(iri.startswith(SPACE.base) for iri, _, _ in EXAMPLES)
    assert len({iri for iri, _, _ in EXAMPLES}) == len(EXAMPLES)
