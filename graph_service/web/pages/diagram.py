"""The picture of the ontology, drawn from it: each class and property in it is a link to its term below."""

from graph_service.engine.result import Query
from graph_service.service import Service
from graph_service.web.languages import language
from graph_service.web.pages.cells import Cell
from graph_service.web.pages.drawing import classes
from graph_service.web.pages.drawing.canvas import Drawing
from graph_service.web.pages.drawing.classes import Link
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


def picture(service: Service) -> Drawing | None:
    """The picture of the classes of the ontology's own namespace; None if it has none."""
    found: dict[str, str | None] = {}
    for kind, parent in service.sparql(Query(_CLASSES, infer=False)).rows():
        if isinstance(kind, NamedNode) and kind.value.startswith(NS):
            own = parent.value if isinstance(parent, NamedNode) and parent.value.startswith(NS) else None
            found[kind.value] = found.get(kind.value) or own
    ties = list(service.sparql(Query(_PROPERTIES, infer=False)).rows())
    names = service.labels([*map(NamedNode, found), *(term for tie in ties for term in tie)], language())

    def term(iri: str) -> Cell:
        """A term by its name in the reader's language, leading to its row in the tables of the page."""
        name = iri.removeprefix(NS)
        return Cell(names[iri].value, f"#{name}", iri, names[iri].language) if iri in names else Cell(name, f"#{name}", iri)

    links: dict[str, list[Link]] = {}
    for start, link, end in ties:
        if isinstance(start, NamedNode) and isinstance(link, NamedNode) and isinstance(end, NamedNode) and end.value.startswith(NS):
            links.setdefault(start.value, []).append(Link(term(link.value), term(end.value)))
    return classes.draw([term(kind) for kind in found], {kind: parent for kind, parent in found.items() if parent}, links)
