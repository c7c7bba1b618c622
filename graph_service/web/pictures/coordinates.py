"""Coordinates of things, as several vocabularies state them: WGS 84 (basic geo), schema.org, GeoSPARQL."""

import re
from collections.abc import Iterable

from graph_service.engine.result import Query
from graph_service.rdf import terms
from graph_service.rdf.terms import Literal, NamedNode
from graph_service.service.service import Service

#: Longitude and latitude, in degrees.
Point = tuple[float, float]

#: Coordinates of the thing itself, or of its place, point or geometry. No zero-length paths, which Virtuoso refuses.
_COORDINATES = """
PREFIX geo: <http://www.w3.org/2003/01/geo/wgs84_pos#>
PREFIX gsp: <http://www.opengis.net/ont/geosparql#>
PREFIX s: <http://schema.org/>
PREFIX schema: <https://schema.org/>
SELECT ?thing ?longitude ?latitude ?wkt WHERE {{
  VALUES ?thing {{ {things} }}
  {{
    ?thing geo:long|schema:longitude|s:longitude ?longitude ; geo:lat|schema:latitude|s:latitude ?latitude .
  }} UNION {{
    ?thing geo:location|schema:location|s:location|schema:geo|s:geo|(schema:location/schema:geo)|(s:location/s:geo) ?place .
    ?place geo:long|schema:longitude|s:longitude ?longitude ; geo:lat|schema:latitude|s:latitude ?latitude .
  }} UNION {{
    ?thing gsp:asWKT|((gsp:hasGeometry|gsp:hasDefaultGeometry|gsp:defaultGeometry)/gsp:asWKT) ?wkt .
  }}
}} ORDER BY ?thing ?longitude ?latitude ?wkt"""

#: WKT may begin with the IRI of its reference system (GeoSPARQL 1.1, section 8.5.1); the default is CRS84, longitude first.
_WKT = re.compile(r"\s*(?:<([^>]*)>)?\s*[A-Za-z ]*(?=[(])")
_NUMBERS = re.compile(r"(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)\s+(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)")
_LONGITUDE_FIRST = re.compile(r"(?i)(?:CRS84|)$")
_LATITUDE_FIRST = re.compile(r"(?i)/EPSG/[\d.]*/4326$")


def coordinates(service: Service, things: Iterable[str]) -> dict[str, Point]:
    """IRI -> coordinates; the first of several, and the mean of a line's or area's corners."""
    listed = " ".join(terms.write(NamedNode(iri)) for iri in sorted(set(things)))
    found: dict[str, Point] = {}
    for thing, longitude, latitude, wkt in service.sparql(Query(_COORDINATES.format(things=listed))).rows() if listed else ():
        if isinstance(thing, NamedNode) and thing.value not in found:
            point = _point(longitude, latitude) if wkt is None else in_wkt(wkt.value) if isinstance(wkt, Literal) else None
            if point is not None:
                found[thing.value] = point
    return found


def in_wkt(text: str) -> Point | None:
    """The mean of the corners of a WKT geometry; None if it is invalid or in an unknown reference system."""
    begin = _WKT.match(text)
    system = (begin[1] or "") if begin else "?"
    turned = bool(_LATITUDE_FIRST.search(system))
    if begin is None or not (turned or _LONGITUDE_FIRST.search(system)):
        return None
    corners = [(float(x), float(y)) for x, y in _NUMBERS.findall(text, begin.end())]
    if not corners:
        return None
    x, y = (sum(numbers) / len(corners) for numbers in zip(*corners, strict=True))
    return _within(y, x) if turned else _within(x, y)


def _point(longitude: object, latitude: object) -> Point | None:
    if not isinstance(longitude, Literal) or not isinstance(latitude, Literal):
        return None
    try:
        return _within(float(longitude.value), float(latitude.value))
    except ValueError:
        return None


def _within(longitude: float, latitude: float) -> Point | None:
    """A valid point; None for numbers out of range, such as NaN."""
    return (longitude, latitude) if abs(longitude) <= 180 and abs(latitude) <= 90 else None
