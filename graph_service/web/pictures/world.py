"""World map outlines, generated when the frontend is built: see `frontend/world.mjs`."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from math import asin, cos, radians, sin, sqrt

from graph_service.engine.result import Query
from graph_service.rdf import terms
from graph_service.rdf.terms import Literal, NamedNode
from graph_service.service.service import Service
from graph_service.sources.roles import Role
from graph_service.web.display.assets import BUILT

_OUTLINES = BUILT / "world.json"

_CODES = """
SELECT ?country ?code WHERE {{ VALUES ?country {{ {countries} }} ?country {code_of} ?code }} ORDER BY ?country ?code"""


@dataclass(frozen=True)
class Country:
    """A country's outline, its centre, and the bounding box of its largest part (left, top, right, bottom)."""

    path: str
    x: float
    y: float
    box: tuple[float, float, float, float]

    @property
    def is_small(self) -> bool:
        """Whether its outline is too small to be seen on a world map."""
        left, top, right, bottom = self.box
        return max(right - left, bottom - top) < 5


@dataclass(frozen=True)
class World:
    """The map: size, scale of its projection, position of 0° N 0° E, all land, all borders, and countries by M49 code."""

    width: float
    height: float
    scale: float
    origin: tuple[float, float]
    land: str
    borders: str
    countries: dict[str, Country]

    def place(self, longitude: float, latitude: float) -> tuple[float, float]:
        """Project a point (degrees) onto the map.

        The projection is Equal Earth: Šavrič, Patterson and Jenny, "The Equal Earth map projection" (2018), equations 7 to 9.
        """
        a, b, c, d = 1.340264, -0.081106, 0.000893, 0.003796
        theta = asin(sqrt(3) / 2 * sin(radians(latitude)))
        square = theta * theta
        sixth = square**3
        x = 2 * sqrt(3) * radians(longitude) * cos(theta) / (3 * (a + 3 * b * square + sixth * (7 * c + 9 * d * square)))
        y = theta * (a + b * square + sixth * (c + d * square))
        return self.origin[0] + self.scale * x, self.origin[1] - self.scale * y


@cache
def world() -> World | None:
    """The world map, or None if the frontend has not been built."""
    if not _OUTLINES.exists():
        return None
    drawn = json.loads(_OUTLINES.read_text(encoding="utf-8"))
    countries = {
        code: Country(outline["path"], outline["x"], outline["y"], tuple(outline["box"])) for code, outline in drawn["countries"].items()
    }
    return World(drawn["width"], drawn["height"], drawn["scale"], tuple(drawn["origin"]), drawn["land"], drawn["borders"], countries)


def codes(service: Service, countries: Iterable[str]) -> dict[str, str]:
    """IRI of a country -> M49 code, if it has one."""
    listed = " ".join(terms.write(NamedNode(iri)) for iri in sorted(set(countries)))
    rows = service.sparql(Query(_CODES.format(countries=listed, code_of=service.roles.path(Role.COUNTRY_CODE)))).rows() if listed else ()
    return {country.value: code.value for country, code in rows if isinstance(country, NamedNode) and isinstance(code, Literal)}
