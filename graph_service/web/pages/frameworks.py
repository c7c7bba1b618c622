"""`/frameworks`: the frameworks of the graph, and what serves each of them: which undertakings, through what, paid by whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import Blueprint, Response, render_template, request

from graph_service.engine.result import Kind, Query
from graph_service.service import Service
from graph_service.web.answers import answer, choose, wants_html
from graph_service.web.languages import language
from graph_service.web.links import add, alternates
from graph_service.web.pages.cells import Cell, cell
from graph_service.web.pages.facts import explanation
from graph_service.web.tables.taking import attached, for_reader
from graph_service.words.formats import LIST_FORMATS
from graph_service.words.names import NS
from graph_service.words.terms import AnyTerm, NamedNode, Triple

#: What serves a framework, by which relation a source states (or by inference alone), and through what: a part, a strategy or
#: another framework that serves it in turn. Of a part of a project that serves it the project is told: that it serves it itself is not
#: said. Donors are those of undertakings.
_SERVING = """
PREFIX lc: <https://w3id.org/labcoop/ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?framework ?type ?serving ?relation ?through ?whole ?donor WHERE {
  ?framework a lc:Framework .
  OPTIONAL { ?framework a ?type . ?type rdfs:subClassOf lc:Framework FILTER(?type != lc:Framework) }
  OPTIONAL {
    ?serving lc:contributesTo ?framework .
    FILTER(isIRI(?serving))
    OPTIONAL {
      ?serving ?relation ?framework . ?relation rdfs:subPropertyOf lc:contributesTo FILTER(?relation != lc:contributesTo)
    }
    OPTIONAL {
      ?serving ?link ?through . ?through lc:contributesTo ?framework .
      FILTER(?through != ?serving && ?through != ?framework && isIRI(?through))
      FILTER(?link IN (lc:isPartOf, lc:contributesTo, lc:hasStrategy))
    }
    OPTIONAL {
      ?serving lc:isPartOf ?whole . ?whole a ?kind FILTER(?kind IN (lc:Project, lc:Programme))
      FILTER NOT EXISTS { ?whole lc:contributesTo ?framework }
    }
    OPTIONAL { ?serving lc:hasDonorCountry ?donor }
  }
} ORDER BY ?framework ?serving ?relation ?through ?whole ?donor"""


@dataclass(frozen=True)
class Serving:
    """Something that serves a framework: by which stated relations, through what, who pays for it, and where that is explained.

    `wholes`: the projects of which it is a part and that are not said to serve the framework themselves.
    """

    cell: Cell
    explanation: str
    relations: dict[Cell, None] = field(default_factory=dict)
    through: dict[Cell, None] = field(default_factory=dict)
    wholes: dict[Cell, None] = field(default_factory=dict)
    donors: dict[Cell, None] = field(default_factory=dict)


@dataclass(frozen=True)
class Framework:
    """A framework: its kinds, and what serves it."""

    key: str
    cell: Cell
    types: dict[Cell, None] = field(default_factory=dict)
    serving: dict[Cell, Serving] = field(default_factory=dict)

    @property
    def ordered(self) -> list[Serving]:
        """What serves it, first what is stated to."""
        return sorted(self.serving.values(), key=lambda serving: (not serving.relations, serving.cell.text.casefold()))


def blueprint(service: Service) -> Blueprint:
    """The routes of the frameworks."""
    routes = Blueprint("frameworks", __name__)

    @routes.get("/frameworks")
    @routes.get("/frameworks.<suffix>")
    def overview(suffix: str | None = None) -> Response:
        if suffix == "html" or (suffix is None and wants_html() and not request.args.get("format")):
            links = alternates(request.root_url + "frameworks", LIST_FORMATS)
            return add(Response(render_template("frameworks.html", frameworks=frameworks(service), links=links)), links)
        format = for_reader(choose(LIST_FORMATS, suffix))
        response = answer(service.sparql(Query(_SERVING), {Kind.TABLE: format}))
        return attached(response, format, "frameworks", (), None, service.snapshot.id)

    return routes


def frameworks(service: Service) -> list[Framework]:
    """The frameworks, those first that most things serve."""
    rows = list(service.sparql(Query(_SERVING)).rows())
    labels = service.labels([term for row in rows for term in row], language())

    def shown(term: AnyTerm | None) -> Mapping[Cell, None]:
        made = cell(term, labels)
        return {} if made is None else {made: None}

    found: dict[str, Framework] = {}
    for framework, kind, serving, relation, through, whole, donor in rows:
        named = cell(framework, labels)
        if not isinstance(framework, NamedNode) or named is None:
            continue
        known = found.setdefault(framework.value, Framework(framework.value.rpartition("/")[2], named))
        known.types.update(shown(kind))
        what = cell(serving, labels)
        if isinstance(serving, NamedNode) and what is not None:
            why = explanation(Triple(serving, NamedNode(NS + "contributesTo"), framework))
            entry = known.serving.setdefault(what, Serving(what, why))
            entry.relations.update(shown(relation))
            entry.through.update(shown(through))
            entry.wholes.update(shown(whole))
            entry.donors.update(shown(donor))
    return sorted(found.values(), key=lambda framework: (-len(framework.serving), framework.cell.text.casefold()))
