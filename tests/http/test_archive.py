"""All tables in one file: the same that each has at its own address, and what is told of them holds."""

import io
import json
import warnings
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest
from csvw import CSVW
from frictionless import validate

from graph_service.snapshot.snapshot import Snapshot
from tests.conftest import Server

pytestmark = pytest.mark.live

PATH = "/queries/all.zip"
DATASET = "https://w3id.org/labcoop/"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_all_tables_are_in_it_as_they_are_at_their_own_addresses(server: Server, snapshot: Snapshot, tmp_path: Path, language: str) -> None:
    answer = server.ask(f"{PATH}?lang={language}")
    assert answer.status == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == f"attachment; filename=tables_{language}_{snapshot.id[:8]}.zip"
    archive = ZipFile(io.BytesIO(answer.body))
    assert archive.testzip() is None
    package = json.loads(archive.read("datapackage.json"))
    tables = [query["name"] for query in json.loads(server.ask("/queries").body)["queries"] if query["columns"]]
    assert archive.namelist() == [*(f"{name}.csv" for name in tables), "datapackage.json", "csv-metadata.json", "README.txt"]
    for resource in package["resources"]:
        source = resource["sources"][0]["path"]
        assert source.startswith(f"{DATASET}queries/{resource['name']}")
        own = source.removeprefix(DATASET + "queries/").replace(resource["name"], f"/queries/{resource['name']}.csv", 1)
        same = server.ask(f"{own}{'&' if '?' in own else '?'}lang={language}")
        assert archive.read(resource["path"]) == same.body, own
    archive.extractall(tmp_path)
    report = validate(str(tmp_path / "datapackage.json"), type="package")
    assert report.flatten(["type", "note", "fieldName"]) == []
    metadata = json.loads(archive.read("csv-metadata.json"))
    assert [table["url"] for table in metadata["tables"]] == [f"{name}.csv" for name in tables]
    readme = archive.read("README.txt").decode("utf-8")
    assert "https://creativecommons.org/licenses/by/4.0/" in readme
    assert snapshot.id in readme
    assert ("Licencia" in readme, "Chaque fichier" in readme) == (False, language == "fr")
    # It names no host, so it is the same under any.
    assert b"127.0.0.1" not in b"".join(map(archive.read, archive.namelist()))


def test_csvw_finds_nothing_wrong_with_the_tables_that_the_metadata_beside_them_describe(server: Server, tmp_path: Path) -> None:
    ZipFile(io.BytesIO(server.ask(PATH).body)).extractall(tmp_path)
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        warnings.simplefilter("ignore", DeprecationWarning)
        read = CSVW(str(tmp_path / "csv-metadata.json"), validate=True)
        assert read.is_valid
    assert [str(warning.message) for warning in [*read.warnings, *heard]] == []
    assert len(read.tables) > 40


def queries_run(server: Server) -> list[str]:
    return [line for line in server.ask("/metrics").text.splitlines() if line.startswith("graph_queries_total")]


def test_it_is_made_once_and_given_in_parts(server: Server) -> None:
    whole, before = server.ask(PATH), queries_run(server)
    assert before
    other = server.ask(f"{PATH}?lang=en", Accept="application/zip")
    assert queries_run(server) == before
    assert other.body == whole.body == server.ask(PATH, Accept_Encoding="gzip").body
    tag = whole.headers["etag"]
    assert (server.ask(PATH, If_None_Match=tag).status, server.ask(PATH, If_Match='"other"').status) == (304, 412)
    part = server.ask(PATH, Range="bytes=10-19", If_Range=tag)
    assert (part.status, part.body, part.headers["content-range"]) == (206, whole.body[10:20], f"bytes 10-19/{len(whole.body)}")
    assert server.ask(PATH, "HEAD").headers["content-length"] == str(len(whole.body))


def test_two_processes_make_the_same_bytes(start: Callable[..., Server], server: Server) -> None:
    assert start().ask(PATH).body == server.ask(PATH).body


def test_tables_that_are_larger_together_than_a_result_may_be_are_refused(start: Callable[..., Server]) -> None:
    limited = start("--result-limit", "300 KiB")
    answer = limited.ask(PATH)
    assert (answer.status, "together" in json.loads(answer.body)["detail"]) == (413, True)
    assert limited.ask("/queries/projects.csv").status == 200


def test_a_graph_without_canned_queries_has_none(start: Callable[..., Server]) -> None:
    none = start("--data", "none", "--ontology", "none", "--reasoning", "none", "--queries", "none")
    assert none.ask(PATH).status == 404
