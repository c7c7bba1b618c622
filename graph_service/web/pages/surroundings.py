"""Pictures on a thing's page: its neighbourhood, and a map; and maps of a result's things."""

from collections.abc import Iterable

from graph_service.engine.result import Query
from graph_service.rdf import terms
from graph_service.rdf.namespaces import RDF, SHACL
from graph_service.rdf.terms import Literal, NamedNode
from graph_service.service.service import Service
from graph_service.web.display.cells import Cell, cell
from graph_service.web.display.destinations import short
from graph_service.web.http.languages import language_of_names
from graph_service.web.pages.facts import Section
from graph_service.web.pages.presentation import presentation_of
from graph_service.web.pages.things import Thing
from graph_service.web.pictures import surroundings, worldmap
from graph_service.web.pictures.canvas import Drawing
from graph_service.web.pictures.coordinates import coordinates
from graph_service.web.pictures.surroundings import Ties
from graph_service.web.pictures.world import codes, world

#: The most things of a table that are looked up for a map.
_POINTS = 500

#: Countries of a thing: itself, where it lies or works; for a region the countries in it.
_COUNTRIES = f"""
SELECT DISTINCT ?country ?code WHERE {{{{
  {{{{
    VALUES ?thing {{{{ {{thing}} }}}}
    VALUES ?group {{{{ {{groups}} }}}}
    ?property <{SHACL}group> ?group .
    ?thing ?property ?place .
    ?place ({{within}})* ?country .
  }}}} UNION {{{{ VALUES ?country {{{{ {{thing}} }}}} }}}}
  UNION {{{{ VALUES ?region {{{{ {{thing}} }}}} ?country {{within}} ?region }}}}
  ?country {{country_code}} ?code .
}}}} ORDER BY ?country"""


def around(thing: Thing) -> Drawing | None:
    """The neighbourhood of a thing by asserted statements; None if there is none."""
    return surroundings.draw(Cell(thing.label, title=thing.iri, language=thing.language), _ties(thing.mentions), _ties(thing.sections))


def location(service: Service, iri: str) -> Drawing | None:
    """A map of a thing: its countries, else its coordinates; None if neither is known, or without map outlines."""
    outlines = world()
    if outlines is None:
        return None
    groups = " ".join(terms.write(NamedNode(group)) for group in sorted(presentation_of(service).marked("locating")))
    rows = list(service.sparql(Query(_COUNTRIES.format(thing=terms.write(NamedNode(iri)), groups=groups, **service.roles.paths))).rows())
    labels = service.labels([country for country, _code in rows], language_of_names())
    places = [(shown, code.value) for country, code in rows if isinstance(code, Literal) and (shown := cell(country, labels))]
    points = {} if places else coordinates(service, [iri])
    names = service.labels([NamedNode(iri)], language_of_names()) if points else {}
    spots = [(Cell(names[iri].value if iri in names else short(iri), title=iri), point) for iri, point in points.items()]
    return worldmap.locate(places, spots, outlines)


def places(service: Service, things: Iterable[Cell]) -> Drawing | None:
    """A map of countries and things with coordinates among some things; None if there are none, or without map outlines."""
    outlines = world()
    found = {shown.title: shown for shown in things if shown.title and shown.href}
    if outlines is None or not found:
        return None
    countries = codes(service, found)
    points = coordinates(service, [iri for iri in found if iri not in countries][:_POINTS])
    spots = [(found[iri], point) for iri, point in points.items()]
    return worldmap.locate([(found[iri], code) for iri, code in countries.items()], spots, outlines)


def _ties(sections: Iterable[Section]) -> list[Ties]:
    found = []
    for section in sections:
        for fact in section.facts if section.drawn else ():
            things = [value.cell for value in fact.stated if value.cell.href and value.cell.href.startswith("/")]
            if things and fact.term.title != RDF + "type":
                found.append(Ties(fact.term, things))
    return found
