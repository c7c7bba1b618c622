"""Triples and quads as text, in every RDF syntax that is offered."""

import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO

import pyoxigraph as ox

from graph_service.words.formats import DATASET_FORMATS, Format
from graph_service.words.names import PREFIXES, RDF, curie

_TYPE = ox.NamedNode(RDF + "type")

#: An XML name without a colon (Namespaces in XML 1.0, NCName) at the end of an IRI.
_ENDS_IN_A_NAME = re.compile(r"[^\W\d][\w.\-·]*\Z")

#: Syntaxes that have prefixes and group triples by subject: sorted, they read as a person would write them.
_FOR_READING = frozenset({"ttl", "n3", "rdf", "trig"})


def write_triples(triples: Iterable[ox.Triple], format: Format) -> bytes:
    """Triples in a format of GRAPH_FORMATS, UTF-8; only the prefixes that occur in them are declared.

    Raises ValueError if the format cannot say them: RDF/XML cannot write a property whose IRI does not end in an XML name
    (RDF 1.1 XML Syntax, section 6.1.2).
    """
    return write_sorted(in_order(triples), format) if format.name in _FOR_READING else _serialized(triples, format, {})


def in_order(triples: Iterable[ox.Triple]) -> list[ox.Triple]:
    """Triples as a person would read them: by subject, predicate, object."""
    return sorted(triples, key=lambda triple: (str(triple.subject), str(triple.predicate), str(triple.object)))


def write_sorted(triples: list[ox.Triple], format: Format) -> bytes:
    """What `write_triples` writes, of triples that are in order. Raises ValueError."""
    if format.name not in _FOR_READING:
        return _serialized(triples, format, {})
    if format.name == "rdf":
        triples = list(_checked(triples))
    return _serialized(triples, format, _prefixes_of(triples))


def _prefixes_of(triples: list[ox.Triple]) -> dict[str, str]:
    """The prefixes that occur in triples."""
    text = " ".join(map(str, triples))
    return {name: iri for name, iri in PREFIXES.items() if "<" + iri in text}


def stream_triples(triples: Iterable[ox.Triple], format: Format, output: BinaryIO) -> None:
    """Triples in a format of GRAPH_FORMATS as they come, without holding them; all prefixes are declared. Raises ValueError."""
    assert isinstance(format.engine, ox.RdfFormat)
    if format.name == "rdf":
        triples = _checked(triples)
    ox.serialize(triples, output, format.engine, prefixes=PREFIXES if format.name in _FOR_READING else None)


def write_quads(quads: list[ox.Quad], format: Format) -> bytes:
    """Quads in a format: with their graphs where the format has graphs, else their triples, each once. Raises ValueError."""
    if format.name not in DATASET_FORMATS:
        return write_triples({quad.triple for quad in quads}, format)
    return _serialized(quads, format, PREFIXES if format.name in _FOR_READING else {})


def _checked(triples: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    # Properties become elements, and so do the classes of things; neither is well-formed without a name at its end.
    for triple in triples:
        for iri in (triple.predicate, triple.object if triple.predicate == _TYPE else triple.predicate):
            if isinstance(iri, ox.NamedNode) and not _ENDS_IN_A_NAME.search(iri.value):
                raise ValueError(f"RDF/XML has no way to write {iri.value} as an element")
        yield triple


def _serialized(statements: Iterable[ox.Triple] | Iterable[ox.Quad], format: Format, prefixes: dict[str, str]) -> bytes:
    assert isinstance(format.engine, ox.RdfFormat)
    return bytes(ox.serialize(statements, format=format.engine, prefixes=prefixes or None) or b"")


def write_readably(triple: ox.Triple) -> str:
    """A triple for people: short names where there are any, literals as in Turtle."""
    parts = (triple.subject, triple.predicate, triple.object)
    return " ".join(curie(part.value) if isinstance(part, ox.NamedNode) else str(part) for part in parts)
