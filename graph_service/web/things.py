"""A thing for people: what is said of it and to it, each value with its words, the inferred marked."""

from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox

from graph_service.engine.result import Query
from graph_service.service import Service
from graph_service.web.cells import Cell, cell
from graph_service.words import terms
from graph_service.words.names import NS, RDF, RDFS, SKOS

_PASSAGES = """
PREFIX lc: <https://w3id.org/labcoop/ns#>
PREFIX oa: <http://www.w3.org/ns/oa#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
SELECT DISTINCT ?s ?p ?o ?passage ?words ?document WHERE {{
  VALUES ?{role} {{ {node} }}
  ?record rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o ; lc:evidence ?passage .
  ?passage oa:exact ?words ; lc:quotedFrom ?document .
}} ORDER BY ?document ?passage"""

#: Shown elsewhere on the page: as its heading, as its kinds, or with each value.
_NOT_AS_FACTS = frozenset({RDFS + "label", SKOS + "prefLabel", RDF + "type", NS + "evidence"})


@dataclass(frozen=True)
class Passage:
    """The words of a document that say something, and where they lead."""

    words: str
    passage: Cell
    document: Cell


@dataclass(frozen=True)
class Value:
    """One value of a property: what to show, whether it is inferred, the passages that say it."""

    cell: Cell
    inferred: bool
    passages: list[Passage]


@dataclass(frozen=True)
class Thing:
    """A thing's page: heading, other names of it, kinds, and properties with their values, outgoing and incoming."""

    iri: str
    label: str
    kinds: list[Cell]
    facts: dict[str, list[Value]]
    mentions: dict[str, list[Value]]


def thing(service: Service, iri: str, language: str = "en") -> Thing:
    """Everything to show of a thing. Raises NotFound if nothing is said of it."""
    triples = sorted(service.describe(iri), key=str)
    asserted = set(service.describe(iri, infer=False))
    labels = service.labels([term for t in triples for term in (t.subject, t.predicate, t.object)], language)
    passages = _passages(service, iri, labels)
    node = ox.NamedNode(iri)

    def show(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> Cell:
        shown = cell(term, labels)
        assert shown is not None
        return shown

    def grouped(chosen: Iterable[tuple[ox.Triple, ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple]]) -> dict[str, list[Value]]:
        groups: dict[str, list[Value]] = {}
        for triple, value in chosen:
            if triple.predicate.value not in _NOT_AS_FACTS:
                name = show(triple.predicate).text
                groups.setdefault(name, []).append(Value(show(value), triple not in asserted, passages.get(triple, [])))
        return dict(sorted(groups.items()))

    return Thing(
        iri=iri,
        label=labels.get(iri, iri.rsplit("/", 1)[-1]),
        kinds=[show(t.object) for t in triples if t.subject == node and t.predicate.value == RDF + "type"],
        facts=grouped((t, t.object) for t in triples if t.subject == node),
        mentions=grouped((t, t.subject) for t in triples if t.object == node and t.subject != node),
    )


def _passages(service: Service, iri: str, labels: dict[str, str]) -> dict[ox.Triple, list[Passage]]:
    found: dict[ox.Triple, list[Passage]] = {}
    for role in ("s", "o"):
        query = Query(_PASSAGES.format(role=role, node=terms.write(ox.NamedNode(iri))))
        for s, p, o, passage, words, document in service.sparql(query).rows():
            names = labels | service.labels([document])
            link, origin = cell(passage, names), cell(document, names)
            assert isinstance(words, ox.Literal)
            assert link is not None
            assert origin is not None
            found.setdefault(ox.Triple(s, p, o), []).append(Passage(words.value, link, origin))  # type: ignore[arg-type]
    return found
