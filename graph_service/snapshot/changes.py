"""The diff of two versions of the graph: the quads that were added and removed."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox

from graph_service.errors import Unavailable
from graph_service.rdf.canonical import canonical
from graph_service.snapshot.snapshot import Snapshot


@dataclass(frozen=True)
class Count:
    """How many triples were added and removed, each counted once: the difference in size."""

    added: int
    removed: int


@dataclass(frozen=True)
class Changes:
    """Added and removed lines of N-Quads, sorted. `triples` counts triples over all graphs, `described` those only in the graph's
    description of itself, whose figures follow from the rest.

    Blank nodes in added lines have canonical labels (see `rdf.canonical`), in removed lines those of the older version.
    """

    older: str
    newer: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    triples: Count
    described: Count

    @property
    def by_graph(self) -> list[tuple[str, int, int]]:
        """(graph, added, removed) for each graph that changed; the default graph is ""."""
        added, removed = (Counter(graph for _, graph in map(_parted, lines)) for lines in (self.added, self.removed))
        return [(graph, added[graph], removed[graph]) for graph in sorted(added.keys() | removed.keys())]

    def as_patch(self) -> str:
        """The diff as an RDF Patch (https://afs.github.io/rdf-delta/rdf-patch.html) from the older to the newer version."""
        lines = [f'H previous "{self.older}" .', f'H id "{self.newer}" .', "TX ."]
        lines += [f"D {line}" for line in self.removed] + [f"A {line}" for line in self.added]
        return "\n".join([*lines, "TC .", ""])


def changes(older: Snapshot, newer: Snapshot) -> Changes:
    """The diff of two versions; relabelled blank nodes are no change.

    Raises Unavailable for a version that cannot be read.
    """
    return _changes(older.path_of("nq"), newer.path_of("nq"), older.id, newer.id, newer.space.graph_description)


@lru_cache(maxsize=16)
def _changes(older: Path, newer: Path, older_id: str, newer_id: str, description: str) -> Changes:
    before, after = canonical(_lines(older)), canonical(_lines(newer))
    added, removed = sorted(after.keys() - before.keys()), sorted(before.keys() - after.keys())
    (new, new_described), (old, old_described) = _counted(added, before, description), _counted(removed, after, description)
    counts = Count(new, old), Count(new_described, old_described)
    return Changes(older_id, newer_id, tuple(added), tuple(sorted(before[line] for line in removed)), *counts)


def _lines(path: Path) -> list[str]:
    # One quad a line (RDF 1.1 N-Quads, section 2); line breaks in literals are escaped, and only \n ends a line.
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Unavailable(f"The file {path.name} of a version cannot be read here. `graph-service build` makes it anew.") from error
    return [line for line in text.split("\n") if line]


def _counted(lines: Iterable[str], others: Iterable[str], description: str) -> tuple[int, int]:
    """How many triples are in the lines and in no graph of the other version; and how many of them only in the description."""
    graphs: dict[str, set[str]] = {}
    for triple, graph in map(_parted, lines):
        graphs.setdefault(triple, set()).add(graph)
    ordered = sorted(others)

    def is_there(triple: str) -> bool:
        place = bisect_left(ordered, triple)
        return place < len(ordered) and ordered[place].startswith(triple)

    new = [triple for triple in graphs if not is_there(triple)]
    return len(new), sum(graphs[triple] == {description} for triple in new)


def _parted(line: str) -> tuple[str, str]:
    """The triple of a line, with the space after it, and its graph; "" for the default graph."""
    (quad,) = ox.parse(line, ox.RdfFormat.N_QUADS)
    if isinstance(quad.graph_name, ox.DefaultGraph):
        return line.removesuffix("."), ""
    return line.removesuffix(f"{quad.graph_name} ."), quad.graph_name.value
