"""The network: organisations on the left, the projects that they take part in in the middle, the frameworks that these serve on the right.

Columns, since a tangle of lines tells nobody anything: a name is read where it stands, and a line leads the eye to the next.
"""

from dataclasses import dataclass, field

from graph_service.web.pages.cells import Cell
from graph_service.web.pages.drawing.canvas import (
    ACCENT,
    EDGE,
    INFERRED,
    SOFT,
    TINT,
    Drawing,
    Mark,
    curve,
    linked,
    mark,
    text,
    tip,
)
from graph_service.web.pages.drawing.columns import ordered, spread, stacked
from graph_service.web.pages.drawing.letters import LINE, lines
from graph_service.web.pages.drawing.rows import Rows, cell, key, words_of
from graph_service.web.pages.drawing.sentences import listed
from graph_service.web.wording import gettext as _
from graph_service.web.wording import ngettext
from graph_service.words.names import NS

_WIDTH, _TOP, _GAP = 1120.0, 44.0, 9.0

#: Where the columns stand: the right edge of the organisations, both edges of the projects, the left edge of the frameworks.
_LEFT, _FROM, _TO, _RIGHT = 332.0, 452.0, 752.0, 872.0
_ROOM = {"organisation": _LEFT - 8, "project": _TO - _FROM - 20, "framework": _WIDTH - _RIGHT - 8}


#: What `basis` is where no document says that there is the tie.
_INFERRED = "https://w3id.org/labcoop/vocab/answer/inferred"


@dataclass
class _Tie:
    """A tie between a project and another: what relates them, and whether a document says so."""

    relations: list[str] = field(default_factory=list)
    stated: bool = False


def draw(rows: Rows, title: str) -> Drawing:
    """The picture of the rows of `network`."""
    things: dict[str, dict[str, Cell]] = {"organisation": {}, "project": {}, "framework": {}}
    ties: dict[tuple[str, str], _Tie] = {}
    for row in rows:
        project, other = cell(row, "source"), cell(row, "target")
        column = "framework" if (kind := row["kind"]) and kind.title == NS + "Framework" else "organisation"
        things["project"][key(project)] = project
        things[column][key(other)] = other
        tie = ties.setdefault((key(project), key(other)), _Tie())
        tie.relations += [name for name in [words_of(row, "relation")] if name not in tie.relations]
        tie.stated |= (basis := row["basis"]) is None or basis.title != _INFERRED
    places, bottom = _places(things, ties)
    marks = [*_headings(), *(_line(tie, things, pair, places) for pair, tie in ties.items())]
    for column, members in things.items():
        marks += [_thing(column, member, iri, places[iri]) for iri, member in members.items()]
    return Drawing(_WIDTH, bottom + 12, title, _words(things, ties), marks)


def _places(things: dict[str, dict[str, Cell]], ties: dict[tuple[str, str], _Tie]) -> tuple[dict[str, float], float]:
    """The height at which each thing stands, and where the lowest ends."""
    neighbours: dict[str, list[str]] = {}
    for project, other in ties:
        neighbours.setdefault(project, []).append(other)
        neighbours.setdefault(other, []).append(project)
    alphabetic = {column: sorted(members, key=lambda iri: members[iri].text.casefold()) for column, members in things.items()}
    projects, (organisations, frameworks) = ordered(
        alphabetic["project"], [alphabetic["organisation"], alphabetic["framework"]], neighbours
    )
    columns = {"organisation": organisations, "project": projects, "framework": frameworks}
    heights = {
        iri: len(lines(member.text, _ROOM[column], 4)) * LINE + (_GAP if column != "project" else _GAP + 14)
        for column, members in things.items()
        for iri, member in members.items()
    }
    totals = {column: sum(heights[iri] for iri in members) for column, members in columns.items()}
    bottom = _TOP + max(totals.values())
    first = max(totals, key=lambda column: totals[column])
    places = dict(zip(columns[first], stacked([heights[iri] for iri in columns[first]], _TOP), strict=True))
    for column in sorted((column for column in columns if column != first), key=lambda column: column != "project"):
        wishes = []
        for iri in columns[column]:
            found = [places[other] for other in neighbours[iri] if other in places]
            wishes.append(sum(found) / len(found) if found else (_TOP + bottom) / 2)
        order = sorted(zip(wishes, columns[column], strict=True), key=lambda pair: pair[0])
        middles = spread([wish for wish, _iri in order], [heights[iri] for _wish, iri in order], _TOP, bottom)
        places |= dict(zip([iri for _wish, iri in order], middles, strict=True))
    return places, bottom


def _headings() -> list[Mark]:
    headings = (
        (_LEFT, "end", _("Organisations")),
        ((_FROM + _TO) / 2, "middle", _("Projects and programmes")),
        (_RIGHT, "start", _("Frameworks")),
    )
    return [text(x, 16, words, fill=SOFT, text_anchor=anchor, font_weight="600") for x, anchor, words in headings]


def _thing(column: str, thing: Cell, iri: str, y: float) -> Mark:
    words = lines(thing.text, _ROOM[column], 4)
    if column == "project":
        height = len(words) * LINE + 12
        box = mark("rect", x=_FROM, y=y - height / 2, width=_TO - _FROM, height=height, rx=5, fill=TINT, stroke=ACCENT)
        return linked(thing, tip(thing.text), box, text(_FROM + 10, y, *words), data_thing=iri)
    x, anchor = (_LEFT, "end") if column == "organisation" else (_RIGHT, "start")
    beside = x + 10 if column == "organisation" else x - 10
    dot = (
        mark("circle", cx=beside, cy=y, r=4, fill=ACCENT)
        if column == "organisation"
        else (mark("rect", x=beside - 4, y=y - 4, width=8, height=8, fill=ACCENT))
    )
    return linked(thing, tip(thing.text), text(x, y, *words, text_anchor=anchor), dot, data_thing=iri)


def _line(tie: _Tie, things: dict[str, dict[str, Cell]], pair: tuple[str, str], places: dict[str, float]) -> Mark:
    project, other = pair
    ends = (_LEFT + 14, _FROM) if other in things["organisation"] else (_RIGHT - 14, _TO)
    end = things["organisation"].get(other) or things["framework"][other]
    told = f"{things['project'][project].text} – {', '.join(tie.relations)} – {end.text}"
    return mark(
        "path",
        tip(told),
        d=curve(ends[0], places[other], ends[1], places[project]),
        fill="none",
        stroke=EDGE if tie.stated else INFERRED,
        stroke_width=1.3,
        stroke_dasharray=None if tie.stated else "5 4",
        data_ends=f"{project} {other}",
    )


def _words(things: dict[str, dict[str, Cell]], ties: dict[tuple[str, str], _Tie]) -> str:
    organisations, projects, frameworks = (len(things[column]) for column in ("organisation", "project", "framework"))
    told = [
        _(
            "In three columns: %(organisations)s, %(projects)s, %(frameworks)s; %(ties)s between them.",
            organisations=ngettext("%(num)s organisation", "%(num)s organisations", organisations, num=organisations),
            projects=ngettext("%(num)s project or programme", "%(num)s projects and programmes", projects, num=projects),
            frameworks=ngettext("%(num)s framework", "%(num)s frameworks", frameworks, num=frameworks),
            ties=ngettext("%(num)s line", "%(num)s lines", len(ties), num=len(ties)),
        )
    ]
    for column, sentence in (
        ("organisation", _("Most projects: %(things)s.")),
        ("project", _("Most ties of a project: %(things)s.")),
        ("framework", _("Frameworks with most projects: %(things)s.")),
    ):
        counts = {iri: sum(iri in pair for pair in ties) for iri in things[column]}
        first = sorted(counts, key=lambda iri: (-counts[iri], things[column][iri].text.casefold()))[:3]
        if first:
            told.append(sentence % {"things": listed(f"{things[column][iri].text} ({counts[iri]})" for iri in first)})
    if any(not tie.stated for tie in ties.values()):
        told.append(_("Dashed lines are inferred."))
    return " ".join(told)
