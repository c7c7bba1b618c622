"""Clients that others wrote run unchanged."""

import shutil
import subprocess
from typing import Any

import pytest
import rdflib
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, JSON, POST, POSTDIRECTLY, RDFXML, TURTLE, XML, SPARQLWrapper

pytestmark = pytest.mark.live

LC = "https://w3id.org/labcoop/ns#"
CRI = "https://w3id.org/labcoop/id/place/CRI"
SELECT = f"SELECT ?label WHERE {{ <{CRI}> <http://www.w3.org/2000/01/rdf-schema#label> ?label FILTER(LANG(?label) = 'es') }}"
CONSTRUCT = f"CONSTRUCT WHERE {{ <{CRI}> ?p ?o }}"


def ask(endpoint: str, query: str, form: str, method: str = "GET", direct: bool = False) -> Any:
    client = SPARQLWrapper(endpoint, agent="tests")
    client.setQuery(query)
    client.setReturnFormat(form)
    client.setMethod(method)
    if direct:
        client.setRequestMethod(POSTDIRECTLY)
    return client.queryAndConvert()


@pytest.mark.parametrize("method", ["GET", POST])
def test_sparqlwrapper_reads_json(endpoint: str, method: str) -> None:
    result = ask(endpoint, SELECT, JSON, method)
    assert [row["label"]["value"] for row in result["results"]["bindings"]] == ["Costa Rica"]


def test_sparqlwrapper_posts_directly(endpoint: str) -> None:
    assert ask(endpoint, SELECT, JSON, POST, direct=True)["results"]["bindings"]


def test_sparqlwrapper_reads_xml_and_csv(endpoint: str) -> None:
    assert "Costa Rica" in ask(endpoint, SELECT, XML).toxml()
    assert ask(endpoint, SELECT, CSV).decode().split() == ["label", "Costa", "Rica"]


def test_sparqlwrapper_reads_graphs(endpoint: str) -> None:
    as_xml = ask(endpoint, CONSTRUCT, RDFXML)
    as_turtle = rdflib.Graph().parse(data=ask(endpoint, CONSTRUCT, TURTLE), format="turtle")
    assert len(as_xml) == len(as_turtle) > 5


def test_sparqlwrapper_asks(endpoint: str) -> None:
    assert ask(endpoint, f"ASK {{ <{CRI}> a <{LC}Country> }}", JSON)["boolean"] is True


def test_rdflib_reads_the_endpoint_as_a_store(endpoint: str) -> None:
    graph = rdflib.Graph(SPARQLStore(endpoint))
    assert (rdflib.URIRef(CRI), rdflib.RDF.type, rdflib.URIRef(LC + "Country")) in graph
    assert {str(row[0]) for row in graph.query(SELECT)} == {"Costa Rica"}  # type: ignore[index]
    assert "Costa Rica" in {str(label) for label in graph.objects(rdflib.URIRef(CRI), rdflib.RDFS.label)}


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize(
    "arguments",
    [
        ["--get", "--data-urlencode", f"query={SELECT}"],
        ["--data-urlencode", f"query={SELECT}"],
        ["--header", "Content-Type: application/sparql-query", "--data-binary", SELECT],
    ],
    ids=["get", "form", "direct"],
)
def test_curl_asks_in_every_form(endpoint: str, arguments: list[str]) -> None:
    command = ["curl", "--silent", "--fail-with-body", "--noproxy", "*", "--header", "Accept: text/csv", *arguments, endpoint]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert (done.returncode, done.stdout.splitlines()) == (0, ["label", "Costa Rica"])
