"""Each property is used of what its definition says that it is used of: "Relates an undertaking, a contribution or an instrument to …"."""

import re

import pyoxigraph as ox
import pytest

from graph_service.rdf.namespaces import RDF, RDFS, SKOS
from graph_service.reasoning.knowledge import infer, read
from graph_service.settings import Settings
from graph_service.sources.sources import Sources
from tests.conftest import NS

TYPE, LABEL, DEFINITION = ox.NamedNode(RDF + "type"), ox.NamedNode(RDFS + "label"), ox.NamedNode(SKOS + "definition")

#: What definitions call things that have no class of that name: the name of the class, or "thing" for whatever it is.
CALLED = {
    "activity": "undertaking",
    "another affiliation": "affiliation",
    "claim": "attributed claim",
    "claimed": "attributed claim",
    "duration": "thing",
    "figure": "reported figure",
    "figure about conventions": "reported figure",
    "group of people": "beneficiary group",
    "number": "thing",
    "product": "thing",
    "reported change": "reported figure",
    "sum": "thing",
    "thing or person": "thing",
    "thing taken from reference data": "thing",
}


class Uses:
    """What the sources state and what follows: of which classes things are, what classes are called, what properties are said to relate."""

    def __init__(self, stated: set[ox.Triple], inferred: set[ox.Triple]) -> None:
        self.stated = stated
        everything = stated | inferred
        self.classes: dict[object, set[object]] = {}
        for t in everything:
            if t.predicate == TYPE:
                self.classes.setdefault(t.subject, set()).add(t.object)
        told = [(t.predicate, t.subject, english(t.object)) for t in everything if is_own(t.subject)]
        self.named = {text.lower(): term for property, term, text in told if property == LABEL and text}
        self.words = {term: text for property, term, text in told if property == DEFINITION and text}

    def beyond(self) -> set[tuple[str, str]]:
        """Property and thing of the statements whose subject is none of what the property's definition names."""
        found = set()
        for t in self.stated:
            kinds = self.kinds(self.words.get(t.predicate, ""))
            if kinds and not kinds & self.classes.get(t.subject, set()):
                found.add((t.predicate.value.removeprefix(NS), str(t.subject)))
        return found

    def kinds(self, definition: str) -> set[object]:
        """The classes that a definition names before "to"; none if it names anything at all, or does not begin so."""
        found = re.match(r"Relates (?:an?|the) (.+?) to ", definition)
        names = [re.sub(r"^(?:an?|the|other) ", "", name.strip(" ,")) for name in re.split(r", or |, | or ", found[1])] if found else []
        called = [CALLED.get(name, name) for name in names]
        assert "thing" in called or all(name in self.named for name in called), f"{definition}: {called}: what is meant?"
        return set() if "thing" in called else {self.named[name] for name in called}


def is_own(term: object) -> bool:
    return isinstance(term, ox.NamedNode) and term.value.startswith(NS)


def english(term: object) -> str:
    """An English text; empty for anything else."""
    return term.value if isinstance(term, ox.Literal) and term.language == "en" else ""


@pytest.fixture(scope="module")
def uses(settings: Settings) -> Uses:
    knowledge = read(Sources.find(settings.ontology, settings.data), lambda _: None)
    return Uses(set(knowledge.said), set(infer(knowledge).triples))


def test_no_property_is_used_beyond_its_definition(uses: Uses) -> None:
    assert uses.beyond() == set()


@pytest.mark.parametrize("property", ["advances", "inSector", "figureAbout", "develops", "attributedTo"])
def test_a_use_beyond_the_definition_is_found(uses: Uses, property: str) -> None:
    passage = ox.NamedNode("https://w3id.org/labcoop/id/passage/brochure-2023-title")
    stated = {*uses.stated, ox.Triple(passage, ox.NamedNode(NS + property), passage)}
    assert Uses(stated, set()).beyond() >= {(property, str(passage))}
