"""A tree of groups, each below its broader one, with a dot for each counted thing."""

from graph_service.web.display.cells import Cell
from graph_service.web.display.translations import gettext as _
from graph_service.web.display.translations import ngettext
from graph_service.web.pictures import tree
from graph_service.web.pictures.canvas import ACCENT, EDGE, RAISED, SOFT, TINT, Drawing, Mark, linked, mark, text, tip
from graph_service.web.pictures.letters import shortened, width
from graph_service.web.pictures.rows import Rows, cell, key, words_of
from graph_service.web.pictures.sentences import listed

_TOP, _DOT, _ROOM = 34.0, 13.0, 520.0

#: Up to so many dots are drawn; more is a number.
_DOTS = 10


def draw(rows: Rows, title: str, counted: tuple[str, str]) -> Drawing:
    """Draw a table with the columns `group` and `broader`; `counted`: the column with a number, and its heading."""
    column, called = counted
    groups: dict[str, Cell] = {}
    numbers: dict[str, int] = {}
    above: dict[str, list[str]] = {}
    for row in rows:
        group, broader = cell(row, "group"), row.get("broader")
        groups[key(group)] = group
        numbers[key(group)] = int(words_of(row, column) or 0) if column in row else 0
        above.setdefault(key(group), []).extend([key(broader)] if broader else [])
    below: dict[str, list[str]] = {}
    for group_, broaders in sorted(above.items(), key=lambda entry: groups[entry[0]].text.casefold()):
        for broader_ in broaders:
            below.setdefault(broader_, []).append(group_)
    roots = [iri for iri, broaders in above.items() if not any(broader_ in groups for broader_ in broaders)]
    # Trees first, largest first; then single groups.
    roots.sort(key=lambda iri: (-_size(iri, below, frozenset()), groups[iri].text.casefold()))

    def node(iri: str, x: float, y: float, again: bool) -> Mark:
        return _node(groups[iri], numbers[iri], called, x, y, again)

    marks, bottom = tree.draw([*roots, *sorted(groups)], below, node, _TOP)
    legend = mark("g", mark("circle", cx=6, cy=10, r=4.5, fill=ACCENT), text(18, 10, _("one of: %(column)s", column=called), fill=SOFT))
    return Drawing(_ROOM + 160, bottom + 6, title, _words(groups, numbers, called, above, roots), [legend, *marks])


def _size(iri: str, below: dict[str, list[str]], seen: frozenset[str]) -> int:
    return 1 + sum(_size(one, below, seen | {iri}) for one in below.get(iri, ()) if one not in seen)


def _node(group: Cell, number: int, called: str, x: float, y: float, again: bool) -> Mark:
    name = shortened(group.text, _ROOM - x - 16)
    end = x + width(name) + 16
    box = mark(
        "rect",
        x=x,
        y=y - 11,
        width=end - x,
        height=22,
        rx=4,
        fill=TINT if number else RAISED,
        stroke=ACCENT if number else EDGE,
        stroke_dasharray="3 3" if again else None,
    )
    dots = [mark("circle", cx=end + 14 + _DOT * place, cy=y, r=4.5, fill=ACCENT) for place in range(min(number, _DOTS))]
    figure = text(end + 10 + _DOT * len(dots), y, str(number), fill=SOFT) if number > 1 else None
    return linked(group, tip(f"{group.text} – {called}: {number}"), box, text(x + 8, y, name), *dots, figure, data_thing=key(group))


def _words(groups: dict[str, Cell], numbers: dict[str, int], called: str, above: dict[str, list[str]], roots: list[str]) -> str:
    sentences = [
        ngettext("A tree of %(num)s group", "A tree of %(num)s groups", len(groups), num=len(groups))
        + " "
        + ngettext("with %(num)s at the top.", "with %(num)s at the top.", len(roots), num=len(roots))
    ]
    reached = sorted((iri for iri in groups if numbers[iri]), key=lambda iri: (-numbers[iri], groups[iri].text.casefold()))
    if reached:
        sentences.append(
            _("%(column)s, most: %(things)s.", column=called, things=listed(f"{groups[iri].text} ({numbers[iri]})" for iri in reached[:5]))
        )
    rest = len(groups) - len(reached)
    if rest and called:
        sentences.append(
            ngettext(
                "%(num)s group has none.",
                "%(num)s groups have none.",
                rest,
                num=rest,
            )
        )
    if any(len(broaders) > 1 for broaders in above.values()):
        sentences.append(_("A group with two broader ones stands below both; a dashed frame marks it the second time."))
    return " ".join(sentences)
