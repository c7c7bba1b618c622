"""What readers expect of a thing and the graph does not tell (`snapshot.expectations`)."""

from collections.abc import Collection
from functools import lru_cache

from graph_service.engine.result import Query
from graph_service.rdf import terms
from graph_service.rdf.labels import closest
from graph_service.rdf.terms import NamedNode
from graph_service.service.service import Service
from graph_service.snapshot.expectations import Expectation, read_expectations
from graph_service.web.display.cells import Cell
from graph_service.web.http.languages import language
from graph_service.web.pages.facts import Expected
from graph_service.web.pages.presentation import Presentation, presentation_of


def expected(service: Service, presentation: Presentation, iri: str, classes: Collection[str], infer: bool = True) -> list[Expected]:
    """What is expected of a thing of these classes (IRIs), and missing."""
    node = terms.write(NamedNode(iri))
    return [
        Expected(_label(each), presentation.within(each.group, each.order))
        for each in _expectations(service)
        if set(each.classes) & set(classes)
        and not service.sparql(Query(f"{each.prologue}ASK {{ VALUES ?thing {{ {node} }} {each.pattern}\n}}", infer=infer))
    ]


def _label(expectation: Expectation) -> Cell:
    tag = closest(expectation.label, language())
    return Cell(expectation.label[tag], language=None if tag == language() else tag)


@lru_cache(maxsize=2)
def _expectations(service: Service) -> list[Expectation]:
    return read_expectations(presentation_of(service).description)[0]
