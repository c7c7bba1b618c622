"""Local copies of web resources: JSON-LD contexts and imported ontologies. Nothing is downloaded.

A setting names them, or an XML catalogue (OASIS XML Catalogs 1.1), as Protégé writes one beside the ontologies of a folder. Of a catalogue
`uri`, `rewriteURI`, `nextCatalog` and groups are read: all that maps a URI, in the order of section 7.2.2: an exact match, then the longest
prefix, then the next catalogues in order.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path
from urllib.parse import quote, unquote, urljoin, urlsplit
from xml.etree import ElementTree

from graph_service.errors import SourceError
from graph_service.files import text_of

#: The file name of Protégé's catalogue of a folder.
CATALOGUE = "catalog-v001.xml"

#: The most files in a folder that a catalogue rewrites URIs to.
_MOST = 10_000

_CATALOG = "{urn:oasis:names:tc:entity:xmlns:xml:catalog}"
_BASE = "{http://www.w3.org/XML/1998/namespace}base"


def copies_of(named: Iterable[tuple[str, Path]]) -> dict[str, Path]:
    """URI -> local copy; an entry without a URI is a catalogue. Raises SourceError."""
    found: dict[str, Path] = {}
    for iri, path in named:
        found |= {iri: path} if iri else _catalogue(path)
    return found


def copies_beside(path: Path) -> Mapping[str, Path]:
    """The copies that the catalogue in the file's folder lists; none without one. Raises SourceError."""
    catalogue = path.parent / CATALOGUE
    return _catalogue(catalogue) if catalogue.is_file() else {}


def _catalogue(path: Path, within: tuple[Path, ...] = ()) -> dict[str, Path]:
    """The copies that a catalogue lists; `within` are the catalogues that led to it, to stop at cycles. Raises SourceError."""
    text = text_of(path)
    # Catalogues need no entities, which could expand without limit.
    if re.search(r"<!ENTITY", text):
        raise SourceError(f"{path}: a catalogue has no entities here.")
    try:
        root = ElementTree.fromstring(text.encode())  # noqa: S314 - without entities
    except ElementTree.ParseError as error:
        line, column = error.position
        raise SourceError(f"{path}:{line}:{column + 1}: {error.msg.partition(':')[0]}.", line=line, column=column + 1) from error
    if root.tag != f"{_CATALOG}catalog":
        raise SourceError(f"{path}: not an OASIS catalogue: its root is {root.tag}. A copy is named with its address: IRI={path}")
    entries = list(_entries(root, path.resolve().as_uri()))
    found: dict[str, Path] = {}
    within = (*within, path.resolve())
    for _, place in reversed([entry for entry in entries if entry[0].tag == f"{_CATALOG}nextCatalog"]):
        if Path(place).resolve() not in within:
            found |= _catalogue(Path(place), within)
    rewritten = [(entry.get("uriStartString", ""), place) for entry, place in entries if entry.tag == f"{_CATALOG}rewriteURI"]
    for beginning, place in sorted(rewritten, key=lambda pair: len(pair[0])):
        found |= {beginning + rest: file for rest, file in _files_below(place)}
    return found | {entry.get("name", ""): Path(place) for entry, place in entries if entry.tag == f"{_CATALOG}uri"}


#: The attribute of each entry with its target.
_PLACES = {f"{_CATALOG}uri": "uri", f"{_CATALOG}rewriteURI": "rewritePrefix", f"{_CATALOG}nextCatalog": "catalog"}


def _entries(element: ElementTree.Element, base: str) -> Iterable[tuple[ElementTree.Element, str]]:
    """The entries of an element, and their targets, if these are local files."""
    base = urljoin(base, element.get(_BASE, ""))
    for child in element:
        if child.tag == f"{_CATALOG}group":
            yield from _entries(child, base)
        elif child.tag in _PLACES:
            place = urlsplit(urljoin(urljoin(base, child.get(_BASE, "")), child.get(_PLACES[child.tag], "")))
            if place.scheme == "file" and place.path:
                yield child, unquote(place.path)


def _files_below(beginning: str) -> Iterable[tuple[str, Path]]:
    """The files whose paths have a prefix, with the percent-encoded rest of each path. Raises SourceError for too many."""
    folder = Path(beginning.rpartition("/")[0] or "/")
    there = list(islice(folder.rglob("*"), _MOST + 1)) if folder.is_dir() else []
    if len(there) > _MOST:
        raise SourceError(f"{folder}: a catalogue rewrites addresses to it, and it has more than {_MOST:,} files.")
    for file in sorted(there):
        if file.is_file() and str(file).startswith(beginning):
            yield quote(str(file).removeprefix(beginning)), file
