"""Files of a snapshot that vanish or are damaged while they are served: nobody gets a 500, operators see why, and a build mends it."""

import json
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest

from graph_service.build.build import build
from graph_service.errors import SettingError, SourceError
from graph_service.settings import Settings
from graph_service.snapshot.snapshot import Snapshot
from tests.conftest import PATIENCE, Server

pytestmark = pytest.mark.live

Start = Callable[..., Server]

DATA = """@prefix e: <http://e/> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix dcterms: <http://purl.org/dc/terms/> .
e:a a e:Thing ; rdfs:label "apple"@en . e:b a e:Thing ; rdfs:label "pear"@en ; dcterms:isPartOf e:a .
"""
DATASET = '<https://w3id.org/labcoop/> <http://purl.org/dc/terms/title> "Fruit"@en .\n'
QUERY = "#+ summary: Things\nSELECT ?thing { ?thing a <http://e/Thing> } ORDER BY ?thing"

#: What everybody may ask for.
PATHS = (
    *("/", "/things", "/documents", "/things/frameworks", "/about", "/pictures", "/queries", "/queries/things", "/queries/things.csv"),
    *("/search?q=apple", "/search?q=app&suggest=true&format=json", "/downloads/", "/downloads/dataset.nq"),
    *("/downloads/latest/dataset.ttl.gz", "/changes", "/feed.atom", "/catalog", "/.well-known/void", "/sparql", "/sparql/vocabulary"),
    *("/openapi.json", "/docs", "/context.jsonld", "/rdf-graph-store?default", "/graph/facts", "/ns", "/sitemap.xml", "/robots.txt"),
    *("/opensearch.xml", "/problems", "/metrics", "/health"),
    "/sparql?" + urlencode({"query": "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }"}),
    "/sparql?" + urlencode({"query": "SELECT * { ?s ?p ?o }"}),
    "/explain?" + urlencode({"s": "http://e/a", "p": "http://www.w3.org/1999/02/22-rdf-syntax-ns#type", "o": "http://e/Thing"}),
)


def cut(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])


def empty(place: Path) -> None:
    (folder_of(place) / "manifest.json").write_text("[]")


def folder_of(place: Path) -> Path:
    (folder,) = [path for path in place.glob("[!.]*") if not path.is_symlink()]
    return folder


DAMAGES: dict[str, Callable[[Path], None]] = {
    "the folder of snapshots is gone": shutil.rmtree,
    "the snapshot is gone": lambda place: shutil.rmtree(folder_of(place)),
    "the manifest is gone": lambda place: (folder_of(place) / "manifest.json").unlink(),
    "the manifest is cut": lambda place: cut(folder_of(place) / "manifest.json"),
    "the manifest is another": empty,
    "the description is cut": lambda place: cut(folder_of(place) / "description.nt"),
    "the index is cut": lambda place: cut(folder_of(place) / "search.sqlite"),
    "the index is gone": lambda place: (folder_of(place) / "search.sqlite").unlink(),
    "the dumps are gone": lambda place: shutil.rmtree(folder_of(place) / "dumps"),
    "a dump is cut": lambda place: cut(folder_of(place) / "dumps" / "dataset.nq"),
}


def written(folder: Path) -> tuple[str, ...]:
    for name, text in (("facts/a.ttl", DATA), ("facts/dataset.ttl", DATASET), ("queries/things.rq", QUERY)):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return ("--data", str(folder / "facts"), "--ontology", "none", "--reasoning", "none", "--queries", str(folder / "queries"))


@pytest.fixture(scope="module")
def served(start: Start, tmp_path_factory: pytest.TempPathFactory) -> tuple[Server, Path]:
    """A service, which each damage leaves mended, and its folder."""
    folder = tmp_path_factory.mktemp("damaged")
    return start(*written(folder), "--snapshots", str(folder / "snapshots")), folder


@pytest.mark.parametrize("damage", DAMAGES)
def test_nothing_answers_500_and_a_build_mends_it(served: tuple[Server, Path], damage: str) -> None:
    server, folder = served
    DAMAGES[damage](folder / "snapshots")
    for path in PATHS:
        for accept in ("text/html", "*/*", "text/turtle"):
            answer = server.ask(path, Accept=accept)
            assert answer.status not in {500, 502}, f"{path} as {accept}: {answer.body[:300]!r}"
            if answer.status == 503:
                assert "graph-service build" in answer.text
                assert "retry-after" in answer.headers
            assert str(folder).encode() not in answer.body
    ready = server.ask("/ready", Accept="application/json")
    assert ready.status == 503
    assert "anew" in json.loads(ready.body)["detail"]
    assert str(folder) not in ready.text
    assert server.ask("/metrics").status == 200
    server.process.send_signal(signal.SIGHUP)
    until = time.monotonic() + PATIENCE
    while server.ask("/ready").status != 200:
        assert time.monotonic() < until
        time.sleep(0.1)
    for path in PATHS:
        assert server.ask(path).status < 500, path


@contextmanager
def another_user() -> Iterator[None]:
    """What happens within is done as a user who may not read what others have closed."""
    if os.getuid() != 0:
        yield
        return
    os.seteuid(4242)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize("name", ["manifest.json", "description.nt", "dumps", "."])
def test_what_may_not_be_read_is_not_called_damaged_and_stays(tmp_path: Path, name: str) -> None:
    written(tmp_path)
    settings = replace(Settings(), data=(tmp_path / "facts",), ontology=(), queries=(), reasoning="none", snapshots=tmp_path / "snapshots")
    built = build(settings, lambda _: None)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.owner() == "root" and os.getuid() == 0 and folder.is_relative_to("/tmp"):
            folder.chmod(folder.stat().st_mode | 0o055)
    closed = built.folder / name
    mode = closed.stat().st_mode
    closed.chmod(0)
    try:
        said: list[str] = []
        with another_user(), pytest.raises(SettingError) as raised:
            build(settings, said.append)
        assert "may not read" in raised.value.detail
        assert "amage" not in raised.value.detail + " ".join(said)
        with another_user(), pytest.raises(SettingError, match="may not read"):
            Snapshot.open(built.folder).verify()
    finally:
        closed.chmod(mode)
    assert build(settings, lambda _: None).manifest == built.manifest


@pytest.mark.parametrize("kind", ["data", "queries", "ontology"])
def test_a_folder_of_sources_that_may_not_be_read_is_not_taken_for_an_empty_one(tmp_path: Path, kind: str) -> None:
    written(tmp_path)
    closed = tmp_path / "given" / "inner"
    closed.mkdir(parents=True)
    (closed / "a.ttl").write_text(DATA)
    settings = replace(Settings(), data=(), ontology=(), queries=(), reasoning="none", snapshots=tmp_path / "snapshots")
    for given in (closed.parent, closed, closed / "a.ttl"):
        settings = replace(settings, **{kind: (given,)})  # type: ignore[arg-type]
        closed.chmod(0)
        try:
            # Folders within a folder of queries are not looked at.
            if kind != "queries" or given != closed.parent:
                with another_user(), pytest.raises(SourceError, match="Permission denied"):
                    build(settings, lambda _: None)
        finally:
            closed.chmod(0o755)
