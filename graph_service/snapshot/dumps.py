"""Dumps: the dataset with and without inferences, and each graph, in every format, plain and compressed.

`dataset.*` is the whole, `asserted.*` the whole without inferences, `graph-<name>.*` one named graph. Equal quads give equal bytes,
compressed too.
"""

import gzip
import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import pyoxigraph as ox

from graph_service.errors import NotAcceptable
from graph_service.formats.media_types import DATASET_FORMATS, DUMP_FORMATS, THING_FORMATS, Format
from graph_service.formats.rdf_writer import in_order, write_quads, write_sorted
from graph_service.rdf.space import Space

#: The media type of a compressed file, whatever is in it.
GZIP = "application/gzip"


_ANEW = "`graph-service build` makes it anew."


@dataclass(frozen=True)
class Dump:
    """A dump: format, path, size and SHA-256; the named graph or the whole; with or without inferences."""

    format: Format
    path: Path
    bytes: int
    sha256: str
    graph: str | None = None
    inferred: bool = True
    compressed: bool = False

    @property
    def media(self) -> str:
        """The media type of the file as it is."""
        return GZIP if self.compressed else self.format.media

    @property
    def fault(self) -> str:
        """The fault of the file (see `fault_of`), or ""."""
        return fault_of(self.path, self.sha256)

    @property
    def whole(self) -> bool:
        """Whether it is the whole dataset, uncompressed: listings begin with these."""
        return self.graph is None and self.inferred and not self.compressed


class PublishedDocument(NamedTuple):
    """A document within the sources: its version IRIs and its triples."""

    versions: list[str]
    triples: frozenset[ox.Triple]


def write_dumps(
    folder: Path, space: Space, quads: list[ox.Quad], formats: Collection[Format], compressed: bool = True
) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """Write all dumps in `formats`, and each `compressed` as well.

    Returns the manifest's entry for each, by name, and for each that its format cannot express, why.
    """
    entries: dict[str, dict[str, Any]] = {}
    left_out: dict[str, str] = {}
    # Compression takes most of the time and runs in a thread pool.
    with ThreadPoolExecutor() as pool:
        kept: list[tuple[str, dict[str, Any], Future[dict[str, Any]]]] = []
        for stem, properties, chosen in _parts(space, quads):
            for format, content in _formats(chosen, formats):
                if isinstance(content, str):
                    left_out[f"{stem}.{format.name}"] = content
                    continue
                about = {"format": format.name, **properties}
                kept.append((f"{stem}.{format.name}", about, pool.submit(_keep, folder / f"{stem}.{format.name}", content)))
                if compressed:
                    packed = folder / f"{stem}.{format.name}.gz"
                    kept.append((packed.name, {**about, "compressed": True}, pool.submit(_keep_compressed, packed, content)))
        for name, about, written in kept:
            entries[name] = {**about, **written.result()}
    return entries, left_out


def write_documents(folder: Path, documents: Mapping[str, PublishedDocument]) -> dict[str, dict[str, Any]]:
    """Write each document in every format that can express it, identical ones once; returns the manifest's entries, by IRI."""
    entries: dict[str, dict[str, Any]] = {}
    written: dict[frozenset[ox.Triple], dict[str, dict[str, Any]]] = {}
    for iri, document in documents.items():
        if document.triples not in written:
            written[document.triples] = dict(_write_document(folder, _hash(iri), document.triples))
        entries[iri] = {"versions": document.versions, "files": written[document.triples]}
    return entries


def _write_document(folder: Path, stem: str, triples: Iterable[ox.Triple]) -> Iterator[tuple[str, dict[str, Any]]]:
    quads = [ox.Quad(*triple) for triple in in_order(triples)]
    for format, content in _formats(quads, THING_FORMATS):
        if isinstance(content, bytes):
            name = f"{stem}.{format.name}"
            yield name, {"format": format.name, **_keep(folder / name, content)}


def _formats(quads: list[ox.Quad], formats: Iterable[Format]) -> Iterator[tuple[Format, bytes | str]]:
    """Quads in each format, or why it cannot express them."""
    triples = in_order({quad.triple for quad in quads})
    for format in formats:
        try:
            yield format, write_quads(quads, format) if format.name in DATASET_FORMATS else write_sorted(triples, format)
        except NotAcceptable as error:
            yield format, error.detail


def _keep(file: Path, content: bytes) -> dict[str, Any]:
    """Write a file; returns its size and hash for the manifest."""
    file.write_bytes(content)
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _keep_compressed(file: Path, content: bytes) -> dict[str, Any]:
    return _keep(file, gzip.compress(content, compresslevel=6, mtime=0))


def digest_of(path: Path) -> str:
    """The SHA-256 of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fault_of(path: Path, sha256: str) -> str:
    """A sentence about a file that is missing, unreadable or changed, with what to do; "" if it is intact.

    The hash is computed again only when size or modification time has changed.
    """
    try:
        state = path.stat()
        if _digest_of(path, state.st_size, state.st_mtime_ns) == sha256:
            return ""
    except FileNotFoundError:
        return f"The file {path.name} is not there any more. {_ANEW}"
    except OSError as error:
        return f"The file {path.name} cannot be read here: {error.strerror}."
    return f"The file {path.name} is damaged here. {_ANEW}"


@lru_cache(maxsize=1000)
def _digest_of(path: Path, size: int, changed: int) -> str:
    return digest_of(path)


def read_dumps(folder: Path, entries: dict[str, dict[str, Any]]) -> list[Dump]:
    """The dumps that a manifest lists."""
    formats = {format.name: format for format in DUMP_FORMATS}
    dumps = []
    for name, entry in entries.items():
        properties = {key: value for key, value in entry.items() if key != "format"}
        dumps.append(Dump(formats[entry["format"]], folder / name, **properties))
    return dumps


def _parts(space: Space, quads: list[ox.Quad]) -> Iterator[tuple[str, dict[str, Any], list[ox.Quad]]]:
    """The parts that are dumped: file name stem, properties, quads."""
    yield "dataset", {}, quads
    asserted = [quad for quad in quads if quad.graph_name != ox.NamedNode(space.graph_inferred)]
    if len(asserted) < len(quads):
        yield "asserted", {"inferred": False}, asserted
    graphs: dict[str, list[ox.Quad]] = {}
    for quad in quads:
        if isinstance(quad.graph_name, ox.NamedNode):
            graphs.setdefault(quad.graph_name.value, []).append(quad)
    for graph, own in sorted(graphs.items()):
        yield f"graph-{_slug(space, graph)}", {"graph": graph}, own


def _slug(space: Space, graph: str) -> str:
    """A graph's name for files: the end of its IRI, or a hash."""
    name = graph.removeprefix(space.graphs)
    return name if name != graph and "/" not in name and "." not in name else _hash(graph)


def _hash(iri: str) -> str:
    return hashlib.sha256(iri.encode()).hexdigest()[:12]
