"""`graph-service locate`: finds passages in their document's text, and writes their offsets into their files."""

import re
from collections.abc import Sequence
from pathlib import Path

import pyoxigraph as ox

from graph_service.checks.document_texts import AROUND, END, EXACT, PREFIX, START, SUFFIX, DocumentText, SourcePassage, documents, passages
from graph_service.errors import SourceError
from graph_service.rdf.namespaces import OA
from graph_service.rdf.prefixes import curie
from graph_service.sources.roles import Role
from graph_service.sources.sources import Sources
from graph_service.sources.turtle_blocks import block as block_of


def locate(folder: Path, text_file: Path, ontology: Sequence[Path] = ()) -> list[Path]:
    """Set the offsets of all passages in a document's folder; returns the files that changed, in order of name.

    `oa:start`, `oa:end`, `oa:prefix` and `oa:suffix` are set in each passage's block, after `oa:exact` if they are new; the rest of a file
    stays byte for byte. Words that occur several times need an `oa:start` to choose between them. Nothing is written unless all passages
    are found. `ontology` are the files that declare the class of passages. Raises SourceError with a line for each fault, beginning with
    file and line.
    """
    sources = Sources.find(ontology, [folder])
    quoted = passages(sources)
    known = documents(sources, quoted)
    if not quoted:
        quoted_from = curie(sources.roles.of(Role.QUOTED_FROM)[0])
        raise SourceError(f"{folder}: holds no passage; write one, with {quoted_from} and oa:exact, to check it against its document")
    if len(known) != 1:
        raise SourceError(f"{folder}: holds passages of {len(known)} documents; a document's folder holds those of one")
    text = DocumentText.read(text_file)
    differences = [f"{where}: {fault}" for document in known.values() for where, fault in document.differences(text)]
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


def _place(passage: SourcePassage, text: DocumentText) -> int:
    """The offset of a passage in its document's text. Raises SourceError if it is not found or ambiguous."""
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


def _located(passage: SourcePassage, text: DocumentText, start: int) -> bytes:
    """The passage's file with new offsets. Raises SourceError if the passage's block is not in it."""
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
        block = block_of(content, passage.file.prefixes, passage.iri)
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
