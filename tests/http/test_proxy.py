"""The service behind a real nginx, with the configuration that the documentation gives."""

import http.client
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

import pytest

from graph_service.snapshot.snapshot import Snapshot
from tests.conftest import Server
from tests.http.proxies import Proxy, nginx

pytestmark = pytest.mark.live

SELECT = "SELECT ?s { ?s a <https://w3id.org/labcoop/ns#Country> } ORDER BY ?s LIMIT 3"


@pytest.fixture(scope="module")
def served(start: Callable[..., Server], snapshot: Snapshot) -> Server:
    """The service, told of its proxy."""
    return start("--proxies", "127.0.0.1")


@pytest.fixture(scope="module")
def proxy(served: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    with nginx(served, tmp_path_factory.mktemp("nginx")) as proxy:
        yield proxy


def test_queries_pages_and_files_come_through(proxy: Proxy, served: Server) -> None:
    asked = urlencode({"query": SELECT}).encode()
    assert proxy.get("/sparql", asked, Accept="text/csv") == (200, served.ask("/sparql", "POST", asked, Accept="text/csv").body)
    assert proxy.get("/", Accept="text/html")[0] == 200
    assert proxy.get("/downloads/dataset.nq") == (200, served.ask("/downloads/dataset.nq").body)


def test_links_are_those_of_the_proxy_whatever_a_client_says_of_itself(proxy: Proxy) -> None:
    said: Any = {"X_Forwarded_Host": "evil.example", "X_Forwarded_Proto": "http", "Forwarded": "host=evil.example;proto=http"}
    for path in ("/catalog", "/openapi.json", "/.well-known/void"):
        status, body = proxy.get(path, **said)
        assert status == 200
        assert proxy.url.encode() in body, path
        assert b"evil.example" not in body, path
        assert proxy.url.replace("https:", "http:").encode() not in body, path


@pytest.mark.parametrize("path", ["/metrics", "/ready", "/admin/queries", "/ready/"])
def test_what_is_for_operators_is_for_this_machine_alone(proxy: Proxy, path: str) -> None:
    host, port = proxy.url.removeprefix("https://").split(":")
    context = proxy.context
    statuses = {}
    for source in ("127.0.0.1", "127.0.0.2"):
        connection = http.client.HTTPSConnection(host, int(port), context=context, source_address=(source, 0), timeout=30)
        connection.request("GET", path)
        statuses[source] = connection.getresponse().status
        connection.close()
    assert statuses["127.0.0.2"] == 403
    assert statuses["127.0.0.1"] in {200, 404}


def test_a_connection_that_the_service_has_closed_is_not_used_again(proxy: Proxy) -> None:
    for _ in range(2):
        # A POST is not repeated by a proxy, so it would fail.
        assert proxy.get("/sparql", urlencode({"query": SELECT}).encode())[0] == 200
        time.sleep(5.2)


def test_one_address_gets_its_share_and_no_more(proxy: Proxy) -> None:
    with ThreadPoolExecutor(20) as pool:
        statuses = Counter(status for status, _ in pool.map(lambda _: proxy.get("/health"), range(200)))
    assert set(statuses) == {200, 429}
    assert statuses[200] >= 60


def test_http_2_is_spoken(proxy: Proxy) -> None:
    context = proxy.context
    context.set_alpn_protocols(["h2", "http/1.1"])
    host, port = proxy.url.removeprefix("https://").split(":")
    with socket.create_connection((host, int(port))) as plain, context.wrap_socket(plain, server_hostname=host) as connection:
        assert connection.selected_alpn_protocol() == "h2"
