"""A tree layout, left to right and down, with a row for each node. A node with two parents is drawn below both."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from graph_service.web.pictures.canvas import EDGE, Mark, mark, path

T = TypeVar("T")

INDENT, ROW = 26.0, 28.0


def draw(
    roots: Iterable[T], below: Mapping[T, Sequence[T]], node: Callable[[T, float, float, bool], Mark], top: float = 0
) -> tuple[list[Mark], float]:
    """The elements of a tree, and where it ends. `node` draws a node at x and y; its last argument is whether it was drawn before.

    Children are drawn at a node's first occurrence, so that cycles end; roots that were drawn below another are left out.
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
