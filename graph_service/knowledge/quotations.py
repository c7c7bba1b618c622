"""Quotations: every passage stands word for word, at a known place, in the text of its document.

A passage has its words (`oa:exact`), where they begin and end (`oa:start`, `oa:end`: characters from the beginning, the end not
included) and the up to 32 characters before and after them (`oa:prefix`, `oa:suffix`). All of them refer to the document's
normalised text, see `normalised`. The document has that text's length and hash (`lc:textLength`, `lc:normalisedTextSha256`) and
the hash of the file that the text was read from (`lc:textSha256`).

The text itself need not be at hand: passages overlap and adjoin, so each is held against its neighbours, and where together
they make up the whole text, all of them against its hash.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import pyoxigraph as ox

from graph_service.errors import SourceError
from graph_service.knowledge.checks import Finding
from graph_service.knowledge.evidence import QUOTED_FROM, passage_of
from graph_service.knowledge.sources import SourceFile, Sources
from graph_service.words.names import NS, OA, RDF, THING, XSD, curie
from graph_service.words.tokens import Token, tokens

#: How many characters before and after a passage stand beside it.
AROUND = 32

EXACT, START, END, PREFIX, SUFFIX = (OA + name for name in ("exact", "start", "end", "prefix", "suffix"))
TEXT_LENGTH, TEXT_SHA256, NORMALISED_SHA256 = (NS + name for name in ("textLength", "textSha256", "normalisedTextSha256"))

#: What the sources say of a document's text.
_OF_A_TEXT = (TEXT_LENGTH, TEXT_SHA256, NORMALISED_SHA256)

_INTEGER = ox.NamedNode(XSD + "integer")
_STRINGS = frozenset({XSD + "string", RDF + "langString"})

#: The rules of this gate, each as a sentence.
RULES = {
    "quotation-document": "A document that is quoted has one lc:textLength, lc:textSha256 and lc:normalisedTextSha256.",
    "quotation-once": "A passage is described in one file.",
    "quotation-complete": "A passage has one lc:quotedFrom, oa:exact, oa:start, oa:end, oa:prefix and oa:suffix.",
    "quotation-length": "oa:end is oa:start plus the number of characters of oa:exact.",
    "quotation-inside": "A passage lies inside its document's text, which has lc:textLength characters.",
    "quotation-around": f"oa:prefix and oa:suffix have {AROUND} characters, or as many as the text has there.",
    "quotation-order": "The names of passage files follow the order of the text.",
    "quotation-neighbours": "Passages that overlap or adjoin agree on the characters that they share.",
    "quotation-whole": "Passages that make up a whole text make up the one whose hash is lc:normalisedTextSha256.",
    "quotation-text": "What is said of a text is true of the text itself.",
}


def normalised(text: str) -> str:
    r"""A document's text as it is quoted: its words, without the marks of layout.

    In this order:

    1. the bullets `▶` and `►` and every asterisk (Markdown's emphasis) go;
    2. backslashes before a dollar sign (Markdown's escape) go: `US\$ 54` is `US$ 54`;
    3. hyphens at the beginning of a line, each with white space behind it (list marks), go; white space may stand before them, and
       a line begins where the text does and behind each line feed;
    4. a run of white space (Unicode's: line ends and no-break spaces too) becomes one space, and none at either end.

    All else stays, typographic quotation marks and dashes too; nothing is composed or decomposed. A character is a Unicode code
    point. A text that is normalised already stays as it is.
    """
    text = re.sub("[▶►*]", "", text)
    text = re.sub(r"\\+\$", "$", text)
    text = re.sub(r"^(?:\s*-\s)+", " ", text, flags=re.MULTILINE)
    return " ".join(text.split())


@dataclass(frozen=True)
class Passage:
    """A passage, the file that describes it, and what the file says: `missing` are the properties that have not one value there.

    The values of those are empty, or -1.
    """

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
    def read(cls, file: SourceFile, iri: str) -> "Passage":
        """The passage as its file describes it."""
        document = _one(file.quads, iri, QUOTED_FROM.value)
        exact, prefix, suffix = (_string(_one(file.quads, iri, name)) for name in (EXACT, PREFIX, SUFFIX))
        start, end = (_integer(_one(file.quads, iri, name)) for name in (START, END))
        found = {
            QUOTED_FROM.value: isinstance(document, ox.NamedNode),
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
        """What the passage says of the text: property, place of the first character, characters."""
        yield PREFIX, self.start - len(self.prefix), self.prefix
        yield EXACT, self.start, self.exact
        yield SUFFIX, self.end, self.suffix

    def where(self, property: str = EXACT) -> str:
        """`file:line` of a property of the passage, or of the passage if it has none such."""
        return _where(self.file, self.iri, property)


@dataclass(frozen=True)
class Document:
    """A document that is quoted: what the sources say of its text (None where they have not one value), and its passages."""

    iri: str
    values: dict[str, str | None]
    places: dict[str, str]
    passages: tuple[Passage, ...]

    @property
    def key(self) -> str:
        """The last part of the document's IRI."""
        return self.iri.removeprefix(THING + "document/")

    @property
    def length(self) -> int | None:
        """The length of the document's text, as the sources say."""
        value = self.values[TEXT_LENGTH] or ""
        return int(value) if value.isdecimal() else None


@dataclass(frozen=True)
class Text:
    """A document's text: the file it is in, the hash of the file, and the normalised text."""

    path: Path
    sha256: str
    normalised: str

    @classmethod
    def read(cls, path: Path) -> "Text":
        """The text in a file. Raises SourceError if it cannot be read or is not UTF-8."""
        try:
            content = path.read_bytes()
            return cls(path, _sha256(content), normalised(content.decode("utf-8")))
        except OSError as error:
            raise SourceError(f"{path}: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise SourceError(f"{path}: not UTF-8 at byte {error.start}") from error

    @property
    def values(self) -> dict[str, str]:
        """What the document says of this text, if it is the document's."""
        return {
            TEXT_LENGTH: str(len(self.normalised)),
            TEXT_SHA256: self.sha256,
            NORMALISED_SHA256: _sha256(self.normalised.encode("utf-8")),
        }


def passages(sources: Sources) -> list[Passage]:
    """The passages of the data, in order of file."""
    found = ((file, passage_of(file)) for file in sources.data)
    return [Passage.read(file, passage.value) for file, passage in found if passage is not None]


def documents(sources: Sources, quoted: Iterable[Passage]) -> dict[str, Document]:
    """The documents that the passages are quoted from, by key."""
    quoted = list(quoted)
    found = {}
    for iri in dict.fromkeys(passage.document for passage in quoted if passage.document):
        said = {quad: file for file in sources.data for quad in file.quads if quad.subject == ox.NamedNode(iri)}
        values = {name: _one(said, iri, name) for name in _OF_A_TEXT}
        home = next((file for quad, file in said.items() if quad.predicate.value in _OF_A_TEXT), None)
        places = {name: sources.where(iri) if home is None else _where(home, iri, name) for name in _OF_A_TEXT}
        document = Document(
            iri,
            {name: value.value if isinstance(value, ox.Literal) else None for name, value in values.items()},
            places,
            tuple(passage for passage in quoted if passage.document == iri),
        )
        found[document.key] = document
    return found


def text_of(document: Document) -> str | None:
    """A document's text put together from its passages and the characters around them, or None if they leave out any of it."""
    characters = {place + i: c for passage in document.passages for _, place, piece in passage.pieces for i, c in enumerate(piece)}
    if document.length is None or sorted(characters) != list(range(document.length)):
        return None
    return "".join(characters[place] for place in range(document.length))


def check(sources: Sources, texts: Mapping[str, Path] | None = None) -> list[Finding]:
    """All that is wrong with the quotations of the sources, in order of file.

    `texts` leads from a document's key (`news-2022`) to the file with its original text, where that is at hand: then each passage
    is held against the text too. Raises SourceError for a text that cannot be read or that no passage is quoted from.
    """
    texts = texts or {}
    quoted = passages(sources)
    known = documents(sources, quoted)
    findings = [
        _finding(passage.where(), "quotation-complete", passage.iri, f"not one {', '.join(map(curie, passage.missing))}")
        for passage in quoted
        if passage.missing
    ]
    home: dict[str, Passage] = {}
    for passage in quoted:
        if home.setdefault(passage.iri, passage) is not passage:
            findings.append(_finding(passage.where(), "quotation-once", passage.iri, f"also at {home[passage.iri].where()}"))
    for document in known.values():
        findings += _check(document)
    for key, path in texts.items():
        if key not in known:
            raise SourceError(f"{path}: no passage is quoted from document {key}; documents are {', '.join(known)}")
        findings += _against(known[key], Text.read(path))
    return sorted(findings, key=lambda finding: finding.where)


def locate(folder: Path, text_file: Path) -> list[Path]:
    """Write into the passages of a document's folder where they stand in its text; the files that changed, in order of name.

    `oa:start`, `oa:end`, `oa:prefix` and `oa:suffix` are set in each passage's block, behind `oa:exact` where they are new; the
    rest of a file stays byte for byte. Words that the text has several times need an `oa:start` that says which are meant. Unless
    all passages were found nothing is written.

    Raises SourceError: a line a fault, each with file and line.
    """
    sources = Sources.find((), [folder])
    quoted = passages(sources)
    known = documents(sources, quoted)
    if len(known) != 1:
        raise SourceError(f"{folder}: holds passages of {len(known)} documents; a document's folder holds those of one")
    text = Text.read(text_file)
    differences = [f"{where}: {fault}" for document in known.values() for where, fault in _differences(document, text)]
    if differences:
        raise SourceError("\n".join(differences))
    faults, changed = [], {}
    for passage in quoted:
        try:
            content = _located(passage, text, _place(passage, text))
        except SourceError as error:
            faults.append(error.detail)
        else:
            if content != passage.file.text:
                changed[passage.file.path] = content
    if faults:
        raise SourceError("\n".join(faults))
    for path, content in changed.items():
        path.write_bytes(content)
    return list(changed)


def _check(document: Document) -> Iterator[Finding]:
    """What is wrong with a document's passages: one by one, side by side, all together."""
    length = document.length
    for name, value in document.values.items():
        if value is None:
            yield _finding(document.places[name], "quotation-document", document.iri, f"not one {curie(name)}")
    sound = []
    for passage in document.passages:
        if not passage.missing:
            faults = list(_alone(passage, length))
            yield from faults
            sound += [] if faults else [passage]
    side_by_side = [*_out_of_order(sound), *_disagreements(sound)]
    yield from side_by_side
    if len(sound) == len(document.passages) and not side_by_side:
        text, wanted = text_of(document), document.values[NORMALISED_SHA256]
        found = None if text is None else _sha256(text.encode("utf-8"))
        if found and wanted and found != wanted:
            yield _finding(document.places[NORMALISED_SHA256], "quotation-whole", document.iri, f"theirs is {found}")


def _alone(passage: Passage, length: int | None) -> Iterator[Finding]:
    """What is wrong with a complete passage by itself."""
    if passage.end - passage.start != len(passage.exact):
        value = f"{passage.start} + {len(passage.exact)} is not {passage.end}"
        yield _finding(passage.where(END), "quotation-length", passage.iri, value)
    if passage.start < 0 or (length is not None and passage.end > length):
        yield _finding(passage.where(START), "quotation-inside", passage.iri, f"{passage.start} to {passage.end} of {length}")
        return
    room = {PREFIX: passage.start, SUFFIX: len(passage.suffix) if length is None else length - passage.end}
    for name, _, piece in passage.pieces:
        if name in room and len(piece) != min(AROUND, room[name]):
            value = f"{curie(name)} has {len(piece)}, not {min(AROUND, room[name])}"
            yield _finding(passage.where(name), "quotation-around", passage.iri, value)


def _out_of_order(quoted: Iterable[Passage]) -> Iterator[Finding]:
    for before, passage in pairwise(quoted):
        if before.file.path.parent == passage.file.path.parent and before.start > passage.start:
            value = f"{passage.start} comes behind {before.start} at {before.where(START)}"
            yield _finding(passage.where(START), "quotation-order", passage.iri, value)


def _disagreements(quoted: Iterable[Passage]) -> Iterator[Finding]:
    """The first character on which each two passages disagree."""
    said: dict[int, tuple[str, Passage, str]] = {}
    reported = set()
    for passage in quoted:
        for name, place, piece in passage.pieces:
            for offset, character in enumerate(piece, place):
                other, elsewhere, as_what = said.setdefault(offset, (character, passage, name))
                if other != character and (elsewhere.iri, passage.iri) not in reported:
                    reported.add((elsewhere.iri, passage.iri))
                    value = f"character {offset} is {character!r} in {curie(name)} and {other!r} at {elsewhere.where(as_what)}"
                    yield _finding(passage.where(name), "quotation-neighbours", passage.iri, value)


def _against(document: Document, text: Text) -> Iterator[Finding]:
    """What is not as the text has it."""
    for where, fault in _differences(document, text):
        yield _finding(where, "quotation-text", document.iri, fault)
    for passage in document.passages:
        for name, place, piece in passage.pieces:
            if not passage.missing and (place < 0 or not text.normalised.startswith(piece, place)):
                value = f"{curie(name)} does not stand at {place} of {text.path}"
                yield _finding(passage.where(name), "quotation-text", passage.iri, value)


def _differences(document: Document, text: Text) -> Iterator[tuple[str, str]]:
    """What the sources say otherwise of a text: where, and what."""
    for name, wanted in text.values.items():
        if document.values[name] != wanted:
            yield document.places[name], f"{curie(name)} is {document.values[name] or 'missing'}; of {text.path} it is {wanted}"


def _place(passage: Passage, text: Text) -> int:
    """Where a passage begins in its document's text. Raises SourceError if that cannot be told."""
    if EXACT in passage.missing:
        raise SourceError(f"{passage.where()}: {curie(passage.iri)} has not one oa:exact")
    found = [match.start() for match in re.finditer(f"(?={re.escape(passage.exact)})", text.normalised)]
    if passage.start in found:
        return passage.start
    if not found:
        same = next(n for n in range(len(passage.exact), -1, -1) if passage.exact[:n] in text.normalised)
        raise SourceError(
            f"{passage.where()}: oa:exact is not in {text.path}: the text has no {passage.exact[max(0, same - AROUND) : same + 1]!r}"
        )
    if len(found) > 1:
        places = ", ".join(map(str, found))
        raise SourceError(f"{passage.where()}: oa:exact is in {text.path} {len(found)} times, at {places}: say which with oa:start")
    return found[0]


def _located(passage: Passage, text: Text, start: int) -> bytes:
    """The text of a passage's file with where the passage stands. Raises SourceError if the passage's block is not in it."""
    end = start + len(passage.exact)
    wanted: dict[str, int | str] = {
        START: start,
        END: end,
        PREFIX: text.normalised[max(0, start - AROUND) : start],
        SUFFIX: text.normalised[end : end + AROUND],
    }
    given = {START: passage.start, END: passage.end, PREFIX: passage.prefix, SUFFIX: passage.suffix}
    content = passage.file.text.decode("utf-8")
    line_end = "\r\n" if "\r\n" in content else "\n"
    before = EXACT
    for name, value in wanted.items():
        block = _block(content, passage.file.prefixes, passage.iri)
        if EXACT not in block or passage.file.path.suffix != ".ttl":
            raise SourceError(f"{passage.where()}: {curie(passage.iri)} and its oa:exact do not stand in one block of Turtle")
        literal = str(value) if isinstance(value, int) else str(ox.Literal(value))
        if name not in block:
            property = block[before].property
            indent = re.search(r"(?:^|\n)([ \t]*)$", content[: property.start])
            written = re.sub("exact(>?)$", rf"{name.removeprefix(OA)}\1", block[EXACT].property.text)
            insertion = f" ;{line_end}{indent[1] if indent else '    '}{written} {literal}"
            content = content[: block[before].end] + insertion + content[block[before].end :]
        elif name in passage.missing or given[name] != value:
            content = content[: block[name].start] + literal + content[block[name].end :]
        before = name
    return content.encode("utf-8")


@dataclass(frozen=True)
class _Place:
    """Where a property stands in a file's text: its name, and where its values begin and end."""

    property: Token
    start: int
    end: int


def _where(file: SourceFile, subject: str, property: str) -> str:
    """`file:line` of a property of a thing; of the thing if it does not have the property there."""
    text = file.text.decode("utf-8")
    place = _block(text, file.prefixes, subject).get(property)
    line = file.line_of(subject) if place is None else text.count("\n", 0, place.property.start) + 1
    return f"{file.path}" if line is None else f"{file.path}:{line}"


def _block(text: str, prefixes: Mapping[str, str], subject: str) -> dict[str, _Place]:
    """The properties of a thing, by IRI, and where each stands in a Turtle text; of several places the first."""
    places: dict[str, _Place] = {}
    for statement in _split(tokens(text), "."):
        if statement and _iri(statement[0], prefixes) == subject:
            for part in _split(statement[1:], ";"):
                if len(part) > 1:
                    places.setdefault(_iri(part[0], prefixes), _Place(part[0], part[1].start, part[-1].end))
    return places


def _split(stream: Iterable[Token], mark: str) -> Iterator[list[Token]]:
    """The tokens of a Turtle text between marks that are in no brackets.

    Turtle has SPARQL's terminals (RDF 1.1 Turtle, section 6.5) and nothing between them that would be read otherwise. The prefixes
    and the base may be SPARQL's too: those end with an IRI.
    """
    part: list[Token] = []
    depth = 0
    for token in stream:
        depth += (token.text in ("[", "(")) - (token.text in ("]", ")"))
        ends = token.text == mark and not depth
        if not ends:
            # A name may have full stops in it, but the last one ends the statement.
            ends = token.kind == "name" and token.text.endswith(".") and not depth
            part.append(replace(token, text=token.text[:-1], end=token.end - 1) if ends else token)
        if ends or (token.kind == "iri" and (part[0].is_word("PREFIX") or part[0].is_word("BASE"))):
            yield part
            part = []
    yield part


def _iri(token: Token, prefixes: Mapping[str, str]) -> str:
    if token.kind == "name":
        prefix, _, local = token.text.partition(":")
        return prefixes.get(prefix, "") + re.sub(r"\\(.)", r"\1", local)
    return token.text[1:-1] if token.kind == "iri" else token.text


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


def _finding(where: str, rule: str, iri: str, value: str) -> Finding:
    return Finding(where=where, rule=rule, sentence=RULES[rule], thing=curie(iri), value=value)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
