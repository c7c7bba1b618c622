"""Repeated answers: the same bytes, a strong ETag, nothing run twice; and what may change is never kept."""

import gzip
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode

import brotli
import pytest

from graph_service.snapshot.snapshot import Snapshot
from tests.conftest import Server

pytestmark = pytest.mark.live

QUERY = "/sparql?" + urlencode(
    {"query": "SELECT ?s ?label { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?label } ORDER BY ?s ?label LIMIT 300"}
)
CANNED = "/queries/projects-by-country.csv?country=CRI"


def cache_counts(server: Server) -> dict[str, float]:
    lines = server.ask("/metrics").text.splitlines()
    return {line.split('"')[1]: float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith("graph_cache_total{")}


@pytest.mark.parametrize("path", [QUERY, CANNED, "/page/organisation/ilo", "/data/organisation/ilo.ttl", "/graph/news-2022"])
def test_an_answer_that_the_client_has_is_not_sent_again(server: Server, path: str) -> None:
    first = server.ask(path)
    assert first.status == 200
    assert first.headers["etag"].startswith('"')
    again = server.ask(path, If_None_Match=first.headers["etag"])
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert "accept" in again.headers["vary"].lower()
    assert server.ask(path, If_None_Match='"something-else"').status == 200


def test_an_answer_tells_when_its_graph_was_built_and_is_not_sent_again_to_who_knows_it(server: Server, snapshot: Snapshot) -> None:
    first = server.ask(CANNED)
    modified = first.headers["last-modified"]
    assert parsedate_to_datetime(modified) == datetime.fromisoformat(snapshot.made)
    again = server.ask(CANNED, If_Modified_Since=modified)
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", first.headers["etag"])
    # The tag decides where both are given (RFC 9110, section 13.2.2), and only the time that was told is taken for it.
    assert server.ask(CANNED, If_Modified_Since=modified, If_None_Match='"other"').status == 200
    for time in ("Thu, 01 Jan 1970 00:00:00 GMT", "yesterday", ""):
        assert server.ask(CANNED, If_Modified_Since=time).status == 200


def test_a_repeated_answer_is_the_same_and_does_not_reach_the_application(server: Server) -> None:
    first, before = server.ask(CANNED), cache_counts(server)
    second, after = server.ask(CANNED), cache_counts(server)
    assert (second.body, second.headers["etag"]) == (first.body, first.headers["etag"])
    assert after["hits"] - before["hits"] == 1
    assert after["misses"] == before["misses"]


def test_formats_languages_and_parameters_have_tags_of_their_own(server: Server) -> None:
    answers = [
        server.ask(QUERY, Accept="text/csv"),
        server.ask(QUERY, Accept="application/sparql-results+json"),
        server.ask(QUERY + "&infer=false", Accept="text/csv"),
        server.ask("/page/organisation/ilo", Accept_Language="fr"),
        server.ask("/page/organisation/ilo", Accept_Language="es"),
    ]
    assert len({answer.headers["etag"] for answer in answers}) == len(answers)


def test_a_posted_query_is_told_from_another_by_its_body(server: Server) -> None:
    def ask(query: str) -> bytes:
        return server.ask("/sparql", "POST", query.encode(), Content_Type="application/sparql-query", Accept="text/csv").body

    assert [ask(f"SELECT ({n} AS ?n) {{}}").split() for n in (1, 2, 1)] == [[b"n", b"1"], [b"n", b"2"], [b"n", b"1"]]


@pytest.mark.parametrize(
    ("accept", "encoding"),
    [
        *(("gzip", "gzip"), ("br", "br"), ("gzip;q=0.5, br", "br"), ("gzip, zstd", "gzip")),
        *(("gzip, deflate, br, zstd", "br"), ("br;q=0, gzip;q=0.1", "gzip"), ("zstd", None), ("identity", None), ("deflate", None)),
    ],
)
def test_an_answer_is_compressed_as_the_client_accepts(server: Server, accept: str, encoding: str | None) -> None:
    plain = server.ask(QUERY)
    answer = server.ask(QUERY, Accept_Encoding=accept)
    assert answer.headers.get("content-encoding") == encoding
    content = {"gzip": gzip.decompress, "br": brotli.decompress, None: bytes}[encoding](answer.body)
    assert content == plain.body
    assert (answer.headers["etag"] == plain.headers["etag"]) is (encoding is None)
    assert "accept-encoding" in answer.headers["vary"].lower()


def test_head_has_the_headers_of_get(server: Server) -> None:
    get, head = server.ask(CANNED), server.ask(CANNED, "HEAD")
    assert head.body == b""
    assert [head.headers[name] for name in ("etag", "content-type", "content-length")] == [
        get.headers[name] for name in ("etag", "content-type", "content-length")
    ]


@pytest.mark.parametrize("expression", ["RAND()", "UUID()", "STRUUID()", "NOW()", "BNODE()", "rand()"])
def test_what_changes_by_itself_is_never_kept(server: Server, expression: str) -> None:
    path = "/sparql?" + urlencode({"query": f"SELECT ({expression} AS ?x) {{}}"})
    first, second = server.ask(path), server.ask(path)
    assert "etag" not in first.headers
    assert "no-store" in first.headers["cache-control"]
    if expression not in {"NOW()", "BNODE()"}:
        assert first.body != second.body


def test_an_error_is_not_kept(server: Server) -> None:
    path = "/sparql?" + urlencode({"query": "SELECT * { ?s ?p }"})
    assert [server.ask(path).status, server.ask(path).status] == [400, 400]
    assert "etag" not in server.ask(path).headers


def test_one_question_asked_by_many_at_once_runs_once(server: Server) -> None:
    text = "SELECT (COUNT(*) AS ?n) { ?a ?p ?b . ?b ?q ?c } # by many"
    before = cache_counts(server)["misses"]
    with ThreadPoolExecutor(8) as pool:
        bodies = list(pool.map(lambda _: server.ask("/sparql?" + urlencode({"query": text})).body, range(8)))
    assert len(set(bodies)) == 1
    assert cache_counts(server)["misses"] - before == 1
    assert int(json.loads(bodies[0])["results"]["bindings"][0]["n"]["value"]) > 0


def test_what_is_about_the_service_is_asked_anew(server: Server) -> None:
    for path in ("/health", "/ready", "/metrics"):
        assert "etag" not in server.ask(path).headers


def test_a_whole_file_is_sent_again_without_the_application_and_each_part_of_it_by_it(server: Server) -> None:
    path = "/downloads/dataset.nt"
    first, before = server.ask(path), cache_counts(server)
    again, after = server.ask(path), cache_counts(server)
    assert (again.body, again.headers) == (first.body, {**first.headers, "x-request-id": again.headers["x-request-id"]})
    assert after["hits"] - before["hits"] == 1
    assert server.ask(path, Range="bytes=0-9").body == first.body[:10]
    assert server.ask(path, If_None_Match=first.headers["etag"]).status == 304
    assert server.ask(path, "HEAD").headers["content-length"] == str(len(first.body))


def test_many_who_want_a_file_at_once_all_have_it(server: Server) -> None:
    with ThreadPoolExecutor(64) as pool:
        answers = list(pool.map(lambda _: server.ask("/downloads/asserted.nt").status, range(200)))
    assert set(answers) == {200}
