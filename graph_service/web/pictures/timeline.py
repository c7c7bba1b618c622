"""A timeline: a bar for a duration, a hollow one for an event within a period, an arrow for an unknown end.

Things without a date are listed below, rather than left out.
"""

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from math import ceil, floor

from graph_service.web.display.cells import Cell
from graph_service.web.display.numerals import value
from graph_service.web.display.translations import gettext as _
from graph_service.web.display.translations import ngettext
from graph_service.web.pictures.canvas import ACCENT, GROUND, RULE, SOFT, TINT, Drawing, Mark, linked, mark, path, text, tip
from graph_service.web.pictures.letters import LINE, lines, width
from graph_service.web.pictures.rows import Row, Rows, cell, key, words_of
from graph_service.web.pictures.sentences import listed

_TOP, _BAR = 40.0, 16.0

#: XML Schema's gYear, gYearMonth and date, of the common era.
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?:Z|[+-]\d\d:\d\d)?$")


@dataclass(frozen=True)
class _Layout:
    """The width of the picture, where its years begin, and how many of them are named at most.

    Labels stand to the left of the years, or above the bars where there is no room there.
    """

    width: float
    left: float
    years: int

    @property
    def is_narrow(self) -> bool:
        return self.left == 0

    @property
    def room(self) -> float:
        """For the lines of a label."""
        return self.width if self.is_narrow else self.left - 28

    @property
    def below(self) -> float:
        """The height that a bar takes below its label."""
        return _BAR + 8 if self.is_narrow else 0

    @property
    def columns(self) -> list[float]:
        """Where the columns of things without a date begin."""
        return [0.0] if self.is_narrow else [0.0, self.width / 2 + 10]

    @property
    def column_room(self) -> float:
        """For the lines of a label in such a column."""
        return self.width if self.is_narrow else self.width / 2 - 40


@dataclass(frozen=True)
class _Axis:
    """The years of a picture, from the first to before the last, and where each stands."""

    layout: _Layout
    first: int
    last: int

    @property
    def year(self) -> float:
        """The width of a year in pixels."""
        return (self.layout.width - self.layout.left - 20) / max(self.last - self.first, 1)

    def x(self, when: float) -> float:
        return self.layout.left + (when - self.first) * self.year


_WIDE, _NARROW = _Layout(1120.0, 440.0, 16), _Layout(330.0, 0.0, 8)


@dataclass(frozen=True)
class Span:
    """A row: thing, kind, start and end in years, whether it has a duration, whether its end is unknown, dates as text."""

    cell: Cell
    kind: str
    start: float
    end: float
    lasts: bool
    open: bool
    words: str


def draw(rows: Rows, title: str) -> Drawing:
    """Draw rows with `item`, `kind`, and `date`, or `start_date`, `end_date` and `completed_by`, as far as known; for phones once more."""
    return replace(_drawn(rows, title, _WIDE), narrow=_drawn(rows, title, _NARROW))


def _drawn(rows: Rows, title: str, layout: _Layout) -> Drawing:
    spans = [span for row in rows if (span := _span(row))]
    undated = [row for row in rows if _span(row) is None]
    first = floor(min((span.start for span in spans), default=0))
    last = ceil(max((span.end for span in spans), default=1)) + (1 if any(span.open for span in spans) else 0)
    axis = _Axis(layout, first, last)
    heights = [(len(lines(span.cell.text, layout.room)) + 1) * LINE + 22 + layout.below for span in spans]
    bottom = _TOP + sum(heights)
    marks = _ruled(axis, bottom) if spans else []
    y = _TOP
    for span, height in zip(spans, heights, strict=True):
        marks += [mark("path", d=path("M", 0, y + height, "H", layout.width), stroke=RULE), _row(span, y, height, axis)]
        y += height
    below, y = _undated(undated, y + 34 if spans else 24, layout)
    return Drawing(layout.width, y, title, _words(spans, undated), [*marks, *below])


def _span(row: Row) -> Span | None:
    on, start, end, over = (period(words_of(row, name)) for name in ("date", "start_date", "end_date", "completed_by"))
    begin = start or on
    if begin is None:
        return None
    # It is over, and its unknown end is not later than the report of that.
    last = end or over
    until = last[1] if last else begin[1]
    words = _date(row, "start_date") or _date(row, "date")
    if end and _date(row, "end_date") != words:
        words = f"{words} – {_date(row, 'end_date')}"
    elif start and over:
        words = _("since %(date)s, completed by %(end)s", date=words, end=_date(row, "completed_by"))
    elif start and not end:
        words = _("since %(date)s", date=words)
    return Span(
        cell(row, "item"), words_of(row, "kind"), begin[0], max(until, begin[1]), bool(start or last), bool(start and not last), words
    )


def _date(row: Row, column: str) -> str:
    """A date in the reader's language, with its own precision."""
    found = row.get(column)
    return value(found.text, found.title or "") if found else ""


def period(date: str) -> tuple[float, float] | None:
    """The start and end of an XML Schema date in years: `2021` is the whole year, `2021-07` the month; None if it is invalid."""
    found = _DATE.match(date)
    if found is None:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    assert year is not None
    if month is None:
        return year, year + 1
    if not 1 <= month <= 12:
        return None
    if day is None:
        return year + (month - 1) / 12, year + month / 12
    days = monthrange(max(year, 1), month)[1]
    return year + (month - 1 + (day - 1) / days) / 12, year + (month - 1 + day / days) / 12


def _ruled(axis: _Axis, bottom: float) -> list[Mark]:
    step = ceil((axis.last - axis.first) / axis.layout.years)
    marks = []
    for number in range(axis.first, axis.last + 1, max(step, 1)):
        x = axis.x(number)
        marks.append(mark("path", d=path("M", x, _TOP - 12, "V", bottom), stroke=RULE))
        if number < axis.last:
            marks.append(text(x + axis.year * min(step, axis.last - number) / 2, 14, str(number), fill=SOFT, text_anchor="middle"))
    return marks


def _row(span: Span, top: float, height: float, axis: _Axis) -> Mark:
    layout = axis.layout
    named = lines(span.cell.text, layout.room)
    middle = top + (height - _BAR if layout.is_narrow else height / 2)
    end = axis.x(axis.last if span.open else span.end)
    y = top + 11 + len(named) * LINE / 2
    words = f"{span.kind} · {span.words}" if layout.is_narrow else span.kind
    label, kind = text(0, y, *named), text(0, y + (len(named) + 1) * LINE / 2, words, fill=SOFT, size=11.5)
    dates = None if layout.is_narrow else _dates(span, middle, axis.x(span.start), end, layout)
    bar = _bar(span, middle, axis.x(span.start), end)
    return linked(span.cell, tip(f"{span.cell.text} ({span.kind}): {span.words}"), label, kind, bar, dates, data_thing=key(span.cell))


def _bar(span: Span, y: float, start: float, end: float) -> Mark:
    top, low = y - _BAR / 2, y + _BAR / 2
    if span.open:
        return mark("path", d=path("M", start, top, "H", end - 14, "L", end, y, "L", end - 14, low, "H", start, "Z"), fill=ACCENT)
    fill, stroke = (ACCENT, ACCENT) if span.lasts else (TINT, ACCENT)
    return mark("rect", x=start + 1, y=top, width=max(end - start - 2, 3), height=_BAR, rx=3, fill=fill, stroke=stroke)


def _dates(span: Span, y: float, start: float, end: float, layout: _Layout) -> Mark:
    """The dates of a row: in its bar, else behind it, else before it."""
    inside = span.lasts and width(span.words) < end - start - 24
    after = end + 8 + width(span.words) < layout.width
    x, anchor = (start + 10, "start") if inside else (end + 8, "start") if after else (start - 8, "end")
    return text(x, y, span.words, fill=GROUND if inside else SOFT, text_anchor=anchor)


def _undated(rows: Rows, y: float, layout: _Layout) -> tuple[list[Mark], float]:
    """The names of things without a date, in columns, and where they end."""
    if not rows:
        return [], y - 22
    marks = [text(0, y, _("No date stated"), fill=SOFT, font_weight="600")]
    each = ceil(len(rows) / len(layout.columns))
    lowest = y
    for place, x in enumerate(layout.columns):
        at = y + 34
        for row in rows[place * each : (place + 1) * each]:
            item = cell(row, "item")
            named = lines(item.text, layout.column_room)
            height = len(named) * LINE
            marks.append(
                linked(
                    item,
                    tip(f"{item.text} ({words_of(row, 'kind')})"),
                    text(x, at + height / 2 - 16, *named),
                    text(x, at + height - 8, words_of(row, "kind"), fill=SOFT, size=11.5),
                    data_thing=key(item),
                )
            )
            at += height + 30
        lowest = max(lowest, at)
    return marks, lowest - 12


def _words(spans: list[Span], undated: Rows) -> str:
    sentences = [ngettext("%(num)s item has a date.", "%(num)s items have a date.", len(spans), num=len(spans))]
    sentences += [f"{span.cell.text} ({span.kind}): {span.words}." for span in spans]
    if undated:
        names = listed(words_of(row, "item") for row in undated)
        sentences.append(
            ngettext("%(num)s has none: %(things)s.", "%(num)s have none: %(things)s.", len(undated), num=len(undated), things=names)
        )
    return " ".join(sentences)
