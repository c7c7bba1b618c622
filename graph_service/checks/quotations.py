"""Checks quotations: every passage occurs word for word, at its offsets, in its document's text (see `document_texts`).

The text itself is not needed: passages overlap and adjoin, so each is compared with its neighbours, and where together they cover the whole
text, it is compared with the text's hash.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path

from graph_service.checks.document_texts import (
    AROUND,
    END,
    PREFIX,
    START,
    SUFFIX,
    DocumentText,
    QuotedDocument,
    SourcePassage,
    documents,
    passages,
    sha256,
    text_of,
)
from graph_service.checks.sparql_rules import Finding
from graph_service.errors import SourceError
from graph_service.rdf.prefixes import curie
from graph_service.sources.roles import Role
from graph_service.sources.sources import Sources

#: Rule -> its sentence in findings.
RULES = {
    "quotation-document": "A document that is quoted has the length of its text, its hash and that of the normalised text, each once.",
    "quotation-once": "A passage is described in one file.",
    "quotation-complete": "A passage is quoted from one document, and has one oa:exact, oa:start, oa:end, oa:prefix and oa:suffix.",
    "quotation-length": "oa:end is oa:start plus the number of characters of oa:exact.",
    "quotation-inside": "A passage lies inside its document's text, as long as that is said to be.",
    "quotation-around": f"oa:prefix and oa:suffix have {AROUND} characters, or as many as the text has there.",
    "quotation-order": "The names of passage files follow the order of the text.",
    "quotation-neighbours": "Passages that overlap or adjoin agree on the characters that they share.",
    "quotation-whole": "Passages that make up a whole text make up the one whose hash the document has.",
    "quotation-text": "What is said of a text is true of the text itself.",
}


def check(sources: Sources, texts: Mapping[str, Path] | None = None) -> list[Finding]:
    """All problems of the quotations in the sources, in order of file.

    `texts` maps a document's key (`news-2022`) to the file with its original text, if available: then passages are compared with the text,
    too. Raises SourceError for a text that cannot be read or that no passage quotes.
    """
    texts = texts or {}
    quoted = passages(sources)
    known = documents(sources, quoted)
    findings = [
        _finding(passage.where(), "quotation-complete", passage.iri, f"not one {', '.join(map(curie, passage.missing))}")
        for passage in quoted
        if passage.missing
    ]
    home: dict[str, SourcePassage] = {}
    for passage in quoted:
        if home.setdefault(passage.iri, passage) is not passage:
            findings.append(_finding(passage.where(), "quotation-once", passage.iri, f"also at {home[passage.iri].where()}"))
    for document in known.values():
        findings += _check(document)
    for key, path in texts.items():
        if key not in known:
            raise SourceError(f"{path}: no passage is quoted from document {key}; documents are {', '.join(known)}")
        findings += _against(known[key], DocumentText.read(path))
    return sorted(findings, key=lambda finding: finding.where)


def _check(document: QuotedDocument) -> Iterator[Finding]:
    """The problems of a document's passages: of each, between neighbours, and of all together."""
    length = document.length
    for name, value in document.values.items():
        if value is None:
            yield _finding(document.places[name], "quotation-document", document.iri, f"not one {curie(document.properties[name])}")
    sound = []
    for passage in document.passages:
        if not passage.missing:
            faults = list(_alone(passage, length))
            yield from faults
            sound += [] if faults else [passage]
    side_by_side = [*_out_of_order(sound), *_disagreements(sound)]
    yield from side_by_side
    if len(sound) == len(document.passages) and not side_by_side:
        text, wanted = text_of(document), document.values[Role.NORMALISED_TEXT_HASH]
        found = None if text is None else sha256(text.encode("utf-8"))
        if found and wanted and found != wanted:
            yield _finding(document.places[Role.NORMALISED_TEXT_HASH], "quotation-whole", document.iri, f"theirs is {found}")


def _alone(passage: SourcePassage, length: int | None) -> Iterator[Finding]:
    """The problems of a complete passage by itself."""
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


def _out_of_order(quoted: Iterable[SourcePassage]) -> Iterator[Finding]:
    for before, passage in pairwise(quoted):
        if before.file.path.parent == passage.file.path.parent and before.start > passage.start:
            value = f"{passage.start} comes behind {before.start} at {before.where(START)}"
            yield _finding(passage.where(START), "quotation-order", passage.iri, value)


def _disagreements(quoted: Iterable[SourcePassage]) -> Iterator[Finding]:
    """For each two passages, the first character on which they disagree."""
    said: dict[int, tuple[str, SourcePassage, str]] = {}
    reported = set()
    for passage in quoted:
        for name, place, piece in passage.pieces:
            for offset, character in enumerate(piece, place):
                other, elsewhere, as_what = said.setdefault(offset, (character, passage, name))
                if other != character and (elsewhere.iri, passage.iri) not in reported:
                    reported.add((elsewhere.iri, passage.iri))
                    value = f"character {offset} is {character!r} in {curie(name)} and {other!r} at {elsewhere.where(as_what)}"
                    yield _finding(passage.where(name), "quotation-neighbours", passage.iri, value)


def _against(document: QuotedDocument, text: DocumentText) -> Iterator[Finding]:
    """Differences from the original text."""
    for where, fault in document.differences(text):
        yield _finding(where, "quotation-text", document.iri, fault)
    for passage in document.passages:
        for name, place, piece in passage.pieces:
            if not passage.missing and (place < 0 or not text.normalised.startswith(piece, place)):
                value = f"{curie(name)} does not stand at {place} of {text.path}"
                yield _finding(passage.where(name), "quotation-text", passage.iri, value)


def _finding(where: str, rule: str, iri: str, value: str) -> Finding:
    return Finding(where=where, rule=rule, sentence=RULES[rule], thing=curie(iri), value=value)
