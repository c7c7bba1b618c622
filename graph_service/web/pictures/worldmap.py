"""Maps: a choropleth of a table's countries, shaded by count; and a small map of the places of one thing.

Countries without a code or outline are listed below the map.
"""

from collections.abc import Mapping, Sequence

from graph_service.web.display.cells import Cell
from graph_service.web.display.translations import gettext as _
from graph_service.web.display.translations import ngettext
from graph_service.web.pictures.canvas import ACCENT, EDGE, GROUND, RULE, SOFT, TEXT, Drawing, Mark, linked, mark, path, text, tip
from graph_service.web.pictures.coordinates import Point
from graph_service.web.pictures.labels import Label, placed
from graph_service.web.pictures.letters import LINE, lines
from graph_service.web.pictures.rows import Rows, cell, key
from graph_service.web.pictures.sentences import listed
from graph_service.web.pictures.world import Country, World

_WIDTH, _PALEST = 1120.0, 0.45

#: The most labels on a map, and on a small one; others have a tooltip.
_LABELS, _FEW = 40, 8

#: The longest side of a small map, and the least part of the world that it shows.
_SMALL, _LEAST = 300.0, 150.0


def draw(rows: Rows, title: str, counted: tuple[str, str], codes: Mapping[str, str], world: World) -> Drawing:
    """Draw a table with the column `country`. `counted`: the counted column and its heading; `codes`: IRI of a country -> M49 code."""
    countries: dict[str, Cell] = {}
    things: dict[str, dict[str, Cell]] = {}
    for row in rows:
        country, one = cell(row, "country"), row.get(counted[0])
        countries[key(country)] = country
        things.setdefault(key(country), {}).update({key(one): one} if one else {})
    outlines = {iri: outline for iri in countries if (outline := world.countries.get(codes.get(iri, "")))}
    scale = _WIDTH / world.width
    counts = sorted({len(found) for found in things.values()})
    tips = {iri: f"{countries[iri].text}: {listed(one.text for one in found.values())}" for iri, found in things.items()}
    named = {iri: f"{countries[iri].text} · {len(things[iri])}" if len(things[iri]) > 1 else countries[iri].text for iri in outlines}
    first = set(sorted(outlines, key=lambda iri: (-len(things[iri]), countries[iri].text))[:_LABELS])
    marks = [_ground(world, scale)]
    for iri, outline in outlines.items():
        marks.append(_shape(countries[iri], outline, scale, _shade(len(things[iri]), counts), tips[iri], labelled=iri in first))
    boxes = [(left * scale, top * scale, right * scale, bottom * scale) for left, top, right, bottom in (o.box for o in outlines.values())]
    points = {iri: (named[iri], outline.x * scale, outline.y * scale) for iri, outline in outlines.items() if iri in first}
    labels = placed(list(points.values()), (4, 4, _WIDTH - 4, world.height * scale - 4), boxes)
    for (iri, (_name, x, y)), label in zip(points.items(), labels, strict=True):
        marks.append(_label(countries[iri], label, x, y, tips[iri]))
    height = world.height * scale
    marks.append(mark("g", *_legend(counts, height, counted[1]), class_="legend"))
    elsewhere, height = _elsewhere([countries[iri] for iri in countries if iri not in outlines], height)
    # Where there are no letters, the words below name the countries and say how many; places that are on no map are only letters.
    return Drawing(_WIDTH, height + 4, title, _words(countries, things, counted[1]), [*marks, *elsewhere], fits=not elsewhere)


def locate(places: Sequence[tuple[Cell, str]], spots: Sequence[tuple[Cell, Point]], world: World) -> Drawing | None:
    """Draw a small map of places (with M49 codes) and points (longitude, latitude); None if there are none."""
    found = {key(place): (place, world.countries[code]) for place, code in places if code in world.countries}
    found |= {key(place): (place, _spot(*world.place(*point))) for place, point in spots}
    if not found:
        return None
    boxes = [outline.box for _place, outline in found.values()]
    left, top, right, bottom = min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)
    wide, high = max((right - left) * 1.5, _LEAST), max((bottom - top) * 1.5, _LEAST * 0.7)
    wide, high = min(max(wide, high / 0.7), world.width), min(max(high, wide * 0.6), world.height)
    left = min(max((left + right - wide) / 2, 0), world.width - wide)
    top = min(max((top + bottom - high) / 2, 0), world.height - high)
    scale = _SMALL / wide
    few = len(found) <= _FEW
    marks = [_ground(world, scale)]
    marks += [_shape(place, outline, scale, 1, place.text, labelled=few) for place, outline in found.values()]
    if few:
        points = [(place.text, outline.x * scale, outline.y * scale) for place, outline in found.values()]
        labels = placed(points, (left * scale + 4, top * scale + 4, (left + wide) * scale - 4, (top + high) * scale - 4))
        for (place, _outline), (_name, x, y), label in zip(found.values(), points, labels, strict=True):
            marks.append(_label(place, label, x, y, place.text))
    shown = mark(
        "svg",
        *marks,
        x=0,
        y=0,
        width=_SMALL,
        height=high * scale,
        viewBox=path(round(left * scale, 1), round(top * scale, 1), _SMALL, round(high * scale, 1)),
    )
    words = _("On the map: %(places)s.", places=listed(place.text for place, _outline in found.values()))
    return Drawing(_SMALL, high * scale, _("Map"), words, [shown])


def _spot(x: float, y: float) -> Country:
    """A point as a country too small for an outline."""
    return Country("", x, y, (x, y, x, y))


def _ground(world: World, scale: float) -> Mark:
    land = mark("path", d=world.land, fill=RULE)
    borders = mark("path", d=world.borders, fill="none", stroke=GROUND, stroke_width=0.6)
    return mark("g", land, borders, transform=f"scale({scale:g})", aria_hidden="true")


def _shape(country: Cell, outline: Country, scale: float, shade: float, words: str, labelled: bool) -> Mark:
    """A country's outline, or a disc if it is too small. If it has a label, only that gets keyboard focus."""
    if outline.is_small:
        shape = mark("circle", cx=outline.x * scale, cy=outline.y * scale, r=6, fill=ACCENT, fill_opacity=shade)
    else:
        shape = mark(
            "path", d=outline.path, fill=ACCENT, fill_opacity=shade, stroke=GROUND, stroke_width=0.6, transform=f"scale({scale:g})"
        )
    if labelled:
        return linked(country, tip(words), shape, tabindex="-1" if country.href else None, aria_hidden="true")
    return linked(country, tip(words), shape, data_thing=key(country))


def _label(country: Cell, label: Label, x: float, y: float, words: str) -> Mark:
    """A country's label, with a line to its centre."""
    return linked(
        country,
        tip(words),
        mark("path", d=path("M", x, y, "L", label.x, label.y), stroke=TEXT, stroke_width=0.8),
        mark("circle", cx=x, cy=y, r=2.6, fill=TEXT, stroke=GROUND, stroke_width=0.8),
        text(
            label.x,
            label.y,
            label.words,
            text_anchor=label.anchor,
            stroke=GROUND,
            stroke_width=3.5,
            paint_order="stroke",
            stroke_linejoin="round",
        ),
        data_thing=key(country),
    )


def _shade(count: int, counts: Sequence[int]) -> float:
    """The opacity for a count, by its rank."""
    return 1.0 if len(counts) < 2 else _PALEST + (1 - _PALEST) * counts.index(count) / (len(counts) - 1)


def _legend(counts: Sequence[int], bottom: float, called: str) -> list[Mark]:
    shown = counts if len(counts) <= 5 else [counts[0], counts[len(counts) // 2], counts[-1]]
    marks = []
    for place, count in enumerate(shown):
        y = bottom - 14 - 22 * (len(shown) - 1 - place)
        marks.append(
            mark("rect", x=8, y=y - 8, width=22, height=16, fill=ACCENT, fill_opacity=_shade(count, counts), stroke=EDGE, stroke_width=0.6)
        )
        marks.append(text(38, y, f"{called}: {count}", fill=SOFT))
    return marks


def _elsewhere(countries: Sequence[Cell], y: float) -> tuple[list[Mark], float]:
    """The names of countries that are not on the map, and where they end."""
    if not countries:
        return [], y
    marks = [text(8, y + 22, _("Not on the map"), fill=SOFT, font_weight="600")]
    y += 48
    for country in countries:
        named = lines(country.text, _WIDTH - 20, 1)
        marks.append(linked(country, text(8, y, *named), data_thing=key(country)))
        y += LINE + 6
    return marks, y


def _words(countries: Mapping[str, Cell], things: Mapping[str, Mapping[str, Cell]], called: str) -> str:
    sentences = [
        _(
            "A map of the world with %(countries)s.",
            countries=ngettext("%(num)s country", "%(num)s countries", len(countries), num=len(countries)),
        )
    ]
    by_count: dict[int, list[str]] = {}
    for iri, found in things.items():
        by_count.setdefault(len(found), []).append(countries[iri].text)
    for count, names in sorted(by_count.items(), reverse=True):
        if count:
            sentences.append(_("%(column)s: %(number)s in %(countries)s.", column=called, number=count, countries=listed(names)))
    return " ".join(sentences)
