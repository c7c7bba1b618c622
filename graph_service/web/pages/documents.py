"""`/documents` and `/documents/{key}`: the source documents of the graph, and each one's passages with their statements.

Only quoted parts of a document's text are shown. As a table, the list has a row for each document, a document a row for each statement.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request

from graph_service.engine.result import Query, ResultKind
from graph_service.errors import NotFound
from graph_service.formats.media_types import LIST_FORMATS
from graph_service.rdf import terms
from graph_service.rdf.namespaces import DCTERMS, RDF, RDFS, below
from graph_service.rdf.terms import AnyTerm, Literal, NamedNode
from graph_service.service.service import Service
from graph_service.sources.roles import Role
from graph_service.web.display.cells import Cell, cell
from graph_service.web.http.languages import language_of_names
from graph_service.web.http.links import add, alternates
from graph_service.web.http.precomputed import content, page
from graph_service.web.http.responses import answer, choose, wants_html
from graph_service.web.tables.attachments import attached, for_reader

_ALL = """
SELECT ?document WHERE {{ ?document a {document} }}"""

_DOCUMENTS = """
PREFIX dcterms: <http://purl.org/dc/terms/>
SELECT ?document ?title ?issued ?characters ?rights ?passages ?statements WHERE {{
  ?document a {document} .
  OPTIONAL {{ ?document dcterms:title ?title }}
  OPTIONAL {{ ?document dcterms:issued ?issued }}
  OPTIONAL {{ ?document {text_length} ?characters }}
  OPTIONAL {{ ?document {rights} ?rights }}
  OPTIONAL {{ SELECT ?document (COUNT(DISTINCT ?passage) AS ?passages) WHERE {{ ?passage {quoted_from} ?document }} GROUP BY ?document }}
  OPTIONAL {{
    SELECT ?document (COUNT(DISTINCT ?record) AS ?statements)
    WHERE {{ ?record {evidence} ?quoted . ?record a {record} . ?quoted {quoted_from} ?document }} GROUP BY ?document
  }}
}} ORDER BY ?issued ?document"""

_STATEMENTS = """
PREFIX oa: <http://www.w3.org/ns/oa#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
SELECT ?passage ?start ?end ?words ?subject ?property ?value WHERE {{
  ?passage {quoted_from} {node} ; oa:exact ?words .
  OPTIONAL {{ ?passage oa:start ?start ; oa:end ?end }}
  OPTIONAL {{ ?record {evidence} ?passage ; rdf:subject ?subject ; rdf:predicate ?property ; rdf:object ?value }}
}} ORDER BY ?start DESC(?end) ?passage ?subject ?property ?value"""

#: Types and labels are left out beside a passage's words; files have them.
_UNTOLD = frozenset({RDF + "type", RDFS + "label"})


@dataclass(frozen=True)
class Saying:
    """Statements of a passage with the same subject and property."""

    subject: Cell
    property: Cell
    values: list[Cell]


@dataclass(frozen=True)
class PassageOnPage:
    """A passage: its key for anchors, its words, their offsets, and its statements."""

    key: str
    cell: Cell
    words: Cell
    start: int | None
    end: int | None
    says: list[Saying]


@dataclass(frozen=True)
class DocumentPage:
    """A document: its metadata, and the fraction of its text that passages quote (0 to 1, None if unknown)."""

    key: str
    cell: Cell
    title: Cell | None
    issued: Cell | None
    rights: Cell | None
    passages: int
    statements: int
    coverage: float | None


def blueprint(service: Service) -> Blueprint:
    """The routes of the documents."""
    routes = Blueprint("documents", __name__)

    @routes.get("/documents")
    @routes.get("/documents.<suffix>")
    def overview(suffix: str | None = None) -> Response:
        if _for_people(suffix):
            links = alternates(request.root_url + "documents", LIST_FORMATS)
            return add(page("documents", lambda: _overview(service)), links)
        format = for_reader(choose(LIST_FORMATS, suffix))
        response = answer(service.sparql(Query(_DOCUMENTS.format(**service.roles.paths)), {ResultKind.TABLE: format}))
        return attached(response, format, "documents", (), None, service.snapshot.id)

    @routes.get("/documents/<key>")
    @routes.get("/documents/<key>.<suffix>")
    def one(key: str, suffix: str | None = None) -> Response:
        if key not in _kept_keys(service):
            raise NotFound(f"There is no document {key!r}. The list is at /documents.")
        query = Query(_STATEMENTS.format(**service.roles.paths, node=terms.write(NamedNode(below(_of_documents(service), key)))))
        if _for_people(suffix):
            links = alternates(f"{request.root_url}documents/{key}", LIST_FORMATS)
            return add(page(f"document {key}", lambda: _one(service, key, query)), links)
        format = for_reader(choose(LIST_FORMATS, suffix))
        response = answer(service.sparql(query, {ResultKind.TABLE: format}))
        return attached(response, format, f"statements-of-{key}", (), None, service.snapshot.id)

    return routes


def _overview(service: Service) -> str:
    links = alternates(request.root_url + "documents", LIST_FORMATS)
    rights = service.about.text(DCTERMS + "rights", language_of_names())
    return render_template("documents.html", documents=documents(service), rights=rights, links=links)


def _one(service: Service, key: str, query: Query) -> str:
    found = next(document for document in documents(service) if document.key == key)
    links = alternates(f"{request.root_url}documents/{key}", LIST_FORMATS)
    return render_template("document.html", document=found, passages=passages(service, service.sparql(query).rows()), links=links)


def keys(service: Service) -> list[str]:
    """The keys of the documents with a page."""
    space = _of_documents(service)
    found = {iri.value for (iri,) in service.sparql(Query(_ALL.format(**service.roles.paths))).rows() if isinstance(iri, NamedNode)}
    return sorted(iri.removeprefix(space) for iri in found if iri.startswith(space))


def _of_documents(service: Service) -> str:
    """The IRI prefix of documents."""
    return f"{service.space.things}document/"


def _kept_keys(service: Service) -> list[str]:
    found: list[str] = json.loads(content("documents' keys", lambda: json.dumps(keys(service))))
    return found


def documents(service: Service) -> list[DocumentPage]:
    """The documents with a key, oldest first."""
    space = _of_documents(service)
    rows = [row for row in service.sparql(Query(_DOCUMENTS.format(**service.roles.paths))).rows() if isinstance(row[0], NamedNode)]
    labels = service.labels([row[0] for row in rows], language_of_names())
    found: dict[str, DocumentPage] = {}
    for document, title, issued, characters, rights, quoted, statements in rows:
        assert isinstance(document, NamedNode)
        shown = cell(document, labels)
        if shown is None or not document.value.startswith(space):
            continue
        length = _number(characters)
        coverage = _covered(service, document) / length if length else None
        key = document.value.removeprefix(space)
        metadata = (cell(title, labels), cell(issued, labels), cell(rights, labels))
        found.setdefault(key, DocumentPage(key, shown, *metadata, _number(quoted) or 0, _number(statements) or 0, coverage))
    return list(found.values())


def passages(service: Service, rows: Iterable[Sequence[AnyTerm | None]]) -> list[PassageOnPage]:
    """The passages of a document in order of the text, with their statements."""
    rows = list(rows)
    labels = service.labels([term for row in rows for term in (row[0], *row[4:])], language_of_names())
    found: dict[AnyTerm | None, PassageOnPage] = {}
    said: dict[tuple[AnyTerm | None, ...], Saying] = {}
    for passage, start, end, words, subject, property, value in rows:
        assert isinstance(passage, NamedNode)
        link, quoted = cell(passage, labels), cell(words, labels)
        assert link is not None
        assert quoted is not None
        made = PassageOnPage(passage.value.rpartition("/")[2], link, quoted, _number(start), _number(end), [])
        known = found.setdefault(passage, made)
        of, by, what = cell(subject, labels), cell(property, labels), cell(value, labels)
        if of and by and what and isinstance(property, NamedNode) and property.value not in _UNTOLD:
            if (passage, subject, property) not in said:
                known.says.append(said.setdefault((passage, subject, property), Saying(of, by, [])))
            said[passage, subject, property].values.append(what)
    return list(found.values())


def _covered(service: Service, document: NamedNode) -> int:
    """How many characters of a document's text are in some passage, each counted once."""
    quoted_from = service.roles.path(Role.QUOTED_FROM)
    text = f"""
        PREFIX oa: <http://www.w3.org/ns/oa#>
        SELECT ?start ?end WHERE {{ ?passage {quoted_from} {terms.write(document)} ; oa:start ?start ; oa:end ?end }}"""
    spans = sorted((_number(start) or 0, _number(end) or 0) for start, end in service.sparql(Query(text)).rows())
    covered, reached = 0, 0
    for start, end in spans:
        covered += max(0, end - max(start, reached))
        reached = max(reached, end)
    return covered


def _number(term: AnyTerm | None) -> int | None:
    return int(term.value) if isinstance(term, Literal) else None


def _for_people(suffix: str | None) -> bool:
    return suffix == "html" or (suffix is None and wants_html() and not request.args.get("format"))
