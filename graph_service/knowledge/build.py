"""The pipeline: sources -> snapshot."""

import hashlib
from pathlib import Path

import pyoxigraph as ox

import graph_service
from graph_service.catalogue.catalogue import Catalogue
from graph_service.config import Settings
from graph_service.errors import BuildError
from graph_service.knowledge import checks, gates, shapes, snapshot
from graph_service.knowledge.description import describe
from graph_service.knowledge.knowledge import Progress, infer, read
from graph_service.knowledge.snapshot import Snapshot
from graph_service.knowledge.sources import Sources
from graph_service.words.names import GRAPH_DESCRIPTION, GRAPH_INFERRED


def build(settings: Settings, progress: Progress) -> Snapshot:
    """The snapshot of the settings' sources: the one that is there if it was made from the same and is whole, else a new one.

    Raises SourceError for a file that cannot be read and BuildError for knowledge that may not be served, or where there is no room
    for the snapshot; nothing is left behind then, and the last good snapshot stays.
    """
    sources = Sources.find(settings.ontology, settings.data)
    catalogue = Catalogue.read(settings.queries)
    id = _id(sources, catalogue, settings)
    snapshot.sweep(settings.snapshots)
    built = _kept(settings.snapshots / id, progress)
    try:
        built = built or _made(id, sources, catalogue, settings, progress)
        snapshot.remember(built, source_set(settings))
    except OSError as error:
        raise BuildError(f"The snapshot cannot be written to {settings.snapshots}: {error.strerror or error}.") from error
    for old in snapshot.prune(built, settings.keep_snapshots):
        progress(f"Snapshot {old} is no longer kept.")
    return built


def _kept(folder: Path, progress: Progress) -> Snapshot | None:
    """The snapshot in a folder; None if there is none or it is damaged."""
    if not folder.is_dir():
        return None
    try:
        kept = Snapshot.open(folder)
        kept.verify()
    except BuildError as error:
        progress(f"Damaged, and built anew. {error.detail}")
        return None
    progress(f"Nothing changed: snapshot {kept.id}.")
    return kept


def _made(id: str, sources: Sources, catalogue: Catalogue, settings: Settings, progress: Progress) -> Snapshot:
    """A new snapshot. Raises SourceError, BuildError, and OSError where it cannot be written."""
    knowledge = read(sources, progress)
    report = gates.guard(knowledge, settings)
    if report.findings:
        raise BuildError("\n".join(report.findings), findings=report.findings)
    inferred: list[ox.Triple] = []
    if settings.reasoning != "none" and knowledge.ontology:
        progress("Inferring what follows (OWL 2 RL).")
        inferred = infer(knowledge, settings.snapshots)
    graph = ox.NamedNode(GRAPH_INFERRED)
    quads = [*knowledge.asserted, *(ox.Quad(t.subject, t.predicate, t.object, graph) for t in inferred)]
    about = [quad.triple for file in sources.about for quad in file.quads]
    description = describe(id, quads, about, catalogue, settings.default_graph == "union")
    if about:
        graph = ox.NamedNode(GRAPH_DESCRIPTION)
        quads += sorted((ox.Quad(t.subject, t.predicate, t.object, graph) for t in description), key=str)
    built = snapshot.write(settings.snapshots, id, quads, description, source_set(settings), report.figures)
    progress(f"Snapshot {id}: {built.triples:,} triples in {len(built.graphs)} graphs.")
    return built


def source_set(settings: Settings) -> str:
    """A name for which sources are built how, whatever is in them at the time."""
    ontology, data = ("\0".join(str(path.resolve()) for path in paths) for paths in (settings.ontology, settings.data))
    return hashlib.sha256(f"{ontology}\0|\0{data}\0{settings.reasoning}\0{settings.default_graph}".encode()).hexdigest()[:12]


def _id(sources: Sources, catalogue: Catalogue, settings: Settings) -> str:
    """The hash of all that a snapshot is made from: the files, how they are reasoned over and described, the rules, and the code."""
    ways = f"{graph_service.__version__}\0{settings.reasoning}\0{settings.default_graph}"
    digest = hashlib.sha256(f"{ways}\0{sources.fingerprint()}".encode())
    package = Path(graph_service.__file__).parent
    code = [*sorted(package.glob("knowledge/*.py")), *sorted(package.glob("words/*.py")), *sorted(package.glob("catalogue/*.py"))]
    described = [query.path for query in catalogue.queries.values()]
    for path in [*code, *described, *checks.rules(settings.ontology), *shapes.files(settings.ontology)]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
