"""Ranges, conditions and codings by RFC 9110, on every kind of route: a file, what is kept, what the application answers."""

import json

import pytest

from graph_service.web.middleware.encodings import choose
from tests.conftest import Server

pytestmark = pytest.mark.live

FILE = "/downloads/dataset.nq"
ROUTES = (
    FILE,
    "/graph/news-2022",
    "/rdf-graph-store?default",
    "/queries/projects.csv",
    "/data/organisation/ilo.ttl",
    "/page/organisation/ilo",
    "/sparql?query=SELECT*%7B?a%20?b%20?c%7DLIMIT%2050",
    "/openapi.json",
    "/sitemap.xml",
)
LONG_AGO, LATER = "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT"


@pytest.mark.parametrize("path", ROUTES)
def test_conditions_hold_on_every_route(server: Server, path: str) -> None:
    whole = server.ask(path)
    tag = whole.headers["etag"]
    table = (
        ({"If_None_Match": tag}, 304),
        ({"If_None_Match": f'"other", W/{tag}'}, 304),
        ({"If_None_Match": "*"}, 304),
        ({"If_None_Match": '"other"'}, 200),
        ({"If_Match": tag}, 200),
        ({"If_Match": "*"}, 200),
        ({"If_Match": f'"other", {tag}'}, 200),
        ({"If_Match": '"other"'}, 412),
        ({"If_Match": f"W/{tag}"}, 412),
        ({"If_Unmodified_Since": LATER}, 200),
        ({"If_Unmodified_Since": LONG_AGO}, 412),
        ({"If_Unmodified_Since": "never"}, 200),
        # If-Match is looked at first, If-None-Match then (section 13.2.2).
        ({"If_Match": '"other"', "If_None_Match": tag}, 412),
        ({"If_Match": tag, "If_Unmodified_Since": LONG_AGO}, 200),
    )
    for headers, status in table:
        for method in ("GET", "HEAD"):
            answer = server.ask(path, method, None, **headers)
            assert answer.status == status, (headers, method)
            if status == 304:
                assert answer.body == b""
                assert answer.headers["etag"] == tag
    assert json.loads(server.ask(path, If_Match='"other"', Accept="application/problem+json, */*;q=0.1").body)["status"] == 412


@pytest.mark.parametrize("path", ROUTES)
def test_a_range_that_is_not_followed_is_ignored(server: Server, path: str) -> None:
    whole = server.ask(path)
    for given in ("bytes=0-3,10-13", "items=0-3", "bytes=9-2", "bytes=", "bytes=a-b", "bytes", "bytes=--3"):
        answer = server.ask(path, Range=given)
        assert (answer.status, answer.body) == (200, whole.body), given
    assert server.ask(path, "HEAD", Range="bytes=0-3").status == 200


def test_a_range_of_a_file_is_followed(server: Server) -> None:
    whole = server.ask(FILE).body
    for given, part in (("bytes=0-3", whole[:4]), ("bytes=10-", whole[10:]), ("bytes=-5", whole[-5:]), ("BYTES=2-2", whole[2:3])):
        answer = server.ask(FILE, Range=given)
        assert (answer.status, answer.body) == (206, part), given
        assert answer.headers["content-range"].endswith(f"/{len(whole)}")
    beyond = server.ask(FILE, Range=f"bytes={len(whole)}-")
    assert (beyond.status, beyond.headers["content-range"]) == (416, f"bytes */{len(whole)}")


@pytest.mark.parametrize("path", ROUTES)
def test_every_answer_that_has_a_tag_is_given_in_parts(server: Server, path: str) -> None:
    head = server.ask(path, "HEAD")
    assert head.headers["accept-ranges"] == "bytes"
    whole = server.ask(path)
    size, tag, modified = len(whole.body), whole.headers["etag"], whole.headers["last-modified"]
    assert head.headers["content-length"] == str(size)
    for given, part in (("bytes=0-99", whole.body[:100]), ("bytes=100-", whole.body[100:]), (f"bytes=-{size + 5}", whole.body)):
        answer = server.ask(path, Range=given)
        start = size - len(part) if given != "bytes=0-99" else 0
        assert (answer.status, answer.body) == (206, part), given
        assert answer.headers["content-range"] == f"bytes {start}-{start + len(part) - 1}/{size}"
        assert (answer.headers["content-length"], answer.headers["etag"]) == (str(len(part)), tag)
        assert answer.headers["content-type"] == whole.headers["content-type"]
    beyond = server.ask(path, Range=f"bytes={size}-")
    assert (beyond.status, beyond.headers["content-range"]) == (416, f"bytes */{size}")
    # Whoever has a part of another answer is given all of this one.
    for given, status in ((tag, 206), (modified, 206), (f"W/{tag}", 200), ('"other"', 200), (LONG_AGO, 200)):
        assert server.ask(path, Range="bytes=0-99", If_Range=given).status == status, given
    assert server.ask(path, Range="bytes=0-99", If_None_Match=tag).status == 304
    assert server.ask(path, Range="bytes=0-99", If_Match='"other"').status == 412


def test_a_part_is_one_of_the_bytes_as_they_are_or_of_those_that_the_client_has_another_part_of(server: Server) -> None:
    path = "/queries/projects.csv"
    plain, packed = server.ask(path), server.ask(path, Accept_Encoding="gzip")
    begun = server.ask(path, Accept_Encoding="gzip", Range="bytes=0-9")
    assert (begun.status, begun.body, begun.headers["etag"]) == (206, plain.body[:10], plain.headers["etag"])
    assert "content-encoding" not in begun.headers
    rest = server.ask(path, Accept_Encoding="gzip", Range="bytes=10-", If_Range=packed.headers["etag"])
    assert (rest.status, rest.body, rest.headers["content-encoding"]) == (206, packed.body[10:], "gzip")


def test_an_answer_without_a_tag_is_given_whole(server: Server) -> None:
    answer = server.ask("/sparql?query=SELECT(RAND()AS%20%3Fr)%7B%7D&format=csv", Range="bytes=0-1")
    assert (answer.status, "etag" in answer.headers, "accept-ranges" in answer.headers) == (200, False, False)


@pytest.mark.parametrize(
    "path", [FILE, "/graph/news-2022", "/downloads/dataset.rdf", "/downloads/dataset.ttl.gz", "/downloads/dataset.jsonld"]
)
def test_a_media_type_is_said_once(server: Server, path: str) -> None:
    said = server.ask(path, "HEAD").headers["content-type"]
    assert said.count("charset") <= 1
    assert ("charset=utf-8" in said) == said.startswith("text/")


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("gzip", "gzip"),
        ("gzip, identity", "gzip"),
        ("gzip;q=0.5, identity", "identity"),
        ("gzip;q=0.5, identity;q=0.9, br;q=0.8", "identity"),
        ("gzip;q=0.5, identity;q=0.1", "gzip"),
        ("br;q=0, gzip;q=0", "identity"),
        ("*", "br"),
        ("", "identity"),
    ],
)
def test_the_coding_that_is_liked_best_is_used_the_bytes_as_they_are_too(server: Server, accept: str, chosen: str) -> None:
    assert choose(accept) == chosen
    answer = server.ask("/queries/projects.csv", Accept_Encoding=accept)
    assert answer.headers.get("content-encoding", "identity") == chosen
