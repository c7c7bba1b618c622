"""The pictures that are drawn from canned queries: which there are, from which query, and by what."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from babel.support import LazyProxy

from graph_service.errors import NotFound
from graph_service.service import Service
from graph_service.web.languages import language
from graph_service.web.pages.cells import Table, table
from graph_service.web.pages.drawing import contributions, groups, network, timeline, worldmap
from graph_service.web.pages.drawing.canvas import SOFT, Drawing, text
from graph_service.web.pages.drawing.rows import Rows, cell, key, rows_of
from graph_service.web.pages.drawing.world import codes, world
from graph_service.web.wording import gettext as _
from graph_service.web.wording import lazy_gettext


@dataclass(frozen=True)
class Picture:
    """A picture: its name, the canned query that it is drawn from, its title, what it tells, the columns it needs, and what draws it."""

    name: str
    query: str
    title: LazyProxy
    about: LazyProxy
    needed: tuple[str, ...]
    draw: Callable[[Service, Rows, str], Drawing]


@dataclass(frozen=True)
class Shown:
    """A picture drawn, and the table that it was drawn from."""

    picture: Picture
    drawing: Drawing
    table: Table


def _map(service: Service, rows: Rows, title: str) -> Drawing:
    outlines = world()
    assert outlines is not None  # else the picture is not offered
    return worldmap.draw(rows, title, codes(service, (key(cell(row, "country")) for row in rows)), outlines)


#: Every picture, in the order of the gallery.
_PICTURES = (
    Picture(
        "projects-by-country",
        "projects-by-country",
        lazy_gettext("Projects by country"),
        lazy_gettext(
            "In which countries projects work, and how many in each. Work in a whole region does not count for each of its countries."
        ),
        ("country", "project"),
        _map,
    ),
    Picture(
        "network",
        "network",
        lazy_gettext("Organisations, projects and frameworks"),
        lazy_gettext("Who takes part in which project, and which frameworks the projects serve or are otherwise connected with."),
        ("source", "target"),
        lambda _service, rows, title: network.draw(rows, title),
    ),
    Picture(
        "timeline",
        "projects-and-commitments",
        lazy_gettext("Projects and commitments in time"),
        lazy_gettext(
            "When projects run and when commitments were made, as precisely as the documents say. What has no stated date is named too."
        ),
        ("item",),
        lambda _service, rows, title: timeline.draw(rows, title),
    ),
    Picture(
        "contributions",
        "contributions",
        lazy_gettext("Contributions"),
        lazy_gettext("What was given, as exactly as the documents say: a sum that was exceeded is shown as a lower bound."),
        ("contribution",),
        lambda _service, rows, title: contributions.draw(rows, title),
    ),
    Picture(
        "beneficiary-groups",
        "group-tree",
        lazy_gettext("Beneficiary groups"),
        lazy_gettext("The groups of people whom projects are meant to reach, each below the broader group that it belongs to."),
        ("group",),
        lambda _service, rows, title: groups.draw(rows, title),
    ),
)


def pictures(service: Service) -> dict[str, Picture]:
    """The pictures that can be drawn here, by name: those whose canned query there is; a map only where there are outlines for it."""
    return {
        picture.name: picture
        for picture in _PICTURES
        if picture.query in service.catalogue.queries and (picture.draw is not _map or world() is not None)
    }


def shown(service: Service, name: str, arguments: Mapping[str, Sequence[str]], infer: bool = True) -> Shown:
    """A picture of what its canned query answers to some arguments.

    Raises NotFound if there is no such picture, and what the canned query raises.
    """
    offered = pictures(service)
    if name not in offered:
        raise NotFound(f"There is no picture {name!r}. Pictures: {', '.join(offered) or 'none'}.")
    picture = offered[name]
    answer = table(service, service.canned(picture.query, spoken(service, picture, arguments), infer))
    if not isinstance(answer, Table) or not set(picture.needed) <= set(answer.columns):
        raise NotFound(f"The query {picture.query} has no columns {', '.join(picture.needed)} here, from which the picture is drawn.")
    rows = rows_of(answer, picture.needed)
    title = str(picture.title)
    return Shown(picture, picture.draw(service, rows, title) if rows else _nothing(title), answer)


def spoken(service: Service, picture: Picture, arguments: Mapping[str, Sequence[str]]) -> Mapping[str, Sequence[str]]:
    """The arguments of a picture's query, with the reader's language if the query can answer in it."""
    return {**arguments, "lang": [language()]} if "lang" in service.catalogue[picture.query].parameters else arguments


def _nothing(title: str) -> Drawing:
    words = _("Nothing in the graph fits.")
    return Drawing(480, 60, title, words, [text(8, 30, words, fill=SOFT)])
