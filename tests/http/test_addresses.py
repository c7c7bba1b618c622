"""Where the service says that it is: at its public address whatever a client asks, else where it was asked, and never elsewhere."""

import http.client
import json
import re
from collections.abc import Callable

import pytest

from graph_service.snapshot.snapshot import Snapshot
from tests.conftest import Server

pytestmark = pytest.mark.live

PUBLIC = "https://data.example.org"

#: Answers that have the address of the service in them, or in their headers.
ADDRESSED = (
    *("/", "/?format=ttl", "/catalog", "/.well-known/void", "/.well-known/api-catalog", "/linkset", "/sparql", "/queries", "/docs"),
    *("/openapi.json", "/openapi.yaml", "/opensearch.xml", "/robots.txt", "/sitemap.xml", "/feed.atom", "/changes", "/downloads/"),
    *("/downloads/dataset.nq", "/data/organisation/ilo.jsonld", "/data/organisation/ilo.ttl", "/page/organisation/ilo", "/vocab/status"),
    *("/graph/news-2022", "/rdf-graph-store?default", "/ns", "/things", "/things/projects", "/things/projects.csv", "/documents", "/about"),
    *("/queries/projects.rows?page=1&page_size=2", "/queries/projects?page=1&page_size=2", "/search?q=canada&page_size=1&format=json"),
    *(
        "/pictures",
        "/pictures/timeline",
        "/pictures/timeline.svg",
        "/id/organisation/ilo",
        "/linkset/organisation/ilo",
        "/things/frameworks",
    ),
    "/sparql?query=SELECT+%28IRI%28%22x%22%29+AS+%3Firi%29+%7B%7D",
)


def ask(server: Server, path: str, accept: str, **headers: str) -> tuple[int, str]:
    """Status, and headers and body in one text."""
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=60)
    connection.request("GET", path, headers={"Accept": accept, **{name.replace("_", "-"): value for name, value in headers.items()}})
    answer = connection.getresponse()
    told = "\n".join(f"{name}: {value}" for name, value in answer.getheaders()) + "\n" + answer.read().decode("utf-8", "replace")
    connection.close()
    return answer.status, told


def _same(answer: tuple[int, str]) -> tuple[int, str]:
    """An answer without what each has of its own."""
    return answer[0], re.sub(r"(?mi)^(x-request-id|date|server-timing): .*$", "", answer[1])


#: Each takes anything at last.
ACCEPT = ("text/html, */*;q=0.1", "*/*", "application/ld+json, */*;q=0.1")


@pytest.fixture(scope="module")
def public(start: Callable[..., Server], snapshot: Snapshot) -> Server:
    return start("--public-url", PUBLIC, "--proxies", "127.0.0.1", "--hosts", "inner.example, other.example")


@pytest.fixture(scope="module")
def behind(start: Callable[..., Server], snapshot: Snapshot) -> Server:
    """A service that believes a proxy, and has no public address."""
    return start("--proxies", "127.0.0.0/8")


@pytest.mark.parametrize("accept", ACCEPT)
def test_every_address_that_is_told_is_the_public_one(public: Server, accept: str) -> None:
    told = []
    for path in ADDRESSED:
        status, text = ask(public, path, accept, Host="inner.example", X_Forwarded_Proto="http", X_Forwarded_Host="other.example")
        assert status in {200, 303}, path
        assert not [wrong for wrong in ("inner.example", "other.example", "127.0.0.1", "localhost", "this.invalid") if wrong in text], path
        assert "http://data.example.org" not in text, path
        told.append(PUBLIC in text)
    assert sum(told) > len(told) / 2
    # So it is one answer, whoever asks for it.
    assert _same(ask(public, "/catalog", accept, Host="other.example")) == _same(ask(public, "/catalog", accept, Host="inner.example"))


@pytest.mark.parametrize("accept", ACCEPT)
def test_no_answer_that_is_kept_has_the_address_of_another_client(behind: Server, accept: str) -> None:
    for path in ADDRESSED:
        roots = [("http", "a.example"), ("https", "a.example"), ("https", "b.example:444")]
        answers = [ask(behind, path, accept, Host="inner.example", X_Forwarded_Proto=s, X_Forwarded_Host=h) for s, h in roots * 2]
        for (scheme, host), (status, text) in zip(roots * 2, answers, strict=True):
            others = {f"{s}://{h}/" for s, h in roots if (s, h) != (scheme, host)} | {"inner.example", "127.0.0.1"}
            assert status in {200, 303}, path
            assert not [other for other in others if other in text], (path, scheme, host)


def test_who_is_no_proxy_of_ours_is_not_believed(server: Server) -> None:
    for headers in ({"X_Forwarded_Host": "evil.example", "X_Forwarded_Proto": "https"}, {"Forwarded": "host=evil.example;proto=https"}):
        text = ask(server, "/catalog", "text/turtle", **headers)[1]
        assert "evil.example" not in text
        assert f"{server.url}/" in text


def test_a_host_that_is_not_listed_is_misdirected(public: Server) -> None:
    for path in ("/", "/catalog", "/sparql?query=ASK%7B%7D", "/metrics", "/nowhere"):
        for accept in ("text/html", "application/json"):
            assert ask(public, path, accept, Host="evil.example")[0] == 421, path
    problem = json.loads(public.ask("/", Accept="application/json").body)
    assert (problem["status"], problem["type"]) == (421, "/problems#misdirected")
    assert ask(public, "/", "*/*", Host="data.example.org:443")[0] == 200


def test_who_looks_after_the_process_asks_by_any_name(public: Server) -> None:
    assert [public.ask(path).status for path in ("/health", "/ready")] == [200, 200]


def test_the_endpoint_resolves_relative_names_against_the_public_address(public: Server) -> None:
    text = ask(public, "/sparql?query=SELECT+%28IRI%28%22x%22%29+AS+%3Firi%29+%7B%7D", "text/csv", Host="other.example")[1]
    assert f"{PUBLIC}/x" in text


@pytest.fixture(scope="module")
def below(start: Callable[..., Server], snapshot: Snapshot) -> Server:
    """A service that stands below a path of its host."""
    return start("--public-url", f"{PUBLIC}/graph/")


@pytest.mark.parametrize("accept", ACCEPT)
def test_below_a_path_every_address_has_the_path(below: Server, accept: str) -> None:
    for path in ADDRESSED:
        status, text = ask(below, f"/graph{path}", accept)
        assert status in {200, 303}, path
        assert not re.findall(rf"{PUBLIC}(?!/graph[/?\"<&\s]).{{0,40}}", text), path
        given = re.findall(r'\s(?:href|src|srcset|action|cite|data-png)="(/[^"]*)"', text) if "text/html" in text[:2000] else []
        given += re.findall(r"(?mi)^(?:content-)?location: (/.*)$", text)
        assert not [address for address in given if not address.startswith("/graph/")], path
        if accept.startswith("text/html") and status == 200 and given:
            # What a form leads to may need what is filled in.
            links = re.findall(r'\shref="(/[^"]*)"', text)
            found = {address.partition("#")[0].replace("&amp;", "&") for address in links}
            assert {ask(below, address, accept)[0] for address in sorted(found)[:12]} <= {200, 303}, path


def test_below_a_path_problems_and_redirections_lead_there_too(below: Server) -> None:
    problem = json.loads(below.ask("/graph/nowhere").body)
    assert (problem["type"], problem["instance"]) == ("/graph/problems#not-found", "/graph/nowhere")
    problem = json.loads(below.ask("/graph/?x=" + "x" * 40_000).body)
    assert (problem["type"], problem["instance"]) == ("/graph/problems#address-too-long", "/graph/")
    answer = below.ask("/graph/id/organisation/ilo?lang=fr", Accept="text/html")
    assert answer.headers["location"] == "/graph/page/organisation/ilo?lang=fr"
    page = below.ask("/graph/queries?lang=fr", Accept="text/html").text
    assert 'href="/graph/queries/projects?lang=fr"' in page
    assert 'action="/graph/search"' in page
    assert below.ask("/graph/graph/news-2022", Accept="text/turtle").headers["content-location"] == "/graph/graph/news-2022.ttl"
    assert [below.ask(path).status for path in ("/health", "/ready", "/graph/health", "/graph")] == [200] * 4
