"""The graph as files, version by version: what is downloaded never changes, and what changed is told."""

import gzip
import hashlib
import json
import shutil
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest

from graph_service.build.build import build
from graph_service.rdf.canonical import canonical
from graph_service.settings import Settings
from graph_service.snapshot.snapshot import Snapshot
from tests.conftest import Server

pytestmark = pytest.mark.live

FLAGS = ("--ontology", "none", "--queries", "none", "--reasoning", "none")


def test_every_file_is_what_the_listing_says_and_every_kind_is_there(server: Server, snapshot: Snapshot) -> None:
    files = json.loads(server.ask("/downloads/").body)["files"]
    wholes = {(f["mediaType"], f["inferred"], f["compressed"]) for f in files if f["graph"] is None}
    assert len(wholes) == 6 * 2 * 2
    assert {f["graph"] for f in files if f["graph"]} == set(snapshot.graphs)
    for entry in files:
        content = server.ask(entry["url"].removeprefix(server.url)).body
        assert (len(content), hashlib.sha256(content).hexdigest()) == (entry["bytes"], entry["sha256"]), entry["url"]


def test_a_compressed_file_holds_the_plain_one(server: Server, snapshot: Snapshot) -> None:
    plain, packed = (server.ask(f"/downloads/{snapshot.id}/asserted.nq{suffix}") for suffix in ("", ".gz"))
    assert packed.headers["content-type"] == "application/gzip"
    assert "content-encoding" not in packed.headers
    assert gzip.decompress(packed.body) == plain.body


def test_without_what_is_inferred_is_the_whole_but_for_that(server: Server, snapshot: Snapshot) -> None:
    whole, asserted = (set(server.ask(f"/downloads/{snapshot.id}/{name}.nq").text.splitlines()) for name in ("dataset", "asserted"))
    assert asserted < whole
    assert all("/graph/inferred>" in line for line in whole - asserted)


def test_a_version_has_an_address_that_may_be_kept_for_ever_and_latest_may_not(server: Server, snapshot: Snapshot) -> None:
    versioned = server.ask(f"/downloads/{snapshot.id}/dataset.ttl")
    assert "immutable" in versioned.headers["cache-control"]
    for path in ("/downloads/latest/dataset.ttl", "/downloads/dataset.ttl"):
        latest = server.ask(path)
        assert latest.body == versioned.body
        assert latest.headers["content-location"] == f"/downloads/{snapshot.id}/dataset.ttl"
        assert "immutable" not in latest.headers["cache-control"]


def test_a_part_of_a_file_can_be_fetched_if_it_is_still_the_same(server: Server, snapshot: Snapshot) -> None:
    path = f"/downloads/{snapshot.id}/dataset.nt"
    whole = server.ask(path)
    part = server.ask(path, Range="bytes=100-199", If_Range=whole.headers["etag"])
    assert (part.status, part.body) == (206, whole.body[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(whole.body)}"
    assert server.ask(path, Range="bytes=100-199", If_Range='"another"').status == 200
    assert server.ask(path, Range=f"bytes={len(whole.body)}-").status == 416
    assert server.ask(path, If_None_Match=whole.headers["etag"]).status == 304


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/downloads/0123456789abcdef/dataset.ttl", 410),
        ("/downloads/0123456789abcdef/", 410),
        ("/downloads/nonsense/dataset.ttl", 404),
        ("/downloads/latest/dataset.doc", 404),
        ("/changes/a/b", 404),
    ],
)
def test_a_version_or_file_that_is_not_there_is_an_error(server: Server, path: str, status: int) -> None:
    assert server.ask(path).status == status


@pytest.fixture(scope="module")
def two(start: Callable[..., Server], snapshots: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Server, str, str]:
    """A service over the second version of a small graph; the ids of both."""
    data = tmp_path_factory.mktemp("growing")
    settings = replace(Settings(), data=(data,), ontology=(), queries=(), reasoning="none", snapshots=snapshots)
    (data / "facts.ttl").write_text("<http://e/a> <http://e/p> 1 , 2 .")
    older = build(settings, lambda _: None)
    (data / "facts.ttl").write_text("<http://e/a> <http://e/p> 2 , 3 , 4 .")
    newer = build(settings, lambda _: None)
    return start("--data", str(data), *FLAGS), older.id, newer.id


def test_past_versions_can_be_fetched(two: tuple[Server, str, str]) -> None:
    server, older, newer = two
    listing = json.loads(server.ask("/downloads/").body)
    assert [version["version"] for version in listing["versions"]] == [newer, older]
    assert len(server.ask(f"/downloads/{older}/dataset.nt").text.splitlines()) == 2
    assert server.ask(f"/downloads/{older}/", Accept="text/html").status == 200


def test_what_changed_is_told_as_a_patch_that_makes_the_newer_from_the_older(two: tuple[Server, str, str]) -> None:
    server, older, newer = two
    (step,) = json.loads(server.ask("/changes").body)["changes"]
    assert (step["older"], step["newer"], step["added"], step["removed"]) == (older, newer, 2, 1)
    before, after = (set(server.ask(f"/downloads/{id}/dataset.nq").text.splitlines()) for id in (older, newer))
    patch = server.ask(step["patch"].removeprefix(server.url))
    assert patch.headers["content-type"] == "application/rdf-patch"
    lines = patch.text.splitlines()
    added, removed = ({line[2:] for line in lines if line.startswith(mark)} for mark in ("A ", "D "))
    assert (before - removed) | added == after
    assert "2 triples added, 1 removed" in server.ask(f"/changes/{older}/{newer}", Accept="text/html").text


def test_the_counts_of_versions_and_of_changes_agree_and_blank_nodes_named_anew_are_no_change(
    start: Callable[..., Server], tmp_path: Path
) -> None:
    """A dataset that describes itself; the file with blank nodes gets one more, at its beginning, so that all have other names."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "dataset.ttl").write_text('<https://w3id.org/labcoop/> <http://purl.org/dc/terms/title> "Mine"@en .')
    facts = tmp_path / "data" / "facts.ttl"
    settings = replace(Settings(), data=(tmp_path / "data",), ontology=(), queries=(), reasoning="none", snapshots=tmp_path / "snapshots")
    lists = "".join(f"<http://e/{n}> <http://e/p> ( {n} [ <http://e/q> {n} ] ) , [ <http://e/q> 1 ] .\n" for n in range(20))
    facts.write_text(lists)
    older = build(settings, lambda _: None)
    facts.write_text("<http://e/new> <http://e/p> [ <http://e/q> 99 ] .\n" + lists)
    newer = build(settings, lambda _: None)
    server = start("--data", str(tmp_path / "data"), "--snapshots", str(tmp_path / "snapshots"), *FLAGS)
    (step,) = json.loads(server.ask("/changes").body)["changes"]
    assert step["added"] - step["removed"] == newer.triples - older.triples
    own = step["description"]
    assert (step["added"] - own["added"], step["removed"] - own["removed"]) == (2, 0)
    assert {"graph": "https://w3id.org/labcoop/graph/data", "added": 2, "removed": 0} in step["graphs"]
    assert f"{step['added']} added and {step['removed']} removed" in server.ask("/feed.atom").text
    # As a patch, it makes of the older a graph that is the newer but for the names of blank nodes.
    lines = server.ask(step["patch"].removeprefix(server.url)).text.splitlines()
    added, removed = ({line[2:] for line in lines if line.startswith(mark)} for mark in ("A ", "D "))
    before, after = (set(version.path_of("nq").read_text().splitlines()) for version in (older, newer))
    assert removed <= before
    assert canonical((before - removed) | added).keys() == canonical(after).keys()


def test_a_feed_tells_of_every_version(two: tuple[Server, str, str]) -> None:
    server, older, newer = two
    answer = server.ask("/feed.atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = ET.fromstring(answer.text)
    atom = "{http://www.w3.org/2005/Atom}"
    titles = [entry.findtext(f"{atom}title") for entry in feed.iter(f"{atom}entry")]
    assert titles == [f"Version {newer}", f"Version {older}"]
    for entry in (feed, *feed.iter(f"{atom}entry")):
        assert all(entry.findtext(f"{atom}{name}") for name in ("id", "title", "updated"))
    for link in feed.iter(f"{atom}link"):
        assert server.ask(link.attrib["href"].removeprefix(server.url), "HEAD").status == 200


def test_only_as_many_versions_are_kept_as_is_set_and_the_current_one_always(tmp_path: Path) -> None:
    data = tmp_path / "facts"
    data.mkdir()
    settings = replace(
        Settings(), data=(data,), ontology=(), queries=(), reasoning="none", snapshots=tmp_path / "snapshots", keep_snapshots=2
    )
    made = []
    for number in (1, 2, 3):
        (data / "facts.ttl").write_text(f"<http://e/a> <http://e/p> {number} .")
        made.append(build(settings, lambda _: None))
    assert [version.id for version in made[-1].versions] == [made[2].id, made[1].id]
    assert not made[0].folder.exists()
    # Going back to an older state makes that version the newest again.
    (data / "facts.ttl").write_text("<http://e/a> <http://e/p> 2 .")
    back = build(settings, lambda _: None)
    assert [version.id for version in back.versions] == [made[1].id, made[2].id]
    shutil.rmtree(tmp_path / "snapshots")


def test_compressed_files_of_equal_sources_are_equal(tmp_path: Path) -> None:
    data = tmp_path / "facts.ttl"
    data.write_text("<http://e/a> <http://e/p> 1 .")
    settings = replace(Settings(), data=(data,), ontology=(), queries=(), reasoning="none")
    one, two = (build(replace(settings, snapshots=tmp_path / place), lambda _: None) for place in ("one", "two"))
    assert [(file.path.name, file.sha256) for file in one.files] == [(file.path.name, file.sha256) for file in two.files]
    assert {file.path.name for file in one.files} >= {"dataset.nq", "dataset.nq.gz", "graph-facts.ttl"}
    assert list(ox.parse(path=str(one.folder / "dumps" / "graph-facts.trig")))
