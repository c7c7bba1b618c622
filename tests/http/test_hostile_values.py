"""Whatever a client writes into a parameter: no answer is a fault of the service, and none of it makes or breaks a header.

Every parameter of every path of the OpenAPI document is given every kind of what harms: by a list, and by Hypothesis.
"""

import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph_service.snapshot.snapshot import Snapshot
from tests.conftest import Server

pytestmark = pytest.mark.live

#: Values as bytes: not all of them are UTF-8.
HOSTILE = {
    "line feed": b"\n",
    "header": b"x\r\nX-Injected: yes",
    "quote": b'"',
    "brackets": b"<>",
    "separators": b"\\;,'",
    "controls": b"\x00\x1f\x7f",
    "Latin-1": "é".encode(),
    "beyond Latin-1": "€".encode(),
    "no UTF-8": b"\xff",
    "long": b"a" * 11_000,
}

ACCEPT = ("text/html", "application/json", "text/csv", "text/turtle")

#: The key of a thing, as IRIs may have it and headers not.
KEY = "Łódź"

#: What stands in a path where another part of it is tried.
USUAL = {"kind": "project", "key": "triangle-in-asean", "name": "dataset.ttl", "version": "latest", "suffix": "json"}


@dataclass(frozen=True)
class Place:
    """A parameter of a path."""

    path: str
    name: str
    in_path: bool

    def address(self, value: bytes) -> str:
        """The path with that value for the parameter."""
        path = self.path
        for name, usual in USUAL.items():
            path = path if self.in_path and name == self.name else path.replace(f"{{{name}}}", usual)
        return path.replace(f"{{{self.name}}}", quote(value, safe="")) if self.in_path else f"{path}?{urlencode({self.name: value})}"


class Asking:
    """One connection to the service, opened again where an answer ends it."""

    def __init__(self, url: str) -> None:
        self._connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)

    def close(self) -> None:
        self._connection.close()

    def __call__(self, address: str, accept: str, form: str | None = None) -> str:
        """What is wrong with the answer; nothing if it is an answer as it should be. A form is sent by POST."""
        headers = {"Accept": accept, **({"Content-Type": "application/x-www-form-urlencoded"} if form is not None else {})}
        self._connection.request("GET" if form is None else "POST", address, form, headers)
        answer = self._connection.getresponse()
        answer.read()
        # Visible ASCII and spaces: all that a field value should have (RFC 9110, section 5.5).
        illegal = [name for name, value in answer.getheaders() if not (value.isascii() and value.isprintable())]
        injected = answer.getheader("X-Injected") is not None
        return f"{answer.status} {illegal} {address[:200]} as {accept}" if answer.status >= 500 or illegal or injected else ""


@pytest.fixture(scope="module")
def places(server: Server) -> list[Place]:
    document = json.loads(server.ask("/openapi.json").body)
    found = {
        Place(path, parameter["name"], parameter["in"] == "path")
        for path, item in document["paths"].items()
        for parameter in (*item.get("get", {}).get("parameters", ()), *({"name": n, "in": "query"} for n in ("lang", "format", "infer")))
        if "get" in item
    }
    return sorted(found, key=str)


@pytest.fixture
def ask(server: Server) -> Iterator[Asking]:
    with closing(Asking(server.url)) as asking:
        yield asking


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_value_is_a_fault_or_makes_a_header(places: list[Place], ask: Asking, kind: str) -> None:
    assert len(places) > 400
    # Each place with another of the formats; all together every path meets all of them.
    wrong = [ask(place.address(HOSTILE[kind]), ACCEPT[at % len(ACCEPT)]) for at, place in enumerate(places)]
    # Canned queries and the endpoint take forms as well.
    for at, place in enumerate(places):
        if place.path.startswith(("/queries/", "/sparql")) and not place.in_path:
            form = {**({"query": "ASK {}"} if place.path == "/sparql" else {}), place.name: HOSTILE[kind]}
            wrong.append(ask(place.path, ACCEPT[at % len(ACCEPT)], urlencode(form)))
    assert not [found for found in wrong if found]


@settings(max_examples=600, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=st.data())
def test_nothing_that_can_be_thought_of_is_a_fault_or_makes_a_header(places: list[Place], ask: Asking, drawn: st.DataObject) -> None:
    place = drawn.draw(st.sampled_from(places))
    piece = st.one_of(
        st.sampled_from(list(HOSTILE.values())[:-1]), st.text(max_size=20).map(lambda text: text.encode()), st.binary(max_size=8)
    )
    value = b"".join(drawn.draw(st.lists(piece, min_size=1, max_size=4)))
    assert not ask(place.address(value), drawn.draw(st.sampled_from(ACCEPT)))


def test_names_that_no_header_can_hold_are_escaped_in_it(start: Callable[..., Server], snapshot: Snapshot, tmp_path: Path) -> None:
    (tmp_path / "dataset.ttl").write_text(
        "<https://w3id.org/labcoop/> <http://purl.org/dc/terms/license> <https://example.org/Łicence> .", encoding="utf-8"
    )
    (tmp_path / "place.ttl").write_text(
        f"<https://w3id.org/labcoop/id/place/{KEY}> a <http://example.org/Św> ; <http://www.w3.org/2000/01/rdf-schema#label> 'x' .",
        encoding="utf-8",
    )
    graphs = (f"https://w3id.org/labcoop/graph/{KEY}", "https://w3id.org/labcoop/graph/a%22%0Ab", "http://example.org/Łódź;a,b='c'?d#e")
    (tmp_path / "graphs.nq").write_text(
        "".join(f"<http://e/a> <http://e/b> <http://e/c> <{graph}> .\n" for graph in graphs), encoding="utf-8"
    )
    server = start("--data", str(tmp_path), "--ontology", "none", "--queries", "none", "--reasoning", "none")
    with closing(Asking(server.url)) as asking:
        listed = json.loads(server.ask("/downloads/").body)
        assert {file["graph"] for file in listed["files"]} >= set(graphs)
        for name in {file["url"].removeprefix(f"{server.url}/downloads/{listed['version']}/") for file in listed["files"]}:
            for folder in ("/downloads", "/downloads/latest", f"/downloads/{listed['version']}"):
                assert not asking(f"{folder}/{quote(name)}", "*/*")
                assert server.ask(f"{folder}/{quote(name)}").status == 200, name
        for graph in graphs:
            assert not asking(f"/rdf-graph-store?{urlencode({'graph': graph})}", "text/turtle")
            assert not asking(f"/graph/{quote(graph.rpartition('/')[2])}", "text/turtle")
        for path in ("/", *(f"/{way}/place/{quote(KEY)}" for way in ("id", "page", "data", "linkset"))):
            for accept in ("text/html", "text/turtle", "application/ld+json"):
                assert not asking(path, accept)
    assert server.ask(f"/id/place/{quote(KEY)}", Accept="text/turtle").headers["location"] == f"/data/place/{quote(KEY)}.ttl"
    data = server.ask(f"/data/place/{quote(KEY)}", Accept="text/turtle")
    assert data.headers["content-location"] == f"/data/place/{quote(KEY)}.ttl"
    assert "<https://example.org/%C5%81icence>" in data.headers["link"]
    for names, allowed in (("x-a, x-b", "x-a, x-b"), ("x-\xe9", None)):
        asked = server.ask("/sparql", "OPTIONS", Access_Control_Request_Method="GET", Access_Control_Request_Headers=names)
        assert asked.headers.get("access-control-allow-headers") == allowed
