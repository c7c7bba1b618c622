"""Detects a source file's serialisation by its suffix, and by its content if the suffix is missing or wrong.

Other formats are recognised as far as possible, and the error says what to do: OWL has syntaxes of its own, which ROBOT
(https://robot.obolibrary.org/convert) converts to Turtle.
"""

import json
import re
from pathlib import Path
from typing import NoReturn

import pyoxigraph as ox

from graph_service.errors import SourceError
from graph_service.rdf.namespaces import OWL, RDF
from graph_service.sources.unpacking import SUFFIXES, content_of

_FORMATS = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".trig": ox.RdfFormat.TRIG,
    ".nq": ox.RdfFormat.N_QUADS,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".owl": ox.RdfFormat.RDF_XML,
    ".xml": ox.RdfFormat.RDF_XML,
    ".jsonld": ox.RdfFormat.JSON_LD,
    ".json": ox.RdfFormat.JSON_LD,
    ".n3": ox.RdfFormat.N3,
}

#: The suffixes of sources, for messages.
ENDINGS = f"{', '.join(_FORMATS)}, or one of these and {', '.join(SUFFIXES)}"

#: Suffixes of many kinds of files: in a folder, only those with RDF in them are read.
_COMMON = frozenset({".xml", ".json"})

#: Suffixes of RDF files and ontologies, and misspelt ones, that are not read.
_MEANT = (".rdfs", ".rdfxml", ".owx", ".ofn", ".omn", ".obo", ".hdt", ".ttl~", ".tll", ".tt", ".ttls", ".turtle", ".ntriples", ".nquads")

#: How many bytes of a file are looked at to detect its format.
_HEAD = 2**20

_CONVERT = "Convert it, for example with ROBOT: robot convert --input {name} --output {stem}.ttl"

#: What may precede the root element of an XML document (XML 1.0, section 2.8), and that element's start tag.
_PROLOGUE = re.compile(
    r"\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE(?:[^\[>\"']|\"[^\"]*\"|'[^']*')*(?:\[.*?\]\s*)?>",
    re.DOTALL,
)
_ROOT = re.compile(r"<([\w.-]+:)?([\w.-]+)(?=[\s/>])((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>")

_COMMENTS = re.compile(r"\s+|#[^\n]*")

#: How the Turtle family begins after comments: a directive, an IRI, a name, a blank node, a list, a graph.
_TURTLE = re.compile(
    r"$|@(?:prefix|base|version)\b|(?i:prefix|base|version|graph)\s|<[^<>\"{}|^`\\\s]*>|_:|\[|\(|\{|<<|[\w.-]*:[\w:.%/-]*\s"
)

_JSON = re.compile(r"(?:\{\s*[\"}]|\[\s*[\[{\"\d])")

#: A JSON-LD keyword and a colon. The quotation mark is not escaped, so it is not inside a string.
_KEYWORD = re.compile(r'(?<!\\)"@(?:context|graph|id|type|included|reverse|list|set|value)"\s*:')

#: A statement of N-Quads with its graph.
_QUAD = re.compile(r"(?:<[^>]*>|_:\S+)\s+<[^>]*>\s+(?:<[^>]*>|_:\S+|\".*\"\S*)\s+(?:<[^>]*>|_:\S+)\s*\.")

#: A SPARQL prologue, piece by piece, and a query.
_DECLARATIONS = re.compile(r"\s+|#[^\n]*|prefix\s+[\w.-]*:\s*<[^>]*>|base\s+<[^>]*>", re.IGNORECASE)
_QUERY = re.compile(r"(?:select|construct|ask|describe)[\s{*?$(<][^.]*\{", re.IGNORECASE)

#: First characters of other formats -> what the file seems to be, and what to do.
_OTHERS = {
    "%PDF-": "a PDF document",
    "PK\x03\x04": "a ZIP archive, or a document of an office program. Unpack it, or save it as one of these",
    "$HDT": "HDT, which hdt2rdf turns into N-Triples",
    "version https://git-lfs": "a pointer of Git LFS. `git lfs pull` brings the file itself",
    "format-version: ": f"an ontology in OBO format. {_CONVERT}",
    "Prefix(": f"an ontology in OWL functional syntax. {_CONVERT}",
    "Ontology(": f"an ontology in OWL functional syntax. {_CONVERT}",
    "Prefix: ": f"an ontology in Manchester syntax. {_CONVERT}",
    "Ontology: ": f"an ontology in Manchester syntax. {_CONVERT}",
}


def has_graphs(path: Path, otherwise: str = "") -> bool:
    """Whether a file's suffix is that of a format with named graphs; `otherwise` is its suffix if its name has none."""
    return _ending_or(path, otherwise) in {".trig", ".nq"}


def ending_of(path: Path) -> str:
    """The suffix of a file's format, in lower case, without that of a compression; empty if there is none."""
    return Path(_unpacked_name(path)).suffix.lower()


def _ending_or(path: Path, otherwise: str) -> str:
    ending = ending_of(path)
    return f".{otherwise}" if otherwise and ending not in _FORMATS else ending


def stem_of(path: Path) -> str:
    """A file's name without its suffixes."""
    name = _unpacked_name(path)
    return Path(name).stem if Path(name).suffix.lower() in _FORMATS else name


def _unpacked_name(path: Path) -> str:
    return path.stem if path.suffix.lower() in SUFFIXES else path.name


def is_source(path: Path, limit: int) -> bool:
    """Whether a file in a folder is a source: by its suffix, and by its content for common suffixes. Raises SourceError."""
    ending = ending_of(path)
    if ending not in _COMMON:
        return ending in _FORMATS
    try:
        format = recognise(path, content_of(path, limit, _HEAD))
    except SourceError:
        return False
    return format == _FORMATS[ending] and (ending != ".json" or _has_keywords(content_of(path, limit)))


def is_meant(path: Path) -> bool:
    """Whether a file in a folder seems to be meant as a source, though its suffix is not read."""
    return _unpacked_name(path).lower().endswith(_MEANT)


def recognise(path: Path, content: bytes, otherwise: str = "") -> ox.RdfFormat:
    """Detect a file's serialisation; `otherwise` is a suffix to assume for a file without one.

    Raises SourceError, which says what the file seems to be, if it is not RDF.
    """
    if _ending_or(path, otherwise) != ending_of(path):
        return _FORMATS[f".{otherwise}"]
    named = _FORMATS.get(ending_of(path))
    text = _text(content[:_HEAD])
    root = _ROOT.match(text, _behind(_PROLOGUE, text))
    if root is not None and _is_xml(text, root):
        return _recognise_xml(path, text, root)
    begin = _behind(_COMMENTS, text)
    if _JSON.match(text, begin) and named not in {ox.RdfFormat.TRIG, ox.RdfFormat.TURTLE}:
        if ending_of(path) != ".jsonld" and not _KEYWORD.search(text):
            _refuse(path, "JSON and no JSON-LD: there is no @context, @id or @graph in it")
        return ox.RdfFormat.JSON_LD
    _refuse_others(path, text, begin)
    if begin == len(text) and named is not None:
        # An empty file is valid TriG.
        return ox.RdfFormat.TRIG
    if named not in {ox.RdfFormat.RDF_XML, ox.RdfFormat.JSON_LD, None}:
        return named
    if begin == len(text):
        _refuse(path, "empty")
    if not _TURTLE.match(text, begin):
        _refuse(path, f"no RDF: it begins with {' '.join(text[begin : begin + 60].split())!r}")
    return ox.RdfFormat.N_QUADS if _QUAD.match(text, begin) else ox.RdfFormat.TRIG


def _behind(pieces: re.Pattern[str], text: str) -> int:
    """The offset after all leading matches of a pattern; one at a time, so that it does not backtrack."""
    place = 0
    while match := pieces.match(text, place):
        place = match.end()
    return place


def _refuse_others(path: Path, text: str, begin: int) -> None:
    """Raise SourceError for known formats that are not RDF."""
    for words, what in _OTHERS.items():
        if text.startswith(words, begin):
            _refuse(path, what)
    if _QUERY.match(text, _behind(_DECLARATIONS, text)):
        _refuse(path, "a SPARQL query, which `graph-service sparql` runs")
    if "\0" in text:
        _refuse(path, "a binary file")


def _is_xml(text: str, root: re.Match[str]) -> bool:
    """Whether a text is XML, which must be explicit: `<a> <b> <c> .` is Turtle."""
    return bool(re.match(r"\s*<[?!]", text)) or "xmlns" in root[3] or root[2].lower() == "html"


def _recognise_xml(path: Path, text: str, root: re.Match[str]) -> ox.RdfFormat:
    prefix, name = (root[1] or "").removesuffix(":"), root[2]
    declared = re.search(rf"\bxmlns{':' + re.escape(prefix) if prefix else ''}\s*=\s*[\"']([^\"']*)", root[3])
    space = _with_entities(declared[1], text) if declared else ""
    if (name, space) == ("RDF", RDF):
        return ox.RdfFormat.RDF_XML
    if (name, space) == ("Ontology", OWL):
        _refuse(path, f"an ontology in OWL/XML. {_CONVERT}")
    if name.lower() == "html":
        _refuse(path, "a page of HTML: is it what a server has sent instead of the file?")
    # A document about one thing needs no rdf:RDF root (RDF/XML, section 2.6).
    if ending_of(path) not in {".rdf", ".owl"} and RDF not in text[: root.end()]:
        _refuse(path, f"XML and no RDF/XML: its root is <{root[1] or ''}{name}>")
    return ox.RdfFormat.RDF_XML


def _with_entities(text: str, document: str) -> str:
    """Expand a document's entities in a text: Protégé has written namespaces that way."""
    return re.sub(
        r"&([\w.-]+);",
        lambda use: found[1] if (found := re.search(rf"<!ENTITY\s+{re.escape(use[1])}\s+[\"']([^\"']*)", document)) else use[0],
        text,
    )


def _has_keywords(content: bytes) -> bool:
    """Whether JSON has JSON-LD keywords at its top level; malformed JSON may be meant as such."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return True
    things = document if isinstance(document, list) else [document]
    return any(isinstance(thing, dict) and any(key.startswith("@") for key in thing) for thing in things)


def _refuse(path: Path, what: str) -> NoReturn:
    """Raise SourceError: what a file seems to be, and how to convert it, or which suffixes sources have."""
    if what.endswith(_CONVERT):
        guess = what.removesuffix(_CONVERT) + _CONVERT.format(name=path.name, stem=Path(_unpacked_name(path)).stem)
    else:
        guess = f"{what}. Names of sources end in {ENDINGS}."
    raise SourceError(f"{path}: not a source file; it seems to be {guess}", file=str(path))


def _text(content: bytes) -> str:
    """The beginning of a file as text: other encodings than UTF-8 have a byte order mark, or are not needed for detection."""
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig")):
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    return content.decode("utf-8", "replace")
