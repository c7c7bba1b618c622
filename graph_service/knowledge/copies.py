"""Local copies of what has an address on the web: contexts of JSON-LD and ontologies that others import. Nothing is fetched.

Where they are is told by a setting, or by an XML catalogue (OASIS XML Catalogs 1.1), as Protégé writes one beside the ontologies of a
folder: its entries `uri` are read, with those of its groups.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit
from xml.etree import ElementTree

from graph_service.errors import SourceError
from graph_service.files import text_of

#: What Protégé calls the catalogue of a folder.
CATALOGUE = "catalog-v001.xml"

_CATALOG = "{urn:oasis:names:tc:entity:xmlns:xml:catalog}"
_BASE = "{http://www.w3.org/XML/1998/namespace}base"


def copies_of(named: Iterable[tuple[str, Path]]) -> dict[str, Path]:
    """The files by the addresses that they are copies of; one without an address is a catalogue. Raises SourceError."""
    found: dict[str, Path] = {}
    for iri, path in named:
        found |= {iri: path} if iri else _catalogue(path)
    return found


def copies_beside(path: Path) -> Mapping[str, Path]:
    """The copies that the catalogue in a file's folder names; none without one. Raises SourceError."""
    catalogue = path.parent / CATALOGUE
    return _catalogue(catalogue) if catalogue.is_file() else {}


def _catalogue(path: Path) -> dict[str, Path]:
    text = text_of(path)
    # Those who write catalogues need none, and no file has to stand for more than it says.
    if re.search(r"<!ENTITY", text):
        raise SourceError(f"{path}: a catalogue has no entities here.")
    try:
        root = ElementTree.fromstring(text.encode())  # noqa: S314 - without entities
    except ElementTree.ParseError as error:
        line, column = error.position
        raise SourceError(f"{path}:{line}:{column + 1}: {error.msg.partition(':')[0]}.", line=line, column=column + 1) from error
    if root.tag != f"{_CATALOG}catalog":
        raise SourceError(f"{path}: not an OASIS catalogue: its root is {root.tag}. A copy is named with its address: IRI={path}")
    return dict(_entries(root, path.resolve().as_uri()))


def _entries(element: ElementTree.Element, base: str) -> Iterable[tuple[str, Path]]:
    """The entries below an element, and what they lead to, as far as that is a file."""
    base = urljoin(base, element.get(_BASE, ""))
    for child in element:
        if child.tag == f"{_CATALOG}group":
            yield from _entries(child, base)
        elif child.tag == f"{_CATALOG}uri":
            place = urlsplit(urljoin(urljoin(base, child.get(_BASE, "")), child.get("uri", "")))
            if place.scheme == "file" and place.path:
                yield child.get("name", ""), Path(unquote(place.path))
