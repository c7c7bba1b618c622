"""The ontologies among the sources, each as a document of its own.

Their files together are one graph, with all their headers. A tool that opens an ontology expects one header in a document (OWL 2 Structural
Specification, section 3.1), so a snapshot has a file for each ontology: the triples of its own file; for one with parts (`dcterms:hasPart`)
also those of the parts and of files without a header, under its header alone. A file with several headers cannot be split: it is the
document of each of them.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pyoxigraph as ox

from graph_service.errors import Unavailable
from graph_service.rdf.namespaces import DCTERMS, OWL, RDF
from graph_service.snapshot.dumps import Dump, PublishedDocument, read_dumps
from graph_service.snapshot.snapshot import ONTOLOGIES, Snapshot
from graph_service.sources.source_file import SourceFile

_TYPE = ox.NamedNode(RDF + "type")
_ONTOLOGY = ox.NamedNode(OWL + "Ontology")
_VERSION = ox.NamedNode(OWL + "versionIRI")
_PART = ox.NamedNode(DCTERMS + "hasPart")

_Said = frozenset[ox.Triple]


def documents(files: Iterable[SourceFile], shapes: Iterable[Path] = ()) -> dict[str, PublishedDocument]:
    """The document of each ontology, by IRI; the files of shapes, which are in no graph, count as one. Raises SourceError."""
    kept = [frozenset(quad.triple for quad in file.quads) for file in files]
    together = frozenset(quad.triple for path in shapes for quad in SourceFile(path, None).quads)
    headed = [(_headers(said), said) for said in (*kept, together)]
    headers = frozenset().union(*(own for own, _ in headed))
    without = frozenset().union(*(said for own, said in headed if not own))
    found: dict[str, PublishedDocument] = {}
    for header in headers:
        own = frozenset().union(*(said for of, said in headed if header in of))
        parts = {t.object for t in own if t.subject == header and t.predicate == _PART} & headers
        others = headers - {header} if parts or all(of == {header} for of, _ in headed if header in of) else frozenset()
        if parts:
            own = own.union(without, *(said for of, said in headed if of & parts))
        versions = sorted(
            t.object.value for t in own if t.subject == header and t.predicate == _VERSION and isinstance(t.object, ox.NamedNode)
        )
        found[header.value] = PublishedDocument(versions, frozenset(t for t in own if t.subject not in others))
    return dict(sorted(found.items()))


def names(snapshot: Snapshot) -> Mapping[str, str]:
    """The IRIs and version IRIs of a snapshot's ontologies, each -> the ontology's IRI (OWL 2, section 3.1)."""
    listed = snapshot.manifest.get(ONTOLOGIES, {})
    return {name: iri for iri, entry in listed.items() for name in (iri, *entry["versions"])}


def files(snapshot: Snapshot, iri: str) -> list[Dump]:
    """An ontology's document in each format."""
    return read_dumps(snapshot.folder / ONTOLOGIES, snapshot.manifest[ONTOLOGIES][iri]["files"])


def header(snapshot: Snapshot, iri: str) -> list[ox.Triple]:
    """The header of an ontology: the triples about itself. Raises Unavailable if its file is damaged."""
    own = ox.NamedNode(iri)
    return [triple for triple in triples(snapshot, iri) if triple.subject == own]


def triples(snapshot: Snapshot, iri: str) -> list[ox.Triple]:
    """All triples of an ontology's document. Raises Unavailable if its file is damaged."""
    file = next(dump for dump in files(snapshot, iri) if dump.format.name == "nt")
    if file.fault:
        raise Unavailable(file.fault, retry_after=600)
    return [quad.triple for quad in ox.parse(path=str(file.path), format=ox.RdfFormat.N_TRIPLES)]


def _headers(said: _Said) -> frozenset[ox.NamedNode]:
    return frozenset(t.subject for t in said if t.predicate == _TYPE and t.object == _ONTOLOGY and isinstance(t.subject, ox.NamedNode))
