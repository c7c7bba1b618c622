"""Label placement on maps: close to their points without overlap, with a line to a label that had to move."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import product
from math import cos, hypot, inf, pi, sin
from statistics import fmean

from graph_service.web.pictures.letters import width

_RADII = (7.0, 12.0, 18.0, 26.0, 36.0, 48.0, 62.0, 78.0, 96.0, 116.0, 138.0)
_ANGLES = tuple(turn * pi / 12 for turn in range(24))
_HEIGHT, _SIZE = 16.0, 13.0

#: Points closer than this hinder each other; three are a crowd.
_CROWDED = 90.0

_FORBIDDEN = 100_000.0
_INWARD = 14.0
_TURNS = 3

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Label:
    """A label: text, anchor point and alignment, and the box that it fills."""

    words: str
    x: float
    y: float
    anchor: str
    box: Box


def placed(places: Sequence[tuple[str, float, float]], bounds: Box, avoided: Sequence[Box] = ()) -> Sequence[Label]:
    """A label for each point (words, x, y) within the bounds, in order. `avoided`: boxes to keep free if possible.

    Greedy: labels are placed one by one, those in a crowd and long ones first, and improved in further passes.
    """
    # Cached: most maps show the same places in the same language.
    return _placed(tuple(places), bounds, tuple(avoided))


@lru_cache(maxsize=64)
def _placed(places: tuple[tuple[str, float, float], ...], bounds: Box, avoided: tuple[Box, ...]) -> tuple[Label, ...]:
    crowds = [[(px, py) for _, px, py in places if hypot(x - px, y - py) < _CROWDED] for _, x, y in places]
    order = sorted(range(len(places)), key=lambda index: (len(crowds[index]) < 3, -width(places[index][0]), index))
    labels: dict[int, Label] = {}
    for index in order * _TURNS:
        words, x, y = places[index]
        reach = (x - _RADII[-1] - width(words), y - _RADII[-1] - _HEIGHT, x + _RADII[-1] + width(words), y + _RADII[-1] + _HEIGHT)
        near = [(places[other][1:], label) for other, label in labels.items() if other != index and _overlap(label.box, reach, 0)]
        points = [point for other, (_, *point) in enumerate(places) if other != index and _contains(reach, point)]
        centre = (fmean(px for px, _ in crowds[index]), fmean(py for _, py in crowds[index]))
        labels[index] = _best(words, (x, y), bounds, partial(_cost, place=(x, y), centre=centre, near=near, points=points, avoided=avoided))
    return tuple(labels[index] for index in range(len(places)))


def _best(words: str, place: tuple[float, float], bounds: Box, cost: Callable[[Label, float], float]) -> Label:
    """The cheapest position of a label; outside the bounds only if none fits inside."""
    best, least = None, inf
    for radius, angle in product(_RADII, _ANGLES):
        if radius > least:
            break  # farther positions cost more
        label = _candidate(words, place[0] + radius * cos(angle), place[1] + radius * sin(angle), cos(angle))
        fine = 0 if _is_inside(label.box, bounds) else _FORBIDDEN
        price = fine + cost(label, least - fine)
        if price < least:
            best, least = label, price
    assert best is not None
    return best


def _cost(
    label: Label,
    enough: float,
    place: tuple[float, float],
    centre: tuple[float, float],
    near: Sequence[tuple[tuple[float, float], Label]],
    points: Sequence[Sequence[float]],
    avoided: Sequence[Box],
) -> float:
    """The cost of a position: distance, direction towards neighbours, what it covers and crosses.

    Beyond `enough` it need not be exact: most positions are far worse than the best one, and crossings are slow to find.
    """
    line = (*place, label.x, label.y)
    cost = hypot(label.x - place[0], label.y - place[1]) + 0.2 * abs(label.y - place[1])
    if (away := hypot(place[0] - centre[0], place[1] - centre[1])) > 1:
        outward = (label.x - place[0]) * (place[0] - centre[0]) + (label.y - place[1]) * (place[1] - centre[1])
        cost += _INWARD * (1 - outward / away / hypot(label.x - place[0], label.y - place[1]))
    if cost >= enough:
        return cost
    cost += (
        60 * _contains(label.box, place)
        + 14 * sum(_overlap(label.box, box, 0) for box in avoided)
        + 400 * sum(_contains(label.box, point) for point in points)
    )
    cost += 1000 * sum(_overlap(label.box, other.box, 2) for _, other in near)
    for point, other in near:
        if cost >= enough:
            return cost
        theirs = (*point, other.x, other.y)
        cost += 300 * _cross(line, theirs) + 200 * (_cuts(line, other.box) + _cuts(theirs, label.box))
    return cost


def _candidate(words: str, x: float, y: float, side: float) -> Label:
    wide = width(words, _SIZE)
    anchor = "middle" if abs(side) < 0.3 else "start" if side > 0 else "end"
    left = x - wide / 2 if anchor == "middle" else x if anchor == "start" else x - wide
    return Label(words, x, y, anchor, (left, y - _HEIGHT / 2, left + wide, y + _HEIGHT / 2))


def _is_inside(box: Box, bounds: Box) -> bool:
    return box[0] >= bounds[0] and box[1] >= bounds[1] and box[2] <= bounds[2] and box[3] <= bounds[3]


def _overlap(one: Box, other: Box, space: float) -> bool:
    return one[0] < other[2] + space and other[0] < one[2] + space and one[1] < other[3] + space and other[1] < one[3] + space


def _contains(box: Box, point: Sequence[float]) -> bool:
    return box[0] - 4 < point[0] < box[2] + 4 and box[1] - 4 < point[1] < box[3] + 4


def _cross(one: Box, other: Box) -> bool:
    """Whether two line segments cross."""

    def side(line: Box, x: float, y: float) -> float:
        return (line[2] - line[0]) * (y - line[1]) - (line[3] - line[1]) * (x - line[0])

    return side(one, *other[:2]) * side(one, *other[2:]) < 0 and side(other, *one[:2]) * side(other, *one[2:]) < 0


def _cuts(line: Box, box: Box) -> bool:
    left, top, right, bottom = box
    return _cross(line, (left, top, right, bottom)) or _cross(line, (left, bottom, right, top))
