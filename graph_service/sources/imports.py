"""All source files that the settings name, and those that they import (`owl:imports`) if there are local copies.

An ontology is identified by its IRI and its version IRI (OWL 2 Structural Specification, section 3.4). A copy of an import belongs to the
ontology or the data as the importing file does. Nothing is downloaded; what is missing is reported.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox

from graph_service.rdf.namespaces import OWL, RDF
from graph_service.rdf.space import Space
from graph_service.settings import Settings
from graph_service.sources.local_copies import copies_beside, copies_of
from graph_service.sources.parsing import Reading
from graph_service.sources.source_file import SourceFile
from graph_service.sources.sources import Sources, graph_of
from graph_service.sources.unreadable_files import told_together

_IMPORTS, _VERSION = ox.NamedNode(OWL + "imports"), ox.NamedNode(OWL + "versionIRI")
_TYPE, _ONTOLOGY = ox.NamedNode(RDF + "type"), ox.NamedNode(OWL + "Ontology")


def sources_of(settings: Settings) -> Sources:
    """Find the files that the settings name, and their imports. Raises SourceError, and SettingError as `Sources.find`."""
    reading = Reading(
        limit=settings.source_limit, copies=copies_of(settings.context), lenient=settings.lenient, format=settings.source_format
    )
    found = Sources.find(settings.ontology, settings.data, reading, settings.base)
    known = {file.path.resolve() for file in (*found.files, *found.about)}
    with told_together((*found.files, *found.about)):
        return replace(
            found, ontology=tuple(_followed(found.space, found.ontology, known)), data=tuple(_followed(found.space, found.data, known))
        )


def missing(sources: Sources) -> Iterator[str]:
    """A sentence for each import that is not among the sources, with the importing file and line. Raises SourceError."""
    wanted = [(file, iri, subject) for file in sources.files for iri, subject in _imports(file).items()]
    if not wanted:
        return
    said = [quad for file in sources.files for quad in file.quads]
    known = {_bare(quad.subject.value) for quad in said if quad.object == _ONTOLOGY and isinstance(quad.subject, ox.NamedNode)}
    known |= {_bare(quad.object.value) for quad in said if quad.predicate == _VERSION and isinstance(quad.object, ox.NamedNode)}
    files = {file.path.resolve() for file in sources.files}
    places: dict[tuple[str, Path | None], list[str]] = {}
    for file, iri, subject in wanted:
        copy = _copies(file).get(iri)
        if _bare(iri) not in known and (copy is None or copy.resolve() not in files):
            places.setdefault((iri, copy), []).append(f"{file.path}:{file.line_of(subject, _IMPORTS.value, iri) or 1}")
    for (iri, copy), (first, *more) in places.items():
        also = f" (also at {', '.join(more)})" if more else ""
        mend = (
            f"{copy}, which is to be a copy of it, is not there" if copy else f"Give its file as well, or name a copy: --context {iri}=FILE"
        )
        yield f"{first}: imports <{iri}>, and nothing is fetched{also}. {mend}."


def _followed(space: Space, files: Iterable[SourceFile], known: set[Path]) -> list[SourceFile]:
    """The files, followed by the local copies of their direct and indirect imports that are not known yet."""
    followed = list(files)
    for file in followed:
        copies = _copies(file) if _may_import(file) else {}
        for copy in [copies[iri] for iri in (_imports(file) if copies else ()) if iri in copies]:
            if copy.is_file() and copy.resolve() not in known:
                known.add(copy.resolve())
                graph = file.graph if file.all else graph_of(space, copy, copy, file.reading.format)
                followed.append(SourceFile(copy, graph, file.reading, file.all))
    return followed


def _copies(file: SourceFile) -> Mapping[str, Path]:
    return {**copies_beside(file.path), **file.reading.copies}


def _may_import(file: SourceFile) -> bool:
    """Whether a file contains the word at all: most do not, and need not be parsed."""
    return b"imports" in file.text


def _imports(file: SourceFile) -> dict[str, str]:
    """A file's imports -> the importing ontology."""
    said = file.quads if _may_import(file) else ()
    found = (quad for quad in said if quad.predicate == _IMPORTS and isinstance(quad.object, ox.NamedNode))
    return {quad.object.value: getattr(quad.subject, "value", "") for quad in found}  # type: ignore[union-attr]


def _bare(iri: str) -> str:
    """An ontology's IRI for comparison: importers often write its namespace instead."""
    return iri.rstrip("#/")
