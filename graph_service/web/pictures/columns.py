"""Things in columns with ties between neighbouring columns: in which order they stand, and at what height.

The order is found by turns (each thing to the middle of those it is tied to: Sugiyama's barycentres), the heights by moving things
as little as needed from where they would like to be. There is no chance in it: the same things always stand in the same places.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from statistics import fmean as mean
from typing import TypeVar

T = TypeVar("T", bound=Hashable)

_TURNS = 24


def ordered(middle: Sequence[T], sides: Sequence[Sequence[T]], ties: Mapping[T, Iterable[T]]) -> tuple[list[T], list[list[T]]]:
    """The middle column and those beside it, each in the order that keeps ties short. `ties`: thing -> what it is tied to."""
    best = centre, around = list(middle), [list(side) for side in sides]
    shortest = _length(centre, around, ties)
    for _ in range(_TURNS):
        around = [_sorted(side, [centre], ties) for side in around]
        centre = _sorted(centre, around, ties)
        length = _length(centre, around, ties)
        if length < shortest:
            shortest, best = length, (centre, around)
    return best


def spread(wishes: Sequence[float], heights: Sequence[float], top: float, bottom: float) -> list[float]:
    """The middles of things of some heights, in their order, as near to where each wishes to be as the others allow.

    Without the heights of those above, the wishes need only be made to rise (isotonic regression, by pooling neighbours that do not).
    """
    before = [sum(heights[:place]) + height / 2 for place, height in enumerate(heights)]
    pools: list[list[float]] = []
    for wish, above in zip(wishes, before, strict=True):
        pools.append([wish - above])
        while len(pools) > 1 and mean(pools[-2]) > mean(pools[-1]):
            pools[-2:] = [pools[-2] + pools[-1]]
    lowest = max(top, bottom - sum(heights))
    levels = [min(max(mean(pool), top), lowest) for pool in pools for _ in pool]
    return [level + above for level, above in zip(levels, before, strict=True)]


def stacked(heights: Sequence[float], top: float) -> list[float]:
    """The middles of things that stand one below the other from `top` on."""
    return [top + sum(heights[:place]) + height / 2 for place, height in enumerate(heights)]


def _sorted(things: Sequence[T], beside: Sequence[Sequence[T]], ties: Mapping[T, Iterable[T]]) -> list[T]:
    heights = _heights(beside)

    def middle(thing: T) -> float:
        found = [heights[other] for other in ties.get(thing, ()) if other in heights]
        return sum(found) / len(found) if found else 0.5

    return sorted(things, key=middle)


def _length(centre: Sequence[T], around: Sequence[Sequence[T]], ties: Mapping[T, Iterable[T]]) -> float:
    heights = _heights([centre, *around])
    return sum(abs(heights[thing] - heights[other]) for thing in centre for other in ties.get(thing, ()) if other in heights)


def _heights(columns: Sequence[Sequence[T]]) -> dict[T, float]:
    return {thing: (place + 0.5) / len(column) for column in columns for place, thing in enumerate(column)}
