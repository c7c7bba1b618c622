"""The product: an immutable folder named by the hash of what it was made from.

    <id>/
      manifest.json     what is in it: graphs with their sizes, dumps with size and SHA-256
      description.nt    what the graph says of itself, whether or not it is one of its graphs
      dumps/dataset.*   the whole dataset in every format; the N-Quads one is what the engine loads

A snapshot is written beside its final place and renamed into it, so a reader sees all of it or nothing. `last-<source set>` names
the newest good one of a set of sources, for the day when a build fails.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from graph_service.errors import BuildError, NotFound
from graph_service.words.formats import DUMP_FORMATS, Format
from graph_service.words.names import GRAPH_INFERRED
from graph_service.words.writing import write_quads, write_triples

_N_TRIPLES = next(format for format in DUMP_FORMATS if format.name == "nt")


@dataclass(frozen=True)
class Dump:
    """One file of the dataset."""

    format: Format
    path: Path
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Snapshot:
    """A built graph: its id, its folder, the manifest's figures, and when it was made (ISO 8601, UTC)."""

    id: str
    folder: Path
    graphs: dict[str, int]
    triples: int
    made: str = ""

    @property
    def dumps(self) -> list[Dump]:
        """The files of the whole dataset, in the order of the formats."""
        listed: dict[str, dict[str, Any]] = _manifest(self.folder)["dumps"]
        return [Dump(format, self.path_of(format.name), **listed[format.name]) for format in DUMP_FORMATS if format.name in listed]

    def path_of(self, name: str) -> Path:
        """The file of the whole dataset in a format, by the format's short name."""
        return self.folder / "dumps" / f"dataset.{name}"

    @property
    def description(self) -> list[ox.Triple]:
        """What the graph says of itself (see `description`), with the service's IRIs as they are in the graph."""
        return [quad.triple for quad in ox.parse(path=str(self.folder / "description.nt"), format=ox.RdfFormat.N_TRIPLES)]

    def quads(self) -> Iterable[ox.Quad]:
        """All quads as the sources write them (literals keep their form, which a store would change)."""
        return ox.parse(path=str(self.path_of("nq")), format=ox.RdfFormat.N_QUADS)

    def export(self, format: Format, graph: str | None = None, infer: bool = True) -> bytes:
        """The dataset, or the triples of one named graph, with or without what is inferred, in a format of DUMP_FORMATS.

        Raises NotFound for a graph that is not there.
        """
        if graph is not None and graph not in self.graphs:
            raise NotFound(f"There is no graph {graph}. Graphs: {', '.join(self.graphs)}.", allowed=list(self.graphs))
        left_out = None if infer else ox.NamedNode(GRAPH_INFERRED)
        if graph is None:
            return write_quads([quad for quad in self.quads() if quad.graph_name != left_out], format)
        only = ox.NamedNode(graph)
        return write_triples((quad.triple for quad in self.quads() if quad.graph_name == only), format)

    def default_graph(self, union: bool, infer: bool = True) -> set[ox.Triple]:
        """The triples of the default graph: those of all graphs, or only of what is in no named graph; with the inferred or without."""
        left_out = None if infer else ox.NamedNode(GRAPH_INFERRED)
        quads = (quad for quad in self.quads() if quad.graph_name != left_out)
        return {quad.triple for quad in quads if union or isinstance(quad.graph_name, ox.DefaultGraph)}

    @classmethod
    def open(cls, folder: Path) -> "Snapshot":
        """The snapshot in a folder. Raises BuildError if a file is missing or is not what the manifest says."""
        try:
            manifest = _manifest(folder)
            snapshot = cls(manifest["id"], folder, manifest["graphs"], manifest["triples"], manifest["made"])
            for dump in snapshot.dumps:
                if dump.path.stat().st_size != dump.bytes:
                    raise BuildError(f"{dump.path}: not the {dump.bytes} bytes that the manifest tells; delete the folder to build it anew")
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BuildError(f"{folder}: not a whole snapshot ({error}); delete it to build it anew") from error
        return snapshot


def write(place: Path, id: str, quads: list[ox.Quad], description: Iterable[ox.Triple] = ()) -> Snapshot:
    """Write the quads, and what the graph says of itself, as the snapshot `place/<id>`. Leaves nothing behind when it fails."""
    place.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{id}-", dir=place))
    try:
        (draft / "dumps").mkdir()
        manifest = {
            "id": id,
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "triples": len({quad.triple for quad in quads}),
            "graphs": dict(sorted(Counter(quad.graph_name.value for quad in quads if isinstance(quad.graph_name, ox.NamedNode)).items())),
            "dumps": {format.name: written for format in DUMP_FORMATS if (written := _write_dump(draft / "dumps", format, quads))},
        }
        (draft / "description.nt").write_bytes(write_triples(sorted(description, key=str), _N_TRIPLES))
        (draft / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
        draft.chmod(0o755)
        folder = place / id
        if folder.exists():
            shutil.rmtree(folder)
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return Snapshot.open(folder)


def remember(snapshot: Snapshot, source_set: str) -> None:
    """Make a snapshot the last good one of a set of sources."""
    link = snapshot.folder.parent / f"last-{source_set}"
    draft = link.with_name(f".{link.name}-{os.getpid()}")
    draft.unlink(missing_ok=True)
    draft.symlink_to(snapshot.id)
    draft.replace(link)


def last_good(place: Path, source_set: str) -> Snapshot | None:
    """The last good snapshot of a set of sources, or None."""
    link = place / f"last-{source_set}"
    return Snapshot.open(link.resolve()) if link.exists() else None


def _manifest(folder: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return manifest


def _write_dump(folder: Path, format: Format, quads: list[ox.Quad]) -> dict[str, Any] | None:
    try:
        content = write_quads(quads, format)
    except ValueError:
        return None
    (folder / f"dataset.{format.name}").write_bytes(content)
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
