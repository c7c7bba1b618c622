"""What changed between two versions of the graph: the quads that were added and those that were removed."""

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox

from graph_service.errors import Unavailable
from graph_service.knowledge.snapshot import Snapshot
from graph_service.words.names import GRAPH_DESCRIPTION

#: At the end of a line of N-Quads: the graph.
_DESCRIBED = f" <{GRAPH_DESCRIPTION}> ."


@dataclass(frozen=True)
class Changes:
    """Lines of N-Quads, sorted: added and removed. The figures of the description are left out: they follow from the rest."""

    older: str
    newer: str
    added: tuple[str, ...]
    removed: tuple[str, ...]

    @property
    def by_graph(self) -> list[tuple[str, int, int]]:
        """For each graph that changed how many of its triples were added and removed; an empty name for the default graph."""
        added, removed = Counter(map(_graph, self.added)), Counter(map(_graph, self.removed))
        return [(graph, added[graph], removed[graph]) for graph in sorted(added.keys() | removed.keys())]

    def as_patch(self) -> str:
        """The change as an RDF Patch (https://afs.github.io/rdf-delta/rdf-patch.html): applied to the older it makes the newer."""
        lines = [f'H previous "{self.older}" .', f'H id "{self.newer}" .', "TX ."]
        lines += [f"D {line}" for line in self.removed] + [f"A {line}" for line in self.added]
        return "\n".join([*lines, "TC .", ""])


def changes(older: Snapshot, newer: Snapshot) -> Changes:
    """The changes from one version to another. A blank node is the same if its name is: its file did not change.

    Raises Unavailable for a version that cannot be read any more.
    """
    return _changes(older.path_of("nq"), newer.path_of("nq"), older.id, newer.id)


@lru_cache(maxsize=16)
def _changes(older: Path, newer: Path, older_id: str, newer_id: str) -> Changes:
    before, after = _lines(older), _lines(newer)
    return Changes(older_id, newer_id, tuple(sorted(after - before)), tuple(sorted(before - after)))


def _lines(path: Path) -> set[str]:
    # One quad a line (RDF 1.1 N-Quads, section 2); a line break inside a literal is escaped, and only \n ends a line.
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Unavailable(f"The file {path.name} of a version cannot be read here. `graph-service build` makes it anew.") from error
    return {line for line in text.split("\n") if line and not line.endswith(_DESCRIBED)}


def _graph(line: str) -> str:
    (quad,) = ox.parse(line, ox.RdfFormat.N_QUADS)
    return quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""
