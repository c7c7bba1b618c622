"""A picture of an ontology, drawn from it: its classes as a tree, and beside each class the properties that lead from it.

The layout is a tidy tree read from left to right, one row a class, so that it needs no drawing program and its words stay words:
each is a link to its term.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from graph_service.engine.result import Query
from graph_service.service import Service
from graph_service.web.languages import language
from graph_service.words.names import NS
from graph_service.words.terms import NamedNode

_CLASSES = """
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?class ?parent WHERE {
  ?class a owl:Class ; rdfs:label ?label .
  OPTIONAL { ?class rdfs:subClassOf ?parent . ?parent a owl:Class ; rdfs:label ?name FILTER(isIRI(?parent)) }
} ORDER BY ?class ?parent"""

_PROPERTIES = """
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?from ?property ?to WHERE {
  ?property a owl:ObjectProperty ; rdfs:domain ?from ; rdfs:range ?to .
  FILTER(isIRI(?from) && isIRI(?to))
} ORDER BY ?from ?property ?to"""

_ROW, _INDENT, _LETTER, _MARGIN = 24, 22, 8, 12

#: Links from one class that are drawn; the tables below the picture have them all.
_LINKS = 4


@dataclass(frozen=True)
class Box:
    """A class in the picture: where it stands, how wide its name is, and where its line to its parent begins."""

    name: str
    label: str
    x: float
    y: float
    width: float
    parent_y: float | None
    links: list[tuple[str, str]]
    more: int


@dataclass
class Picture:
    """The picture of an ontology's classes, in pixels."""

    boxes: list[Box] = field(default_factory=list)

    @property
    def height(self) -> float:
        """How high it is."""
        return _MARGIN * 2 + _ROW * len(self.boxes)

    @property
    def width(self) -> float:
        """How wide it is."""
        ends = (box.x + box.width + _LETTER * sum(len(p) + len(c) + 6 for p, c in box.links) + 60 for box in self.boxes)
        return max(ends, default=0) + _MARGIN


def picture(service: Service) -> Picture:
    """The picture of the classes of the ontology's own namespace."""
    parents: dict[str, str | None] = {}
    for kind, parent in service.sparql(Query(_CLASSES, infer=False)).rows():
        if isinstance(kind, NamedNode) and kind.value.startswith(NS):
            own = parent.value if isinstance(parent, NamedNode) and parent.value.startswith(NS) else None
            parents[kind.value] = parents.get(kind.value) or own
    names = service.labels([NamedNode(kind) for kind in parents], language())
    labels = {kind: name.value for kind, name in names.items()}
    links: dict[str, list[tuple[str, str]]] = {}
    for start, link, end in service.sparql(Query(_PROPERTIES, infer=False)).rows():
        if isinstance(start, NamedNode) and isinstance(link, NamedNode) and isinstance(end, NamedNode) and end.value.startswith(NS):
            links.setdefault(start.value, []).append((link.value.removeprefix(NS), end.value.removeprefix(NS)))
    drawn = Picture()
    _draw(drawn, sorted(kind for kind, parent in parents.items() if parent is None), _children(parents), labels, links, 0, None)
    return drawn


def _children(parents: Mapping[str, str | None]) -> dict[str, list[str]]:
    below: dict[str, list[str]] = {}
    for kind, parent in sorted(parents.items()):
        if parent is not None:
            below.setdefault(parent, []).append(kind)
    return below


def _draw(
    drawn: Picture,
    kinds: Iterable[str],
    below: Mapping[str, list[str]],
    labels: Mapping[str, str],
    links: Mapping[str, list[tuple[str, str]]],
    depth: int,
    parent_y: float | None,
) -> None:
    """Draw classes and what is below them, each on the next row."""
    for kind in kinds:
        y = _MARGIN + _ROW * len(drawn.boxes) + _ROW / 2
        name = kind.removeprefix(NS)
        own = links.get(kind, [])
        width = _LETTER * len(labels[kind]) + 16
        box = Box(name, labels[kind], _MARGIN + _INDENT * depth, y, width, parent_y, own[:_LINKS], max(0, len(own) - _LINKS))
        drawn.boxes.append(box)
        _draw(drawn, below.get(kind, []), below, labels, links, depth + 1, y)
