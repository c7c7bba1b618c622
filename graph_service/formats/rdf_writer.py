"""Triples and quads as text, in every RDF syntax that is offered."""

import io
from collections.abc import Iterable, Iterator, Mapping
from typing import BinaryIO, TypeVar, cast

import pyoxigraph as ox

from graph_service.errors import NotAcceptable
from graph_service.formats.media_types import DATASET_FORMATS, Format
from graph_service.formats.xml import XmlOutput, ends_in_a_name
from graph_service.rdf.namespaces import RDF
from graph_service.rdf.prefixes import curie, written
from graph_service.rdf.terms import AnyTerm, write

Statement = TypeVar("Statement", ox.Triple, ox.Quad)

_TYPE = ox.NamedNode(RDF + "type")

#: The engine makes the class of a thing its element in RDF/XML, unless another property tells the class: this one, whose namespace is
#: written as that of rdf:type.
_TOLD = "urn:x-graph-service:rdf#"
_TYPE_TOLD = ox.NamedNode(_TOLD + "type")

#: Syntaxes that have prefixes and group triples by subject: sorted, they read as a person would write them.
_FOR_READING = frozenset({"ttl", "n3", "rdf", "trig"})

#: Formats without triple terms (RDF 1.2 Concepts, section 3.1), and those of them that have base directions nevertheless.
_OF_RDF_1_1 = frozenset({"jsonld", "n3"})
_WITH_DIRECTION = frozenset({"jsonld"})


def write_triples(triples: Iterable[ox.Triple], format: Format) -> bytes:
    """Triples in a format of GRAPH_FORMATS, UTF-8; only the prefixes that occur in them are declared.

    Raises NotAcceptable, which names the term, if the format cannot say them: RDF/XML has no property whose IRI does not end in a name
    (RDF 1.1 XML Syntax, section 6.1.2) and not all characters, JSON-LD and N3 no triple terms.
    """
    return write_sorted(in_order(triples), format) if format.name in _FOR_READING else _serialized(triples, format, {})


def in_order(triples: Iterable[ox.Triple]) -> list[ox.Triple]:
    """Triples as a person would read them: by subject, predicate, object."""
    return sorted(triples, key=lambda triple: (str(triple.subject), str(triple.predicate), str(triple.object)))


def write_sorted(triples: list[ox.Triple], format: Format) -> bytes:
    """What `write_triples` writes, of triples that are in order. Raises NotAcceptable."""
    if format.name not in _FOR_READING:
        return _serialized(triples, format, {})
    return _serialized(triples, format, _prefixes_of(triples))


def _prefixes_of(triples: list[ox.Triple]) -> dict[str, str]:
    """The prefixes that occur in triples."""
    text = " ".join(map(str, triples))
    return {name: iri for name, iri in written().items() if "<" + iri in text}


def stream_triples(triples: Iterable[ox.Triple], format: Format, output: BinaryIO) -> None:
    """Triples in a format of GRAPH_FORMATS as they come, without holding them; all prefixes are declared. Raises NotAcceptable."""
    _serialize(triples, output, format, written() if format.name in _FOR_READING else {})


def write_quads(quads: list[ox.Quad], format: Format) -> bytes:
    """Quads in a format: with their graphs where the format has graphs, else their triples, each once. Raises NotAcceptable."""
    if format.name not in DATASET_FORMATS:
        return write_triples({quad.triple for quad in quads}, format)
    return _serialized(quads, format, written() if format.name in _FOR_READING else {})


def _with_names(statements: Iterable[Statement]) -> Iterator[ox.Triple]:
    """The triples of statements, with the class of a thing as a property where it can be no element of XML.

    Raises NotAcceptable for a property that can be none, and in a triple term for such a class.
    """
    for statement in statements:
        triple = statement.triple if isinstance(statement, ox.Quad) else statement
        said: AnyTerm = triple
        while isinstance(said, ox.Triple):
            nameless = said.object if _has_nameless_class(said) and said is not triple else said.predicate
            if isinstance(nameless, ox.NamedNode) and not ends_in_a_name(nameless.value):
                raise NotAcceptable(f"RDF/XML has no way to write {nameless.value} as an element.")
            said = said.object
        yield ox.Triple(triple.subject, _TYPE_TOLD, triple.object) if _has_nameless_class(triple) else triple


def _has_nameless_class(triple: ox.Triple) -> bool:
    """Whether a triple tells of a thing a class whose IRI can be no element of XML."""
    return triple.predicate == _TYPE and isinstance(triple.object, ox.NamedNode) and not ends_in_a_name(triple.object.value)


def _known(statements: Iterable[Statement], format: Format) -> Iterator[Statement]:
    """Statements as they are. Raises NotAcceptable for a triple term, or a base direction, in a format that knows RDF 1.1 alone."""
    for statement in statements:
        term = statement.object
        if isinstance(term, ox.Triple):
            raise NotAcceptable(f"{format.media} has no way to write the triple term {write(term)}.")
        if isinstance(term, ox.Literal) and term.direction is not None and format.name not in _WITH_DIRECTION:
            raise NotAcceptable(f"{format.media} has no way to write the base direction of {write(term)}.")
        yield statement


def _serialized(statements: Iterable[Statement], format: Format, prefixes: Mapping[str, str]) -> bytes:
    output = io.BytesIO()
    _serialize(statements, output, format, prefixes)
    return output.getvalue()


def _serialize(statements: Iterable[Statement], output: BinaryIO, format: Format, prefixes: Mapping[str, str]) -> None:
    assert isinstance(format.engine, ox.RdfFormat)
    if format.name in _OF_RDF_1_1:
        statements = _known(statements, format)
    if format.name == "rdf":
        told = not isinstance(statements, list) or any(map(_has_nameless_class, statements))
        prefixes = {**prefixes, "told": _TOLD} if told else prefixes
        output = cast(BinaryIO, XmlOutput(output, _TOLD, RDF) if told else XmlOutput(output))
        ox.serialize(_with_names(statements), output, format.engine, prefixes=dict(prefixes) or None)
        return
    ox.serialize(statements, output, format.engine, prefixes=dict(prefixes) or None)


def write_readably(triple: ox.Triple) -> str:
    """A triple for people: short names where there are any, literals as in Turtle."""
    parts = (triple.subject, triple.predicate, triple.object)
    return " ".join(curie(part.value) if isinstance(part, ox.NamedNode) else str(part) for part in parts)
