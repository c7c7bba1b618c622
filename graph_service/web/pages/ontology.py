"""`/ns`: the ontology, as a page of its classes and properties, and as data."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from flask import Blueprint, Response, render_template, request

from graph_service.description.about import About
from graph_service.engine.result import Query
from graph_service.errors import Gone, NotFound
from graph_service.formats.media_types import GRAPH_FORMATS, named
from graph_service.rdf.labels import DESCRIPTIONS, in_language
from graph_service.rdf.namespaces import DCTERMS, OWL, RDFS, below
from graph_service.rdf.prefixes import curie
from graph_service.rdf.terms import Literal, NamedNode
from graph_service.service.service import Service
from graph_service.snapshot.ontologies import files, header, names, triples
from graph_service.snapshot.snapshot import Snapshot
from graph_service.web.data.files import ontology as document
from graph_service.web.data.files import terminology
from graph_service.web.display.cells import Cell, cell, table
from graph_service.web.display.destinations import short
from graph_service.web.http.languages import language_of_names
from graph_service.web.http.links import Link, add, alternates, negotiated
from graph_service.web.http.precomputed import page
from graph_service.web.http.protocol import wants_page
from graph_service.web.http.responses import choose
from graph_service.web.pictures.diagram import picture, picture_of

#: The kind of a property declared only as rdf:Property, and the key of a term's definition.
_PROPERTY, _DEFINITION = "rdf:Property", "skos:definition"

#: The terms shown: those of the service's own ontology, else all declared ones up to a limit.
_OWN = "?term rdfs:isDefinedBy <{ontology}>"
_MOST = 1000
_ANY = f"""{{ SELECT DISTINCT ?term WHERE {{
    VALUES ?class {{ owl:Class owl:ObjectProperty owl:DatatypeProperty owl:AnnotationProperty rdfs:Class rdf:Property }}
    ?term a ?class FILTER(isIRI(?term))
  }} ORDER BY ?term LIMIT {_MOST} }}"""

_TERMS = f"""
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX dcterms: <{DCTERMS}>
PREFIX owl: <{OWL}>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX vs: <http://www.w3.org/2003/06/sw-vocab-status/ns#>
SELECT ?term ?kind ?property ?value WHERE {{
  $which
  VALUES ?declared {{ owl:Class owl:ObjectProperty owl:DatatypeProperty owl:AnnotationProperty rdfs:Class rdf:Property }}
  ?term a ?declared .
  BIND(IF(EXISTS {{ ?term owl:deprecated true }}, owl:DeprecatedProperty, IF(?declared = rdfs:Class, owl:Class, ?declared)) AS ?kind)
  VALUES ?property {{
    {" ".join(f"<{name}>" for name in DESCRIPTIONS)}
    skos:example rdfs:subClassOf rdfs:subPropertyOf rdfs:domain rdfs:range owl:inverseOf
    skos:closeMatch vs:term_status dcterms:isReplacedBy
  }}
  OPTIONAL {{ ?term ?property ?value FILTER(isIRI(?value) || isLiteral(?value)) }}
}}"""

_DISJOINT = f"""
PREFIX owl: <{OWL}>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
SELECT DISTINCT ?term ?other WHERE {{
  {{ ?term owl:disjointWith|^owl:disjointWith ?other }}
  UNION
  {{
    ?list a owl:AllDisjointClasses ; owl:members/rdf:rest*/rdf:first ?term , ?other .
    FILTER(?term != ?other)
  }}
  $among
}} $limit"""

_USES = """
SELECT ?term (COUNT(*) AS ?uses) WHERE {
  { ?thing a ?term } UNION { ?thing ?term ?value }
  $among
} GROUP BY ?term"""

_ONTOLOGIES = f"SELECT DISTINCT ?ontology WHERE {{ ?ontology a <{OWL}Ontology> FILTER(isIRI(?ontology)) }} ORDER BY ?ontology LIMIT 100"

#: Usage notes of ontologies about all their terms (VANN): a text, or a link.
_NOTES = f"""
PREFIX vann: <http://purl.org/vocab/vann/>
SELECT ?ontology ?note WHERE {{ ?ontology a <{OWL}Ontology> ; vann:usageNote ?note }} ORDER BY ?ontology LIMIT 100"""

#: Limits a query to the service's own ontology.
_AMONG = 'FILTER(STRSTARTS(STR(?term), "{terms}"))'

_SCHEMES = """
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?scheme ?description (COUNT(DISTINCT ?concept) AS ?concepts) WHERE {
  ?scheme a skos:ConceptScheme .
  OPTIONAL { ?scheme dcterms:description ?own FILTER(LANG(?own) = "$language") }
  OPTIONAL { ?scheme dcterms:description ?english FILTER(LANG(?english) = "en") }
  BIND(COALESCE(?own, ?english) AS ?description)
  OPTIONAL { ?concept skos:inScheme ?scheme }
} GROUP BY ?scheme ?description ORDER BY ?scheme"""


@dataclass
class Term:
    """A class or property: its name (within the graph's own namespace, else its IRI), its values by property, number of uses, subclasses
    and disjoint classes.
    """

    iri: str
    name: str
    cell: Cell
    kind: str
    uses: int
    said: dict[str, list[Cell]] = field(default_factory=dict)
    below: list[Cell] = field(default_factory=list)
    apart: list[Cell] = field(default_factory=list)
    properties: list[tuple["Term", Cell | None]] = field(default_factory=list)

    @property
    def short(self) -> str:
        """The CURIE."""
        return short(self.iri)


def blueprint(service: Service) -> Blueprint:
    """The routes of the ontology."""
    routes = Blueprint("ontology", __name__)

    @routes.get("/ns")
    @routes.get("/ns.<suffix>")
    def ontology(suffix: str | None = None) -> Response:
        if suffix is None and wants_page(request):
            shown = page("ontology", lambda: _page(service, ontology_version(service)))
            if not ontology_graphs(service):
                return shown
            cited = [Link("cite-as", service.space.ontology)] if service.space.ontology in names(service.snapshot) else []
            return add(shown, [*cited, *alternates(request.root_url + "ns", service.snapshot.can_say(GRAPH_FORMATS))])
        if service.space.ontology in names(service.snapshot):
            return _document(service.snapshot, service.space.ontology, "/ns", suffix)
        # The graph's ontology has another IRI, or no header.
        format, formats = choose(GRAPH_FORMATS, suffix), service.snapshot.can_say(GRAPH_FORMATS)
        return negotiated(terminology(service, ontology_graphs(service), format), "/ns", format, formats, "/ns")

    @routes.get("/ns/<path:part>")
    def module(part: str) -> Response:
        """A part of the ontology, or a version of it or of a part."""
        stem, suffix = _parted(part)
        return _answer(below(f"{service.space.ontology}/", stem), f"/ns/{quote(stem)}", suffix)

    @routes.get("/shapes")
    @routes.get("/shapes.<suffix>")
    def shapes(suffix: str | None = None) -> Response:
        return _answer(service.space.shapes, "/shapes", suffix)

    def _answer(name: str, path: str, suffix: str | None) -> Response:
        """The ontology with that IRI: the current one, or the newest stored version that has it."""
        version = next((version for version in service.versions if name in names(version)), None)
        if version is None:
            current = ontology_version(service)
            if service.space.ontology in names(service.snapshot) and name in _before(service.snapshot, service.space.ontology):
                raise Gone(f"{name} is an earlier version, which is not kept here; the current version is {current}.", replaced_by=["/ns"])
            raise NotFound(f"There is no ontology, and no version of one, called {name} here; the current version is {current}.")
        iri = names(version)[name]
        if suffix is None and wants_page(request):
            # An older version's page is the same forever; that of the current one has more.
            shown = (
                Response(_module_page(service, version, iri))
                if iri != service.space.ontology or version.id != service.snapshot.id
                else ontology()
            )
            return add(shown, [Link("cite-as", name), *alternates(request.root_url + path[1:], version.can_say(GRAPH_FORMATS))])
        return _document(version, iri, path, suffix)

    def _document(version: Snapshot, iri: str, path: str, suffix: str | None) -> Response:
        format, formats = choose(GRAPH_FORMATS, suffix), version.can_say(GRAPH_FORMATS)
        return add(negotiated(document(service, version, iri, format), path, format, formats, path), [Link("cite-as", iri)])

    return routes


def _before(version: Snapshot, ontology: str) -> set[str]:
    """The earlier versions that the ontology lists."""
    return {
        t.object.value for t in header(version, ontology) if t.predicate.value == OWL + "priorVersion" and isinstance(t.object, NamedNode)
    }


def _parted(part: str) -> tuple[str, str | None]:
    """A path split into stem and format suffix; version numbers contain dots, too."""
    stem, _, suffix = part.rpartition(".")
    return (stem, suffix) if stem and named(suffix, GRAPH_FORMATS) is not None else (part, None)


def _module_page(service: Service, version: Snapshot, iri: str) -> str:
    """The page of one part: its header, and all of it in Turtle. Raises Unavailable for a damaged file."""
    whole = triples(version, iri)
    about, language = About(whole, iri), language_of_names()
    turtle = next(dump for dump in files(version, iri) if dump.format.name == "ttl")
    return render_template(
        "module.html",
        iri=iri,
        path=request.path,
        formats=version.can_say(GRAPH_FORMATS),
        title=in_language(about.texts(DCTERMS + "title"), language) or iri,
        description=in_language(about.texts(DCTERMS + "description"), language),
        version=in_language(about.texts(OWL + "versionInfo"), language),
        drawn=picture_of(service, (triple for triple in whole if triple.subject != NamedNode(iri))),
        turtle=turtle.path.read_text(encoding="utf-8"),
    )


def _page(service: Service, version: str) -> str:
    schemes = table(service, service.sparql(Query(_SCHEMES.replace("$language", language_of_names()))))
    shown = terms(service)
    return render_template(
        "ontology.html",
        terms=shown,
        is_own=_has_own(service),
        most=_MOST if sum(map(len, shown.values())) >= _MOST and not _has_own(service) else None,
        schemes=schemes,
        ontologies=table(service, service.sparql(Query(_ONTOLOGIES))),
        notes=_notes(service),
        version=version,
        drawn=picture(service),
        namespace=service.space.terms,
        prefix=curie(service.space.terms),
        has_shapes=service.space.shapes in names(service.snapshot),
        has_graph=bool(ontology_graphs(service)),
        formats=service.snapshot.can_say(GRAPH_FORMATS),
    )


def _notes(service: Service) -> list[Cell]:
    """The usage notes of the graph's ontologies, in the reader's language (see `_chosen`)."""
    rows = list(service.sparql(Query(_NOTES, infer=False)).rows())
    labels = service.labels([note for _, note in rows], language_of_names())
    found: dict[str, list[Cell]] = {}
    for ontology, note in rows:
        shown = cell(note, labels)
        if shown is not None:
            found.setdefault(str(ontology), []).append(shown)
    return [note for notes in found.values() for note in _chosen(notes)]


def ontology_graphs(service: Service) -> list[str]:
    """The named graphs with the ontology: its own one, or those of files that are also data."""
    own, graphs = service.space.graph_ontology, service.snapshot.graphs
    return [own] if own in graphs else [graph for graph in service.snapshot.ontology_graphs if graph in graphs]


def _has_own(service: Service) -> bool:
    """Whether the graph contains the service's own ontology."""
    return bool(service.sparql(Query(f"ASK {{ ?term <{RDFS}isDefinedBy> <{service.space.ontology}> }}", infer=False)))


def ontology_version(service: Service) -> str:
    """The ontology's version; "" if it has none."""
    versions = service.sparql(Query(f"SELECT ?version {{ <{service.space.ontology}> <{OWL}versionInfo> ?version }}")).rows()
    return next((version.value for (version,) in versions if isinstance(version, Literal)), "")


def terms(service: Service) -> dict[str, list[Term]]:
    """The ontology's terms by kind (`owl:Class`, …), sorted by name."""
    own, space = _has_own(service), service.space.terms
    which, among = (_OWN.format(ontology=service.space.ontology), _AMONG.format(terms=space)) if own else (_ANY, "")
    rows = list(service.sparql(Query(_TERMS.replace("$which", which), infer=False)).rows())
    apart = list(
        service.sparql(Query(_DISJOINT.replace("$among", among).replace("$limit", "" if own else "LIMIT 10000"), infer=False)).rows()
    )
    uses = {
        term.value: int(n.value)
        for term, n in service.sparql(Query(_USES.replace("$among", among))).rows()
        if isinstance(term, NamedNode) and isinstance(n, Literal)
    }
    labels = service.labels([term for row in rows for term in (row[0], row[3])] + [other for _, other in apart], language_of_names())
    found: dict[str, Term] = {}
    # A term's definition comes before notes on its use.
    for iri, kind, property, value in sorted(rows, key=_rank):
        shown, described = cell(iri, labels), cell(value, labels)
        if isinstance(iri, NamedNode) and isinstance(kind, NamedNode) and isinstance(property, NamedNode) and shown is not None:
            made = Term(iri.value, iri.value.removeprefix(space), _here(shown, space), curie(kind.value), uses.get(iri.value, 0))
            term = found.setdefault(iri.value, made)
            if term.kind == _PROPERTY and made.kind != _PROPERTY:
                # OWL's kind is more specific than rdf:Property.
                term.kind = made.kind
            if described is not None:
                name = _DEFINITION if property.value in DESCRIPTIONS and not own else curie(property.value)
                term.said.setdefault(name, []).append(_here(described, space))
    for iri, other in apart:
        described = cell(other, labels)
        if isinstance(iri, NamedNode) and iri.value in found and described is not None:
            found[iri.value].apart.append(_here(described, space))
    for term in found.values():
        term.apart.sort(key=lambda cell: cell.text.casefold())
        term.said = {property: _chosen(cells) for property, cells in term.said.items()}
    _relate(found)
    kinds: dict[str, list[Term]] = {}
    for term in sorted(found.values(), key=lambda term: term.cell.text.casefold()):
        kinds.setdefault(term.kind, []).append(term)
    return kinds


def _rank(row: Sequence[object]) -> int:
    """Sort key of a row of `_TERMS`: descriptions come last, in their order."""
    property = getattr(row[2], "value", "")
    return DESCRIPTIONS.index(property) + 1 if property in DESCRIPTIONS else 0


def _relate(terms: Mapping[str, Term]) -> None:
    """Add to each class its subclasses, at any depth, and the properties with it as domain."""
    for term in terms.values():
        for above in _above(term, terms):
            above.below.append(term.cell)
        for domain in term.said.get("rdfs:domain", []):
            if domain.title is not None and domain.title in terms:
                ends = term.said.get("rdfs:range", [])
                terms[domain.title].properties.append((term, ends[0] if ends else None))
    for term in terms.values():
        term.below.sort(key=lambda cell: cell.text.casefold())
        term.properties.sort(key=lambda entry: entry[0].cell.text.casefold())


def _above(term: Term, terms: Mapping[str, Term]) -> Iterable[Term]:
    """The superterms of a term, at any distance, each once."""
    waiting, seen = [term], {term.iri}
    while waiting:
        current = waiting.pop()
        for cell_ in (*current.said.get("rdfs:subClassOf", []), *current.said.get("rdfs:subPropertyOf", [])):
            if cell_.title is not None and cell_.title in terms and cell_.title not in seen:
                seen.add(cell_.title)
                waiting.append(terms[cell_.title])
                yield terms[cell_.title]


def _chosen(cells: Sequence[Cell]) -> list[Cell]:
    """Texts in the reader's language, else in English, else all; things unchanged."""
    for tag in (language_of_names(), "en"):
        of_language = [cell for cell in cells if cell.language == tag and not cell.href]
        if of_language:
            return of_language
    return list(dict.fromkeys(cells))


def _here(shown: Cell, space: str) -> Cell:
    """A cell that links a term of the ontology to its place on this page."""
    own = shown.title is not None and shown.title.startswith(space)
    return Cell(shown.text, "#" + str(shown.title).removeprefix(space), shown.title, shown.language) if own else shown
