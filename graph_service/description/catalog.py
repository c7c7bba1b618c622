"""A running service's description of itself (DCAT): its addresses, and its files.

The graph and all names in it are the same wherever it is served. A service adds its own addresses for its endpoint, its catalogue and its
files, and the facts about files that are known only after they are written (sizes, hashes and times; DCAT 3).
"""

from collections.abc import Callable, Collection

from graph_service.description.dataset import MEDIA_TYPES, WHOLE, describe_distribution
from graph_service.description.void import dataset_of, key
from graph_service.rdf.namespaces import DCAT, DCTERMS, SD, SPDX, VOID, XSD
from graph_service.rdf.space import Space
from graph_service.rdf.terms import AnyTerm, Literal, NamedNode, Triple
from graph_service.rdf.triples import Description, moment
from graph_service.snapshot.dumps import GZIP, Dump
from graph_service.snapshot.snapshot import Snapshot

_VERSION_NOTES = "http://www.w3.org/ns/adms#versionNotes"

_CHANGES = {
    "en": "What was added and removed since the version before:",
    "fr": "Ce qui a été ajouté et retiré depuis la version précédente :",
    "es": "Lo que se añadió y se quitó desde la versión anterior:",
}


_ASSERTED = {
    "en": "The dataset without what is inferred",
    "fr": "Les données sans ce qui est déduit",
    "es": "Los datos sin lo que se deduce",
}

#: Properties of the dataset that its versions share (recommended by DCAT-AP 3).
_OF_VERSIONS = frozenset(
    [DCTERMS + name for name in ("title", "description", "license", "publisher", "creator", "language", "spatial", "temporal", "rights")]
    + [DCAT + name for name in ("contactPoint", "keyword", "theme", "landingPage")]
)


def describe_service(description: Collection[Triple], snapshot: Snapshot) -> Description:
    """A service's description of itself over a snapshot, beside the graph's `description`; in names, which `addressed` turns into
    addresses.
    """
    said = Description(snapshot.space, description)
    version = _version(snapshot)
    for triple in description:
        if triple.subject == NamedNode(said.space.dataset) and triple.predicate.value in _OF_VERSIONS:
            said.say(version, triple.predicate.value, triple.object)
    said.say(said.space.catalog, DCAT + "dataset", version)
    said.say(said.space.catalog, DCTERMS + "modified", moment(snapshot.made))
    said.say(version, VOID + "sparqlEndpoint", said.space.endpoint)
    # The endpoint that a SPARQL client looks for is this service's address, which the graph cannot name (SPARQL 1.1 Service Description,
    # section 3.2.1: a service has exactly one endpoint).
    said.a(said.space.endpoint, SD + "Service")
    said.say(said.space.endpoint, SD + "endpoint", said.space.endpoint)
    describe_files(said, snapshot)
    has_address = _has_address(said.space)
    return Description(said.space, (triple for triple in said if has_address(triple.subject)))


def addressed(said: Description, root: str) -> list[Triple]:
    """The description with addresses below `root` (`https://host/`) in place of names that have one."""
    has_address = _has_address(said.space)

    def here(term: AnyTerm) -> AnyTerm:
        is_here = isinstance(term, NamedNode) and has_address(term)
        return NamedNode(root + term.value.removeprefix(said.space.base)) if is_here else term  # type: ignore[union-attr]

    return [Triple(here(t.subject), t.predicate, here(t.object)) for t in said]  # type: ignore[arg-type]


def describe_files(said: Description, snapshot: Snapshot) -> None:
    """Add each file with its size and SHA-256, the time of the snapshot, and the previous stored version."""
    version = _version(snapshot)
    for property in ("issued", "modified"):
        said.say(version, DCTERMS + property, moment(snapshot.made))
    versions = [kept.id for kept in snapshot.versions]
    for older in versions[versions.index(snapshot.id) + 1 :][:1]:
        said.say(version, DCAT + "previousVersion", f"{said.space.downloads}{older}/")
        notes = {language: f"{words} {said.space.base}changes/{older}/{snapshot.id}" for language, words in _CHANGES.items()}
        said.texts(version, _VERSION_NOTES, notes)
    for kept in versions:
        said.say(f"{said.space.downloads}{kept}/", DCAT + "isVersionOf", said.space.dataset)
    for dump in snapshot.files:
        dataset = version if dump.graph is None else f"{version}#{key(dump.graph)}"
        if dump.graph is not None:
            said.say(version, VOID + "subset", dataset)
            said.say(dataset, DCAT + "isVersionOf", dataset_of(said.space, dump.graph))
        node = describe_distribution(said, dataset, version, dump.path.name, dump.format, _words(dump), dump.compressed)
        checksum = f"{node}-checksum"
        if dump.compressed:
            said.say(node, DCAT + "compressFormat", MEDIA_TYPES + GZIP)
        said.say(node, DCAT + "byteSize", Literal(str(dump.bytes), datatype=NamedNode(XSD + "nonNegativeInteger")))
        said.say(node, DCTERMS + "issued", moment(snapshot.made))
        said.say(node, SPDX + "checksum", checksum)
        said.a(checksum, SPDX + "Checksum")
        said.say(checksum, SPDX + "algorithm", SPDX + "checksumAlgorithm_sha256")
        said.say(checksum, SPDX + "checksumValue", Literal(dump.sha256, datatype=NamedNode(XSD + "hexBinary")))


def _version(snapshot: Snapshot) -> str:
    return f"{snapshot.space.downloads}{snapshot.id}/"


def _has_address(space: Space) -> Callable[[object], bool]:
    """Returns a predicate: whether a term has an address. Fragments of the endpoint's description have none."""
    addresses, begin = frozenset({space.catalog, space.endpoint, space.openapi, space.queries}), (space.downloads, space.catalog + "#")
    return lambda term: isinstance(term, NamedNode) and (term.value in addresses or term.value.startswith(begin))


def _words(dump: Dump) -> dict[str, str]:
    """The content of a file in words."""
    if dump.graph is not None:
        return {"en": f"The graph {dump.graph}", "fr": f"Le graphe {dump.graph}", "es": f"El grafo {dump.graph}"}
    return WHOLE if dump.inferred else _ASSERTED
