"""A bar chart of contributions, as exact as the source: filled up to the minimum, hollow up to the maximum, with an arrow if there is no
maximum. Contributions without an amount are listed below; each currency has its own scale.
"""

from dataclasses import dataclass
from decimal import Decimal
from math import ceil, log10

from graph_service.rdf import terms
from graph_service.web.display.cells import Cell
from graph_service.web.display.numerals import money, number
from graph_service.web.display.translations import gettext as _
from graph_service.web.pictures.canvas import ACCENT, RULE, SOFT, TINT, Drawing, Mark, linked, mark, path, text, tip
from graph_service.web.pictures.letters import LINE, lines, width
from graph_service.web.pictures.rows import Row, Rows, cell, key, words_of
from graph_service.web.pictures.sentences import listed

_WIDTH, _LEFT, _BAR, _ROW = 1120.0, 420.0, 22.0, 62.0

#: Space to the right of the longest bar, for its arrow and amount.
_AFTER = 300.0


@dataclass(frozen=True)
class Sum:
    """A contribution: its minimum, its maximum if known, and both as text."""

    cell: Cell
    currency: str
    least: Decimal
    most: Decimal | None
    words: str
    years: str


def draw(rows: Rows, title: str) -> Drawing:
    """Draw the rows of `contributions`."""
    sums = [found for row in rows if (found := _sum(row))]
    without = [row for row in rows if _sum(row) is None]
    marks: list[Mark] = []
    y = 12.0
    for currency in sorted({found.currency for found in sums}):
        drawn, y = _scale(currency, [found for found in sums if found.currency == currency], y)
        marks += drawn
    if without:
        marks.append(text(0, y + 8, _("No sum stated"), fill=SOFT, font_weight="600"))
        y += 40
        for row in without:
            item = cell(row, "contribution")
            named = lines(item.text, _WIDTH - 20, 2)
            marks.append(linked(item, tip(item.text), text(0, y, *named), data_thing=key(item)))
            y += len(named) * LINE + 10
    return Drawing(_WIDTH, y + 4, title, _words(sums, without), marks)


def _sum(row: Row) -> Sum | None:
    exact, least, most = (_decimal(words_of(row, name)) for name in ("amount", "at_least", "at_most"))
    bound = words_of(row, "bound")
    if exact is None and least is None and most is None:
        return None
    if least is None and most is None:
        least = most = exact
    amount = exact if exact is not None else least if least is not None else most
    assert amount is not None
    currency = words_of(row, "currency")
    words = " ".join(part for part in (bound, money(str(amount), currency) if currency else number(amount)) if part)
    years = " – ".join(dict.fromkeys(words_of(row, name) for name in ("start_year", "end_year") if words_of(row, name)))
    return Sum(cell(row, "contribution"), currency, least or Decimal(0), most, words, years)


def _decimal(words: str) -> Decimal | None:
    try:
        return terms.number(words)
    except ValueError:
        return None


def _scale(currency: str, sums: list[Sum], y: float) -> tuple[list[Mark], float]:
    """The bars of one currency from `y` on, and where they end."""
    largest = max(max(found.least, found.most or Decimal(0)) for found in sums)
    step = _step(largest)
    top = step * ceil(largest / step) if largest > 0 else step
    unit = (_WIDTH - _LEFT - _AFTER) / float(top)
    bottom = y + 34 + _ROW * len(sums)
    marks = [text(0, y + 6, currency, fill=SOFT, font_weight="600")]
    for place in range(int(top / step) + 1):
        x = _LEFT + float(step * place) * unit
        marks.append(mark("path", d=path("M", x, y + 22, "V", bottom), stroke=RULE))
        marks.append(text(x, y + 6, number(step * place), fill=SOFT, size=12, text_anchor="middle"))
    at = y + 34 + _ROW / 2
    for found in sorted(sums, key=lambda found: (-found.least, found.cell.text)):
        marks.append(_bar(found, at, unit))
        at += _ROW
    return marks, bottom + 24


def _bar(found: Sum, y: float, unit: float) -> Mark:
    end = _LEFT + float(found.least) * unit
    top, low = y - _BAR / 2, y + _BAR / 2
    shapes = [mark("rect", x=_LEFT, y=top, width=max(end - _LEFT, 1), height=_BAR, fill=ACCENT)]
    if found.most is None:
        shapes.append(
            mark(
                "path",
                d=path("M", end + 3, top, "H", end + 16, "L", end + 30, y, "L", end + 16, low, "H", end + 3, "Z"),
                fill=TINT,
                stroke=ACCENT,
            )
        )
        end += 30
    elif found.most > found.least:
        most = _LEFT + float(found.most) * unit
        shapes.append(mark("rect", x=end, y=top, width=most - end, height=_BAR, fill=TINT, stroke=ACCENT))
        end = most
    named = lines(found.cell.text, _LEFT - 32, 2)
    label = text(0, y - (LINE / 2 if found.years else 0), *named)
    years = text(0, y + len(named) * LINE / 2, found.years, fill=SOFT, size=11.5) if found.years else None
    amount = (
        text(end + 12, y, found.words)
        if end + 12 + width(found.words) < _WIDTH
        else text(end + 12, y, *lines(found.words, _WIDTH - end - 16))
    )
    return linked(found.cell, tip(f"{found.cell.text}: {found.words}"), label, years, *shapes, amount, data_thing=key(found.cell))


def _step(largest: Decimal) -> Decimal:
    """The distance of a scale's ticks, for three to six of them: 1, 2 or 5 times a power of ten."""
    if largest <= 0:
        return Decimal(1)
    power = Decimal(10) ** (ceil(log10(largest)) - 1)
    return next(power * factor for factor in (Decimal("0.2"), Decimal("0.5"), Decimal(1), Decimal(2)) if largest / (power * factor) <= 5)


def _words(sums: list[Sum], without: Rows) -> str:
    sentences = [f"{found.cell.text}: {found.words}." for found in sums]
    if any(found.most is None for found in sums):
        sentences.append(_("An arrow means that it was more, and how much more is not stated."))
    if without:
        sentences.append(_("No sum is stated for: %(things)s.", things=listed(words_of(row, "contribution") for row in without)))
    return " ".join(sentences)
