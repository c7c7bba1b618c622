"""Snapshots: a built graph as an immutable folder, named by a hash of sources, settings and code (see `build.identity`).

    <id>/
      manifest.json     what is in it: graphs with their sizes, files with size and SHA-256
      context.jsonld    the JSON-LD context: short names for the terms of its ontology
      description.nt    the graph's description of itself, whether or not it is one of its graphs
      search.sqlite     the full-text index (see `search.index`)
      outside           which things have IRIs outside the service's own namespace (see `outside`)
      queries/          the canned queries at the time of the build
      ontologies/       each ontology of the sources as a document of its own, in every format (see `ontologies`)
      dumps/            the whole and each graph in every format (see `dumps`); dataset.nq is what the engine loads

A snapshot is written to a temporary folder and renamed, so a reader sees all of it or nothing. The symlink `last-<source set>` leads to the
newest good snapshot of a set of sources, for when a build fails.
"""

import errno
import fcntl
import json
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

import pyoxigraph as ox

from graph_service.errors import BuildError, NotFound, ServiceError, SettingError, Unavailable
from graph_service.formats.media_types import DUMP_FORMATS, Format
from graph_service.formats.rdf_writer import write_quads, write_triples
from graph_service.rdf.space import NOBODYS, Space
from graph_service.search.index import write_index
from graph_service.snapshot.contents import Content, contents_of, languages_of
from graph_service.snapshot.dumps import Dump, PublishedDocument, digest_of, fault_of, read_dumps, write_documents, write_dumps
from graph_service.snapshot.external_things import Outside, outside_of
from graph_service.snapshot.jsonld_context import make_context
from graph_service.sources.roles import Roles

_MANIFEST = "manifest.json"

#: Lock files. In a draft: held by the process that builds it. In the folder of snapshots: held while a draft is renamed.
_BUILDING = ".building"
_PUBLISHING = ".publishing"

_QUERIES = "queries"

_OUTSIDE = "outside"

#: The folder of ontology documents, and their key in the manifest.
ONTOLOGIES = "ontologies"

#: Suffix of a damaged snapshot while it is being removed.
_ASIDE = "-damaged"

#: The dumps that a service loads.
_LOADED = frozenset({"dataset.nq", "dataset.nt", "asserted.nt"})

_N_TRIPLES = next(format for format in DUMP_FORMATS if format.name == "nt")


@dataclass(frozen=True)
class Snapshot:
    """A built graph: its id, folder, figures of the manifest, time of creation (ISO 8601, UTC), and the id of the set of sources of which
    it is a version.
    """

    id: str
    folder: Path
    graphs: dict[str, int]
    triples: int
    made: str = ""

    lineage: str = ""
    #: The manifest, read once: a change of the file does not affect what is served.
    manifest: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def files(self) -> list[Dump]:
        """All its dumps: the whole and each graph, with and without inferences, plain and compressed."""
        return read_dumps(self.folder / "dumps", self.manifest["dumps"])

    @property
    def left_out(self) -> dict[str, str]:
        """Dumps that do not exist, since their format cannot express the content -> the reason."""
        return dict(self.manifest.get("left_out", {}))

    @property
    def figures(self) -> dict[str, int | str]:
        """Figures of the build's checks, by name; empty for older snapshots without them."""
        return dict(self.manifest.get("figures", {}))

    @property
    def warnings(self) -> list[str]:
        """Warnings of the build: what was skipped or left out, and possible mistakes."""
        return list(self.manifest.get("warnings", ()))

    @property
    def reasoning(self) -> str:
        """The rules of its inferences (see `Settings.reasoning`)."""
        return str(self.manifest.get("reasoning", "owl-rl"))

    @property
    def contradiction(self) -> str:
        """The contradiction in its sources, if it is served nevertheless, without inferences; else ""."""
        return str(self.manifest.get("contradiction", ""))

    @property
    def derivations(self) -> dict[str, str]:
        """The texts of its derivation queries, by name (see `reasoning.derivations`)."""
        return dict(self.manifest.get("derivations", {}))

    @property
    def ontology_graphs(self) -> list[str]:
        """The named graphs that contain axioms."""
        return list(self.manifest.get("axioms", [self.space.graph_ontology]))

    @property
    def dumps(self) -> list[Dump]:
        """The uncompressed dumps of the whole dataset, in order of format."""
        return [dump for dump in self.files if dump.whole]

    @property
    def versions(self) -> list["Snapshot"]:
        """The snapshot and the stored others of its lineage, newest first; damaged ones are skipped."""
        found = [self]
        for manifest in self.folder.parent.glob("[!.]*/manifest.json"):
            if manifest.parent.is_symlink() or manifest.parent.name == self.id:
                continue
            with suppress(ServiceError, OSError, ValueError):
                if self.lineage and _manifest(manifest.parent).get("lineage") == self.lineage:
                    found.append(Snapshot.open(manifest.parent))
        return sorted(found, key=_age)

    def can_say(self, formats: Iterable[Format]) -> tuple[Format, ...]:
        """The formats that can express the whole graph, as far as known."""
        return tuple(format for format in formats if f"dataset.{format.name}" not in self.manifest["left_out"])

    def path_of(self, name: str) -> Path:
        """The dump of the whole dataset in a format, by short name."""
        return self.folder / "dumps" / f"dataset.{name}"

    @property
    def sha256(self) -> str:
        """The SHA-256 of the dump with all quads."""
        return next(dump.sha256 for dump in self.dumps if dump.path == self.path_of("nq"))

    @property
    def context(self) -> bytes:
        """The JSON-LD context (see `jsonld_context`). Raises Unavailable if its file is damaged."""
        return self._whole("context.jsonld").read_bytes()

    @property
    def index(self) -> Path:
        """The full-text index. Raises Unavailable if it is damaged."""
        return self._whole("search.sqlite")

    @property
    def outside(self) -> Outside:
        """Which things have IRIs outside the service's namespace; empty for older snapshots without the file.

        Raises Unavailable if the file is damaged.
        """
        return Outside(self._whole(_OUTSIDE).read_bytes() if _OUTSIDE in self.manifest["about"] else b"")

    @property
    def languages(self) -> list[str]:
        """The language tags of its labels, most frequent first."""
        return list(self.manifest.get("languages", ()))

    @property
    def contents(self) -> frozenset[str]:
        """The kinds of content that it has; all for older snapshots that do not say."""
        return frozenset(self.manifest.get("contents", Content))

    @cached_property
    def roles(self) -> Roles:
        """The roles of the graph's terms; none for older snapshots that do not say."""
        return Roles(self.manifest.get("roles", {}))

    @cached_property
    def space(self) -> Space:
        """The graph's own IRIs and prefixes; for older snapshots that do not say, guessed from the names of its graphs."""
        if "space" in self.manifest:
            return Space.read(self.manifest["space"])
        bases = (base for base, mark, _ in (graph.partition("graph/") for graph in self.graphs) if mark)
        return Space(next(bases, NOBODYS), prefixes=self.manifest.get("prefixes", {}))

    @property
    def queries(self) -> Path:
        """The folder of its canned queries: later edits of the sources do not affect what is served."""
        return self.folder / _QUERIES

    @property
    def description(self) -> list[ox.Triple]:
        """The graph's description of itself (see `description.dataset`), with IRIs as in the graph.

        Raises Unavailable if the file is damaged.
        """
        return [quad.triple for quad in ox.parse(path=str(self._whole("description.nt")), format=ox.RdfFormat.N_TRIPLES)]

    def quads(self) -> Iterable[ox.Quad]:
        """All quads, with literals in their original lexical form, which a store would normalise."""
        return ox.parse(path=str(self.path_of("nq")), format=ox.RdfFormat.N_QUADS)

    def export(self, format: Format, graph: str | None = None, infer: bool = True) -> bytes:
        """Serialise the dataset, or one named graph, with or without inferences, in a format of DUMP_FORMATS.

        Raises NotFound for an unknown graph.
        """
        if graph is not None and graph not in self.graphs:
            raise NotFound(f"There is no graph {graph}. Graphs: {', '.join(self.graphs)}.", allowed=list(self.graphs))
        left_out = None if infer else ox.NamedNode(self.space.graph_inferred)
        if graph is None:
            return write_quads([quad for quad in self.quads() if quad.graph_name != left_out], format)
        only = ox.NamedNode(graph)
        return write_triples((quad.triple for quad in self.quads() if quad.graph_name == only), format)

    def default_graph(self, union: bool, infer: bool = True) -> set[ox.Triple]:
        """The triples of the default graph: the union of all graphs, or those in no named graph; with or without inferences."""
        left_out = None if infer else ox.NamedNode(self.space.graph_inferred)
        quads = (quad for quad in self.quads() if quad.graph_name != left_out)
        return {quad.triple for quad in quads if union or isinstance(quad.graph_name, ox.DefaultGraph)}

    def verify(self) -> None:
        """Raise BuildError unless the files that a service loads match their hashes, SettingError if they may not be read."""
        expected = {self.folder / name: digest for name, digest in self.manifest.get("about", {}).items()}
        expected |= {dump.path: dump.sha256 for dump in self.files if dump.path.name in _LOADED}
        with _reading(self.folder):
            for path, digest in expected.items():
                if digest_of(path) != digest:
                    raise BuildError(f"{path}: its content is not the one in the manifest; delete the folder to rebuild it")

    @property
    def fault(self) -> str:
        """A sentence about damage to its files, with what to do, or "". Only changed files are hashed again."""
        try:
            if Snapshot.open(self.folder).manifest != self.manifest:
                return f"The snapshot {self.id} has been replaced by another one. `graph-service build` makes it anew."
        except ServiceError as error:
            return error.detail
        about = (fault_of(self.folder / name, digest) for name, digest in self.manifest.get("about", {}).items())
        loaded = (dump.fault for dump in self.files if dump.path.name in _LOADED)
        return next(filter(None, chain(about, loaded)), "")

    def hold(self) -> BinaryIO:
        """Open and lock a file: until it is closed, no build deletes the snapshot. Raises BuildError if it is gone."""
        with _reading(self.folder):
            held = (self.folder / _MANIFEST).open("rb")
            fcntl.flock(held, fcntl.LOCK_SH)
        return held

    def _whole(self, name: str) -> Path:
        if fault := fault_of(self.folder / name, self.manifest["about"].get(name, "")):
            raise Unavailable(fault, retry_after=60)
        return self.folder / name

    @classmethod
    def open(cls, folder: Path) -> "Snapshot":
        """Open the snapshot in a folder.

        Raises BuildError if a file is missing or of another size than in the manifest, SettingError if one may not be read.
        """
        with _reading(folder):
            manifest = _manifest(folder)
            graphs, lineage = manifest["graphs"], manifest["lineage"]
            snapshot = cls(manifest["id"], folder, graphs, manifest["triples"], manifest["made"], lineage, manifest)
            for dump in snapshot.files:
                if dump.path.stat().st_size != dump.bytes:
                    raise BuildError(f"{dump.path}: not the {dump.bytes} bytes that the manifest tells; delete the folder to build it anew")
        return snapshot


@contextmanager
def _reading(folder: Path) -> Iterator[None]:
    """Convert errors of reading a snapshot to SettingError (no permission) and BuildError (damaged)."""
    try:
        yield
    except PermissionError as error:
        where = "or name another folder with GRAPH_SERVICE_SNAPSHOTS"
        raise SettingError(f"{error.filename or folder}: this user may not read what was built; let it, {where}.") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BuildError(f"{folder}: not a whole snapshot ({error}); delete it to build it anew") from error


def _age(snapshot: Snapshot) -> int:
    """Sort key of versions, newest first; one that is served but deleted counts as newest."""
    try:
        return -snapshot.folder.stat().st_mtime_ns
    except OSError:
        return -sys.maxsize


def refuse_unwritable(place: Path) -> None:
    """Raise SettingError unless a snapshot can be written to a folder, BuildError if the disk is full: checked before the build."""
    try:
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=place) as trial:
            trial.write(bytes(4096))
    except OSError as error:
        detail = f"The snapshot cannot be written to {place}: {error.strerror or error}."
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise BuildError(detail) from error
        raise SettingError(f"{detail} Name another folder with GRAPH_SERVICE_SNAPSHOTS or --snapshots.") from error


def write(
    place: Path,
    id: str,
    space: Space,
    roles: Roles,
    quads: list[ox.Quad],
    description: Collection[ox.Triple] = (),
    told: Mapping[str, object] | None = None,
    queries: Iterable[Path] = (),
    ontologies: Mapping[str, PublishedDocument] | None = None,
    for_development: bool = False,
) -> Snapshot:
    """Write quads, description, canned queries and ontologies as the snapshot `place/<id>`.

    `told` goes into the manifest: the `lineage` of which the snapshot is a version, what its `graph` was made from, the `figures` of its
    checks. For development there are no dumps but in N-Quads, uncompressed. Leaves nothing behind if it fails.
    """
    place.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{id}-", dir=place))
    building = (draft / _BUILDING).open("w")
    try:
        fcntl.flock(building, fcntl.LOCK_EX)
        for name in ("dumps", ONTOLOGIES):
            (draft / name).mkdir()
        about = {
            "description.nt": write_triples(sorted(description, key=str), _N_TRIPLES),
            "context.jsonld": (json.dumps(make_context(space, quads), indent=1) + "\n").encode(),
            _OUTSIDE: outside_of(space, quads),
            **{f"{_QUERIES}/{file.name}": file.read_bytes() for file in queries},
        }
        (draft / _QUERIES).mkdir()
        for name, content in about.items():
            (draft / name).write_bytes(content)
        write_index(draft / "search.sqlite", space, roles, quads, description)
        formats = [format for format in DUMP_FORMATS if format.name == "nq" or not for_development]
        dumps, left_out = write_dumps(draft / "dumps", space, quads, formats, compressed=not for_development)
        manifest = {
            "id": id,
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "triples": len({quad.triple for quad in quads}),
            "graphs": dict(sorted(Counter(quad.graph_name.value for quad in quads if isinstance(quad.graph_name, ox.NamedNode)).items())),
            "lineage": "",
            "space": space.write(),
            "roles": roles.write(),
            "contents": contents_of(space, roles, quads),
            "languages": languages_of(space, quads),
            **(told or {}),
            "about": {name: digest_of(draft / name) for name in (*about, "search.sqlite")},
            "dumps": dumps,
            "left_out": left_out,
            ONTOLOGIES: write_documents(draft / ONTOLOGIES, ontologies or {}),
        }
        (draft / _MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
        draft.chmod(0o755)
        publish(draft, place / id)
    finally:
        building.close()
        shutil.rmtree(draft, ignore_errors=True)
    return Snapshot.open(place / id)


def publish(draft: Path, folder: Path) -> None:
    """Rename a draft to its final place, unless another build of the same id has done so. Raises OSError."""
    with (folder.parent / _PUBLISHING).open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if folder.exists():
            with suppress(BuildError):
                Snapshot.open(folder).verify()
                return
            # Move the damaged one aside by one rename: a reader sees it, or none, or the new one.
            aside = draft.with_name(draft.name + _ASIDE)
            folder.rename(aside)
            shutil.rmtree(aside, ignore_errors=True)
        (draft / _BUILDING).unlink(missing_ok=True)
        draft.rename(folder)


def is_there(folder: Path) -> bool:
    """Whether a snapshot's folder exists. Raises SettingError if it may not be read."""
    with _reading(folder):
        return folder.is_dir()


def sweep(place: Path) -> None:
    """Remove the leftovers of aborted builds: drafts that no process has locked, and damaged snapshots moved aside."""
    for building in place.glob(f".*/{_BUILDING}"):
        with suppress(OSError), building.open("rb") as held:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(building.parent, ignore_errors=True)
    with suppress(OSError), (place / _PUBLISHING).open("rb") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for aside in place.glob(f".*{_ASIDE}"):
            shutil.rmtree(aside, ignore_errors=True)


def remember(snapshot: Snapshot, source_set: str) -> None:
    """Make a snapshot the last good one of a set of sources, and so the newest version."""
    link = snapshot.folder.parent / f"last-{source_set}"
    if link.is_symlink() and link.readlink() == Path(snapshot.id):
        # Write nothing: this user may only have read permission.
        return
    os.utime(snapshot.folder)
    draft = link.with_name(f".{link.name}-{os.getpid()}")
    draft.unlink(missing_ok=True)
    draft.symlink_to(snapshot.id)
    draft.replace(link)


def last_good(place: Path, source_set: str) -> Snapshot | None:
    """The last good snapshot of a set of sources, or None."""
    id = last_id(place, source_set)
    return None if id is None else Snapshot.open(place.resolve() / id)


def last_id(place: Path, source_set: str) -> str | None:
    """The id of the last good snapshot of a set of sources, or None."""
    link = place / f"last-{source_set}"
    return link.resolve().name if link.exists() else None


def prune(snapshot: Snapshot, keep: int) -> list[str]:
    """Delete the versions of a snapshot's lineage except the newest `keep`, itself, and those in use.

    Returns the ids of the deleted ones.
    """
    gone = []
    for version in snapshot.versions[keep:]:
        if version.id != snapshot.id and _delete_unused(version.folder):
            gone.append(version.id)
    return gone


def keep_newest(place: Path, keep: int) -> None:
    """Delete all snapshots in a folder except the newest `keep` and those in use."""
    folders = [manifest.parent for manifest in place.glob(f"[!.]*/{_MANIFEST}")]
    for folder in sorted(folders, key=_written, reverse=True)[keep:]:
        _delete_unused(folder)


def _written(folder: Path) -> int:
    """When a snapshot was published, in nanoseconds; 0 if it is gone."""
    try:
        return folder.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _delete_unused(folder: Path) -> bool:
    with suppress(OSError), (folder / _MANIFEST).open("rb") as manifest:
        fcntl.flock(manifest, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
        return True
    return False


def _manifest(folder: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
    return manifest
