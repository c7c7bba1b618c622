"""Concept schemes as trees: concepts below their broader ones."""

from dataclasses import dataclass, field

from graph_service.engine.result import Query
from graph_service.rdf import terms
from graph_service.rdf.terms import AnyTerm, Literal, NamedNode
from graph_service.service.service import Service
from graph_service.web.display.cells import Cell, cell
from graph_service.web.http.languages import language_of_names

_CONCEPTS = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?concept ?broader ?definition ?notation WHERE {{
  ?concept skos:inScheme {scheme} .
  OPTIONAL {{ ?concept skos:broader ?broader . ?broader skos:inScheme {scheme} }}
  OPTIONAL {{ ?concept skos:definition ?own FILTER(LANG(?own) = "{language}") }}
  OPTIONAL {{ ?concept skos:definition ?english FILTER(LANG(?english) = "en") }}
  OPTIONAL {{ ?concept skos:notation ?notation }}
  BIND(COALESCE(?own, ?english) AS ?definition)
}}"""


@dataclass
class Concept:
    """A concept, its definition, and the narrower ones."""

    cell: Cell
    definition: Cell | None
    notation: str
    narrower: list["Concept"] = field(default_factory=list)


def tree(service: Service, scheme: str) -> list[Concept]:
    """The top concepts of a scheme with those below; empty for anything else. A concept with two broader ones is below both."""
    query = _CONCEPTS.format(scheme=terms.write(NamedNode(scheme)), language=language_of_names())
    rows = list(service.sparql(Query(query, infer=False)).rows())
    labels = service.labels([concept for concept, *_ in rows], language_of_names())
    found: dict[AnyTerm | None, Concept] = {}
    for concept, _, definition, notation in rows:
        shown = cell(concept, labels)
        if shown is not None:
            found.setdefault(concept, Concept(shown, cell(definition, labels), notation.value if isinstance(notation, Literal) else ""))
    below = {(concept, broader) for concept, broader, *_ in rows if broader in found}
    for concept, broader in below:
        found[broader].narrower.append(found[concept])
    for each in found.values():
        each.narrower.sort(key=_place)
    lower = {concept for concept, _ in below}
    return sorted((each for concept, each in found.items() if concept not in lower), key=_place)


def _place(concept: Concept) -> tuple[str, str]:
    return concept.notation, concept.cell.text.casefold()
