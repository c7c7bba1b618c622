"""A thing for people: what is said of it and to it, each value with its words, the inferred marked."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from graph_service.engine.result import Query
from graph_service.service import Service
from graph_service.web.cells import Cell, Table, cell, table
from graph_service.words import terms
from graph_service.words.names import DCTERMS, GRAPH_INFERRED, NS, OA, OWL, RDF, RDFS, SKOS, XSD
from graph_service.words.terms import AnyTerm, Literal, NamedNode, Triple

_PASSAGES = """
PREFIX lc: <https://w3id.org/labcoop/ns#>
PREFIX oa: <http://www.w3.org/ns/oa#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
SELECT DISTINCT ?s ?p ?o ?passage ?words ?document WHERE {{
  VALUES ?{role} {{ {node} }}
  ?record rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o ; lc:evidence ?passage .
  ?passage oa:exact ?words ; lc:quotedFrom ?document .
}} ORDER BY ?document ?passage"""

_SAYS = """
PREFIX lc: <https://w3id.org/labcoop/ns#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
SELECT DISTINCT ?subject ?property ?value WHERE {{
  ?record lc:evidence {node} ; rdf:subject ?subject ; rdf:predicate ?property ; rdf:object ?value .
}} ORDER BY ?subject ?property ?value"""

_NAMES = frozenset({RDFS + "label", SKOS + "prefLabel"})

#: Shown elsewhere on the page: as its names, as its kinds, as the words of a passage, or with each value.
_NOT_AS_FACTS = _NAMES | {RDF + "type", OA + "exact", NS + "evidence"}


@dataclass(frozen=True)
class Passage:
    """The words of a document that say something, and where they lead."""

    words: str
    passage: Cell
    document: Cell


@dataclass(frozen=True)
class Value:
    """One value of a property: what to show, whether it is inferred, the passages that say it, and where it is explained."""

    cell: Cell
    inferred: bool
    passages: list[Passage]
    explanation: str
    graphs: tuple[Cell, ...]


@dataclass(frozen=True)
class Thing:
    """A thing's page: heading, names, kinds, and properties with their values, outgoing and incoming.

    A passage has its words, and what they say as rows of subject, property and value.
    """

    iri: str
    label: str
    language: str | None
    names: list[Value]
    kinds: list[Value]
    words: list[Cell]
    says: Table
    facts: dict[Cell, list[Value]]
    mentions: dict[Cell, list[Value]]
    classes: list[str]
    withdrawn: bool
    replacements: list[Cell]


def thing(service: Service, iri: str, language: str = "en", infer: bool = True) -> Thing:
    """Everything to show of a thing, with or without what is inferred. Raises NotFound if nothing is said of it."""
    quads = [quad for quad in service.document(iri, infer) if NamedNode(iri) in (quad.subject, quad.object)]
    graphs: dict[Triple, set[NamedNode]] = {}
    for quad in quads:
        found = graphs.setdefault(quad.triple, set())
        if isinstance(quad.graph_name, NamedNode):
            found.add(quad.graph_name)
    triples = sorted(graphs, key=str)
    inferred = {triple for triple in triples if graphs[triple] == {NamedNode(GRAPH_INFERRED)}}
    terms_shown = [term for t in triples for term in (t.subject, t.predicate, t.object)]
    labels = service.labels([*terms_shown, *(graph for found in graphs.values() for graph in found)], language)
    passages = _passages(service, iri, labels, language)
    node = NamedNode(iri)

    def show(term: AnyTerm) -> Cell:
        shown = cell(term, labels)
        assert shown is not None
        return shown

    def origin(triple: Triple) -> tuple[Cell, ...]:
        return tuple(show(graph) for graph in sorted(graphs[triple], key=str))

    def values(chosen: Iterable[tuple[Triple, AnyTerm]]) -> list[Value]:
        shown = (Value(show(v), t in inferred, passages.get(t, []), _explanation(t), origin(t)) for t, v in chosen)
        return sorted(shown, key=lambda value: (value.inferred, value.cell.text.casefold()))

    def grouped(chosen: Iterable[tuple[Triple, AnyTerm]]) -> dict[Cell, list[Value]]:
        groups: dict[NamedNode, list[tuple[Triple, AnyTerm]]] = {}
        for triple, value in chosen:
            if triple.predicate.value not in _NOT_AS_FACTS:
                groups.setdefault(triple.predicate, []).append((triple, value))
        named = {show(predicate): values(group) for predicate, group in groups.items()}
        return dict(sorted(named.items(), key=lambda item: item[0].text.casefold()))

    said = [triple for triple in triples if triple.subject == node]
    says = table(service, service.sparql(Query(_SAYS.format(node=terms.write(node)))))
    assert isinstance(says, Table)
    return Thing(
        iri=iri,
        label=labels[iri].value if iri in labels else iri.rsplit("/", 1)[-1],
        language=labels[iri].language if iri in labels else None,
        names=_once(values((t, t.object) for t in said if t.predicate.value in _NAMES)),
        kinds=values((t, t.object) for t in said if t.predicate.value == RDF + "type"),
        words=[show(t.object) for t in said if t.predicate.value == OA + "exact"],
        says=says,
        facts=grouped((t, t.object) for t in said),
        mentions=grouped((t, t.subject) for t in triples if t.object == node and t.subject != node),
        classes=_classes(t for t in said if t not in inferred),
        withdrawn=is_withdrawn(triples, iri),
        replacements=[show(NamedNode(replacement)) for replacement in replacements(triples, iri)],
    )


def _classes(said: Iterable[Triple]) -> list[str]:
    return sorted(t.object.value for t in said if t.predicate.value == RDF + "type" and isinstance(t.object, NamedNode))


def is_withdrawn(triples: Iterable[Triple], iri: str) -> bool:
    """Whether a thing's description says that it is no longer to be used (`owl:deprecated`)."""
    return Triple(NamedNode(iri), NamedNode(OWL + "deprecated"), Literal("true", datatype=NamedNode(XSD + "boolean"))) in set(triples)


def replacements(triples: Iterable[Triple], iri: str) -> list[str]:
    """The IRIs of what a thing is replaced by."""
    said = (t for t in triples if t.subject == NamedNode(iri) and t.predicate.value == DCTERMS + "isReplacedBy")
    return sorted(t.object.value for t in said if isinstance(t.object, NamedNode))


def _explanation(triple: Triple) -> str:
    """The address of the explanation of a triple."""
    parts = {name: terms.text(part) for name, part in (("s", triple.subject), ("p", triple.predicate), ("o", triple.object))}
    return f"/explain?{urlencode(parts)}"


def _once(values: Iterable[Value]) -> list[Value]:
    """Each name once, the stated one first: a preferred label is inferred to be a label too."""
    first: dict[Cell, Value] = {}
    for value in values:
        first.setdefault(value.cell, value)
    return list(first.values())


def _passages(service: Service, iri: str, labels: dict[str, Literal], language: str) -> dict[Triple, list[Passage]]:
    found: dict[Triple, list[Passage]] = {}
    for role in ("s", "o"):
        query = Query(_PASSAGES.format(role=role, node=terms.write(NamedNode(iri))))
        for s, p, o, passage, words, document in service.sparql(query).rows():
            names = labels | service.labels([document], language)
            link, origin = cell(passage, names), cell(document, names)
            assert isinstance(words, Literal)
            assert link is not None
            assert origin is not None
            found.setdefault(Triple(s, p, o), []).append(Passage(words.value, link, origin))  # type: ignore[arg-type]
    return found
