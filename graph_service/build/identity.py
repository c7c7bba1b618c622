"""What a snapshot is known by: which sources it is built from and how, and a hash of all that is in them.

Finding this out reads files and builds nothing, so that a process that only looks whether something has changed stays small.
"""

import hashlib
from pathlib import Path

import graph_service
from graph_service.checks import sparql_rules
from graph_service.errors import SourceError
from graph_service.queries.catalogue import query_files
from graph_service.reasoning import derivations
from graph_service.settings import Settings
from graph_service.sources.imports import sources_of
from graph_service.sources.unreadable_files import told_together

#: The parts of this package whose code decides what is in a snapshot.
_PARTS = ("text", "rdf", "formats", "sparql", "sources", "queries", "reasoning", "checks", "description", "search", "snapshot", "build")


def source_set(settings: Settings) -> str:
    """A name for which sources are built how, whatever is in them at the time."""
    kinds = (settings.ontology, settings.data, settings.queries)
    places = "\0|\0".join("\0".join(str(path.resolve()) for path in paths) for paths in kinds)
    return hashlib.sha256(f"{places}\0{settings.reasoning}\0{settings.default_graph}".encode()).hexdigest()[:12]


def graph_id(settings: Settings) -> str:
    """The hash of what a graph is made from: the files, how they are reasoned over, the rules, and this package's code, but in development.

    The versions of libraries are not in it: a graph stays the same where a library is updated.
    Raises SourceError for a file that is not there or cannot be read, SettingError for one whose name is no UTF-8.
    """
    ways = "\0".join(
        (
            settings.reasoning,
            str(settings.strict),
            str(settings.lenient),
            settings.source_format,
            settings.inconsistent,
            settings.default_graph,
            str(settings.void_classes),
            *(["development"] if settings.development else []),
        )
    )
    sources = sources_of(settings)
    with told_together((*sources.files, *sources.about)):
        digest = hashlib.sha256(f"{graph_service.__version__}\0{ways}\0{sources.fingerprint()}".encode())
    package = Path(graph_service.__file__).parent
    # Whoever changes a module does not want to wait for a build after each change.
    parts = () if settings.development else _PARTS
    code = [path for part in parts for path in sorted(package.glob(f"{part}/*.py"))]
    gates = [*sparql_rules.rules(settings.ontology), *sparql_rules.shapes(settings.ontology)]
    for path in [*code, *gates, *derivations.files(settings.ontology)]:
        digest.update(_content(path))
    return digest.hexdigest()[:16]


def snapshot_id(settings: Settings) -> str:
    """The hash of all that a snapshot is made from: a graph, and canned queries, which it describes. Raises what `graph_id` raises."""
    digest = hashlib.sha256(graph_id(settings).encode())
    for path in query_files(settings.queries):
        digest.update(f"\0{path.name}\0".encode())
        digest.update(_content(path))
    return digest.hexdigest()[:16]


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror}") from error
