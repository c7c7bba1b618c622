"""The pictures on a thing's page, what it is connected with and where in the world it is; and where the things of a result are."""

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

#: So many things of a table are looked for on the map.
_POINTS = 500

#: Countries that a thing is, lies in or works in by what is said of it; those of a region, if it is one itself.
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
    """What a thing is connected with by what is stated of it and to it; None if that is nothing."""
    return surroundings.draw(Cell(thing.label, title=thing.iri, language=thing.language), _ties(thing.mentions), _ties(thing.sections))


def location(service: Service, iri: str) -> Drawing | None:
    """Where a thing is, on a map: the countries that it is in, else its coordinates; None if nothing says where, or no map was built."""
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
    """The countries, and things with coordinates, among some things, on a map; None if there are none, or no map was built."""
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
