"""The table of parameters, held against what the application reads of a request."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask, Request
from prometheus_client import CollectorRegistry
from werkzeug.datastructures import CombinedMultiDict, MultiDict
from werkzeug.test import EnvironBuilder

from graph_service.build.build import build
from graph_service.errors import Forbidden
from graph_service.service.service import Service
from graph_service.settings import Settings
from graph_service.web.app import create_app
from graph_service.web.http.parameters import BOUND, known_parameters, relevant
from graph_service.web.http.protocol import read_query, wants_page
from graph_service.web.http.responses import wanted

#: Part of a path -> examples of it.
PARTS = {
    "kind": ["place"],
    "key": ["CRI", "CRI.ttl"],
    "path": ["sector", "sector.ttl"],
    "suffix": ["ttl", "csv", "json", "svg"],
    "wanted": ["0123456789ab"],
    "id": ["1"],
    "version": ["static", "0.1"],
    "older": ["a"],
    "newer": ["b"],
    "part": ("rules", "nothing"),
    "name": ["ontology", "projects", "timeline", "dataset.nq"],
}

ACCEPTS = ("text/html", "application/json", "text/turtle", "text/csv")

#: Parameters that bring the application to read others, by the beginning of the path.
GIVEN = {
    "": [""],
    "/search": ["q=mine&kind=skos:Concept", "q=mine&suggest"],
    "/explain": ["s=place:CRI", "s=place:CRI&p=rdf:type", "s=place:CRI&p=rdf:type&o=skos:Concept"],
    "/rdf-graph-store": ["default"],
}

DATA = """
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<https://w3id.org/labcoop/id/place/CRI> a skos:Concept ; skos:prefLabel "Costa Rica"@en .
<https://w3id.org/labcoop/vocab/sector> a skos:ConceptScheme .
"""


class Noting(MultiDict[str, str]):
    """Parameters that note which of them are asked for; `*` for a look at all of them."""

    def __init__(self, given: Any, noted: set[str]) -> None:
        super().__init__(given)
        self.noted = noted

    def __getitem__(self, name: str) -> str:
        self.noted.add(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self.noted.add(str(name))
        return super().__contains__(name)

    def getlist(self, key: str, type: Any = None) -> list[Any]:
        self.noted.add(key)
        return super().getlist(key) if type is None else super().getlist(key, type)

    def get(self, key: str, default: Any = None, type: Any = None) -> Any:  # type: ignore[override]
        self.noted.add(key)
        return super().get(key, default) if type is None else super().get(key, default, type)


class NotingRequest(Request):
    """A request that notes which of its parameters are asked for."""

    @property
    def args(self) -> Any:
        return Noting(super().args, self.environ["noted"])

    @property
    def values(self) -> Any:
        return CombinedMultiDict([self.args, self.form])


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("small")
    (folder / "data.ttl").write_text(DATA)
    settings = replace(
        Settings(),
        snapshots=folder / "snapshots",
        data=(folder / "data.ttl",),
        ontology=(),
        queries=(),
        reasoning="none",
        base="https://w3id.org/labcoop/",
    )
    with Service.open(build(settings, lambda _: None), settings) as service:
        app = create_app(service, settings, CollectorRegistry())
        app.request_class = NotingRequest
        yield app


def addresses(app: Flask) -> Iterator[tuple[str, str]]:
    """The rules of the application, and examples of paths of each."""
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()):
            continue
        examples = [rule.rule]
        for part, values in PARTS.items():
            examples = [
                example.replace(f"<{kind}{part}>", value)
                for example in examples
                for kind in ("", "path:")
                for value in values
                if f"<{kind}{part}>" in example or (not kind and f"{part}>" not in example and value == values[0])
            ]
        yield from ((rule.rule, example) for example in examples)


@pytest.mark.built
def test_the_table_has_every_parameter_that_is_read_and_no_others(app: Flask) -> None:
    client = app.test_client()
    read: dict[frozenset[str], set[str]] = {}
    for rule, path in addresses(app):
        assert "<" not in path, rule
        known = known_parameters(path)
        if known is None or rule.startswith("/sparql"):
            continue
        for given in (given for start, some in GIVEN.items() if path.startswith(start) for given in some):
            for accept in ACCEPTS:
                noted: set[str] = set()
                client.get(f"{path}?{given}", headers={"Accept": accept}, environ_overrides={"noted": noted}).close()
                assert noted <= known, f"{path}?{given} reads {sorted(noted - known)}"
                read.setdefault(known, set()).update(noted)
    for known, names in read.items():
        assert known <= names, f"{sorted(known - names)} is read nowhere"


def test_the_table_has_every_parameter_of_the_endpoint() -> None:
    known = known_parameters("/sparql")
    assert known is not None
    noted: set[str] = set()
    for given in ("", "query=ASK{}", "query=ASK{?x ?y ?z}&$x=place:CRI", "update=CLEAR"):
        asked = NotingRequest(EnvironBuilder(query_string=given, environ_overrides={"noted": noted}).get_environ())
        with suppress(Forbidden):
            read_query(asked)
        wants_page(asked)
        wanted(asked=asked)
    assert {BOUND if name.startswith(BOUND) else name for name in noted} | {"lang"} == known


@pytest.mark.parametrize(
    ("path", "query", "left"),
    [
        ("/", "utm_source=x", ""),
        ("/page/place/CRI", "utm_source=x&infer=false&z=1", "infer=false"),
        ("/sparql", "query=ASK%7B%7D&debug=on&%24x=1&timeout=2&save=display", "query=ASK%7B%7D&%24x=1&timeout=2"),
        ("/sparql/", "z&query=a%26z=1&default-graph-uri", "query=a%26z=1&default-graph-uri"),
        ("/sparql/vocabulary", "query=1", ""),
        ("/ns.ttl", "z=1&lang=fr", "lang=fr"),
        ("/openapi.json", "z=1", ""),
        ("/downloads/latest/dataset.nq", "z=1", ""),
        ("/queries/projects", "country=CRI&z=1", "country=CRI&z=1"),
        ("/queries/projects.csv", "z=1", "z=1"),
        ("/queries", "z=1", ""),
        ("/things/projects.csv", "z=1", "z=1"),
        ("/no/such/place", "z=1", "z=1"),
    ],
)
def test_what_nothing_reads_is_left_out(path: str, query: str, left: str) -> None:
    assert relevant(path, query) == left
