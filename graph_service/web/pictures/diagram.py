"""Pictures of the ontology and of its parts, in which each term links to its description."""

from collections.abc import Iterable

from graph_service.engine.result import Query
from graph_service.rdf.namespaces import DCTERMS, RDF, RDFS
from graph_service.rdf.terms import NamedNode, Triple
from graph_service.service.service import Service
from graph_service.web.display.cells import Cell, cell
from graph_service.web.display.translations import gettext, ngettext
from graph_service.web.http.languages import language_of_names
from graph_service.web.pictures import classes
from graph_service.web.pictures.canvas import Drawing
from graph_service.web.pictures.classes import ClassEdge
from graph_service.web.pictures.rows import key

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

#: Predicates that do not relate terms to each other.
_NO_TIES = frozenset({RDF + "type", RDFS + "isDefinedBy", RDFS + "seeAlso", DCTERMS + "source", DCTERMS + "license", DCTERMS + "hasPart"})


def picture(service: Service) -> Drawing | None:
    """Draw the classes in the ontology's own namespace; None if it has none."""
    found: dict[str, str | None] = {}
    for kind, parent in service.sparql(Query(_CLASSES, infer=False)).rows():
        if isinstance(kind, NamedNode) and kind.value.startswith(service.space.terms):
            own = parent.value if isinstance(parent, NamedNode) and parent.value.startswith(service.space.terms) else None
            found[kind.value] = found.get(kind.value) or own
    ties = list(service.sparql(Query(_PROPERTIES, infer=False)).rows())
    names = service.labels([*map(NamedNode, found), *(term for tie in ties for term in tie)], language_of_names())

    def term(iri: str) -> Cell:
        """A term by its label, linked to its row in the page's tables."""
        name = iri.removeprefix(service.space.terms)
        return Cell(names[iri].value, f"#{name}", iri, names[iri].language) if iri in names else Cell(name, f"#{name}", iri)

    links: dict[str, list[ClassEdge]] = {}
    for start, link, end in ties:
        if (
            isinstance(start, NamedNode)
            and isinstance(link, NamedNode)
            and isinstance(end, NamedNode)
            and end.value.startswith(service.space.terms)
        ):
            links.setdefault(start.value, []).append(ClassEdge(term(link.value), term(end.value)))
    words = " ".join(
        (
            ngettext("%(num)s class as a tree.", "%(num)s classes as a tree.", len(found), num=len(found)),
            gettext("The classes, each below the one it is a kind of, and the properties that lead from one class to another."),
            gettext("The tables below say the same in words."),
        )
    )
    above = {kind: parent for kind, parent in found.items() if parent}
    return classes.draw([term(kind) for kind in found], above, links, gettext("Picture of the classes"), words)


def picture_of(service: Service, triples: Iterable[Triple]) -> Drawing | None:
    """Draw a part of the ontology: its terms, and their relations to others; None if there are none."""
    ties = [
        (t.subject, t.predicate, t.object)
        for t in triples
        if isinstance(t.subject, NamedNode) and isinstance(t.object, NamedNode) and t.predicate.value not in _NO_TIES
    ]
    labels = service.labels([term for tie in ties for term in tie], language_of_names())
    links: dict[Cell, list[ClassEdge]] = {}
    for start, link, end in sorted(ties, key=str):
        shown = cell(start, labels), cell(link, labels), cell(end, labels)
        if None not in shown:
            links.setdefault(shown[0], []).append(ClassEdge(shown[1], shown[2]))  # type: ignore[arg-type]
    words = ngettext("%(num)s term.", "%(num)s terms.", len(links), num=len(links))
    words += " " + gettext("The terms of this part, and how it relates each to others. The text below says the same, and all else.")
    drawn = {key(shown): found for shown, found in links.items()}
    return classes.draw([*links], {}, drawn, gettext("Picture of this part"), words)
