"""Ontologies that nobody here wrote have the closure that owlrl gives them, over made-up facts; and large ones are closed in seconds.

They are read where the packages are installed that bring them: schema.org, SHACL and DASH (pyshacl), Dublin Core and the editor's own of
owlready2, five of Brick and its neighbours (brickschema). Of those that owlrl takes minutes for, it gets what some terms lead to.
"""

import random
import time
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox
import pytest

from graph_service.rdf.namespaces import OWL, RDF, RDFS
from graph_service.reasoning.closure import close
from graph_service.reasoning.second_opinion import second_opinion
from graph_service.reasoning.terminology import (
    RANGE,
    SUB_PROPERTY,
    TYPE,
    Terminology,
    is_datatype,
    is_terminology,
    owl,
    rdfs,
    terminology_of,
)


class Foreign(NamedTuple):
    """An ontology of another package, of how many of its terms the facts are, and what is left out of it here."""

    package: str
    file: str
    terms: int
    left_out: frozenset[str] = frozenset()


BRICK = "ontologies/1.1/Brick.ttl"
ONTOLOGIES = {
    "Dublin Core terms, RDF/XML": Foreign("owlready2", "ontos/dcterms.owl", 40, frozenset({"owl:Class as a class"})),
    "Dublin Core types": Foreign("owlready2", "ontos/dcmitype.owl", 12),
    "an editor's ontology": Foreign("owlready2", "ontos/owlready_editor.owl", 20),
    "SHACL": Foreign("pyshacl", "assets/shacl.ttl", 40, frozenset({"owl:Ontology as a class"})),
    "DASH": Foreign("pyshacl", "assets/dash.ttl", 40, frozenset({"owl:Class as a class", "owl:Ontology as a class"})),
    "schema.org": Foreign("pyshacl", "assets/schema.ttl", 40),
    "Brick, of OWL": Foreign("brickschema", BRICK, 12, frozenset({"owl:Class as a class"})),
    "Brick, of SHACL": Foreign("brickschema", "ontologies/1.5/Brick.ttl", 30, frozenset({"owl:oneOf of values"})),
    "RealEstateCore's alignment": Foreign("brickschema", "ontologies/1.4/alignments/Brick-REC-alignment.ttl", 40),
    "the alignment of building topology": Foreign("brickschema", "ontologies/1.4/alignments/Brick-BOT-alignment.ttl", 20),
    "ASHRAE 223P": Foreign("brickschema", "ontologies/1.5/extensions/223p.ttl", 30),
}

FORMATS = {".ttl": ox.RdfFormat.TURTLE, ".owl": ox.RdfFormat.RDF_XML}


def read(foreign: Foreign) -> list[ox.Quad]:
    """The triples of a file in an installed package."""
    found = find_spec(foreign.package)
    assert found is not None, f"{foreign.package} is part of the extra `test`"
    assert found.origin is not None
    path = Path(found.origin).parent / foreign.file
    return list(ox.parse(path.read_bytes(), FORMATS[path.suffix], base_iri="http://example.org/"))


def part_of(ontology: Iterable[ox.Quad], terms: Iterable[object]) -> list[ox.Quad]:
    """What an ontology says of some terms and of all that this leads to, as far as it is about classes and properties."""
    about: dict[object, list[ox.Quad]] = {}
    for quad in ontology:
        if is_terminology(quad.triple):
            about.setdefault(quad.subject, []).append(quad)
    wanted, todo = set(terms), list(terms)
    while todo:
        new = {quad.object for quad in about.get(todo.pop(), ())} - wanted
        wanted |= new
        todo += new
    return [quad for term in wanted for quad in about.get(term, ())]


def facts_about(terminology: Terminology, terms: Iterable[object], draw: random.Random) -> list[ox.Quad]:
    """Things that are of the classes and have the properties among some terms, at random."""
    kinds: dict[object, set[object]] = {}
    for s, o in terminology.pairs(TYPE):
        kinds.setdefault(s, set()).add(o)
    properties = {s for s, of in kinds.items() if any(str(kind).endswith("Property>") for kind in of)}
    properties |= {s for p in (RANGE, SUB_PROPERTY, rdfs("domain")) for s, _ in terminology.pairs(p)}
    things = [ox.NamedNode(f"http://example.org/thing/{n}") for n in range(12)]
    facts = []
    for term in terms:
        if not isinstance(term, ox.NamedNode) or term.value.startswith((OWL, RDF, RDFS)) or rdfs("Datatype") in kinds.get(term, ()):
            continue
        for _ in range(2):
            if term not in properties:
                facts.append(ox.Quad(draw.choice(things), TYPE, term))
            elif not _has_values(terminology, term):
                facts.append(ox.Quad(draw.choice(things), term, draw.choice(things)))
    return facts


def _has_values(terminology: Terminology, term: object) -> bool:
    """Whether a property has literals for its values: which of them are of its datatype is not told here."""
    above, todo = {term}, [term]
    while todo:
        new = set(terminology.objects(todo.pop(), SUB_PROPERTY)) - above
        above |= new
        todo += new
    return any(
        is_datatype(kind) or rdfs("Datatype") in terminology.objects(kind, TYPE) or owl("DatatypeProperty") in terminology.objects(p, TYPE)
        for p in above
        for kind in (*terminology.objects(p, RANGE), owl("Thing"))
    )


@pytest.mark.parametrize("reasoning", ["owl-rl", "rdfs"])
@pytest.mark.parametrize("name", ONTOLOGIES)
def test_a_foreign_ontology_has_the_closure_that_owlrl_gives_it(name: str, reasoning: str) -> None:
    foreign = ONTOLOGIES[name]
    draw = random.Random(name)
    whole = read(foreign)
    named = sorted({t.subject for t in terminology_of(quad.triple for quad in whole) if isinstance(t.subject, ox.NamedNode)}, key=str)
    terms = draw.sample(named, min(foreign.terms, len(named)))
    ontology = part_of(whole, terms)
    data = facts_about(Terminology(quad.triple for quad in ontology), terms, draw)
    closure = close(ontology, data, reasoning=reasoning)
    inferred, errors = second_opinion(ontology, data, reasoning)
    assert bool(closure.clashes) == bool(errors)
    assert set(closure.inferred) == inferred
    assert len(data) >= min(foreign.terms, 12)
    assert inferred or reasoning == "rdfs" or foreign.terms < 40


@pytest.mark.parametrize("name", ONTOLOGIES)
def test_a_foreign_ontology_is_closed_whole_and_fast(name: str) -> None:
    foreign = ONTOLOGIES[name]
    ontology = read(foreign)
    began = time.process_time()
    closure = close(ontology, [])
    assert time.process_time() - began < 40
    assert not closure.clashes
    assert {left.construct for left in closure.left_out} == foreign.left_out
