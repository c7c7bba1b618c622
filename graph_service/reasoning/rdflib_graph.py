"""Graphs of rdflib, for libraries that work on them: RDF 1.1, without triple terms and base directions (RDF 1.2 Concepts, section 3)."""

from collections.abc import Iterable
from functools import cache

import pyoxigraph as ox
import rdflib

from graph_service.rdf.namespaces import XSD


def rdflib_graph(triples: Iterable[ox.Triple]) -> rdflib.Graph:
    """The triples that have no triple term, as a graph of rdflib; literals lose their base direction."""
    # A term is read once: most of them are in many triples.
    term = cache(_term)
    graph = rdflib.Graph()
    for triple in triples:
        if not isinstance(triple.object, ox.Triple):
            graph.add((term(triple.subject), term(triple.predicate), term(triple.object)))
    return graph


def _term(term: ox.NamedNode | ox.BlankNode | ox.Literal) -> rdflib.term.Node:
    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return rdflib.BNode(term.value)
    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    # To rdflib a text with its datatype written out is another one than without.
    datatype = term.datatype.value
    return rdflib.Literal(term.value, datatype=None if datatype == XSD + "string" else rdflib.URIRef(datatype))
