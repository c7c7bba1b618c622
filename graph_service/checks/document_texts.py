"""The texts of documents, and the passages that quote them.

A passage has its words (`oa:exact`), their start and end (`oa:start`, `oa:end`: offsets in characters, the end exclusive) and up to 32
characters before and after them (`oa:prefix`, `oa:suffix`). All refer to the document's normalised text, see `normalised`. The document has
that text's length and hash, and the hash of the file with the original text, by properties that the graph declares (see `roles`).
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from graph_service.errors import SourceError
from graph_service.rdf.namespaces import OA, RDF, XSD
from graph_service.rdf.prefixes import curie
from graph_service.sources.evidence import passage_of
from graph_service.sources.roles import Role, Roles
from graph_service.sources.source_file import SourceFile
from graph_service.sources.sources import Sources
from graph_service.sources.turtle_blocks import where

#: How many characters before and after a passage are recorded with it.
AROUND = 32

EXACT, START, END, PREFIX, SUFFIX = (OA + name for name in ("exact", "start", "end", "prefix", "suffix"))

#: The roles of a document's properties that describe its text.
_OF_A_TEXT = (Role.TEXT_LENGTH, Role.TEXT_HASH, Role.NORMALISED_TEXT_HASH)

_INTEGER = ox.NamedNode(XSD + "integer")
_STRINGS = frozenset({XSD + "string", RDF + "langString"})


def normalised(text: str) -> str:
    r"""A document's text as passages quote it: its words without layout.

    In this order:

    1. the bullets `▶` and `►` and every asterisk (Markdown's emphasis) are removed;
    2. backslashes before a dollar sign (Markdown's escape) are removed: `US\$ 54` becomes `US$ 54`;
    3. hyphens at the beginning of a line, followed by white space (list marks), are removed; white space may precede them, and a line
       begins at the start of the text and after each line feed;
    4. each run of white space (Unicode's: line ends and no-break spaces too) becomes one space, with none at either end.

    All else stays, typographic quotation marks and dashes too; nothing is composed or decomposed. A character is a Unicode code point. The
    function is idempotent.
    """
    text = re.sub("[▶►*]", "", text)
    text = re.sub(r"\\+\$", "$", text)
    text = re.sub(r"^(?:\s*-\s)+", " ", text, flags=re.MULTILINE)
    return " ".join(text.split())


@dataclass(frozen=True)
class SourcePassage:
    """A passage and its file; `missing` are the properties without exactly one valid value, which are empty or -1 here."""

    file: SourceFile
    iri: str
    document: str
    exact: str
    start: int
    end: int
    prefix: str
    suffix: str
    missing: tuple[str, ...]

    @classmethod
    def read(cls, roles: Roles, file: SourceFile, iri: str) -> "SourcePassage":
        """Read the passage from its file."""
        quoted_from = roles.of(Role.QUOTED_FROM)[0]
        document = _one(file.quads, iri, quoted_from)
        exact, prefix, suffix = (_string(_one(file.quads, iri, name)) for name in (EXACT, PREFIX, SUFFIX))
        start, end = (_integer(_one(file.quads, iri, name)) for name in (START, END))
        found = {
            quoted_from: isinstance(document, ox.NamedNode),
            EXACT: bool(exact),
            START: start is not None,
            END: end is not None,
            PREFIX: prefix is not None,
            SUFFIX: suffix is not None,
        }
        return cls(
            file=file,
            iri=iri,
            document=document.value if isinstance(document, ox.NamedNode) else "",
            exact=exact or "",
            start=-1 if start is None else start,
            end=-1 if end is None else end,
            prefix=prefix or "",
            suffix=suffix or "",
            missing=tuple(name for name, is_there in found.items() if not is_there),
        )

    @property
    def pieces(self) -> Iterator[tuple[str, int, str]]:
        """The pieces of text that the passage gives: property, offset of the first character, characters."""
        yield PREFIX, self.start - len(self.prefix), self.prefix
        yield EXACT, self.start, self.exact
        yield SUFFIX, self.end, self.suffix

    def where(self, property: str = EXACT) -> str:
        """`file:line` of a property of the passage; of the passage if it has no such property."""
        return where(self.file, self.iri, property)


@dataclass(frozen=True)
class QuotedDocument:
    """A quoted document: the properties of its text (None unless they have one value), and its passages."""

    iri: str
    properties: dict[Role, str]
    values: dict[Role, str | None]
    places: dict[Role, str]
    passages: tuple[SourcePassage, ...]

    @property
    def key(self) -> str:
        """The last part of the document's IRI."""
        return self.iri.rpartition("/")[2]

    @property
    def length(self) -> int | None:
        """The length of the document's text, as stated."""
        value = self.values[Role.TEXT_LENGTH] or ""
        return int(value) if value.isdecimal() else None

    def differences(self, text: "DocumentText") -> Iterator[tuple[str, str]]:
        """The stated properties that differ from the text: where, and how."""
        for name, wanted in text.values.items():
            if self.values[name] != wanted:
                yield (
                    self.places[name],
                    f"{curie(self.properties[name])} is {self.values[name] or 'missing'}; of {text.path} it is {wanted}",
                )


@dataclass(frozen=True)
class DocumentText:
    """A document's text: its file, the file's hash, and the normalised text."""

    path: Path
    sha256: str
    normalised: str

    @classmethod
    def read(cls, path: Path) -> "DocumentText":
        """Read the text from a file. Raises SourceError if it cannot be read or is not UTF-8."""
        try:
            content = path.read_bytes()
            return cls(path, sha256(content), normalised(content.decode("utf-8-sig")))
        except OSError as error:
            raise SourceError(f"{path}: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise SourceError(f"{path}: not UTF-8 at byte {error.start}") from error

    @property
    def values(self) -> dict[Role, str]:
        """The properties that a document with this text must have."""
        return {
            Role.TEXT_LENGTH: str(len(self.normalised)),
            Role.TEXT_HASH: self.sha256,
            Role.NORMALISED_TEXT_HASH: sha256(self.normalised.encode("utf-8")),
        }


def passages(sources: Sources) -> list[SourcePassage]:
    """The passages in the data, in order of file."""
    found = ((file, passage_of(sources.roles, file)) for file in sources.data)
    return [SourcePassage.read(sources.roles, file, passage.value) for file, passage in found if passage is not None]


def documents(sources: Sources, quoted: Iterable[SourcePassage]) -> dict[str, QuotedDocument]:
    """The documents that passages quote, by key."""
    quoted = list(quoted)
    properties = {role: sources.roles.of(role)[0] for role in _OF_A_TEXT}
    found = {}
    for iri in dict.fromkeys(passage.document for passage in quoted if passage.document):
        said = {quad: file for file in sources.data for quad in file.quads if quad.subject == ox.NamedNode(iri)}
        values = {role: _one(said, iri, name) for role, name in properties.items()}
        home = next((file for quad, file in said.items() if quad.predicate.value in properties.values()), None)
        places = {role: sources.where(iri) if home is None else where(home, iri, name) for role, name in properties.items()}
        document = QuotedDocument(
            iri,
            properties,
            {name: value.value if isinstance(value, ox.Literal) else None for name, value in values.items()},
            places,
            tuple(passage for passage in quoted if passage.document == iri),
        )
        found[document.key] = document
    return found


def text_of(document: QuotedDocument) -> str | None:
    """A document's text reconstructed from its passages and the characters around them; None if they do not cover all of it."""
    characters = {place + i: c for passage in document.passages for _, place, piece in passage.pieces for i, c in enumerate(piece)}
    if document.length is None or sorted(characters) != list(range(document.length)):
        return None
    return "".join(characters[place] for place in range(document.length))


def sha256(content: bytes) -> str:
    """The SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def _one(quads: Iterable[ox.Quad], subject: str, property: str) -> object:
    """The value of a property, or None if there is not exactly one."""
    wanted = (ox.NamedNode(subject), ox.NamedNode(property))
    values = {quad.object for quad in quads if (quad.subject, quad.predicate) == wanted}
    return values.pop() if len(values) == 1 else None


def _string(value: object) -> str | None:
    return value.value if isinstance(value, ox.Literal) and value.datatype.value in _STRINGS else None


def _integer(value: object) -> int | None:
    if isinstance(value, ox.Literal) and value.datatype == _INTEGER and re.fullmatch("[+-]?[0-9]+", value.value):
        return int(value.value)
    return None
