"""The pipeline: sources -> a new snapshot.

It takes memory that Python does not give back, so a process of its own does it (see `apart`).
"""

import os
import pickle
import signal
import sys
from pathlib import Path

import pyoxigraph as ox

from graph_service.build.assessment import assess
from graph_service.build.identity import graph_id, source_set
from graph_service.checks import sparql_rules
from graph_service.description.dataset import describe
from graph_service.description.titles import titles_of
from graph_service.engine.sandbox import end_with_parent
from graph_service.errors import BuildError, ServiceError
from graph_service.queries.catalogue import Catalogue
from graph_service.rdf.prefixes import adopt
from graph_service.reasoning import derivations
from graph_service.reasoning.knowledge import read
from graph_service.reasoning.terminology import is_terminology
from graph_service.settings import Settings
from graph_service.snapshot import snapshot
from graph_service.snapshot.ontologies import documents
from graph_service.snapshot.snapshot import Snapshot
from graph_service.sources.base_iri import prefixes_of
from graph_service.sources.imports import sources_of
from graph_service.sources.sources import Progress


def read_ahead(settings: Settings) -> None:
    """Parse what `make` needs and what is parsed once: canned queries and derivations. Raises SourceError."""
    Catalogue.read(settings.queries)
    derivations.read(derivations.files(settings.ontology))


def make(id: str, place: Path, settings: Settings, progress: Progress) -> Snapshot:
    """A new snapshot of that id in a folder. What may help later builds is kept in the settings' folder.

    Raises SourceError, BuildError, and OSError where it cannot be written.
    """
    sources = sources_of(settings)
    knowledge = read(sources, progress)
    space = sources.space.binding(prefixes_of(sources.files, sources.about))
    adopt(space.prefixes)
    catalogue = Catalogue.read(settings.queries)
    if catalogue.faults:
        raise BuildError("\n".join(fault.detail for fault in catalogue.faults), findings=[fault.detail for fault in catalogue.faults])
    computing = derivations.read(derivations.files(settings.ontology))
    found = assess(knowledge, settings, computing, progress)
    graph = ox.NamedNode(space.graph_inferred)
    quads = [*knowledge.asserted, *(ox.Quad(t.subject, t.predicate, t.object, graph) for t in found.inferred)]
    about = [quad.triple for file in sources.about for quad in file.quads]
    names = titles_of({quad.triple for quad in knowledge.asserted}, settings.data or settings.ontology)
    description = describe(
        space, sources.roles, id, quads, about, catalogue, settings.default_graph == "union", names, settings.void_classes
    )
    if about:
        graph = ox.NamedNode(space.graph_description)
        quads += sorted((ox.Quad(t.subject, t.predicate, t.object, graph) for t in description), key=str)
    files = [query.path for query in catalogue.queries.values()]
    axioms = {
        quad.graph_name.value for quad in knowledge.ontology if is_terminology(quad.triple) and isinstance(quad.graph_name, ox.NamedNode)
    }
    told = {
        "lineage": source_set(settings),
        "graph": graph_id(settings),
        "reasoning": settings.reasoning,
        "contradiction": found.contradiction,
        "figures": found.figures,
        "warnings": found.warnings,
        "axioms": sorted(axioms),
        "derivations": {derivation.name: derivation.text for derivation in computing},
    }
    parts = documents(sources.ontology, sparql_rules.shapes(settings.ontology))
    built = snapshot.write(place, id, space, sources.roles, quads, description, told, files, parts, settings.development)
    for name, reason in built.left_out.items():
        progress(f"{name} is left out: {reason}")
    stated = {quad.triple for quad in knowledge.asserted}
    followed = len(stated.union(found.inferred)) - len(stated)
    own = built.triples - len(stated) - followed
    kinds = f"{len(stated):,} stated, {followed:,} inferred, {own:,} in its description of itself"
    progress(f"Snapshot {id}: {built.triples:,} triples in {len(built.graphs)} graphs ({kinds}).")
    return built


def main() -> None:
    """What the process that makes a snapshot does: read what to make, say how it goes, as texts, and in the end None or what was raised."""
    end_with_parent(signal.SIGKILL)
    # Who presses Ctrl+C is told by the process that waits for this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    output = os.fdopen(os.dup(1), "wb")
    # What a library prints is not for who reads the answer.
    os.dup2(2, 1)

    def say(what: object) -> None:
        pickle.dump(what, output)
        output.flush()

    id, place, settings = pickle.load(sys.stdin.buffer)  # noqa: S301 - from this package's own module
    try:
        make(id, place, settings, say)
    except (ServiceError, OSError) as error:
        say(error)
    else:
        say(None)
