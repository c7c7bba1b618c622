"""The gallery: pictures that canned queries declare, and the function that draws each kind."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from graph_service.errors import NotFound
from graph_service.queries.catalogue import CannedQuery
from graph_service.queries.header import Drawn
from graph_service.rdf.labels import in_language
from graph_service.rdf.terms import iri
from graph_service.service.service import Service
from graph_service.sparql.outline import declared
from graph_service.web.display.cells import PageTable, table
from graph_service.web.display.translations import gettext as _
from graph_service.web.http.languages import language
from graph_service.web.pictures import contributions, groups, network, timeline, worldmap
from graph_service.web.pictures.canvas import SOFT, Drawing, text
from graph_service.web.pictures.rows import Rows, cell, key, rows_of
from graph_service.web.pictures.world import codes, world
from graph_service.web.tables.arguments import shown_in


@dataclass(frozen=True)
class Picture:
    """A picture that a canned query declares."""

    query: CannedQuery
    said: Drawn

    @property
    def name(self) -> str:
        """Its name in addresses."""
        return self.said.name

    @property
    def title(self) -> str:
        """Its title in the reader's language."""
        return in_language(self.said.title, language())

    @property
    def about(self) -> str:
        """Its description in the reader's language."""
        return in_language(self.said.about, language())

    @property
    def counted(self) -> tuple[str, str]:
        """The counted column and its heading in the reader's language; both "" if nothing is counted."""
        # The heading of the label column is for people; that of the IRI column says "(IRI)".
        column = self.query.columns.get(f"{self.said.of}_label") or self.query.columns.get(self.said.of)
        return self.said.of, in_language(column.label, language()) if column else self.said.of


@dataclass(frozen=True)
class Shown:
    """A drawn picture, and its table."""

    picture: Picture
    drawing: Drawing
    table: PageTable


def _map(service: Service, picture: Picture, rows: Rows, title: str) -> Drawing:
    outlines = world()
    assert outlines is not None  # else the picture is not offered
    return worldmap.draw(rows, title, picture.counted, codes(service, (key(cell(row, "country")) for row in rows)), outlines)


def _network(_service: Service, picture: Picture, rows: Rows, title: str) -> Drawing:
    said, known = picture.said, declared(picture.query.text)
    headings = network.Headings(*(in_language(said.headings.get(side, {}), language()) for side in ("left", "middle", "right")))
    right_of, unstated = (iri(name, known).value if name else "" for name in (said.right_of, said.unstated))
    return network.draw(rows, title, headings, right_of, unstated)


#: Kind of picture -> the function that draws it.
_DRAWS: dict[str, Callable[[Service, Picture, Rows, str], Drawing]] = {
    "map": _map,
    "network": _network,
    "timeline": lambda _service, _picture, rows, title: timeline.draw(rows, title),
    "amounts": lambda _service, _picture, rows, title: contributions.draw(rows, title),
    "tree": lambda _service, picture, rows, title: groups.draw(rows, title, picture.counted),
}


def pictures(service: Service) -> dict[str, Picture]:
    """The pictures that can be drawn, by name, in order; maps only if there are outlines."""
    said = (Picture(query, query.header.picture) for query in service.catalogue.queries.values() if query.header.picture is not None)
    offered = [picture for picture in said if picture.said.kind != "map" or world() is not None]
    return {picture.name: picture for picture in sorted(offered, key=lambda picture: (picture.said.order, picture.name))}


def shown(service: Service, name: str, arguments: Mapping[str, Sequence[str]], infer: bool = True) -> Shown:
    """Draw a picture of its canned query's result for some arguments.

    Raises NotFound if there is no such picture, and what the canned query raises.
    """
    offered = pictures(service)
    if name not in offered:
        raise NotFound(f"There is no picture {name!r}. Pictures: {', '.join(offered) or 'none'}.")
    picture = offered[name]
    needed = picture.said.needed
    answer = table(service, service.canned.run(picture.query.name, spoken(picture, arguments), infer))
    if not isinstance(answer, PageTable) or not set(needed) <= set(answer.columns):
        raise NotFound(f"The query {picture.query.name} has no columns {', '.join(needed)} here, from which the picture is drawn.")
    rows = rows_of(answer, needed)
    title = picture.title
    return Shown(picture, _DRAWS[picture.said.kind](service, picture, rows, title) if rows else _nothing(title), answer)


def spoken(picture: Picture, arguments: Mapping[str, Sequence[str]]) -> Mapping[str, Sequence[str]]:
    """The arguments of a picture's query, with the reader's language if the query has that parameter."""
    return {**arguments, "lang": [shown_in(picture.query)]} if "lang" in picture.query.parameters else arguments


def _nothing(title: str) -> Drawing:
    words = _("Nothing in the graph fits.")
    return Drawing(480, 60, title, words, [text(8, 30, words, fill=SOFT)])
