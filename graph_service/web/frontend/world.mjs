// Draws the world once, at build: the outlines of Natural Earth's countries (public domain) in the Equal Earth projection, as path
// strings by M49 code (ISO 3166-1 numeric), so that a page needs neither a script nor a tile to show a map.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { geoEqualEarth, geoPath } from "d3-geo";
import { feature, merge, mesh } from "topojson-client";
import { filter, filterWeight, presimplify, simplify, sphericalRingArea, sphericalTriangleArea } from "topojson-simplify";

const WIDTH = 1000;
// Antarctica would take a quarter of the map, and nothing takes place there.
const LEFT_OUT = new Set(["010"]);
// Details smaller than this (steradians) are not seen at this width.
const DETAIL = 4e-5;
// Nor are islands smaller than this, except where they are all there is of a country.
const ISLAND = 6e-5;

export async function drawWorld() {
  const atlas = JSON.parse(await readFile(createRequire(import.meta.url).resolve("world-atlas/countries-50m.json"), "utf8"));
  const fine = simplify(presimplify(atlas, sphericalTriangleArea), DETAIL);
  const simple = filter(fine, filterWeight(fine, ISLAND, sphericalRingArea));
  const isShown = ({ id }) => !LEFT_OUT.has(id);
  const every = atlas.objects.countries.geometries.filter(isShown);
  const shown = simple.objects.countries.geometries.filter(isShown);
  const projection = geoEqualEarth().fitWidth(WIDTH, merge(atlas, every));
  const path = geoPath(projection).digits(1);
  const land = path(merge(simple, shown));
  const height = Math.ceil(path.bounds(merge(atlas, every))[1][1]);

  const outlines = new Map(shown.map((geometry) => [geometry.properties.name, geometry]));
  const countries = {};
  for (const geometry of every.filter(({ id }) => id)) {
    // Where it is comes from its whole shape; what is drawn too, if nothing of it is large enough to be seen.
    const whole = feature(atlas, geometry);
    const largest = largestPart(whole, projection);
    const [x, y] = geoPath(projection).centroid(largest);
    const [[left, top], [right, bottom]] = geoPath(projection).bounds(largest);
    const area = geoPath(projection).area(whole);
    // Of two shapes with one code (a country and a reef of it) the larger stands for it.
    if (!(countries[geometry.id]?.area > area)) {
      const drawn = outlines.get(geometry.properties.name);
      countries[geometry.id] = {
        path: path(drawn ? feature(simple, drawn) : whole), x: round(x), y: round(y), box: [left, top, right, bottom].map(round), area,
      };
    }
  }
  for (const country of Object.values(countries)) delete country.area;
  return {
    width: WIDTH,
    height,
    // What a place by its coordinates needs to be put where the outlines have it.
    scale: projection.scale(),
    origin: projection.translate(),
    land,
    borders: path(mesh(simple, { type: "GeometryCollection", geometries: shown }, (one, other) => one !== other)),
    countries: Object.fromEntries(Object.entries(countries).sort()),
  };
}

// The part of a country that people think of: France without Guiana, the United States without Alaska.
function largestPart({ geometry, ...rest }, projection) {
  if (geometry.type !== "MultiPolygon") return { geometry, ...rest };
  const parts = geometry.coordinates.map((coordinates) => ({ ...rest, geometry: { type: "Polygon", coordinates } }));
  return parts.reduce((one, other) => (geoPath(projection).area(other) > geoPath(projection).area(one) ? other : one));
}

function round(value) {
  return Math.round(value * 10) / 10;
}
