"""What is known of a snapshot's files only when they are written: sizes, hashes and times, for the catalogue (DCAT 3).

The catalogue that stands in the graph names the files; served, it also has what is told here.
"""

from graph_service.knowledge.description import MEDIA_TYPES, describe_distribution
from graph_service.knowledge.dumps import GZIP
from graph_service.knowledge.snapshot import Snapshot
from graph_service.knowledge.void import dataset_of
from graph_service.words.names import DATASET, DCAT, DCTERMS, DOWNLOADS, SPDX, XSD
from graph_service.words.terms import Literal, NamedNode
from graph_service.words.triples import Triples, moment


def describe_files(said: Triples, snapshot: Snapshot) -> None:
    """Each file with its size and SHA-256, when the snapshot was made, and the version before it that is kept."""
    version = f"{DOWNLOADS}{snapshot.id}/"
    said.say(DATASET, DCTERMS + "modified", moment(snapshot.made))
    said.say(version, DCTERMS + "issued", moment(snapshot.made))
    versions = [kept.id for kept in snapshot.versions]
    for older in versions[versions.index(snapshot.id) + 1 :][:1]:
        said.say(version, DCAT + "previousVersion", f"{DOWNLOADS}{older}/")
    for kept in versions:
        said.say(DATASET, DCAT + "hasVersion", f"{DOWNLOADS}{kept}/")
    for dump in snapshot.files:
        file = version + dump.path.name
        checksum = file + "#checksum"
        describe_distribution(said, DATASET if dump.graph is None else dataset_of(dump.graph), file, dump.format)
        if dump.compressed:
            said.say(file, DCAT + "compressFormat", MEDIA_TYPES + GZIP)
        said.say(file, DCAT + "byteSize", Literal(str(dump.bytes), datatype=NamedNode(XSD + "nonNegativeInteger")))
        said.say(file, DCTERMS + "issued", moment(snapshot.made))
        said.say(file, SPDX + "checksum", checksum)
        said.a(checksum, SPDX + "Checksum")
        said.say(checksum, SPDX + "algorithm", SPDX + "checksumAlgorithm_sha256")
        said.say(checksum, SPDX + "checksumValue", Literal(dump.sha256, datatype=NamedNode(XSD + "hexBinary")))
