"""Serialises triples and quads in every RDF syntax that is offered."""

import io
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
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

#: In RDF/XML the engine writes a thing's class as its element. For a class that cannot be one, this property is used instead, and its
#: namespace is rewritten to that of rdf:type.
_ALIAS = "urn:x-graph-service:rdf#"
_ALIAS_TYPE = ox.NamedNode(_ALIAS + "type")

#: Syntaxes with prefixes that group triples by subject: they are sorted, for people to read.
_FOR_READING = frozenset({"ttl", "n3", "rdf", "trig"})

#: Formats without triple terms (RDF 1.2 Concepts, section 3.1), and those of them that have base directions.
_OF_RDF_1_1 = frozenset({"jsonld", "n3"})
_WITH_DIRECTION = frozenset({"jsonld"})


def write_triples(triples: Iterable[ox.Triple], format: Format) -> bytes:
    """Serialise triples in a format of GRAPH_FORMATS as UTF-8, with only the prefixes that occur in them.

    Raises NotAcceptable, which names the term, for what the format cannot express: RDF/XML has no property whose IRI does not end in an XML
    name (RDF 1.1 XML Syntax, section 6.1.2) and not all characters, JSON-LD and N3 have no triple terms.
    """
    return write_sorted(in_order(triples), format) if format.name in _FOR_READING else _serialized(triples, format, {})


def in_order(triples: Iterable[ox.Triple]) -> list[ox.Triple]:
    """Triples sorted by subject, predicate, object."""
    # In N-Triples no term is the beginning of another, but for blank nodes, whose names go on with what comes after a space. So the order
    # of whole triples is that of their terms.
    return sorted(triples, key=str)


def write_sorted(triples: list[ox.Triple], format: Format) -> bytes:
    """As `write_triples`, for sorted triples. Raises NotAcceptable."""
    if format.name not in _FOR_READING:
        return _serialized(triples, format, {})
    return _serialized(triples, format, _prefixes_of(triples))


def _prefixes_of(triples: list[ox.Triple]) -> dict[str, str]:
    """The prefixes that occur in triples."""
    text = " ".join(map(str, triples))
    return {name: iri for name, iri in written().items() if "<" + iri in text}


def stream_triples(triples: Iterable[ox.Triple], format: Format, output: BinaryIO) -> None:
    """Serialise triples in a format of GRAPH_FORMATS as a stream; all prefixes are declared. Raises NotAcceptable."""
    _serialize(triples, output, format, written() if format.name in _FOR_READING else {})


def write_quads(quads: list[ox.Quad], format: Format) -> bytes:
    """Serialise quads: with their graphs if the format has graphs, else each triple once. Raises NotAcceptable."""
    if format.name not in DATASET_FORMATS:
        return write_triples({quad.triple for quad in quads}, format)
    return _serialized(quads, format, written() if format.name in _FOR_READING else {})


def _with_names(statements: Iterable[Statement]) -> Iterator[ox.Triple]:
    """The triples for RDF/XML, with a class as a property value if it cannot be an XML element.

    Raises NotAcceptable for a predicate that cannot be an element, and for such a class in a triple term.
    """
    is_element = cache(ends_in_a_name)
    for statement in statements:
        triple = statement.triple if isinstance(statement, ox.Quad) else statement
        said: AnyTerm = triple
        while isinstance(said, ox.Triple):
            predicate, object_ = said.predicate, said.object
            nameless = predicate if not is_element(predicate.value) else None
            if predicate == _TYPE and isinstance(object_, ox.NamedNode) and not is_element(object_.value):
                if said is triple:
                    triple = ox.Triple(triple.subject, _ALIAS_TYPE, object_)
                else:
                    nameless = object_
            if nameless is not None:
                raise NotAcceptable(f"RDF/XML has no way to write {nameless.value} as an element.")
            said = object_
        yield triple


def _has_nameless_class(triple: ox.Triple) -> bool:
    """Whether a triple gives a thing a class whose IRI cannot be an XML element."""
    return triple.predicate == _TYPE and isinstance(triple.object, ox.NamedNode) and not ends_in_a_name(triple.object.value)


def _known(statements: Iterable[Statement], format: Format) -> Iterator[Statement]:
    """The statements unchanged. Raises NotAcceptable for a triple term or base direction that the format cannot express."""
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
        aliased = not isinstance(statements, list) or any(map(_has_nameless_class, statements))
        prefixes = {**prefixes, "told": _ALIAS} if aliased else prefixes
        output = cast(BinaryIO, XmlOutput(output, _ALIAS, RDF) if aliased else XmlOutput(output))
        ox.serialize(_with_names(statements), output, format.engine, prefixes=dict(prefixes) or None)
        return
    ox.serialize(statements, output, format.engine, prefixes=dict(prefixes) or None)


def write_readably(triple: ox.Triple) -> str:
    """A triple for messages: CURIEs where there are any, literals as in Turtle."""
    parts = (triple.subject, triple.predicate, triple.object)
    return " ".join(curie(part.value) if isinstance(part, ox.NamedNode) else str(part) for part in parts)
