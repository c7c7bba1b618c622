"""Graphs are read by the Graph Store Protocol, under their own addresses or by name, and written by nobody."""

import json
from urllib.parse import quote

import pytest
import rdflib

from graph_service.snapshot.snapshot import Snapshot
from tests.conftest import Server

pytestmark = pytest.mark.live

NEWS = "https://w3id.org/labcoop/graph/news-2022"
STORE = "/rdf-graph-store"


def size(text: str, syntax: str = "nt") -> int:
    return len(rdflib.Graph().parse(data=text, format=syntax))


def test_a_graph_is_read_by_its_name_and_under_its_own_address(server: Server, snapshot: Snapshot) -> None:
    indirect = server.ask(f"{STORE}?graph={quote(NEWS, safe='')}", Accept="application/n-triples")
    direct = server.ask("/graph/news-2022", Accept="application/n-triples")
    here = server.ask(f"{STORE}?graph={quote(server.url, safe='')}/graph/news-2022", Accept="application/n-triples")
    assert indirect.status == direct.status == here.status == 200
    assert indirect.body == direct.body == here.body
    assert size(direct.text) == snapshot.graphs[NEWS]


def test_the_default_graph_is_read_with_and_without_what_is_inferred(server: Server, snapshot: Snapshot) -> None:
    whole = server.ask(f"{STORE}?default", Accept="application/n-triples").text
    asserted = server.ask(f"{STORE}?default&infer=false", Accept="application/n-triples").text
    assert size(whole) == snapshot.triples > size(asserted)


def test_without_a_graph_the_whole_dataset_comes_with_its_graphs(server: Server, snapshot: Snapshot) -> None:
    answer = server.ask(STORE, Accept="application/n-quads")
    dataset = rdflib.Dataset()
    dataset.parse(data=answer.text, format="nquads")
    assert {str(graph.identifier) for graph in dataset.graphs() if len(graph)} == set(snapshot.graphs)
    assert server.ask(STORE).headers["content-type"] == "application/trig"


@pytest.mark.parametrize("path", [f"{STORE}?default", f"{STORE}?graph={quote(NEWS, safe='')}", "/graph/news-2022"])
def test_head_is_get_without_a_body(server: Server, path: str) -> None:
    answer, got = server.ask(path, "HEAD", Accept="text/turtle"), server.ask(path, Accept="text/turtle")
    assert (answer.status, answer.body, answer.headers["content-type"]) == (200, b"", got.headers["content-type"])
    assert int(answer.headers["content-length"]) == len(got.body)


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        (f"{STORE}?graph=news-2022", 400, "absolute IRI"),
        (f"{STORE}?graph=", 400, "absolute IRI"),
        (f"{STORE}?graph=http://a/&default", 400, "One graph"),
        (f"{STORE}?graph=http://a/&graph=http://b/", 400, "One graph"),
        (f"{STORE}?graph=http://nowhere/", 404, "news-2022"),
        ("/graph/nowhere", 404, "news-2022"),
        ("/graph/nowhere.ttl", 404, "news-2022"),
    ],
)
def test_a_graph_that_is_not_named_rightly_or_not_there_is_an_error(server: Server, path: str, status: int, words: str) -> None:
    answer = server.ask(path)
    assert (answer.status, words in json.loads(answer.body)["detail"]) == (status, True), answer.text


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", [f"{STORE}?default", f"{STORE}?graph=http://new/", STORE, "/graph/news-2022", "/graph/new"])
def test_writing_is_refused_and_the_refusal_says_why(server: Server, method: str, path: str) -> None:
    answer = server.ask(path, method, None if method == "DELETE" else b"<a:a> <a:b> <a:c> .", Content_Type="text/turtle")
    assert answer.status == 405
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"
    assert "source files" in json.loads(answer.body)["detail"]


@pytest.mark.parametrize(("suffix", "syntax"), [("ttl", "turtle"), ("nt", "nt"), ("rdf", "xml"), ("nq", "nquads")])
def test_a_graph_has_an_address_for_each_format(server: Server, snapshot: Snapshot, suffix: str, syntax: str) -> None:
    answer = server.ask(f"/graph/news-2022.{suffix}")
    dataset = rdflib.Dataset(default_union=True)
    dataset.parse(data=answer.text, format=syntax)
    assert len(dataset) == snapshot.graphs[NEWS]


@pytest.mark.parametrize(
    "path", [STORE, f"{STORE}?default", f"{STORE}?infer=false", "/graph/news-2022", f"{STORE}?graph={quote(NEWS, safe='')}"]
)
@pytest.mark.parametrize("media", ["application/trig", "application/n-quads"])
def test_a_graph_is_sent_as_the_file_that_it_is(server: Server, path: str, media: str) -> None:
    whole = server.ask(path, Accept=media)
    assert whole.headers["content-type"] == media
    part = server.ask(path, Accept=media, Range="bytes=10-19")
    assert (part.status, part.body) == (206, whole.body[10:20])
    assert server.ask(path, Accept=media, If_None_Match=whole.headers["etag"]).status == 304
