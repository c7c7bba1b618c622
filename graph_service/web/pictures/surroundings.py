"""The neighbourhood of a thing: on the left what refers to it, on the right what it refers to, by property, the first few of each."""

from collections.abc import Sequence
from dataclasses import dataclass

from graph_service.web.display.cells import Cell
from graph_service.web.display.translations import gettext as _
from graph_service.web.display.translations import ngettext
from graph_service.web.pictures.canvas import ACCENT, EDGE, SOFT, TINT, Drawing, Mark, curve, linked, mark, text, tip
from graph_service.web.pictures.columns import spread
from graph_service.web.pictures.letters import LINE, lines, shortened
from graph_service.web.pictures.rows import key
from graph_service.web.pictures.sentences import listed

_WIDTH, _LEFT, _RIGHT, _BOX = 760.0, 248.0, 512.0, 188.0

#: The most properties on each side, and the most values of each; the page has all.
_GROUPS, _VALUES = 6, 3

_GAP = 14.0


@dataclass(frozen=True)
class Ties:
    """A property, and the things at its other end."""

    property: Cell
    things: Sequence[Cell]


def draw(thing: Cell, inward: Sequence[Ties], outward: Sequence[Ties]) -> Drawing | None:
    """Draw a thing with its neighbours; None if it has none."""
    if not inward and not outward:
        return None
    inward, outward = inward[:_GROUPS], outward[:_GROUPS]
    named = lines(thing.text, _BOX - 32, 6)
    heights = [[_height(ties) for ties in side] for side in (inward, outward)]
    height = max(sum(heights[0]), sum(heights[1]), len(named) * LINE + 40)
    middle = height / 2
    marks: list[Mark] = []
    for side, ties_, tall in ((-1, inward, heights[0]), (1, outward, heights[1])):
        for ties, y in zip(ties_, spread([middle] * len(ties_), tall, 0, height), strict=True):
            marks += _group(ties, side, y - _height(ties) / 2, middle)
    tall_box = len(named) * LINE + 18
    left = (_WIDTH - _BOX) / 2
    marks.append(mark("rect", x=left, y=middle - tall_box / 2, width=_BOX, height=tall_box, rx=5, fill=TINT, stroke=ACCENT))
    marks.append(text(_WIDTH / 2, middle, *named, text_anchor="middle", font_weight="600", lang=thing.language))
    return Drawing(_WIDTH, height, _("Surroundings of %(name)s", name=thing.text), _words(thing, inward, outward), marks)


def _named(thing: Cell) -> list[str]:
    return lines(thing.text, _LEFT - 16, 2)


def _height(ties: Ties) -> float:
    more = LINE if len(ties.things) > _VALUES else 0
    return LINE + sum(len(_named(thing)) * LINE + 2 for thing in ties.things[:_VALUES]) + more + _GAP


def _group(ties: Ties, side: int, top: float, middle: float) -> list[Mark]:
    """A property and its values, on the left (-1) or right (1), with a line to the middle."""
    x, anchor = (_LEFT, "end") if side < 0 else (_RIGHT, "start")
    y = top + _GAP / 2 + LINE / 2
    line = mark("path", d=curve(_WIDTH / 2 + side * _BOX / 2, middle, x - side * 8, y), fill="none", stroke=EDGE, stroke_width=1.2)
    heading = text(
        x, y, f"{shortened(ties.property.text, _LEFT - 24, 12)} →", size=12, fill=SOFT, text_anchor=anchor, lang=ties.property.language
    )
    marks = [line, heading]
    y += LINE / 2
    for thing in ties.things[:_VALUES]:
        named = _named(thing)
        y += len(named) * LINE / 2 + 1
        marks.append(linked(thing, tip(thing.text), text(x, y, *named, text_anchor=anchor), data_thing=key(thing)))
        y += len(named) * LINE / 2 + 1
    more = len(ties.things) - _VALUES
    if more > 0:
        marks.append(text(x, y + LINE / 2, _more(more), fill=SOFT, size=12, text_anchor=anchor))
    return marks


def _more(number: int) -> str:
    return ngettext("and %(num)s more", "and %(num)s more", number, num=number)


def _words(thing: Cell, inward: Sequence[Ties], outward: Sequence[Ties]) -> str:
    def named_things(ties: Ties) -> str:
        more = len(ties.things) - _VALUES
        return listed(
            [*(one.text for one in ties.things[:_VALUES]), *([ngettext("one more", "%(num)s more", more, num=more)] if more > 0 else [])]
        )

    sentences = [_("%(things)s – %(property)s – this.", things=named_things(ties), property=ties.property.text) for ties in inward]
    sentences += [_("This – %(property)s – %(things)s.", things=named_things(ties), property=ties.property.text) for ties in outward]
    return f"{thing.text}. " + " ".join(sentences)
