"""Which address a request is for: what the settings, the client and the proxies between say of it, and whom of them to believe."""

import re
from dataclasses import replace
from ipaddress import ip_network

import pytest

from graph_service.errors import MalformedRequest, Misdirected, SettingError
from graph_service.settings import Settings
from graph_service.web.middleware.addresses import Addresses
from graph_service.web.middleware.request import IncomingRequest
from tests.conftest import ROOT

PROXY, OTHER_PROXY, STRANGER = "127.0.0.1:5000", "10.1.2.3:5000", "192.0.2.7:5000"

PROXIES = (ip_network("127.0.0.1"), ip_network("10.0.0.0/8"), ip_network("::1"))


def settled(peer: str, headers: dict[str, str], path: str = "/", version: str = "1.1", **settings: object) -> str:
    """The root of the address that a request is found to be for; no header of a proxy's is left."""
    given = [("host", "graph.example.org"), *headers.items()] if "host" not in headers else list(headers.items())
    asked = IncomingRequest("GET", path, headers=given, version=version)
    Addresses(replace(Settings(), **settings)).settle(asked, peer)  # type: ignore[arg-type]
    assert not [name for name in asked.headers if "forwarded" in name]
    return f"{asked.scheme}://{asked.headers['host']}"


@pytest.mark.parametrize(
    ("headers", "root"),
    [
        ({}, "http://graph.example.org"),
        ({"host": "Graph.Example.ORG:8000"}, "http://graph.example.org:8000"),
        ({"x-forwarded-proto": "https"}, "https://graph.example.org"),
        ({"x-forwarded-proto": "HTTPS", "x-forwarded-host": "a.example:444"}, "https://a.example:444"),
        ({"x-forwarded-proto": "https", "x-forwarded-host": "evil.example, a.example"}, "https://a.example"),
        ({"forwarded": "for=192.0.2.1;proto=https;host=a.example"}, "https://a.example"),
        ({"forwarded": 'For="[2001:db8::1]:47"; Proto=https; Host="a.example:444"'}, "https://a.example:444"),
        # What stands before the element of the nearest proxy came from the client.
        ({"forwarded": "host=evil.example;proto=http, for=192.0.2.1;host=a.example"}, "http://a.example"),
        # The client of the nearest one is a proxy of ours as well, and so is what it says.
        ({"forwarded": "host=evil.example, for=192.0.2.1;host=a.example;proto=https, for=10.1.2.3;host=inner"}, "https://a.example"),
        ({"forwarded": 'for="[::1]";host=inner'}, "http://inner"),
        ({"x-forwarded-for": "192.0.2.1, 10.1.2.3", "x-forwarded-proto": "https, http"}, "https://graph.example.org"),
        ({"x-forwarded-for": "192.0.2.1, 10.1.2.3", "x-forwarded-proto": "https"}, "https://graph.example.org"),
        ({"x-forwarded-for": "unknown", "x-forwarded-host": ""}, "http://graph.example.org"),
        # A proxy that hands `Forwarded` on as it came writes the others.
        ({"forwarded": "host=evil.example", "x-forwarded-proto": "https"}, "https://graph.example.org"),
        ({"forwarded": '"'}, "http://graph.example.org"),
    ],
)
def test_a_proxy_of_ours_is_believed_and_nobody_before_it(headers: dict[str, str], root: str) -> None:
    assert settled(PROXY, headers, proxies=PROXIES) == root
    host = headers.get("host", "graph.example.org").lower()
    assert settled(STRANGER, headers, proxies=PROXIES) == settled(PROXY, headers) == f"http://{host}"


def test_a_proxy_may_be_known_by_its_network_and_come_by_ipv6() -> None:
    for peer in (OTHER_PROXY, "::1:5000", "[::1]:5000", "::ffff:10.9.9.9:5000"):
        assert settled(peer, {"x-forwarded-proto": "https"}, proxies=PROXIES) == "https://graph.example.org", peer
    assert settled("no address", {"x-forwarded-proto": "https"}, proxies=PROXIES) == "http://graph.example.org"


@pytest.mark.parametrize("headers", [{"x-forwarded-proto": "gopher"}, {"x-forwarded-host": "a b"}, {"forwarded": 'host="a\\"b"'}])
def test_what_a_proxy_may_not_say_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(MalformedRequest):
        settled(PROXY, headers, proxies=PROXIES)


def test_the_public_address_is_every_requests_address() -> None:
    public = Settings.read({"GRAPH_SERVICE_PUBLIC_URL": "https://Data.example.org/"}).public_url
    for headers in ({}, {"host": "evil.example"}, {"x-forwarded-proto": "http", "x-forwarded-host": "evil.example"}):
        assert settled(PROXY, headers, public_url=public, proxies=PROXIES) == "https://data.example.org"


@pytest.mark.parametrize(
    ("path", "within"),
    [("/a/b", "/"), ("/a/b/", "/"), ("/a/b/sparql", "/sparql"), ("/a/bc", "/a/bc"), ("/health", "/health"), ("/a/b/a/b", "/a/b")],
)
def test_a_service_below_a_path_knows_paths_from_its_own_root(path: str, within: str) -> None:
    public = Settings.read({"GRAPH_SERVICE_PUBLIC_URL": "https://example.org/a/b/"}).public_url
    asked = IncomingRequest("GET", path, headers=[("host", "inner")])
    addresses = Addresses(replace(Settings(), public_url=public))
    addresses.find_root(asked)
    addresses.settle(asked, STRANGER)
    assert (asked.path, asked.root, asked.scheme, asked.headers["host"]) == (within, "/a/b", "https", "example.org")


HOSTS = Settings.read({"GRAPH_SERVICE_HOSTS": "a.example, b.example:8000, [::1]"}).hosts


@pytest.mark.parametrize("host", ["a.example", "A.example:80", "a.example:9", "b.example:8000", "[::1]", "[::1]:8000", "data.example.org"])
def test_a_host_that_is_listed_is_answered(host: str) -> None:
    assert settled(STRANGER, {"host": host}, hosts=HOSTS, public_url="https://data.example.org") == "https://data.example.org"


@pytest.mark.parametrize("host", ["evil.example", "b.example", "b.example:80", "x.a.example", "a.example.evil.example", "127.0.0.1"])
def test_a_host_that_is_not_listed_is_not_answered(host: str) -> None:
    with pytest.raises(Misdirected):
        settled(STRANGER, {"host": host}, hosts=HOSTS)
    with pytest.raises(Misdirected):
        settled(PROXY, {"x-forwarded-host": host}, hosts=HOSTS, proxies=PROXIES)
    for path in ("/health", "/ready"):
        assert settled(STRANGER, {"host": host}, path, hosts=HOSTS) == f"http://{host}"


def test_a_port_that_is_the_schemes_own_need_not_be_said() -> None:
    assert (
        settled(PROXY, {"host": "a.example", "x-forwarded-proto": "https"}, hosts=("a.example:443",), proxies=PROXIES)
        == "https://a.example"
    )


def test_a_request_without_a_host_is_for_none_that_is_listed() -> None:
    asked = IncomingRequest("GET", "/", version="1.0")
    Addresses(Settings()).settle(asked, STRANGER)
    with pytest.raises(Misdirected):
        Addresses(replace(Settings(), hosts=HOSTS)).settle(asked, STRANGER)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PUBLIC_URL", "example.org", "an http or https address"),
        ("PUBLIC_URL", "https://exämple.org", "https://example.org"),
        ("PUBLIC_URL", "https://example.org/graph?x", "https://example.org/graph"),
        ("PUBLIC_URL", "https://example.org/a b", "https://example.org/graph"),
        ("PUBLIC_URL", "https://example.org/a//b", "https://example.org/graph"),
        ("PUBLIC_URL", "https://user:secret@example.org", "without user"),
        ("HOSTS", "https://example.org", "hosts such as"),
        ("PROXIES", "proxy.example.org", "10.0.0.0/8"),
        ("PROXIES", "10.0.0.1/8", "10.0.0.0/8"),
    ],
)
def test_a_setting_that_is_no_address_is_named(name: str, value: str, words: str) -> None:
    with pytest.raises(SettingError, match=f"GRAPH_SERVICE_{name} has the value") as error:
        Settings.read({f"GRAPH_SERVICE_{name}": value})
    assert words in error.value.detail
    assert "secret" not in error.value.detail


def test_no_address_of_the_service_is_made_without_the_path_below_which_it_stands() -> None:
    files = [file for folder in ("*.py", "templates/*") for file in (ROOT / "graph_service" / "web").rglob(folder)]
    assert not [file for file in files if re.search(r"request\.(host_url|url_root)\b", file.read_text(encoding="utf-8"))]
