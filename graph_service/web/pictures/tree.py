"""A tree read from left to right and down, a row for each node, its words kept words. What has two above it stands below both."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from graph_service.web.pictures.canvas import EDGE, Mark, mark, path

T = TypeVar("T")

INDENT, ROW = 26.0, 28.0


def draw(
    roots: Iterable[T], below: Mapping[T, Sequence[T]], node: Callable[[T, float, float, bool], Mark], top: float = 0
) -> tuple[list[Mark], float]:
    """The marks of a tree, and where it ends. `node` draws one at x and y; the last it is told is whether it was drawn before.

    What is below a node is drawn where the node stands first, so that a circle ends where it closes; of the roots, those that were
    drawn below another are left out.
    """
    marks: list[Mark] = []
    drawn: set[T] = set()
    y = top

    def descend(nodes: Iterable[T], depth: int, parent_y: float | None) -> None:
        nonlocal y
        for one in nodes:
            if one in drawn and parent_y is None:
                continue
            middle = y + ROW / 2
            y += ROW
            x = INDENT * depth
            if parent_y is not None:
                marks.append(mark("path", d=path("M", x - INDENT + 9, parent_y + 10, "V", middle, "H", x), fill="none", stroke=EDGE))
            again = one in drawn
            marks.append(node(one, x, middle, again))
            drawn.add(one)
            if not again:
                descend(below.get(one, ()), depth + 1, middle)

    descend(roots, 0, None)
    return marks, y
