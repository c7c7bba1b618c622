"""Triples for the tests of reasoning, in a short way to write them."""

import pyoxigraph as ox

_PREFIXES = """@prefix : <http://e/> . @prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""


def quads(turtle: str) -> list[ox.Quad]:
    """The triples of a Turtle text in which the prefixes owl, xsd, rdf, rdfs and the empty one are bound."""
    return list(ox.parse(_PREFIXES + turtle, ox.RdfFormat.TURTLE))


def triples(turtle: str) -> set[ox.Triple]:
    """The same as a set."""
    return {quad.triple for quad in quads(turtle)}
