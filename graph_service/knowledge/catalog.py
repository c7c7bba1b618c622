"""What is known of a snapshot's files only when they are written: sizes, hashes and times, for the catalogue (DCAT 3).

The catalogue that stands in the graph names the files; served, it also has what is told here.
"""

from graph_service.knowledge.description import MEDIA_TYPES, describe_distribution
from graph_service.knowledge.dumps import GZIP, Dump
from graph_service.knowledge.snapshot import Snapshot
from graph_service.knowledge.void import dataset_of
from graph_service.words.names import BASE, CATALOG, DATASET, DCAT, DCTERMS, DOWNLOADS, SPDX, XSD
from graph_service.words.terms import Literal, NamedNode
from graph_service.words.triples import Triples, moment

_VERSION_NOTES = "http://www.w3.org/ns/adms#versionNotes"

#: What DCAT-AP 3 says of how long a file is to be had.
_AVAILABILITY = "http://data.europa.eu/r5r/availability"
_STABLE = "http://publications.europa.eu/resource/authority/planned-availability/STABLE"

_CHANGES = {
    "en": "What was added and removed since the version before:",
    "fr": "Ce qui a été ajouté et retiré depuis la version précédente :",
    "es": "Lo que se añadió y se quitó desde la versión anterior:",
}


def describe_files(said: Triples, snapshot: Snapshot) -> None:
    """Each file with its size and SHA-256, when the snapshot was made, and the version before it that is kept."""
    version = f"{DOWNLOADS}{snapshot.id}/"
    said.say(DATASET, DCTERMS + "modified", moment(snapshot.made))
    said.say(version, DCTERMS + "issued", moment(snapshot.made))
    said.say(CATALOG, DCTERMS + "modified", moment(snapshot.made))
    versions = [kept.id for kept in snapshot.versions]
    for older in versions[versions.index(snapshot.id) + 1 :][:1]:
        said.say(version, DCAT + "previousVersion", f"{DOWNLOADS}{older}/")
        notes = {language: f"{words} {BASE}changes/{older}/{snapshot.id}" for language, words in _CHANGES.items()}
        said.texts(version, _VERSION_NOTES, notes)
    for kept in versions:
        said.say(DATASET, DCAT + "hasVersion", f"{DOWNLOADS}{kept}/")
    for dump in snapshot.files:
        file = version + dump.path.name
        checksum = file + "#checksum"
        describe_distribution(said, DATASET if dump.graph is None else dataset_of(dump.graph), file, dump.format)
        said.texts(file, DCTERMS + "description", _words(dump))
        said.say(file, _AVAILABILITY, _STABLE)
        if dump.compressed:
            said.say(file, DCAT + "compressFormat", MEDIA_TYPES + GZIP)
        said.say(file, DCAT + "byteSize", Literal(str(dump.bytes), datatype=NamedNode(XSD + "nonNegativeInteger")))
        said.say(file, DCTERMS + "issued", moment(snapshot.made))
        said.say(file, SPDX + "checksum", checksum)
        said.a(checksum, SPDX + "Checksum")
        said.say(checksum, SPDX + "algorithm", SPDX + "checksumAlgorithm_sha256")
        said.say(checksum, SPDX + "checksumValue", Literal(dump.sha256, datatype=NamedNode(XSD + "hexBinary")))


def _words(dump: Dump) -> dict[str, str]:
    """What a file holds, in words."""
    if dump.graph is not None:
        texts = {"en": f"The graph {dump.graph}", "fr": f"Le graphe {dump.graph}", "es": f"El grafo {dump.graph}"}
    elif dump.inferred:
        texts = {"en": "The whole dataset", "fr": "L’ensemble des données", "es": "El conjunto de los datos"}
    else:
        texts = {
            "en": "The dataset without what is inferred",
            "fr": "Les données sans ce qui est déduit",
            "es": "Los datos sin lo que se deduce",
        }
    packed = {"en": ", compressed", "fr": ", comprimé", "es": ", comprimido"} if dump.compressed else dict.fromkeys(texts, "")
    return {language: f"{text} ({dump.format.media}){packed[language]}" for language, text in texts.items()}
