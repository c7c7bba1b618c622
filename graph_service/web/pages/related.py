"""Related things: things of the same class that share most values."""

from dataclasses import dataclass

from graph_service.engine.result import Query
from graph_service.rdf import terms
from graph_service.rdf.terms import AnyTerm, NamedNode
from graph_service.service.service import Service
from graph_service.web.display.cells import Cell, cell
from graph_service.web.pages.presentation import presentation_of

_RELATED = """
PREFIX sh: <http://www.w3.org/ns/shacl#>
SELECT DISTINCT ?other ?shared WHERE {{
  {{
    SELECT ?other (COUNT(DISTINCT ?link) AS ?links) WHERE {{
      {thing} a ?kind ; ?property ?link .
      ?property sh:group ?group .
      FILTER(isIRI(?link) && ?property != <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> && ?group NOT IN ({common}))
      ?other ?property ?link ; a ?kind .
      FILTER(?other != {thing})
    }} GROUP BY ?other HAVING(COUNT(DISTINCT ?link) > 1) ORDER BY DESC(?links) ?other LIMIT 5
  }}
  {thing} ?property ?shared .
  ?other ?property ?shared .
  ?property sh:group ?group .
  FILTER(isIRI(?shared) && ?property != <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> && ?group NOT IN ({common}))
}} ORDER BY ?other ?shared LIMIT 500"""


@dataclass(frozen=True)
class Relative:
    """A related thing, and the shared values."""

    cell: Cell
    shared: list[Cell]


def related(service: Service, iri: str, language: str) -> list[Relative]:
    """The things that share most asserted values with a thing, closest first."""
    # Some groups of facts are similar for all things of a class without relating them.
    common = ", ".join(terms.write(NamedNode(group)) for group in sorted(presentation_of(service).marked("relating", False)))
    query = _RELATED.format(thing=terms.write(NamedNode(iri)), common=common)
    found: dict[AnyTerm, list[AnyTerm]] = {}
    for other, shared in service.sparql(Query(query, infer=False)).rows():
        assert other is not None
        assert shared is not None
        found.setdefault(other, []).append(shared)
    labels = service.labels([*found, *(term for shared in found.values() for term in shared)], language)

    def show(term: AnyTerm) -> Cell:
        shown = cell(term, labels)
        assert shown is not None
        return shown

    relatives = [Relative(show(other), sorted(map(show, shared), key=lambda c: c.text.casefold())) for other, shared in found.items()]
    return sorted(relatives, key=lambda relative: (-len(relative.shared), relative.cell.text.casefold()))
