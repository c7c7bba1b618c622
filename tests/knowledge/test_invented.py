"""An author who knows the published ontology alone can say what a news item says, and the right things follow from it."""

from pathlib import Path

import pyoxigraph as ox
import pytest

from graph_service.reasoning.knowledge import infer, read
from graph_service.settings import bundled
from graph_service.sources.sources import Sources
from tests.conftest import NS, SPACE

#: A project that nobody runs, in countries that do not exist: its text, what the text says, and the places and bodies in it.
INVENTED = Path(__file__).parent / "invented"

PROJECT = "project/safe-work-for-all"
UNION = "organisation/garment-workers-union-ostravia"
DEPARTMENT = "organisation/department-for-development-norland"
MINISTRY = "organisation/ministry-of-labour-ostravia"
CENTRE = "organisation/amber-coast-labour-centre"
COMMITTEE = "organisation/steering-committee-safe-work-for-all"
DIALOGUE = "framework/amber-coast-labour-dialogue"
STRATEGY = "framework/labour-inspection-strategy-ostravia"
TRAINED = "result/labour-inspectors-trained"
EXPECTED = "result/fewer-accidents"
NORLAND, OSTRAVIA, WESTMARK, COAST, SEAS = (f"place/{key}" for key in ("XNA", "XOA", "XWA", "amber-coast", "northern-seas"))

#: What is in the graph about a subject and a property, of the schemes and the invented things: all of it, and nothing else.
FOLLOWS = [
    (PROJECT, "fundedBy", {DEPARTMENT}),
    (PROJECT, "hasDonorCountry", {NORLAND}),
    (PROJECT, "hasCooperatingCountry", {NORLAND, OSTRAVIA}),
    (PROJECT, "coversPlace", {OSTRAVIA, WESTMARK, COAST}),
    (PROJECT, "reachesGroup", {"group/garment-workers", "group/workers"}),
    (PROJECT, "involves", {DEPARTMENT, MINISTRY, CENTRE, COMMITTEE}),
    (PROJECT, "contributesTo", {STRATEGY}),
    (PROJECT, "hasResult", {TRAINED}),
    (DEPARTMENT, "funds", {PROJECT}),
    (OSTRAVIA, "memberOf", {DIALOGUE}),
    (OSTRAVIA, "hasFigure", {"figure/inspections-ostravia-rise"}),
    ("activity/training-of-labour-inspectors", "contributesTo", {STRATEGY}),
    ("activity/training-of-labour-inspectors", "reachesGroup", {"group/labour-inspectors"}),
    ("event/flood-2025-01", "ledTo", {"event/delay-of-training"}),
]

#: What must be said nowhere and follow from nothing.
NEVER = [
    (UNION, "funds", PROJECT),
    (MINISTRY, "funds", PROJECT),
    (CENTRE, "funds", PROJECT),
    (PROJECT, "hasDonorCountry", OSTRAVIA),
    (PROJECT, "involves", UNION),
    (PROJECT, "coversPlace", NORLAND),
    (PROJECT, "coversPlace", SEAS),
    (PROJECT, "hasCooperatingCountry", WESTMARK),
    (PROJECT, "hasResult", EXPECTED),
    (PROJECT, "hasResult", "tool/online-accident-reporting"),
    (PROJECT, "reachesGroup", "group/labour-inspectors"),
    (NORLAND, "memberOf", DIALOGUE),
    (CENTRE, "memberOf", DIALOGUE),
]


def node(key: str) -> ox.NamedNode:
    """A thing by its kind and key; of the schemes, only that of the groups is needed."""
    kind, _, name = key.partition("/")
    return ox.NamedNode(f"{SPACE.base}vocab/beneficiary-group/{name}" if kind == "group" else f"{SPACE.base}id/{key}")


def lc(name: str) -> ox.NamedNode:
    return ox.NamedNode(f"{NS}{name}")


@pytest.fixture(scope="module")
def triples() -> set[ox.Triple]:
    """What the invented news item says and what follows from it: `infer` raises if they contradict each other."""
    knowledge = read(Sources.find([bundled("ontology")], [INVENTED]), lambda _: None)
    return {*knowledge.said, *infer(knowledge).triples}


@pytest.mark.parametrize(("subject", "property", "objects"), FOLLOWS)
def test_what_should_follow_does_and_no_more(triples: set[ox.Triple], subject: str, property: str, objects: set[str]) -> None:
    found = {t.object for t in triples if t.subject == node(subject) and t.predicate == lc(property)}
    assert found == {node(key) for key in objects}


@pytest.mark.parametrize(("subject", "property", "object_"), NEVER)
def test_what_must_not_follow_does_not(triples: set[ox.Triple], subject: str, property: str, object_: str) -> None:
    assert ox.Triple(node(subject), lc(property), node(object_)) not in triples


def test_an_expected_result_and_a_tool_are_no_results(triples: set[ox.Triple]) -> None:
    kind = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    assert ox.Triple(node(TRAINED), kind, lc("Result")) in triples
    for key in (EXPECTED, "tool/online-accident-reporting"):
        assert ox.Triple(node(key), kind, lc("Result")) not in triples


def test_what_only_the_new_terms_can_say_is_said(triples: set[ox.Triple]) -> None:
    assert {
        ox.Triple(node(STRATEGY), lc("replaces"), node(f"{STRATEGY}-2015")),
        ox.Triple(node("funding/norland-safe-work-for-all"), lc("shareOf"), node("budget/safe-work-for-all")),
        ox.Triple(node("budget/safe-work-for-all"), lc("inSupportOf"), node(PROJECT)),
        ox.Triple(node(COMMITTEE), lc("reportsTo"), node(MINISTRY)),
        ox.Triple(node("position/ilse-varga-chair-steering-committee"), lc("inRole"), ox.NamedNode(f"{SPACE.base}vocab/role/chair")),
    } <= triples
