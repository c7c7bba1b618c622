"""Below which base a graph names its own things, and what its data set as a whole is called: as its sources say, or a setting.

The makers of the data say it in a `dataset.ttl`: the data set is what they call `dcat:Dataset`, `void:Dataset` or `schema:Dataset`, and the
base is its `void:uriSpace` (VoID, section 4.2), or else its own IRI; if nothing there is called so, it is the one thing that the file
speaks of. An ontology that goes with such data, and is used without them, says so by `void:inDataset` (section 6.2).
"""

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from graph_service.rdf.namespaces import DCAT, RDF, SCHEMA, SHACL, VOID
from graph_service.rdf.space import Space
from graph_service.sources.source_file import SourceFile

#: The file that tells what the data set is.
DATASET = "dataset.ttl"

_TYPE = ox.NamedNode(RDF + "type")
_KINDS = frozenset(ox.NamedNode(kind) for kind in (DCAT + "Dataset", VOID + "Dataset", SCHEMA + "Dataset"))
_SPACE, _IN = ox.NamedNode(VOID + "uriSpace"), ox.NamedNode(VOID + "inDataset")
_PREFIX, _NAMESPACE = ox.NamedNode(SHACL + "prefix"), ox.NamedNode(SHACL + "namespace")


def space_of(about: Iterable[SourceFile], ontology: Iterable[SourceFile], base: str = "") -> Space:
    """The space of a graph: `about` are the files about its data set, `base` is the setting, which goes before what they say.

    It has no prefixes yet, since nothing is read for it but what may speak of the data set. Raises SourceError.
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
    """(prefix, namespace) of each prefix that files bind, and then that is declared of the data set (`sh:declare`). Raises SourceError."""
    about = list(about)
    for file in (*sources, *about):
        yield from file.prefixes.items()
    yield from _declared(about)


def _said(quads: Iterable[ox.Quad]) -> tuple[str, str]:
    """The data set that some quads are about, and what it says that its IRIs begin with; empty where it does not.

    Of several data sets it is the one that says that.
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
    """An IRI as the beginning of others: what is behind `#` is no part of an address, and a name ends where a path begins."""
    bare = iri.partition("#")[0]
    return bare if not bare or bare.endswith("/") else bare + "/"


def _declared(about: Iterable[SourceFile]) -> Iterator[tuple[str, str]]:
    """(prefix, namespace) of each declaration (SHACL, section 5.2.1)."""
    quads = [quad for file in about for quad in file.quads]
    namespaces = {quad.subject: quad.object.value for quad in quads if quad.predicate == _NAMESPACE and isinstance(quad.object, ox.Literal)}
    for quad in quads:
        if quad.predicate == _PREFIX and isinstance(quad.object, ox.Literal) and quad.subject in namespaces:
            yield quad.object.value, namespaces[quad.subject]
