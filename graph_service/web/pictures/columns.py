"""Layout of columns of things with ties between neighbouring columns: order and vertical position.

The order is found iteratively (each thing at the barycentre of its neighbours: Sugiyama), the positions by moving things as little as
needed. It is deterministic.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from statistics import fmean as mean
from typing import TypeVar

T = TypeVar("T", bound=Hashable)

_TURNS = 24


def ordered(middle: Sequence[T], sides: Sequence[Sequence[T]], ties: Mapping[T, Iterable[T]]) -> tuple[list[T], list[list[T]]]:
    """The middle column and those beside it, ordered to keep ties short. `ties`: thing -> its neighbours."""
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
    """The centres of things with these heights, in order, as close to their wished positions as possible without overlap.

    After subtracting the heights above, the wishes need only be made monotonic (isotonic regression by pooling violators).
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
    """The centres of things stacked from `top` on."""
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
