"""The pipeline: sources -> a new snapshot.

It takes memory that Python does not give back, so a process of its own does it (see `apart`).
"""

import os
import pickle
import re
import signal
import sys
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox

from graph_service.build.identity import graph_id, source_set
from graph_service.checks import gates, sparql_rules
from graph_service.description.dataset import describe
from graph_service.description.titles import titles_of
from graph_service.engine.sandbox import end_with_parent
from graph_service.errors import BuildError, Contradiction, ServiceError
from graph_service.formats.media_types import DUMP_FORMATS
from graph_service.queries.catalogue import Catalogue
from graph_service.rdf.prefixes import adopt
from graph_service.reasoning import derivations
from graph_service.reasoning.knowledge import REASONING, infer, read
from graph_service.reasoning.terminology import is_terminology
from graph_service.settings import Settings
from graph_service.snapshot import snapshot
from graph_service.snapshot.ontologies import documents
from graph_service.snapshot.snapshot import Snapshot
from graph_service.sources.base_iri import prefixes_of
from graph_service.sources.imports import sources_of
from graph_service.sources.sources import Progress, Sources


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
    report = gates.Report() if settings.development else gates.guard(knowledge, settings)
    warnings = list(report.warnings)
    for warning in warnings:
        progress(warning)
    if report.findings:
        raise BuildError("\n".join(report.findings), findings=report.findings)
    inferred: list[ox.Triple] = []
    contradiction = ""
    computing = derivations.read(derivations.files(settings.ontology))
    if settings.reasoning != "none" and knowledge.ontology:
        progress(f"Inferring what follows ({REASONING[settings.reasoning]}).")
        try:
            found = infer(knowledge, settings)
        except Contradiction as error:
            if settings.inconsistent == "stop":
                raise
            contradiction = f"{error.detail}\nNothing is inferred: the graph is served as it was said."
            progress(contradiction)
        else:
            for warning in found.warnings:
                progress(warning)
            warnings += found.warnings
            inferred = sorted({*found.triples, *derivations.derive(computing, [*knowledge.said, *found.triples])}, key=str)
    graph = ox.NamedNode(space.graph_inferred)
    quads = [*knowledge.asserted, *(ox.Quad(t.subject, t.predicate, t.object, graph) for t in inferred)]
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
        "contradiction": contradiction,
        "figures": report.figures,
        "warnings": _for_readers([*warnings, *([contradiction] if contradiction else [])], sources),
        "axioms": sorted(axioms),
        "derivations": {derivation.name: derivation.text for derivation in computing},
    }
    parts = documents(sources.ontology, sparql_rules.shapes(settings.ontology))
    formats = [format for format in DUMP_FORMATS if format.name == "nq" or not settings.development]
    built = snapshot.write(place, id, space, sources.roles, quads, description, told, files, parts, formats)
    for name, reason in built.left_out.items():
        progress(f"{name} is left out: {reason}")
    stated = {quad.triple for quad in knowledge.asserted}
    followed = len(stated.union(inferred)) - len(stated)
    own = built.triples - len(stated) - followed
    kinds = f"{len(stated):,} stated, {followed:,} inferred, {own:,} in its description of itself"
    progress(f"Snapshot {id}: {built.triples:,} triples in {len(built.graphs)} graphs ({kinds}).")
    return built


def _for_readers(warnings: Iterable[str], sources: Sources) -> list[str]:
    """Warnings for who reads the graph, and need not know where on the machine of its makers each file lies."""
    names = {str(file.path): f"{file.path.resolve().parent.name}/{file.path.name}" for file in (*sources.files, *sources.about)}
    # A name that begins as another does comes before it.
    paths = re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True))) or r"\Z(?!)")
    return [paths.sub(lambda match: names[match[0]], warning) for warning in warnings]


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
