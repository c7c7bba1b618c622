"""Annotations of statements (RDF 1.2): statements about a statement are shown with it (RDF 1.2 Concepts, section 1.5)."""

from graph_service.engine.result import Query
from graph_service.rdf import terms
from graph_service.rdf.namespaces import RDF
from graph_service.rdf.terms import NamedNode, Triple
from graph_service.service.service import Service
from graph_service.web.display.cells import Cell, cell

#: An annotation: property and value.
Annotation = tuple[Cell, Cell]

_ABOUT = f"""
PREFIX rdf: <{RDF}>
SELECT ?said ?p ?o WHERE {{{{
  {{{{ ?r rdf:reifies <<( {{node}} ?q ?v )>> BIND(<<( {{node}} ?q ?v )>> AS ?said) }}}}
  UNION {{{{ ?r rdf:reifies <<( ?s ?q {{node}} )>> BIND(<<( ?s ?q {{node}} )>> AS ?said) }}}}
  ?r ?p ?o FILTER(?p != rdf:reifies)
}}}} ORDER BY ?r ?p ?o LIMIT 500"""


def annotations(service: Service, iri: str, language: str) -> dict[Triple, list[Annotation]]:
    """The annotations of each statement about a thing; empty if the graph has no statements about statements."""
    if not service.reifies:
        return {}
    found: dict[Triple, list[Annotation]] = {}
    rows = list(service.sparql(Query(_ABOUT.format(node=terms.write(NamedNode(iri))))).rows())
    labels = service.labels([term for row in rows for term in row], language)
    for said, property, value in rows:
        name, shown = cell(property, labels), cell(value, labels)
        assert isinstance(said, Triple)
        assert name is not None
        assert shown is not None
        found.setdefault(said, []).append((name, shown))
    return found
