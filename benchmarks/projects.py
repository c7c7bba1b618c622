"""Made-up data in the shape of the project's own, with its real ontology: what all benchmarks run on."""

import random
from collections.abc import Iterator
from itertools import islice

import pyoxigraph as ox

from graph_service.rdf.namespaces import RDF, RDFS, SKOS
from graph_service.rdf.space import Space
from graph_service.settings import bundled
from graph_service.sources.sources import Sources

SEED = 2022

_SPACE = Space("https://w3id.org/labcoop/")

TYPE = f"<{RDF}type>"


def ontology() -> list[ox.Triple]:
    """The project's own ontology."""
    return sorted({quad.triple for file in Sources.find([bundled("ontology")], []).ontology for quad in file.quads}, key=str)


def made_up(triples: int, seed: int = SEED) -> Iterator[str]:
    """So many triples as lines of N-Triples, the same for the same seed: projects with all that hangs on them, in groups of about 600.

    A group is a country with its government and departments, a region with smaller areas, strategies, conventions and a dozen projects.
    Only a few things are shared by all: the continent, the groups of people, the agenda. So a graph ten times as large has ten times
    as much to infer, as in real life.
    """
    return islice(_groups(random.Random(seed)), triples)


def _groups(dice: random.Random) -> Iterator[str]:
    number = 0
    yield from _shared()
    while True:
        number += 1
        yield from _group(dice, str(number))


def _lc(name: str) -> str:
    return f"<{_SPACE.terms}{name}>"


def _thing(kind: str, key: str) -> str:
    return f"<{_SPACE.things}{kind}/{key}>"


def _label(text: str) -> str:
    return f'"{text}"@en'


def _say(subject: str, *pairs: tuple[str, str]) -> Iterator[str]:
    for predicate, object_ in pairs:
        yield f"{subject} {TYPE if predicate == 'a' else predicate if predicate.startswith('<') else _lc(predicate)} {object_} .\n"


_BROADER, _LABEL = f"<{SKOS}broader>", f"<{RDFS}label>"
_KINDS_OF_PEOPLE = 60


def _shared() -> Iterator[str]:
    yield from _say(_thing("place", "world"), ("a", _lc("Region")), (_LABEL, _label("World")))
    yield from _say(_thing("framework", "agenda"), ("a", _lc("Agenda")), (_LABEL, _label("Agenda")))
    yield from _say(_thing("organisation", "union"), ("a", _lc("IntergovernmentalOrganisation")), (_LABEL, _label("Union")))
    for n in range(_KINDS_OF_PEOPLE):
        group = f"<{_SPACE.vocabulary}beneficiary-group/{n}>"
        yield from _say(group, ("a", _lc("BeneficiaryGroup")), (f"<{SKOS}prefLabel>", _label(f"People {n}")))
        if n:
            yield from _say(group, (_BROADER, f"<{_SPACE.vocabulary}beneficiary-group/{(n - 1) // 3}>"))


def _group(dice: random.Random, key: str) -> Iterator[str]:
    region, country, government = _thing("place", f"r{key}"), _thing("place", f"c{key}"), _thing("organisation", f"g{key}")
    strategy, process = _thing("framework", f"s{key}"), _thing("framework", f"p{key}")
    yield from _say(region, ("a", _lc("Region")), ("locatedIn", _thing("place", "world")), (_LABEL, _label(f"Region {key}")))
    yield from _say(country, ("a", _lc("Country")), ("locatedIn", region), (_LABEL, _label(f"Country {key}")))
    yield from _say(government, ("a", _lc("Government")), ("governmentOf", country), (_LABEL, _label(f"Government {key}")))
    yield from _say(process, ("a", _lc("RegionalProcess")), ("isPartOf", _thing("framework", "agenda")), (_LABEL, _label(f"Process {key}")))
    yield from _say(strategy, ("a", _lc("Strategy")), ("isPartOf", process), (_LABEL, _label(f"Strategy {key}")))
    areas = [_thing("place", f"a{key}-{n}") for n in range(4)]
    for n, area in enumerate(areas):
        inside = country if n < 2 else areas[n - 2]
        yield from _say(area, ("a", _lc("SubnationalArea")), ("locatedIn", inside), (_LABEL, _label(f"Area {key}-{n}")))
    departments = [_thing("organisation", f"d{key}-{n}") for n in range(4)]
    for n, department in enumerate(departments):
        above, kind = (government, "GovernmentDepartment") if n < 2 else (departments[n - 2], "OrganisationUnit")
        yield from _say(department, ("a", _lc(kind)), ("unitOf", above), (_LABEL, _label(f"Department {key}-{n}")))
    membership = _thing("membership", key)
    yield from _say(country, ("hasMembership", membership))
    yield from _say(membership, ("a", _lc("Membership")), ("ofOrganisation", _thing("organisation", "union")))
    for n in range(3):
        convention, ratification = _thing("standard", f"{key}-{n}"), _thing("instrument", f"{key}-{n}")
        category = f"<{_SPACE.vocabulary}convention-category/{dice.choice(['fundamental', 'governance', 'technical'])}>"
        yield from _say(convention, ("a", _lc("Convention")), ("conventionCategory", category), (_LABEL, _label(f"Convention {key}-{n}")))
        yield from _say(ratification, ("a", _lc("Ratification")), ("ratifyingState", country), ("ratifiedInstrument", convention))
    for n in range(12):
        yield from _project(dice, f"{key}-{n}", [country, *areas], departments, strategy)


def _project(dice: random.Random, key: str, places: list[str], departments: list[str], strategy: str) -> Iterator[str]:
    project, funding, participation = (_thing(kind, key) for kind in ("project", "funding", "participation"))
    people = [f"<{_SPACE.vocabulary}beneficiary-group/{dice.randrange(_KINDS_OF_PEOPLE)}>" for _ in range(2)]
    yield from _say(project, ("a", _lc("Project")), (_LABEL, _label(f"Project {key}")), ("hasFunding", funding))
    yield from _say(funding, ("a", _lc("Funding")), ("funder", dice.choice(departments)))
    yield from _say(project, ("inCollaborationWith", dice.choice(departments)), ("hasParticipation", participation))
    yield from _say(participation, ("a", _lc("Participation")), ("participant", dice.choice(departments)))
    yield from _say(project, ("takesPlaceIn", dice.choice(places)), ("implementsFramework", strategy))
    yield from _say(project, *(("targetsGroup", group) for group in people))
    yield from _say(project, ("startYear", f'"{dice.randrange(2000, 2024)}"^^<http://www.w3.org/2001/XMLSchema#integer>'))
    for n in range(4):
        activity, figure = _thing("activity", f"{key}-{n}"), _thing("figure", f"{key}-{n}")
        yield from _say(activity, ("a", _lc("ProjectActivity")), ("isPartOf", project), (_LABEL, _label(f"Activity {key}-{n}")))
        yield from _say(activity, ("takesPlaceIn", dice.choice(places)))
        yield from _say(figure, ("a", _lc("ReportedFigure")), ("figureAbout", activity))
        yield from _say(figure, ("value", f'"{dice.randrange(1, 5000)}"^^<http://www.w3.org/2001/XMLSchema#decimal>'))
