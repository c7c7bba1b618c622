"""What is known of a snapshot's files only when they are written: sizes, hashes and times, for the catalogue (DCAT 3).

The catalogue that stands in the graph names the files; served, it also has what is told here.
"""

from graph_service.knowledge.snapshot import Snapshot
from graph_service.words.names import DATASET, DCAT, DCTERMS, DOWNLOADS, SPDX, XSD
from graph_service.words.terms import Literal, NamedNode
from graph_service.words.triples import Triples, moment


def describe_files(said: Triples, snapshot: Snapshot) -> None:
    """The size and the SHA-256 of each file, and when the snapshot was made."""
    version = f"{DOWNLOADS}{snapshot.id}/"
    said.say(DATASET, DCTERMS + "modified", moment(snapshot.made))
    said.say(version, DCTERMS + "issued", moment(snapshot.made))
    for dump in snapshot.dumps:
        file = version + dump.path.name
        checksum = file + "#checksum"
        said.say(file, DCAT + "byteSize", Literal(str(dump.bytes), datatype=NamedNode(XSD + "nonNegativeInteger")))
        said.say(file, DCTERMS + "issued", moment(snapshot.made))
        said.say(file, SPDX + "checksum", checksum)
        said.a(checksum, SPDX + "Checksum")
        said.say(checksum, SPDX + "algorithm", SPDX + "checksumAlgorithm_sha256")
        said.say(checksum, SPDX + "checksumValue", Literal(dump.sha256, datatype=NamedNode(XSD + "hexBinary")))
