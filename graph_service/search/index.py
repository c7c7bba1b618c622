"""The full-text index: all texts of all things, in a file of the snapshot (SQLite with FTS5).

Indexed are acronyms and codes, labels, definitions, passages of documents, and all other texts; of the graph's description only the canned
queries. Texts are folded (see `text.folding`) before they reach SQLite, whose tokens then are our words.
"""

import errno
import os
import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing
from enum import IntEnum
from pathlib import Path

from graph_service.errors import BuildError
from graph_service.rdf.labels import DESCRIPTIONS, LABELS, PLACES, SKOSXL, XL_LABEL, XL_TEXT, last_part
from graph_service.rdf.namespaces import DCTERMS, OA, PROV, RDF, RDFS, SHACL, SKOS, USUAL, XSD
from graph_service.rdf.space import Space
from graph_service.rdf.terms import Literal, NamedNode, Quad, Triple
from graph_service.sources.roles import Role, Roles
from graph_service.text.folding import fold

#: Names from this place on are other names, and not labels to show (see `rdf.labels`).
LAST_LABEL = len(LABELS)


class Part(IntEnum):
    """What a text is to its thing, in order of rank."""

    ACRONYM = 0
    NAME = 1
    DEFINITION = 2
    PASSAGE = 3
    TEXT = 4


#: Properties with other names than the label, best first.
_OTHER_NAMES = (SKOS + "altLabel", SKOS + "hiddenLabel")

#: The place of local names of IRIs among names: after all stated ones.
LOCAL_NAME = 1000

#: Word boundaries in a local name: `GarlicTopping`, `garlic_topping`, `XMLFile`.
_BORDERS = re.compile(r"[_\W]+|(?<=[a-zß-öø-ÿ0-9])(?=[A-ZÀ-ÖØ-Þ])|(?<=[A-Z])(?=[A-Z][a-z])")

#: Labels that are resources themselves (SKOS, appendix B).
_XL_NAMES = (XL_LABEL, SKOSXL + "altLabel", SKOSXL + "hiddenLabel")

#: The part of each standard property; roles of the graph add more (see `roles`).
_PARTS: dict[str, Part] = {
    **dict.fromkeys((SKOS + "notation", DCTERMS + "identifier"), Part.ACRONYM),
    **dict.fromkeys(DESCRIPTIONS, Part.DEFINITION),
    **dict.fromkeys((OA + "exact", PROV + "value"), Part.PASSAGE),
}

_TEXTS = frozenset({XSD + "string", RDF + "langString"})

#: Texts for programs, and the context of a passage, which the next passage contains.
_LEFT_OUT = frozenset({OA + "prefix", OA + "suffix", DCTERMS + "language", SHACL + "select", SHACL + "ask", SHACL + "construct"})

_INSERT = "INSERT OR IGNORE INTO text (thing, part, place, language, words, folded) VALUES (?, ?, ?, ?, ?, ?)"

_SCHEMA = """
CREATE TABLE thing (id INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE, kind TEXT, source TEXT);
CREATE TABLE class (iri TEXT NOT NULL, thing INTEGER NOT NULL, PRIMARY KEY (iri, thing)) WITHOUT ROWID;
CREATE TABLE text (
  id INTEGER PRIMARY KEY, thing INTEGER NOT NULL, part INTEGER NOT NULL, place INTEGER NOT NULL, language TEXT NOT NULL,
  words TEXT NOT NULL, folded TEXT NOT NULL, UNIQUE (thing, part, language, words)
);
CREATE INDEX text_of_thing ON text (thing, part, place);
CREATE VIRTUAL TABLE word USING fts5(folded, content='text', content_rowid='id', tokenize='unicode61 remove_diacritics 0', prefix='1 2 3');
"""


def write_index(path: Path, space: Space, roles: Roles, quads: Iterable[Quad], description: Collection[Triple]) -> None:
    """Write the index of a graph and of the canned queries in its description.

    Raises BuildError if SQLite lacks FTS5, and OSError if the file cannot be written.
    """
    statements = list(_searchable(space, quads, description))
    things = _Things(statements, roles)
    try:
        with closing(sqlite3.connect(path)) as database, database:
            database.executescript(_SCHEMA)
            for triple, _ in statements:
                if isinstance(triple.object, Literal) and triple.object.datatype.value in _TEXTS:
                    things.add(database, triple.subject, triple.predicate.value, triple.object)  # type: ignore[arg-type]
            things.add_local_names(database, space)
            things.write(database)
            database.execute("INSERT INTO word(word) VALUES ('rebuild')")
            database.execute("INSERT INTO word(word) VALUES ('optimize')")
    except sqlite3.OperationalError as error:
        if "no such module" in str(error):
            raise BuildError(f"This Python's SQLite cannot make the index for searches ({error}); it needs FTS5.") from error
        number = errno.ENOSPC if error.sqlite_errorcode == sqlite3.SQLITE_FULL else errno.EIO
        raise OSError(number, os.strerror(number), str(path)) from error


def _searchable(space: Space, quads: Iterable[Quad], description: Collection[Triple]) -> Iterator[tuple[Triple, bool]]:
    """The triples to index, and whether each is inferred."""
    queries = {t.subject for t in description if t.predicate.value == RDF + "type" and t.object == NamedNode(SHACL + "SPARQLExecutable")}
    for triple in description:
        if triple.subject in queries:
            yield triple, False
    said = [quad for quad in quads if quad.graph_name != NamedNode(space.graph_description)]
    kept = [quad for quad in said if isinstance(quad.subject, NamedNode)]
    records = {quad.subject for quad in kept if quad.predicate.value == RDF + "subject"}
    written: dict[object, list[Literal]] = defaultdict(list)
    for quad in said:
        if quad.predicate.value == XL_TEXT and isinstance(quad.object, Literal):
            written[quad.subject].append(quad.object)
    for quad in kept:
        if quad.subject not in records:
            inferred = quad.graph_name == NamedNode(space.graph_inferred)
            yield quad.triple, inferred
            if quad.predicate.value in _XL_NAMES:
                yield from ((Triple(quad.subject, quad.predicate, text), inferred) for text in written[quad.object])


class _Things:
    """The things of an index: row ids, classes, and documents that their texts are quoted from."""

    def __init__(self, statements: Iterable[tuple[Triple, bool]], roles: Roles) -> None:
        others = [*_XL_NAMES, *_OTHER_NAMES, *roles.of(Role.OTHER_NAME)]
        self._places = PLACES | {name: LAST_LABEL + place for place, name in enumerate(dict.fromkeys(others))}
        self._parts = {
            **dict.fromkeys(self._places, Part.NAME),
            **_PARTS,
            **dict.fromkeys(roles.of(Role.CODE), Part.ACRONYM),
            **dict.fromkeys(roles.of(Role.DEFINITION), Part.DEFINITION),
            **dict.fromkeys(roles.of(Role.WORDS), Part.PASSAGE),
        }
        # A text without a language has that of its thing, or of the document that the thing is quoted from.
        quoted_from = {PROV + "wasQuotedFrom", *roles.of(Role.QUOTED_FROM)}
        self._numbers: dict[str, int] = {}
        self._classes: dict[str, dict[str, bool]] = defaultdict(dict)
        self._languages: dict[str, str] = {}
        self._sources: dict[str, str] = {}
        for triple, inferred in statements:
            subject, value = triple.subject.value, triple.object  # type: ignore[union-attr]
            if triple.predicate.value == RDF + "type" and isinstance(value, NamedNode):
                self._classes[subject][value.value] = inferred and self._classes[subject].get(value.value, True)
            elif triple.predicate.value in quoted_from and isinstance(value, NamedNode):
                self._sources[subject] = value.value
            elif triple.predicate.value == DCTERMS + "language" and isinstance(value, Literal):
                self._languages[subject] = value.value
        self._sizes = Counter(name for classes in self._classes.values() for name in classes)

    def add(self, database: sqlite3.Connection, subject: NamedNode, property: str, text: Literal) -> None:
        """Insert a text of a thing."""
        is_query = SHACL + "SPARQLExecutable" in self._classes[subject.value]
        part = Part.NAME if is_query and property == RDFS + "comment" else self._parts.get(property, Part.TEXT)
        folded = fold(text.value)
        if property in _LEFT_OUT or not folded:
            return
        language = text.language or self._languages.get(self._sources.get(subject.value, subject.value), "")
        place = self._places.get(property, 0)
        number = self._numbers.setdefault(subject.value, len(self._numbers) + 1)
        database.execute(_INSERT, (number, part, place, language, text.value, folded))

    def add_local_names(self, database: sqlite3.Connection, space: Space) -> None:
        """Insert the local names of terms and of things with foreign IRIs, whole and split into words.

        The graph's own things are found by their keys, and terms of common vocabularies only by texts in this graph.
        """
        known = tuple(USUAL.values())
        for iri in sorted({*self._numbers, *(iri for iri in self._classes if not iri.startswith(known))}):
            if iri.startswith(space.base) and not iri.startswith(space.terms):
                continue
            number = self._numbers.setdefault(iri, len(self._numbers) + 1)
            name = last_part(iri)
            for place, words in enumerate(dict.fromkeys((name, _BORDERS.sub(" ", name))), LOCAL_NAME):
                if folded := fold(words):
                    database.execute(_INSERT, (number, Part.NAME, place, "", words, folded))

    def write(self, database: sqlite3.Connection) -> None:
        """Insert the things that have texts, each with its classes and the class to show."""
        for iri, number in self._numbers.items():
            database.execute("INSERT INTO thing VALUES (?, ?, ?, ?)", (number, iri, self._kind(iri), self._sources.get(iri)))
            database.executemany("INSERT INTO class VALUES (?, ?)", ((name, number) for name in self._classes[iri]))

    def _kind(self, iri: str) -> str | None:
        """The most specific class of a thing: of the stated ones, else of all, the one with the fewest instances."""
        classes = self._classes[iri]
        if SHACL + "SPARQLExecutable" in classes:
            return SHACL + "SPARQLExecutable"
        stated = [name for name, inferred in classes.items() if not inferred]
        return min(stated or classes, key=lambda name: (self._sizes[name], name), default=None)
