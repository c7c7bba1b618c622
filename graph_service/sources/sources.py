"""All the source files of a graph, and the named graph of each.

Where a file's triples go:

- files of the ontology: all into `graph/ontology`;
- files that are both ontology and data, with classes and things in one: as files of the data;
- files of a data folder: into the graph named after the folder that contains them, so `data/sources/brochure-2023/*.ttl` is
  `graph/brochure-2023`; JSON-LD may put some of its triples into named graphs;
- a file given by itself: into the graph named after the file;
- TriG and N-Quads: as the file says.

Files `dataset.ttl` and `presentation.ttl` at the top of a data folder are about the dataset as a whole (its title, licence, publisher; how
its things are listed): they go into the graph's description, are not reasoned over, and are not checked by shapes and rules.
"""

import difflib
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox

from graph_service.errors import SourceError
from graph_service.files import below, is_folder
from graph_service.rdf.namespaces import RDF, USUAL, VIEW, namespace
from graph_service.rdf.prefixes import adopt
from graph_service.rdf.space import Space
from graph_service.sources.base_iri import DATASET, space_of
from graph_service.sources.parsing import AS_USUAL, Reading
from graph_service.sources.roles import Roles
from graph_service.sources.serialisations import ENDINGS, has_graphs, is_meant, is_source, stem_of
from graph_service.sources.source_file import SourceFile
from graph_service.sources.unreadable_files import told_together

#: A callback that gets progress messages, as sentences.
Progress = Callable[[str], None]

#: Folders of the ontology with rules about the graph that are not part of it.
_NOT_PART_OF_THE_ONTOLOGY = frozenset({"shapes", "checks", "doubts", "entailments"})

#: An IRI that a browser would execute as a link, in Turtle or as a subject or object in RDF/XML or JSON-LD. An IRI's only escapes are
#: `\\u`, which few use.
_RUNS = re.compile(
    rb"<((?:javascript|vbscript|data):[^>\s]{0,60})"
    rb"|(?:\b(?:about|resource)\s*=\s*|\"@?id\"\s*:\s*)[\"']((?:javascript|vbscript|data):[^\"'\s]{0,60})",
    re.IGNORECASE,
)

_TYPE = RDF + "type"

#: The longest codes: of countries, of standards.
_LONGEST_CODE = 4

#: The files of a data folder about the dataset as a whole: its description, and its presentation.
_ABOUT = frozenset({DATASET, "presentation.ttl"})


@dataclass(frozen=True)
class Sources:
    """All the files of a graph: ontology, data, and those about the dataset as a whole."""

    ontology: tuple[SourceFile, ...]
    data: tuple[SourceFile, ...]
    about: tuple[SourceFile, ...] = ()
    #: Files that are not read, though they seem to be meant as sources; and folders without sources.
    unread: tuple[Path, ...] = ()
    empty: tuple[Path, ...] = ()
    #: The IRIs of the graphs, and the graph's other own IRIs.
    space: Space = field(default_factory=Space)

    @classmethod
    def find(cls, ontology: Sequence[Path], data: Sequence[Path], reading: Reading = AS_USUAL, base: str = "") -> "Sources":
        """Find the files in the given folders, and the given files, sorted; `base` overrides the base IRI that the files declare.

        Raises SourceError for a path that does not exist, and if there is no source file at all; SettingError for a path that is not UTF-8.
        """
        said = dict(_files(data, reading))
        axioms = [
            path
            for path, root in _files(ontology, reading)
            if not _NOT_PART_OF_THE_ONTOLOGY.intersection(path.relative_to(root).parts[:-1])
            and not (path in said and _is_about(path, root))
        ]
        if data and not said and not axioms:
            raise SourceError(f"{data[0]}: there is no source in it. The name of one ends in {ENDINGS}.")
        about = [path for path, root in said.items() if _is_about(path, root)]
        facts = [path for path in said if path not in axioms and path not in about]
        # A file's graph depends on the data set's description.
        files = {path: SourceFile(path, None, reading) for path in (*about, *axioms, *facts)}
        with told_together(list(files.values())):
            space = space_of([files[path] for path in about], [files[path] for path in axioms], base)
        return cls(
            ontology=tuple(
                SourceFile(path, graph_of(space, path, said[path], reading.format), reading)
                if path in said
                else SourceFile(path, space.graph_ontology, reading, all=True)
                for path in axioms
            ),
            data=tuple(SourceFile(path, graph_of(space, path, said[path], reading.format), reading) for path in facts),
            about=tuple(SourceFile(path, space.graph_description, reading) for path in about),
            unread=tuple(dict.fromkeys(path for root in (*ontology, *data) if is_folder(root) for path in below(root, is_meant))),
            empty=tuple(root for root in data if root not in said.values()),
            space=space,
        )

    @cached_property
    def roles(self) -> Roles:
        """The roles of the graph's terms, as its presentation or ontology declares. Raises SourceError."""
        telling = (*self.about, *(file for file in self.ontology if VIEW.encode() in file.text))
        return Roles.read(quad.triple for file in telling for quad in file.quads)

    @property
    def files(self) -> tuple[SourceFile, ...]:
        """The files of ontology and data, the ontology's first."""
        return self.ontology + self.data

    def fingerprint(self) -> str:
        """A hash (SHA-256, hex) of the files' contents and graphs, independent of their folders."""
        digest = hashlib.sha256()
        digest.update(self.space.write().encode())
        for file in self.files + self.about:
            digest.update(f"{file.path.name}\0{file.graph}\0{len(file.text)}\0".encode())
            digest.update(file.text)
        return digest.hexdigest()

    def check_prefixes(self) -> None:
        """Raise SourceError if a prefix is bound to two namespaces: a reader would misread one of them.

        It names the binding that differs from the usual one, that fewer files have, or that comes second.
        """
        bound: dict[str, dict[str, list[str]]] = {}
        for file in self.files:
            for prefix, space, line in file.bindings:
                bound.setdefault(prefix, {}).setdefault(space, []).append(f"{file.path}:{line}")
        for prefix, places in bound.items():
            (first, where), *others = sorted(places.items(), key=lambda entry: (entry[0] != USUAL.get(prefix), -len(entry[1])))
            for space, wrong in others:
                raise SourceError(f"{wrong[0]}: prefix {prefix}: is <{space}> here and <{first}> at {where[0]}")

    def adopt_prefixes(self) -> None:
        """Set the prefixes for all messages, preferring the most frequent bindings; files are not parsed for it. Raises SourceError."""
        bound = Counter((prefix, space) for file in (*self.files, *self.about) for prefix, space, _ in file.bindings)
        adopt(self.space.binding(pair for pair, _ in bound.most_common()).prefixes)

    def warnings(self) -> Iterator[str]:
        """For each file a warning about the first IRI that a browser would execute. Pages show such IRIs as text."""
        for file in self.files + self.about:
            match = _RUNS.search(file.text)
            if match is not None:
                iri = (match[1] or match[2]).decode("utf-8", "replace")
                yield f"{file.path}:{file.line_at(match.start())}: <{iri}…> would run in a browser. Pages show it as text."

    def where_said(self, triple: ox.Triple) -> list[str]:
        """`file:line` of each file with a triple; just the file if its subject is a blank node."""
        parts = (triple.predicate.value, getattr(triple.object, "value", None))
        return [
            f"{file.path}:{file.line_of(triple.subject.value, *parts) or 1}" if isinstance(triple.subject, ox.NamedNode) else str(file.path)
            for file in self.files
            if any(quad.triple == triple for quad in file.quads)
        ]

    def where(self, iri: str, value: str | None = None) -> str:
        """`file:line` of the statements about an IRI (with a value), data before ontology; else the first place that names it.

        For a value that no file has (a missing label), it is where the thing gets its type. `(nowhere)` if no file names the IRI.
        """
        files = self.data + self.ontology
        for wanted in dict.fromkeys((value, _TYPE, None)):
            for file in files:
                if file.says(iri, wanted):
                    return f"{file.path}:{file.line_of(iri, wanted if wanted == value else None) or 1}"
        lines = ((file, file.line_of(iri)) for file in files)
        return next((f"{file.path}:{line}" for file, line in lines if line is not None), "(nowhere)")

    def places(self, subject: str, property: str, value: str | None = None) -> list[str]:
        """`file:line` of each file with a statement about an IRI by a property (and with a value), data before ontology."""
        return [
            f"{file.path}:{file.line_of(subject, property, value) or 1}"
            for file in self.data + self.ontology
            if any(
                (quad.subject, quad.predicate) == (ox.NamedNode(subject), ox.NamedNode(property))
                and value in {None, getattr(quad.object, "value", None)}
                for quad in file.quads
            )
        ]

    def where_blank(self, node: ox.BlankNode) -> str:
        """`file:line` of the statement that leads to a blank node, or just the file; `(nowhere)` if no file has it."""
        for file in self.data + self.ontology:
            quads = [quad for quad in file.quads if node in (quad.subject, quad.object)]
            subject = next((quad for quad in quads if quad.object == node and isinstance(quad.subject, ox.NamedNode)), None)
            if subject is not None:
                return f"{file.path}:{file.line_of(getattr(subject.subject, 'value', ''), subject.predicate.value) or 1}"
            if quads:
                return str(file.path)
        return "(nowhere)"

    def near(self, iri: str) -> str | None:
        """A suggestion for an IRI that is never a subject: a similar one in the same namespace."""
        files = self.data + self.ontology
        if any(file.says(iri) for file in files):
            return None
        space = namespace(iri)
        known = {quad.subject.value for file in files for quad in file.quads if isinstance(quad.subject, ox.NamedNode)}
        names = {other.removeprefix(space) for other in known if other.startswith(space)}
        name = iri.removeprefix(space)
        # In a code of three letters, one may be wrong.
        found = difflib.get_close_matches(name, sorted(names), n=1, cutoff=0.8 if len(name) > _LONGEST_CODE else 0.6)
        return space + found[0] if found else None

    def mention(self, iri: str) -> ox.Triple | None:
        """A triple whose object is an IRI that is never a subject: it may be misspelt."""
        files = self.data + self.ontology
        if any(file.says(iri) for file in files):
            return None
        return next((quad.triple for file in files for quad in file.quads if quad.object == ox.NamedNode(iri)), None)


def _is_about(path: Path, root: Path) -> bool:
    return path.parent == root and path.name in _ABOUT


def _files(roots: Iterable[Path], reading: Reading) -> Iterator[tuple[Path, Path]]:
    """(file, root) of every source file; a file given by itself is its own root, whatever its suffix."""
    for root in roots:
        if is_folder(root):
            yield from ((path, root) for path in below(root, lambda path: is_source(path, reading.limit)))
        else:
            yield root, root


def graph_of(space: Space, path: Path, root: Path, format: str = "") -> str | None:
    """The graph for a file below a root; None if its format has named graphs."""
    if has_graphs(path, format):
        return None
    return space.graphs + quote(stem_of(path) if path == root else path.resolve().parent.name)
