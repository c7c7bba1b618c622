"""Sources that are made to be more than they look: what they would stand for is bounded, and told."""

import bz2
import gzip
import lzma
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from graph_service.errors import SourceError
from graph_service.sources.parsing import Reading
from graph_service.sources.source_file import SourceFile
from graph_service.sources.sources import Sources

LIMIT = 2**20

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": lambda content: gzip.compress(content),
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstandard.ZstdCompressor().compress,
}


def told(path: Path) -> str:
    with pytest.raises(SourceError) as error:
        SourceFile(path, None, Reading(limit=LIMIT)).quads  # noqa: B018 - it is read
    return error.value.detail


@pytest.mark.parametrize("packer", PACKERS)
def test_what_unpacks_to_very_much_is_unpacked_up_to_the_limit(packer: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.ttl.{packer}"
    path.write_bytes(PACKERS[packer](b"#" * 2**28))
    tracemalloc.start()
    try:
        assert told(path) == f"{path}: what is in it is larger than 1,048,576 bytes. --source-limit sets how large it may be."
        assert tracemalloc.get_traced_memory()[1] < 2**26
    finally:
        tracemalloc.stop()


def test_a_large_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.ttl"
    path.write_bytes(b"#" * (LIMIT + 1))
    assert told(path) == f"{path}: is larger than 1,048,576 bytes. --source-limit sets how large it may be."
    path.write_bytes(b"#" * LIMIT)
    assert SourceFile(path, None, Reading(limit=LIMIT)).quads == []


def test_entities_that_stand_for_very_much_are_not_written_out(tmp_path: Path) -> None:
    """A billion laughs."""
    entities = '<!ENTITY a0 "ha!">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 20))
    path = tmp_path / "a.rdf"
    path.write_text(
        f'<?xml version="1.0"?>\n<!DOCTYPE r [{entities}]>\n<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
        ' xmlns:e="http://e/"><e:A><e:p>&a19;</e:p></e:A></rdf:RDF>'
    )
    assert told(path).startswith(f"{path}:2:14: Its entities stand for more than 1,048,576 bytes.")


def test_an_entity_of_another_file_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret")
    path = tmp_path / "a.rdf"
    path.write_text(
        f'<!DOCTYPE r [<!ENTITY e SYSTEM "file://{tmp_path}/secret">]>\n'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/"><e:A><e:p>&e;</e:p></e:A></rdf:RDF>'
    )
    assert "s3cret" not in told(path)


@pytest.mark.parametrize(
    ("name", "begin", "end"),
    [
        ("a.jsonld", '{"@id": "http://e/a", "http://e/p": ', "}"),
        ("a.json", '{"@context": ', "}"),
        ("a.ttl", "<http://e/a> <http://e/p> [ ", "]"),
        ("a.owl", "<!-- -->", ""),
        ("a.owl", '<?xml version="1.0"?><!-- ', ""),
        ("a.rdf", "<a xmlns='urn:a' b=\"'", ""),
    ],
)
def test_what_is_nested_or_repeated_very_often_is_read_or_told(name: str, begin: str, end: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(begin * 20_000 + end * 20_000)
    assert told(path).startswith(f"{path}")


def test_a_folder_with_hostile_json_and_xml_is_read_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[" * 100_000)
    (tmp_path / "b.json.gz").write_bytes(gzip.compress(b" " * 2**28))
    (tmp_path / "c.xml").write_text("<!-- " * 100_000)
    (tmp_path / "d.ttl").write_text("<http://e/a> <http://e/p> 1 .")
    assert [file.path.name for file in Sources.find([], [tmp_path], Reading(limit=LIMIT)).data] == ["d.ttl"]
