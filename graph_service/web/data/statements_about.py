"""The statements about a thing: all of them, or those that fit on a page, which are some values of each property, and their number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from graph_service.engine.result import Query
from graph_service.errors import NotFound
from graph_service.rdf import terms
from graph_service.rdf.labels import LABELS
from graph_service.rdf.namespaces import DCTERMS, OWL, RDF
from graph_service.rdf.terms import DefaultGraph, Literal, NamedNode, Quad
from graph_service.service.service import Service

#: The most values of a property on a page, which links to the rest.
SHOWN = 50

#: Patterns of statements with a thing as subject or object, without records of evidence and the dataset that has it as an example.
OF = "{node} ?p ?o BIND({node} AS ?s)"
TO = f"""?s ?p {{node}} BIND({{node}} AS ?o) FILTER(?s != {{dataset}} && ?s != {{node}})
  FILTER NOT EXISTS {{{{ ?s <{RDF}subject> ?recorded }}}}"""

_COUNTS = f"""
SELECT ?of ?p (COUNT(*) AS ?count) WHERE {{{{
  {{{{ {OF} BIND(true AS ?of) }}}} UNION {{{{ {TO} BIND(false AS ?of) }}}}
}}}} GROUP BY ?of ?p"""

_PART = "{{ {{ SELECT ?s ?p ?o WHERE {{ VALUES ?p {{ {properties} }} {pattern} }} {limit} }} OPTIONAL {{ GRAPH ?g {{ ?s ?p ?o }} }} }}"

#: All statements about a thing, each with its graphs.
_ALL = f"""
SELECT ?s ?p ?o ?g WHERE {{{{
  {{{{ {OF} }}}} UNION {{{{ {TO} }}}}
  OPTIONAL {{{{ GRAPH ?g {{{{ ?s ?p ?o }}}} }}}}
}}}}"""

_NAMES = f"""
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?thing ?p ?name ?g WHERE {{{{
  VALUES ?thing {{{{ {{things}} }}}}
  {{{{
    VALUES ?p {{{{ {" ".join(f"<{name}>" for name in LABELS)} }}}}
    GRAPH ?g {{{{ ?thing ?p ?name }}}}
  }}}}
  UNION
  {{{{
    # Who reads a scheme reads its concepts.
    ?thing skos:inScheme {{node}} .
    GRAPH ?g {{{{ ?thing ?p ?name }}}}
  }}}}
}}}}"""

#: A property, and whether the thing is its subject.
Side = tuple[str, bool]


@dataclass(frozen=True)
class Extent:
    """A thing: the quads to show, and the number of triples by property in each direction."""

    iri: str
    quads: Sequence[Quad]
    counts: Mapping[Side, int]

    def rest(self, property: str, of: bool) -> tuple[int, str] | None:
        """The number of a property's values and the address of all, if not all are shown; else None."""
        count = self.counts.get((property, of), 0)
        if count <= SHOWN:
            return None
        node, predicate = terms.write(NamedNode(self.iri)), terms.write(NamedNode(property))
        query = f"SELECT ?thing WHERE {{ {f'{node} {predicate} ?thing' if of else f'?thing {predicate} {node}'} }} ORDER BY ?thing"
        return count, f"/sparql?{urlencode({'query': query})}"

    @property
    def is_cut(self) -> bool:
        """Whether not all is shown."""
        return any(count > SHOWN for count in self.counts.values())


def extent(service: Service, iri: str, infer: bool = True) -> Extent:
    """Query what a page shows of a thing. Raises NotFound if the graph says nothing about it."""
    counts = _counts(service, iri, infer)
    parts = []
    for of, pattern in ((True, OF), (False, TO)):
        few = [property for (property, side), count in counts.items() if side == of and count <= SHOWN]
        many = [property for (property, side), count in counts.items() if side == of and count > SHOWN]
        parts += [_part(service, iri, few, pattern, "")] if few else []
        parts += [_part(service, iri, [property], pattern, f"ORDER BY ?s ?o LIMIT {SHOWN}") for property in many]
    return Extent(iri, _quads(service, f"SELECT ?s ?p ?o ?g WHERE {{ {' UNION '.join(parts)} }}", infer), counts)


def document(service: Service, iri: str, infer: bool = True) -> list[Quad]:
    """All statements about a thing, with those about its blank nodes, and the labels of linked things; for a concept scheme all about its
    concepts.

    Raises NotFound if the graph says nothing about it.
    """
    quads = _quads(service, _ALL.format(**written_in(service, iri)), infer)
    if not quads:
        raise NotFound(f"Nothing is said of {iri}.")
    linked = {term.value for quad in quads for term in (quad.subject, quad.object) if isinstance(term, NamedNode)} - {iri}
    things = " ".join(terms.write(NamedNode(thing)) for thing in sorted(linked))
    names = _quads(service, _NAMES.format(things=things, node=_node(iri)), infer)
    nameless = service.said_of_nameless([quad.triple for quad in quads], infer)
    return sorted({*quads, *names, *nameless}, key=lambda quad: (str(quad.graph_name), str(quad)))


def size(service: Service, iri: str, infer: bool = True) -> int:
    """How many triples have a thing as subject or object. Raises NotFound if none has."""
    return sum(_counts(service, iri, infer).values())


def classes(service: Service, iri: str) -> list[str]:
    """The asserted classes of a thing. Raises NotFound if the graph says nothing about it."""
    _refuse_unknown(service, iri)
    rows = service.sparql(Query(f"SELECT DISTINCT ?class WHERE {{ {_node(iri)} <{RDF}type> ?class }}", infer=False)).rows()
    return sorted(kind.value for (kind,) in rows if isinstance(kind, NamedNode))


def withdrawal(service: Service, iri: str) -> list[str] | None:
    """The replacements of a deprecated thing (`owl:deprecated`); None if it is not deprecated.

    Raises NotFound if the graph says nothing about it.
    """
    _refuse_unknown(service, iri)
    text = (
        f"SELECT DISTINCT ?other WHERE {{ {_node(iri)} <{OWL}deprecated> true OPTIONAL {{ {_node(iri)} <{DCTERMS}isReplacedBy> ?other }} }}"
    )
    rows = list(service.sparql(Query(text)).rows())
    return sorted(other.value for (other,) in rows if isinstance(other, NamedNode)) if rows else None


def _counts(service: Service, iri: str, infer: bool) -> dict[Side, int]:
    found = {}
    for of, property, count in service.sparql(Query(_COUNTS.format(**written_in(service, iri)), infer=infer)).rows():
        if isinstance(of, Literal) and isinstance(property, NamedNode) and isinstance(count, Literal):
            found[property.value, of.value == "true"] = int(count.value)
    if not found:
        raise NotFound(f"Nothing is said of {iri}.")
    return found


def _quads(service: Service, text: str, infer: bool) -> list[Quad]:
    """The quads that a query of four columns finds; without a graph they are in the default graph."""
    rows = service.sparql(Query(text, infer=infer)).rows()
    return [Quad(s, p, o, g or DefaultGraph()) for s, p, o, g in rows]  # type: ignore[arg-type]


def _part(service: Service, iri: str, properties: Sequence[str], pattern: str, limit: str) -> str:
    written = " ".join(terms.write(NamedNode(property)) for property in properties)
    return _PART.format(properties=written, pattern=pattern.format(**written_in(service, iri)), limit=limit)


def _refuse_unknown(service: Service, iri: str) -> None:
    of, to = (pattern.format(**written_in(service, iri)) for pattern in (OF, TO))
    if not service.sparql(Query(f"ASK {{ {{ {of} }} UNION {{ {to} }} }}")):
        raise NotFound(f"Nothing is said of {iri}.")


def written_in(service: Service, iri: str) -> dict[str, str]:
    """The values for the placeholders of `OF` and `TO`. Raises NotFound."""
    return {"node": _node(iri), "dataset": terms.write(NamedNode(service.space.dataset))}


def _node(iri: str) -> str:
    try:
        return terms.write(NamedNode(iri))
    except ValueError as error:
        raise NotFound(f"Nothing is said of {iri}.") from error
