"""The service as `docs/deploying.md` has it: behind nginx and behind HAProxy, with another name, and below a path."""

import http.client
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from graph_service.snapshot.snapshot import Snapshot
from tests.conftest import ROOT, Server
from tests.http.proxies import Change, Proxy, haproxy, nginx

pytestmark = pytest.mark.live

NAME = "https://graph.example.org"

#: What the page says to write in the file of each proxy where the service stands below a path.
BELOW: dict[str, tuple[Change, ...]] = {
    "nginx": ((r"location / \{", "location /graph/ {"), (r"\^/\(metrics", "^/graph/(metrics")),
    "haproxy": (
        ("default_backend service", "use_backend service if { path /graph } || { path_beg /graph/ }"),
        (r"\^/\(metrics", "^/graph/(metrics"),
    ),
}
Start = Callable[..., Server]
Places = pytest.TempPathFactory

PROXIES = {"nginx": nginx, "haproxy": haproxy}


@pytest.fixture(scope="module", params=PROXIES)
def named(
    request: pytest.FixtureRequest, start: Callable[..., Server], snapshot: Snapshot, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proxy]:
    """A proxy in front of a service that has another name than its host."""
    served = start("--public-url", NAME, "--hosts", "127.0.0.1")
    with PROXIES[request.param](served, tmp_path_factory.mktemp("named")) as proxy:
        yield proxy


@pytest.fixture(scope="module", params=PROXIES)
def below(
    request: pytest.FixtureRequest, start: Callable[..., Server], snapshot: Snapshot, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proxy]:
    """A proxy in front of a service below a path."""
    served = start("--public-url", f"{NAME}/graph")
    with PROXIES[request.param](served, tmp_path_factory.mktemp("below"), BELOW[request.param]) as proxy:
        yield proxy


def statuses(proxy: Proxy, path: str) -> dict[str, int]:
    """What an operator on the machine and somebody else get."""
    host, port = proxy.url.removeprefix("https://").split(":")
    found = {}
    for source in ("127.0.0.1", "127.0.0.2"):
        connection = http.client.HTTPSConnection(host, int(port), context=proxy.context, source_address=(source, 0), timeout=30)
        connection.request("GET", path, headers={"Host": NAME.removeprefix("https://")})
        found[source] = connection.getresponse().status
        connection.close()
    return found


@pytest.mark.parametrize("path", ["/catalog", "/openapi.json", "/feed.atom", "/queries"])
def test_every_address_has_the_public_name(named: Proxy, path: str) -> None:
    status, body = named.get(path, Host="graph.example.org", X_Forwarded_Host="evil.example", Forwarded="host=evil.example")
    assert status == 200
    assert NAME.encode() in body
    assert not re.search(rb"evil\.example|https?://127\.0\.0\.1", body)


def test_a_name_that_is_not_the_services_is_refused(named: Proxy) -> None:
    assert named.get("/", Host="evil.example")[0] == 421


#: Other ways to write a path that some servers take for the same.
SPELLINGS = ("/%72eady", "//ready", "/%2Fready", "/%2fmetrics", "//%6detrics//", "/./ready", "/x/../ready", "/x/%2e%2e/metrics", "/ready;x")


@pytest.mark.parametrize("path", SPELLINGS)
def test_operators_addresses_are_kept_however_they_are_spelled(named: Proxy, path: str) -> None:
    assert statuses(named, path)["127.0.0.2"] in {400, 403, 404}


@pytest.mark.parametrize("path", SPELLINGS)
def test_operators_addresses_below_a_path_are_kept_however_they_are_spelled(below: Proxy, path: str) -> None:
    for spelled in (f"/graph{path}", f"//graph{path}", f"/%67raph{path}"):
        assert statuses(below, spelled)["127.0.0.2"] in {400, 403, 404, 503}


def test_the_path_itself_is_the_first_page(below: Proxy) -> None:
    for path in ("/graph", "/graph/"):
        assert statuses(below, path)["127.0.0.2"] in {200, 301, 302, 303, 307, 308}, path


@pytest.mark.parametrize("path", ["/metrics", "/ready"])
def test_operators_addresses_are_for_the_machine_and_health_for_all(named: Proxy, path: str) -> None:
    assert statuses(named, path) == {"127.0.0.1": 200, "127.0.0.2": 403}
    assert statuses(named, "/health") == {"127.0.0.1": 200, "127.0.0.2": 200}


def test_below_a_path_everything_is_there_and_operators_addresses_are_kept(below: Proxy) -> None:
    status, body = below.get("/graph/", Accept="text/html", Host="graph.example.org")
    assert status == 200
    addresses = set(re.findall(rb'(?:href|src)="(/[^"#]*)', body))
    assert addresses
    assert all(address.startswith(b"/graph/") for address in addresses)
    for address in sorted(addresses)[:25]:
        assert below.get(address.decode().replace("&amp;", "&"), Accept="text/html,*/*;q=0.8", Host="graph.example.org")[0] == 200, address
    servers = json.loads(below.get("/graph/openapi.json", Host="graph.example.org")[1])["servers"]
    assert [server["url"] for server in servers] == [f"{NAME}/graph"]
    assert statuses(below, "/graph/health") == {"127.0.0.1": 200, "127.0.0.2": 200}
    for path in ("/graph/metrics", "/graph/ready", "/graph/ready/"):
        assert statuses(below, path)["127.0.0.2"] == 403
    assert statuses(below, "/metrics")["127.0.0.2"] in {403, 404, 503}


def test_the_page_tells_of_each_change_that_is_tried_here_and_of_files_that_are_there() -> None:
    page = (ROOT / "docs" / "deploying.md").read_text()
    for changes in BELOW.values():
        assert all(ours in page for _, ours in changes)
    for file in re.findall(r"deploy/[\w.-]+\w", page):
        assert (ROOT / file).is_file(), file


def test_the_unit_is_understood_by_systemd(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not installed")
    unit = (ROOT / "deploy" / "graph-service.service").read_text()
    # The program is looked for; here it is another one.
    text, found = re.subn(r"(?m)^ExecStart=\S+", f"ExecStart={shutil.which('true')}", unit)
    assert found == 1
    (tmp_path / "graph-service.service").write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", str(tmp_path / "graph-service.service")], capture_output=True, text=True, timeout=600
    )
    assert "graph-service" not in done.stderr, done.stderr


def test_figures_are_as_prometheus_reads_them(server: Server) -> None:
    """By promtool where it is installed; else by the parser of the client library."""
    text = server.ask("/metrics").text
    assert [family.name for family in text_string_to_metric_families(text)]
    if (promtool := shutil.which("promtool")) is not None:
        done = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, text=True, timeout=600)
        assert (done.returncode, done.stderr + done.stdout) == (0, "")
