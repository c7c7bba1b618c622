"""The pipeline: sources -> snapshot."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

import graph_service
from graph_service.config import Settings
from graph_service.errors import BuildError
from graph_service.knowledge import checks, quotations, snapshot
from graph_service.knowledge.closure import close
from graph_service.knowledge.evidence import evidence
from graph_service.knowledge.snapshot import Snapshot
from graph_service.knowledge.sources import Sources
from graph_service.words.names import GRAPH_INFERRED

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Knowledge:
    """What the sources say, read and put in order: before anything is inferred or checked."""

    sources: Sources
    ontology: list[ox.Quad]
    data: list[ox.Quad]
    evidence: list[ox.Quad]

    @property
    def asserted(self) -> list[ox.Quad]:
        """All of it, each quad once, in a stable order."""
        return sorted({*self.ontology, *self.data, *self.evidence}, key=str)


def build(settings: Settings, progress: Progress) -> Snapshot:
    """The snapshot of the settings' sources: the one that is there if it was made from the same, else a new one.

    Raises SourceError for a file that cannot be read and BuildError for knowledge that may not be served; nothing is left behind
    then, and the last good snapshot stays.
    """
    sources = Sources.find(settings.ontology, settings.data)
    id = _id(sources, settings)
    if (settings.snapshots / id).is_dir():
        progress(f"Nothing changed: snapshot {id}.")
        built = Snapshot.open(settings.snapshots / id)
    else:
        knowledge = read(sources, progress)
        findings = checks.check(sources, knowledge.asserted, checks.rules(settings.ontology))
        findings += quotations.check(sources)
        if findings:
            raise BuildError("\n".join(map(str, findings)), findings=[str(finding) for finding in findings])
        built = snapshot.write(settings.snapshots, id, [*knowledge.asserted, *_inferred(knowledge, settings, progress)])
        progress(f"Snapshot {id}: {built.triples:,} triples in {len(built.graphs)} graphs.")
    snapshot.remember(built, source_set(settings))
    return built


def read(sources: Sources, progress: Progress) -> Knowledge:
    """Parse all files and make the records of their statements. Raises SourceError."""
    progress(f"Reading {len(sources.files)} files.")
    sources.check_prefixes()
    return Knowledge(
        sources=sources,
        ontology=[quad for file in sources.ontology for quad in file.quads],
        data=[quad for file in sources.data for quad in file.quads],
        evidence=[quad for file in sources.data for quad in evidence(file)],
    )


def source_set(settings: Settings) -> str:
    """A name for which sources are built how, whatever is in them at the time."""
    paths = "\0".join(str(path.resolve()) for path in (*settings.ontology, Path("|"), *settings.data))
    return hashlib.sha256(f"{paths}\0{settings.reasoning}".encode()).hexdigest()[:12]


def _inferred(knowledge: Knowledge, settings: Settings, progress: Progress) -> list[ox.Quad]:
    if settings.reasoning == "none" or not knowledge.ontology:
        return []
    progress("Inferring what follows (OWL 2 RL).")
    graph = ox.NamedNode(GRAPH_INFERRED)
    return [ox.Quad(t.subject, t.predicate, t.object, graph) for t in close(knowledge.ontology, knowledge.data)]


def _id(sources: Sources, settings: Settings) -> str:
    """The hash of all that a snapshot is made from: the files, how they are reasoned over, the rules, and the code that does it."""
    digest = hashlib.sha256(f"{graph_service.__version__}\0{settings.reasoning}\0{sources.fingerprint()}".encode())
    package = Path(graph_service.__file__).parent
    for path in [*sorted(package.glob("knowledge/*.py")), *sorted(package.glob("words/*.py")), *checks.rules(settings.ontology)]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
