"""A tree of terms, with each term's links to others beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graph_service.web.display.cells import Cell
from graph_service.web.display.translations import ngettext
from graph_service.web.pictures import tree
from graph_service.web.pictures.canvas import ACCENT, SOFT, TEXT, TINT, Drawing, Mark, linked, mark, text
from graph_service.web.pictures.letters import width
from graph_service.web.pictures.rows import key

#: The most links of a term that are drawn; the text below the picture has all.
_LINKS = 4

_SMALL = 12.0


@dataclass(frozen=True)
class ClassEdge:
    """A property and its target."""

    property: Cell
    target: Cell


def draw(
    drawn: Sequence[Cell], above: Mapping[str, str], links: Mapping[str, Sequence[ClassEdge]], title: str, words: str
) -> Drawing | None:
    """Draw terms; None if there are none. `above`: term -> its parent; `links`: term -> its links."""
    if not drawn:
        return None
    named = {key(one): one for one in drawn}
    below: dict[str, list[str]] = {}
    for iri in named:
        if iri in above:
            below.setdefault(above[iri], []).append(iri)
    widest = 0.0

    def node(iri: str, x: float, y: float, again: bool) -> Mark:
        nonlocal widest
        label = named[iri].text
        end = x + width(label) + 16
        box = mark("rect", x=x, y=y - 10, width=end - x, height=20, rx=4, fill=TINT, stroke=ACCENT)
        beside, end = _links_of(links.get(iri, ()), end + 10, y)
        widest = max(widest, end)
        return mark("g", linked(named[iri], box, text(x + 8, y, label), data_thing=iri), *beside)

    roots = [iri for iri in named if above.get(iri) not in named]
    marks, bottom = tree.draw([*roots, *named], below, node)
    return Drawing(widest, bottom, title, words, marks)


def _links_of(links: Sequence[ClassEdge], x: float, y: float) -> tuple[list[Mark], float]:
    """A term's links in a row from `x` on, and where the row ends."""
    marks = []
    for link in links[:_LINKS]:
        for part, cell, fill in ((link.property.text, link.property, ACCENT), ("→", None, SOFT), (link.target.text, link.target, TEXT)):
            drawn = text(x, y, part, size=_SMALL, fill=fill)
            marks.append(linked(cell, drawn) if cell else drawn)
            x += width(part, _SMALL) + 5
        x += 12
    more = len(links) - _LINKS
    if more > 0:
        words = ngettext("and %(num)s more", "and %(num)s more", more, num=more)
        marks.append(text(x, y, words, size=_SMALL, fill=SOFT))
        x += width(words, _SMALL)
    return marks, x
