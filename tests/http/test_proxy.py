"""The service behind a real nginx, with the configuration that the documentation gives."""

import http.client
import re
import shutil
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

import pytest

from graph_service.knowledge.snapshot import Snapshot
from tests.conftest import ROOT, Server

pytestmark = pytest.mark.live

SELECT = "SELECT ?s { ?s a <https://w3id.org/labcoop/ns#Country> } ORDER BY ?s LIMIT 3"


@pytest.fixture(scope="module")
def served(start: Callable[..., Server], snapshot: Snapshot) -> Server:
    """The service, told of its proxy."""
    return start("--proxies", "127.0.0.1")


@pytest.fixture(scope="module")
def proxy(served: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The address of an nginx in front of the service, and the file of its certificate. Skips where there is none."""
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/bin")
    if nginx is None or shutil.which("openssl") is None:
        pytest.skip("nginx and openssl are not installed")
    folder = tmp_path_factory.mktemp("nginx")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    certificate = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    made = [*certificate, "-keyout", str(folder / "key"), "-out", str(folder / "cert"), "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(made, check=True, capture_output=True)
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    for pattern, ours in (
        (r"127\.0\.0\.1:8000", served.url.removeprefix("http://")),
        (r"listen 443", f"listen 127.0.0.1:{port}"),
        (r"/etc/ssl/certs/\S+\.pem", str(folder / "cert")),
        (r"/etc/ssl/private/\S+\.key", str(folder / "key")),
        (r"(?m)^events", "pid nginx.pid;\nevents"),
    ):
        text, found = re.subn(pattern, ours, text)
        assert found == 1, pattern
    (folder / "nginx.conf").write_text(text)
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [nginx, "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf"), "-g", "daemon off;"], stdout=log, stderr=log
        )
    until = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            break
        except OSError:
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < until, (folder / "log").read_text()
            time.sleep(0.05)
    yield f"https://127.0.0.1:{port}", str(folder / "cert")
    process.terminate()
    process.wait(timeout=10)


def get(proxy: tuple[str, str], path: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
    request = urllib.request.Request(proxy[0] + path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=30, context=ssl.create_default_context(cafile=proxy[1])) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def test_queries_pages_and_files_come_through(proxy: tuple[str, str], served: Server) -> None:
    asked = urlencode({"query": SELECT}).encode()
    assert get(proxy, "/sparql", asked, Accept="text/csv") == (200, served.ask("/sparql", "POST", asked, Accept="text/csv").body)
    assert get(proxy, "/", Accept="text/html")[0] == 200
    assert get(proxy, "/downloads/dataset.nq") == (200, served.ask("/downloads/dataset.nq").body)


def test_links_are_those_of_the_proxy_whatever_a_client_says_of_itself(proxy: tuple[str, str]) -> None:
    said: Any = {"X_Forwarded_Host": "evil.example", "X_Forwarded_Proto": "http", "Forwarded": "host=evil.example;proto=http"}
    for path in ("/catalog", "/openapi.json", "/.well-known/void"):
        status, body = get(proxy, path, **said)
        assert status == 200
        assert proxy[0].encode() in body, path
        assert b"evil.example" not in body, path
        assert proxy[0].replace("https:", "http:").encode() not in body, path


@pytest.mark.parametrize("path", ["/metrics", "/ready", "/admin/queries", "/ready/"])
def test_what_is_for_operators_is_for_this_machine_alone(proxy: tuple[str, str], path: str) -> None:
    host, port = proxy[0].removeprefix("https://").split(":")
    context = ssl.create_default_context(cafile=proxy[1])
    statuses = {}
    for source in ("127.0.0.1", "127.0.0.2"):
        connection = http.client.HTTPSConnection(host, int(port), context=context, source_address=(source, 0), timeout=30)
        connection.request("GET", path)
        statuses[source] = connection.getresponse().status
        connection.close()
    assert statuses["127.0.0.2"] == 403
    assert statuses["127.0.0.1"] in {200, 404}


def test_a_connection_that_the_service_has_closed_is_not_used_again(proxy: tuple[str, str]) -> None:
    for _ in range(2):
        # A POST is not repeated by a proxy, so it would fail.
        assert get(proxy, "/sparql", urlencode({"query": SELECT}).encode())[0] == 200
        time.sleep(5.2)


def test_one_address_gets_its_share_and_no_more(proxy: tuple[str, str]) -> None:
    with ThreadPoolExecutor(20) as pool:
        statuses = Counter(status for status, _ in pool.map(lambda _: get(proxy, "/health"), range(200)))
    assert set(statuses) == {200, 429}
    assert statuses[200] >= 60


def test_http_2_is_spoken(proxy: tuple[str, str]) -> None:
    context = ssl.create_default_context(cafile=proxy[1])
    context.set_alpn_protocols(["h2", "http/1.1"])
    host, port = proxy[0].removeprefix("https://").split(":")
    with socket.create_connection((host, int(port))) as plain, context.wrap_socket(plain, server_hostname=host) as connection:
        assert connection.selected_alpn_protocol() == "h2"
