"""All the source files of a graph -> named graphs.

Where a file's triples go:

- the ontology's files: all into `graph/ontology`;
- files that are both ontology and data, which have classes and things in one: where those of the data go;
- files of a data folder: into the graph named after the folder that holds them, so `data/sources/brochure-2023/*.ttl` is
  `graph/brochure-2023`; JSON-LD may say of a part of its triples that they are in a graph of their own;
- a file that is named by itself: into the graph named after the file;
- TriG and N-Quads: where the file itself says.

Files `dataset.ttl` and `presentation.ttl` at the top of a data folder are about the dataset as a whole (its title, licence, publisher;
how its things are listed): they go into the description of the graph, and are neither reasoned over nor held against the rules.
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
from graph_service.rdf.namespaces import RDF, VIEW
from graph_service.rdf.prefixes import USUAL, adopt
from graph_service.rdf.space import Space
from graph_service.sources.naming import DATASET, space_of
from graph_service.sources.parsing import AS_USUAL, Reading
from graph_service.sources.roles import Roles
from graph_service.sources.serialisations import ENDINGS, has_graphs, is_meant, is_source, stem_of
from graph_service.sources.source_file import SourceFile
from graph_service.sources.unreadable import told_together

#: Is told, in sentences, how far the work is.
Progress = Callable[[str], None]

#: Folders of the ontology that hold rules about the graph and not a part of it.
_NOT_PART_OF_THE_ONTOLOGY = frozenset({"shapes", "checks", "doubts", "entailments"})

#: An IRI that a browser would run, were it an address, in Turtle or as a thing of RDF/XML or JSON-LD. IRIs have no escapes here but `\\u`,
#: which few have a reason for.
_RUNS = re.compile(
    rb"<((?:javascript|vbscript|data):[^>\s]{0,60})"
    rb"|(?:\b(?:about|resource)\s*=\s*|\"@?id\"\s*:\s*)[\"']((?:javascript|vbscript|data):[^\"'\s]{0,60})",
    re.IGNORECASE,
)

_TYPE = RDF + "type"

#: How long codes are at most: of countries, of standards.
_LONGEST_CODE = 4

#: The files of a data folder that are about the dataset as a whole: what it is, and how it wants to be shown.
_ABOUT = frozenset({DATASET, "presentation.ttl"})


@dataclass(frozen=True)
class Sources:
    """All the files of a graph: the ontology's, the data's, and those that are about the dataset as a whole."""

    ontology: tuple[SourceFile, ...]
    data: tuple[SourceFile, ...]
    about: tuple[SourceFile, ...] = ()
    #: Files that are not read, though they seem to be meant as sources; and folders without any that is.
    unread: tuple[Path, ...] = ()
    empty: tuple[Path, ...] = ()
    #: What the graphs are called, and all else that belongs to the graph.
    space: Space = field(default_factory=Space)

    @classmethod
    def find(cls, ontology: Sequence[Path], data: Sequence[Path], reading: Reading = AS_USUAL, base: str = "") -> "Sources":
        """The files below the given folders, and the given files, sorted; `base` is what the graph names its own things below, if not
        as its files say.

        Raises SourceError for a path that is not there, and where there is no file at all in those that are; SettingError for one that is
        no UTF-8.
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
        # Which graph the triples of a file go to depends on what is said of the data set.
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
        """What the service takes terms of the graph for, as its presentation or its ontology says. Raises SourceError."""
        telling = (*self.about, *(file for file in self.ontology if VIEW.encode() in file.text))
        return Roles.read(quad.triple for file in telling for quad in file.quads)

    @property
    def files(self) -> tuple[SourceFile, ...]:
        """All files that say something of the world, the ontology's first."""
        return self.ontology + self.data

    def fingerprint(self) -> str:
        """A hash (SHA-256, hex) of what is in the files and of which graph each goes to, wherever they lie."""
        digest = hashlib.sha256()
        digest.update(self.space.write().encode())
        for file in self.files + self.about:
            digest.update(f"{file.path.name}\0{file.graph}\0{len(file.text)}\0".encode())
            digest.update(file.text)
        return digest.hexdigest()

    def check_prefixes(self) -> None:
        """Raises SourceError if two files, or two lines of one, bind a prefix to two IRIs: a reader would misread one of them.

        Told is the one that is not as usual, that fewer files have, or that comes second.
        """
        bound: dict[str, dict[str, list[str]]] = {}
        for file in self.files:
            for prefix, namespace, line in file.bindings:
                bound.setdefault(prefix, {}).setdefault(namespace, []).append(f"{file.path}:{line}")
        for prefix, places in bound.items():
            (first, where), *others = sorted(places.items(), key=lambda entry: (entry[0] != USUAL.get(prefix), -len(entry[1])))
            for namespace, wrong in others:
                raise SourceError(f"{wrong[0]}: prefix {prefix}: is <{namespace}> here and <{first}> at {where[0]}")

    def adopt_prefixes(self) -> None:
        """Let all messages name things as most of the files do, as far as that is seen without parsing them. Raises SourceError."""
        bound = Counter((prefix, namespace) for file in (*self.files, *self.about) for prefix, namespace, _ in file.bindings)
        adopt(self.space.binding(pair for pair, _ in bound.most_common()).prefixes)

    def warnings(self) -> Iterator[str]:
        """Of each file the first IRI that would be run as an address, with its line. Pages show such IRIs as text."""
        for file in self.files + self.about:
            match = _RUNS.search(file.text)
            if match is not None:
                iri = (match[1] or match[2]).decode("utf-8", "replace")
                yield f"{file.path}:{file.line_at(match.start())}: <{iri}…> would run in a browser. Pages show it as text."

    def where_said(self, triple: ox.Triple) -> list[str]:
        """`file:line` of each file that says a triple; the file alone where the triple is of a blank node."""
        parts = (triple.predicate.value, getattr(triple.object, "value", None))
        return [
            f"{file.path}:{file.line_of(triple.subject.value, *parts) or 1}" if isinstance(triple.subject, ox.NamedNode) else str(file.path)
            for file in self.files
            if any(quad.triple == triple for quad in file.quads)
        ]

    def where(self, iri: str, value: str | None = None) -> str:
        """`file:line` of what is said of an IRI, of a value if one is given, data before ontology; else of the first place that names it.

        What is not said (a label that is missing) is told where the thing gets its type. `(nowhere)` if none names it.
        """
        files = self.data + self.ontology
        for wanted in dict.fromkeys((value, _TYPE, None)):
            for file in files:
                if file.says(iri, wanted):
                    return f"{file.path}:{file.line_of(iri, wanted if wanted == value else None) or 1}"
        lines = ((file, file.line_of(iri)) for file in files)
        return next((f"{file.path}:{line}" for file, line in lines if line is not None), "(nowhere)")

    def places(self, subject: str, property: str, value: str | None = None) -> list[str]:
        """`file:line` of each file that says something of an IRI by a property (and with a value), data before ontology."""
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
        """`file:line` of what leads to a blank node, or of the file alone; `(nowhere)` if none has it."""
        for file in self.data + self.ontology:
            quads = [quad for quad in file.quads if node in (quad.subject, quad.object)]
            subject = next((quad for quad in quads if quad.object == node and isinstance(quad.subject, ox.NamedNode)), None)
            if subject is not None:
                return f"{file.path}:{file.line_of(getattr(subject.subject, 'value', ''), subject.predicate.value) or 1}"
            if quads:
                return str(file.path)
        return "(nowhere)"

    def near(self, iri: str) -> str | None:
        """What an IRI may have been meant to be, where nothing is said of it: one of the same namespace that reads almost the same."""
        files = self.data + self.ontology
        if any(file.says(iri) for file in files):
            return None
        space = iri[: max(iri.rfind("/"), iri.rfind("#")) + 1]
        known = {quad.subject.value for file in files for quad in file.quads if isinstance(quad.subject, ox.NamedNode)}
        names = {other.removeprefix(space) for other in known if other.startswith(space)}
        name = iri.removeprefix(space)
        # Of a code of three letters, one may be wrong.
        found = difflib.get_close_matches(name, sorted(names), n=1, cutoff=0.8 if len(name) > _LONGEST_CODE else 0.6)
        return space + found[0] if found else None

    def mention(self, iri: str) -> ox.Triple | None:
        """A triple that has an IRI as its value, where nothing is said of it itself: it may be a slip of the pen for another."""
        files = self.data + self.ontology
        if any(file.says(iri) for file in files):
            return None
        return next((quad.triple for file in files for quad in file.quads if quad.object == ox.NamedNode(iri)), None)


def _is_about(path: Path, root: Path) -> bool:
    return path.parent == root and path.name in _ABOUT


def _files(roots: Iterable[Path], reading: Reading) -> Iterator[tuple[Path, Path]]:
    """(file, root) of every source file; a file named by itself is its own root, whatever its name."""
    for root in roots:
        if is_folder(root):
            yield from ((path, root) for path in below(root, lambda path: is_source(path, reading.limit)))
        else:
            yield root, root


def graph_of(space: Space, path: Path, root: Path, format: str = "") -> str | None:
    """The graph of a file's triples that is named below a root: None if its name says that it has graphs of its own."""
    if has_graphs(path, format):
        return None
    return space.graphs + quote(stem_of(path) if path == root else path.resolve().parent.name)
