"""A network in three columns: sources of ties in the middle, targets on the left, and targets of one class on the right.

Columns keep names and lines readable, which a graph layout does not.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from graph_service.web.display.cells import Cell
from graph_service.web.display.translations import gettext as _
from graph_service.web.display.translations import ngettext
from graph_service.web.pictures.canvas import ACCENT, EDGE, INFERRED, SOFT, TINT, Drawing, Mark, curve, linked, mark, text, tip
from graph_service.web.pictures.columns import ordered, spread, stacked
from graph_service.web.pictures.letters import LINE, lines
from graph_service.web.pictures.rows import Rows, cell, key, words_of
from graph_service.web.pictures.sentences import listed

_WIDTH, _TOP, _GAP = 1120.0, 44.0, 9.0

#: The columns: right edge of the left one, both edges of the middle one, left edge of the right one.
_LEFT, _FROM, _TO, _RIGHT = 332.0, 452.0, 752.0, 872.0
_ROOM = {"left": _LEFT - 8, "middle": _TO - _FROM - 20, "right": _WIDTH - _RIGHT - 8}


class Headings(NamedTuple):
    """The columns' headings in the reader's language."""

    left: str
    middle: str
    right: str


@dataclass
class _Tie:
    """A tie of a source and a target: its relations, and whether it is asserted."""

    relations: list[str] = field(default_factory=list)
    stated: bool = False


def draw(rows: Rows, title: str, headings: Headings, right_of: str, unstated: str) -> Drawing:
    """Draw a table with the columns `source`, `target`, `relation`, `kind` and `basis`.

    Targets of kind `right_of` are on the right; ties with no basis but `unstated` are dashed. Both are IRIs.
    """
    things: dict[str, dict[str, Cell]] = {"left": {}, "middle": {}, "right": {}}
    ties: dict[tuple[str, str], _Tie] = {}
    for row in rows:
        middle, other = cell(row, "source"), cell(row, "target")
        column = "right" if (kind := row.get("kind")) and kind.title == right_of else "left"
        things["middle"][key(middle)] = middle
        things[column][key(other)] = other
        tie = ties.setdefault((key(middle), key(other)), _Tie())
        tie.relations += [name for name in [words_of(row, "relation")] if name not in tie.relations]
        tie.stated |= (basis := row.get("basis")) is None or basis.title != unstated
    places, bottom = _places(things, ties)
    marks = [*_headings(headings), *(_line(tie, things, pair, places) for pair, tie in ties.items())]
    for column, members in things.items():
        marks += [_thing(column, member, iri, places[iri]) for iri, member in members.items()]
    return Drawing(_WIDTH, bottom + 12, title, _words(things, ties, headings), marks)


def _places(things: dict[str, dict[str, Cell]], ties: dict[tuple[str, str], _Tie]) -> tuple[dict[str, float], float]:
    """The vertical position of each thing, and the lower end."""
    neighbours: dict[str, list[str]] = {}
    for middle, other in ties:
        neighbours.setdefault(middle, []).append(other)
        neighbours.setdefault(other, []).append(middle)
    alphabetic = {column: sorted(members, key=lambda iri: members[iri].text.casefold()) for column, members in things.items()}
    middles, (lefts, rights) = ordered(alphabetic["middle"], [alphabetic["left"], alphabetic["right"]], neighbours)
    columns = {"left": lefts, "middle": middles, "right": rights}
    heights = {
        iri: len(lines(member.text, _ROOM[column], 4)) * LINE + (_GAP if column != "middle" else _GAP + 14)
        for column, members in things.items()
        for iri, member in members.items()
    }
    totals = {column: sum(heights[iri] for iri in members) for column, members in columns.items()}
    bottom = _TOP + max(totals.values())
    first = max(totals, key=lambda column: totals[column])
    places = dict(zip(columns[first], stacked([heights[iri] for iri in columns[first]], _TOP), strict=True))
    for column in sorted((column for column in columns if column != first), key=lambda column: column != "middle"):
        wishes = []
        for iri in columns[column]:
            found = [places[other] for other in neighbours[iri] if other in places]
            wishes.append(sum(found) / len(found) if found else (_TOP + bottom) / 2)
        order = sorted(zip(wishes, columns[column], strict=True), key=lambda pair: pair[0])
        heights_of = spread([wish for wish, _iri in order], [heights[iri] for _wish, iri in order], _TOP, bottom)
        places |= dict(zip([iri for _wish, iri in order], heights_of, strict=True))
    return places, bottom


def _headings(headings: Headings) -> list[Mark]:
    places = ((_LEFT, "end"), ((_FROM + _TO) / 2, "middle"), (_RIGHT, "start"))
    return [
        text(x, 16, words, fill=SOFT, text_anchor=anchor, font_weight="600")
        for (x, anchor), words in zip(places, headings, strict=True)
        if words
    ]


def _thing(column: str, thing: Cell, iri: str, y: float) -> Mark:
    words = lines(thing.text, _ROOM[column], 4)
    if column == "middle":
        height = len(words) * LINE + 12
        box = mark("rect", x=_FROM, y=y - height / 2, width=_TO - _FROM, height=height, rx=5, fill=TINT, stroke=ACCENT)
        return linked(thing, tip(thing.text), box, text(_FROM + 10, y, *words), data_thing=iri)
    x, anchor = (_LEFT, "end") if column == "left" else (_RIGHT, "start")
    beside = x + 10 if column == "left" else x - 10
    dot = (
        mark("circle", cx=beside, cy=y, r=4, fill=ACCENT)
        if column == "left"
        else (mark("rect", x=beside - 4, y=y - 4, width=8, height=8, fill=ACCENT))
    )
    return linked(thing, tip(thing.text), text(x, y, *words, text_anchor=anchor), dot, data_thing=iri)


def _line(tie: _Tie, things: dict[str, dict[str, Cell]], pair: tuple[str, str], places: dict[str, float]) -> Mark:
    middle, other = pair
    ends = (_LEFT + 14, _FROM) if other in things["left"] else (_RIGHT - 14, _TO)
    end = things["left"].get(other) or things["right"][other]
    sentence = f"{things['middle'][middle].text} – {', '.join(tie.relations)} – {end.text}"
    return mark(
        "path",
        tip(sentence),
        d=curve(ends[0], places[other], ends[1], places[middle]),
        fill="none",
        stroke=EDGE if tie.stated else INFERRED,
        stroke_width=1.3,
        stroke_dasharray=None if tie.stated else "5 4",
        data_ends=f"{middle} {other}",
    )


def _words(things: dict[str, dict[str, Cell]], ties: dict[tuple[str, str], _Tie], headings: Headings) -> str:
    called = {column: heading or "–" for column, heading in headings._asdict().items()}
    sentences = [
        _(
            "In three columns: %(columns)s; %(ties)s between them.",
            columns=listed(f"{called[column]} ({len(members)})" for column, members in sorted(things.items(), key=_from_the_left)),
            ties=ngettext("%(num)s line", "%(num)s lines", len(ties), num=len(ties)),
        )
    ]
    for column, members in sorted(things.items(), key=_from_the_left):
        counts = {iri: sum(iri in pair for pair in ties) for iri in members}
        first = sorted(counts, key=lambda iri: (-counts[iri], members[iri].text.casefold()))[:3]
        if first:
            most = listed(f"{members[iri].text} ({counts[iri]})" for iri in first)
            sentences.append(_("%(column)s, those with most lines: %(things)s.", column=called[column], things=most))
    if any(not tie.stated for tie in ties.values()):
        sentences.append(_("Dashed lines are inferred."))
    return " ".join(sentences)


def _from_the_left(entry: tuple[str, object]) -> int:
    return Headings._fields.index(entry[0])
