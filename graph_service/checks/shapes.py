"""Checks the sources with SHACL Core: each violation of a shape is a finding.

Shapes are the Turtle files in the ontology's folder `shapes/`, which every build checks; and shapes in any other file of the sources, which
only `check` uses: other graphs are served as they are. They validate what the sources state, without inferences, but with the ontology: an
instance of a class is one of its superclasses. Records of evidence are left out, since they are generated.
"""

import logging
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox
import rdflib
from pyshacl import validate
from pyshacl.errors import ReportableRuntimeError
from rdflib.namespace import RDF, SH

from graph_service.checks.sparql_rules import Finding, also, placed
from graph_service.errors import SourceError
from graph_service.rdf.prefixes import curie
from graph_service.reasoning.rdflib_graph import rdflib_graph
from graph_service.sources.evidence import TYPE
from graph_service.sources.roles import Role
from graph_service.sources.source_file import SourceFile
from graph_service.sources.sources import Sources


def among(sources: Sources) -> list[Path]:
    """The files of the sources that contain shapes."""
    kinds = {ox.NamedNode(str(SH.NodeShape)), ox.NamedNode(str(SH.PropertyShape))}
    return [file.path for file in sources.files if any(quad.predicate == TYPE and quad.object in kinds for quad in file.quads)]


def read(shape_files: Iterable[Path]) -> rdflib.Graph:
    """The shapes of the files. Raises SourceError for one that cannot be parsed."""
    return rdflib_graph(quad.triple for path in shape_files for quad in SourceFile(path, None).quads)


def count(shapes: rdflib.Graph) -> int:
    """How many node shapes there are, named or not."""
    return len(set(shapes.subjects(RDF.type, SH.NodeShape)))


def names(shapes: rdflib.Graph) -> list[str]:
    """The names of all shapes with a message, sorted."""
    return sorted({_name(shape) for shape in shapes.subjects(SH.message, None)})


def check(sources: Sources, quads: Iterable[ox.Quad], shapes: rdflib.Graph) -> list[Finding]:
    """All violations of the shapes. Raises SourceError if they are not valid."""
    if not shapes:
        return []
    try:
        _, report, _ = validate(_graph(sources, quads), shacl_graph=shapes, inference="none", inplace=True)
    except ReportableRuntimeError as error:
        raise SourceError(f"the shapes cannot be used: {error}") from error
    if not isinstance(report, rdflib.Graph):
        raise SourceError(f"the shapes cannot be used: {report}")
    return sorted({_finding(result, report, sources) for result in report.objects(None, SH.result)}, key=str)


def _graph(sources: Sources, quads: Iterable[ox.Quad]) -> rdflib.Graph:
    """The triples as an rdflib graph, without records of evidence."""
    kept, record = list(quads), sources.roles.node(Role.RECORD)
    records = {quad.subject for quad in kept if quad.predicate == TYPE and quad.object == record}
    return rdflib_graph(quad.triple for quad in kept if quad.subject not in records)


#: rdflib logs each ill-typed literal with a stack trace; `term_forms` reports them with file and line.
logging.getLogger("rdflib.term").addFilter(lambda record: not record.msg.startswith("Failed to convert Literal"))


def _finding(result: rdflib.term.Node, report: rdflib.Graph, sources: Sources) -> Finding:
    thing, value, path = (report.value(result, part) for part in (SH.focusNode, SH.value, SH.resultPath))
    value = None if value == thing else value
    where, shown, hint = "(no file)", None if value is None else _written(value), ""
    if isinstance(thing, rdflib.URIRef):
        places = sources.places(str(thing), str(path), None if value is None else str(value)) if isinstance(path, rdflib.URIRef) else []
        if places:
            where = places[0]
            hint = "" if value is not None else also(places)
        else:
            where, shown = placed(sources, str(thing), None if isinstance(value, rdflib.BNode) or value is None else str(value), shown)
        if shown is None and isinstance(path, rdflib.URIRef):
            shown = curie(str(path))
    sentence = str(report.value(result, SH.resultMessage))
    return Finding(where, _name(report.value(result, SH.sourceShape)), sentence, _written(thing), shown, hint)


def _name(shape: rdflib.term.Node | None) -> str:
    """The local name of a shape's IRI."""
    return str(shape).rpartition("#")[2] if isinstance(shape, rdflib.URIRef) else "a shape without a name"


def _written(term: rdflib.term.Node | None) -> str:
    return curie(str(term)) if isinstance(term, rdflib.URIRef) else str(term)
