"""What the ontology of a version of the graph calls itself: its parts, and the versions that these say they are."""

from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox

from graph_service.knowledge.snapshot import Snapshot
from graph_service.words.names import GRAPH_ONTOLOGY, OWL, RDF


def ontologies(snapshot: Snapshot) -> frozenset[str]:
    """The IRIs of the ontologies in a snapshot and of their versions (OWL 2, section 3.1); none if its file cannot be read."""
    files = (dump.path for dump in snapshot.files if dump.graph == GRAPH_ONTOLOGY and dump.format.name == "nt" and not dump.compressed)
    return frozenset().union(*map(_ontologies, files))


@lru_cache(maxsize=64)
def _ontologies(file: Path) -> frozenset[str]:
    try:
        triples = list(ox.parse(path=str(file), format=ox.RdfFormat.N_TRIPLES))
    except (OSError, SyntaxError):
        return frozenset()
    called = {t.subject for t in triples if t.predicate.value == RDF + "type" and t.object == ox.NamedNode(OWL + "Ontology")}
    versions = {t.object for t in triples if t.predicate.value == OWL + "versionIRI" and t.subject in called}
    return frozenset(name.value for name in called | versions if isinstance(name, ox.NamedNode))
