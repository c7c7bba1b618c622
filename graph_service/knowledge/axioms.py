"""What follows for classes, properties and axioms: a terminology closed by owlrl, and kept from one build to the next."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import owlrl
import pyoxigraph as ox
import rdflib

from graph_service.errors import BuildError
from graph_service.knowledge.rdf11 import of_rdf_1_1


def close_terminology(terminology: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    """The OWL 2 RL closure of classes, properties and axioms, by owlrl, when it is asked for.

    Raises BuildError if they contradict each other.
    """
    graph = rdflib.Graph()
    graph.parse(data=ox.serialize(terminology, format=ox.RdfFormat.N_TRIPLES), format="nt")
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics, axiomatic_triples=False, datatype_axioms=False).expand(graph)
    error = rdflib.URIRef("http://www.daml.org/2002/03/agents/agent-ont#error")
    faults = sorted({str(message) for message in graph.objects(None, error)})
    if faults:
        raise BuildError("The ontology contradicts itself. " + " ".join(faults), clashes=faults)
    # owlrl also writes triples with a literal for a subject, which no RDF syntax can say.
    for literal in [subject for subject in graph.subjects(unique=True) if isinstance(subject, rdflib.Literal)]:
        graph.remove((literal, None, None))
    for quad in ox.parse(graph.serialize(format="nt", encoding="utf-8"), ox.RdfFormat.N_TRIPLES):
        yield quad.triple


def kept_closure(terminology: Iterable[ox.Triple], folder: Path) -> Iterator[ox.Triple]:
    """The closure of a terminology: read, if one of the same content is kept whole in the folder, else made and kept there."""
    said = sorted(f"{triple} .\n" for triple in of_rdf_1_1(terminology))
    path = folder / f".terminology-{hashlib.sha256(''.join(said).encode()).hexdigest()[:16]}.nt"
    seal, _, content = (path.read_bytes() if path.exists() else b"").partition(b"\n")
    if seal != _seal(content):
        closed = close_terminology(quad.triple for quad in ox.parse("".join(said), ox.RdfFormat.N_TRIPLES))
        content = "".join(f"{triple} .\n" for triple in closed).encode()
        folder.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}-{os.getpid()}")
        try:
            draft.write_bytes(_seal(content) + b"\n" + content)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    for quad in ox.parse(content, format=ox.RdfFormat.N_TRIPLES):
        yield quad.triple


def _seal(content: bytes) -> bytes:
    """The first line of a kept closure: a comment that half a file does not fit to."""
    return b"# " + hashlib.sha256(content).hexdigest().encode()
