"""Determines a graph's base IRI and its data set's IRI, from its sources or a setting.

A `dataset.ttl` declares them: the data set is the `dcat:Dataset`, `void:Dataset` or `schema:Dataset`, and the base is its `void:uriSpace`
(VoID, section 4.2), else its own IRI; if nothing has such a type, it is the file's only subject. An ontology used without its data names
the data set by `void:inDataset` (section 6.2).
"""

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from graph_service.rdf.namespaces import DCAT, RDF, SCHEMA, SHACL, VOID
from graph_service.rdf.space import Space
from graph_service.sources.source_file import SourceFile

#: The file that describes the data set.
DATASET = "dataset.ttl"

_TYPE = ox.NamedNode(RDF + "type")
_KINDS = frozenset(ox.NamedNode(kind) for kind in (DCAT + "Dataset", VOID + "Dataset", SCHEMA + "Dataset"))
_SPACE, _IN = ox.NamedNode(VOID + "uriSpace"), ox.NamedNode(VOID + "inDataset")
_PREFIX, _NAMESPACE = ox.NamedNode(SHACL + "prefix"), ox.NamedNode(SHACL + "namespace")


def space_of(about: Iterable[SourceFile], ontology: Iterable[SourceFile], base: str = "") -> Space:
    """The space of a graph: `about` are the files that describe its data set, `base` is the setting, which takes precedence.

    It has no prefixes yet, since only files that may describe the data set are parsed for it. Raises SourceError.
    """
    about = list(about)
    dataset, space = _said(quad for file in about for quad in file.quads)
    if not dataset:
        spoken_of = {quad.subject for file in about if file.path.name == DATASET for quad in file.quads}
        only = spoken_of.pop() if len(spoken_of) == 1 else None
        dataset = only.value if isinstance(only, ox.NamedNode) else ""
    if not dataset:
        quads = [quad for file in ontology if b"inDataset" in file.text for quad in file.quads]
        dataset = next((quad.object.value for quad in quads if quad.predicate == _IN and isinstance(quad.object, ox.NamedNode)), "")
    return Space(base or space or _folder(dataset), dataset) if base or dataset else Space()


def prefixes_of(sources: Iterable[SourceFile], about: Iterable[SourceFile]) -> Iterator[tuple[str, str]]:
    """(prefix, namespace) of each prefix that files bind, then of those that the data set declares (`sh:declare`). Raises SourceError."""
    about = list(about)
    for file in (*sources, *about):
        yield from file.prefixes.items()
    yield from _declared(about)


def _said(quads: Iterable[ox.Quad]) -> tuple[str, str]:
    """The data set in some quads, and its IRI space; each empty if there is none.

    Of several data sets it is the one with an IRI space.
    """
    quads = list(quads)
    datasets = {
        quad.subject.value for quad in quads if quad.predicate == _TYPE and quad.object in _KINDS and isinstance(quad.subject, ox.NamedNode)
    }
    spaces = {
        quad.subject.value: quad.object.value
        for quad in quads
        if quad.predicate == _SPACE and isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.Literal)
    }
    with_space = datasets & spaces.keys()
    (dataset,) = with_space if len(with_space) == 1 else datasets if len(datasets) == 1 else ("",)
    return dataset, _folder(spaces.get(dataset, ""))


def _folder(iri: str) -> str:
    """An IRI as a prefix of others: without fragment, and ending in a slash."""
    bare = iri.partition("#")[0]
    return bare if not bare or bare.endswith("/") else bare + "/"


def _declared(about: Iterable[SourceFile]) -> Iterator[tuple[str, str]]:
    """(prefix, namespace) of each declaration (SHACL, section 5.2.1)."""
    quads = [quad for file in about for quad in file.quads]
    namespaces = {quad.subject: quad.object.value for quad in quads if quad.predicate == _NAMESPACE and isinstance(quad.object, ox.Literal)}
    for quad in quads:
        if quad.predicate == _PREFIX and isinstance(quad.object, ox.Literal) and quad.subject in namespaces:
            yield quad.object.value, namespaces[quad.subject]
