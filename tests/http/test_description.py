"""The graph describes itself, in the store and at the standard places, and what it says is true."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pyshacl
import pytest
import rdflib
from rdflib.namespace import DCAT, DCTERMS, RDF, VOID

from graph_service.snapshot.snapshot import Snapshot
from tests.conftest import Server

pytestmark = pytest.mark.live

SD = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
SPDX = rdflib.Namespace("http://spdx.org/rdf/terms#")
SHACL = rdflib.Namespace("http://www.w3.org/ns/shacl#")
DATASET = rdflib.URIRef("https://w3id.org/labcoop/")
GRAPH = "https://w3id.org/labcoop/graph/"
DESCRIPTION = GRAPH + "description"


def rows(server: Server, query: str, **parameters: object) -> list[dict[str, str]]:
    address = "/sparql?" + urlencode({"query": query, **parameters}, doseq=True)
    found = json.loads(server.ask(address, Accept="application/sparql-results+json").body)
    return [{name: cell["value"] for name, cell in row.items()} for row in found["results"]["bindings"]]


def graph_of(server: Server, path: str) -> rdflib.Graph:
    answer = server.ask(path, Accept="text/turtle")
    assert answer.status == 200, answer.text
    return rdflib.Graph().parse(data=answer.text, format="turtle")


@pytest.fixture(scope="module")
def void(server: Server) -> rdflib.Graph:
    return graph_of(server, "/.well-known/void")


@pytest.fixture(scope="module")
def content(snapshot: Snapshot) -> list[str]:
    """All named graphs but the description: what its figures are of."""
    return [graph for graph in snapshot.graphs if graph != DESCRIPTION]


@pytest.mark.parametrize(
    ("figure", "query"),
    [
        ("triples", "SELECT (COUNT(*) AS ?n) { SELECT DISTINCT ?s ?p ?o { ?s ?p ?o } }"),
        ("distinctSubjects", "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }"),
        ("distinctObjects", "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }"),
        ("properties", "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?s ?p ?o }"),
        ("classes", "SELECT (COUNT(DISTINCT ?c) AS ?n) { ?s a ?c FILTER(isIRI(?c)) }"),
        ("entities", f"SELECT (COUNT(DISTINCT ?s) AS ?n) {{ ?s ?p ?o FILTER(isIRI(?s) && STRSTARTS(STR(?s), '{DATASET}')) }}"),
    ],
)
def test_a_figure_of_the_dataset_is_what_a_query_counts(
    server: Server, void: rdflib.Graph, content: list[str], figure: str, query: str
) -> None:
    (said,) = (int(str(value)) for value in void.objects(DATASET, VOID[figure]))
    (counted,) = rows(server, query, **{"default-graph-uri": content})
    assert said == int(counted["n"]) > 0


def test_classes_and_properties_of_the_dataset_are_counted_right(server: Server, void: rdflib.Graph, content: list[str]) -> None:
    classes = {
        str(void.value(part, VOID["class"])): int(str(void.value(part, VOID.entities)))
        for part in void.objects(DATASET, VOID.classPartition)
    }
    properties = {
        str(void.value(part, VOID.property)): int(str(void.value(part, VOID.triples)))
        for part in void.objects(DATASET, VOID.propertyPartition)
    }
    graphs = {"default-graph-uri": content}
    counted = rows(server, "SELECT ?c (COUNT(DISTINCT ?s) AS ?n) { ?s a ?c FILTER(isIRI(?c)) } GROUP BY ?c", **graphs)
    assert classes == {row["c"]: int(row["n"]) for row in counted}
    counted = rows(server, "SELECT ?p (COUNT(*) AS ?n) { SELECT DISTINCT ?s ?p ?o { ?s ?p ?o } } GROUP BY ?p", **graphs)
    assert properties == {row["p"]: int(row["n"]) for row in counted}


@pytest.mark.parametrize("name", ["news-2022", "reference"])
def test_partitions_say_of_what_class_and_datatype_the_values_are(server: Server, name: str) -> None:
    said = rows(
        server,
        """PREFIX sd: <http://www.w3.org/ns/sparql-service-description#> PREFIX void: <http://rdfs.org/ns/void#>
        PREFIX ext: <http://ldf.fi/void-ext#>
        SELECT ?c ?p ?v ?n { ?named sd:name ?name ; sd:graph/void:classPartition [ void:class ?c ; void:propertyPartition ?part ] .
        ?part void:property ?p . { ?part void:classPartition [ void:class ?v ; void:triples ?n ] }
        UNION { ?part ext:datatypePartition [ ext:datatype ?v ; void:triples ?n ] }
        FILTER(STR(?name) = '"""
        + GRAPH
        + name
        + "') }",
    )
    values = {(row["c"], row["p"], row["v"]): int(row["n"]) for row in said}
    classes = rows(
        server,
        "SELECT ?c ?p ?v (COUNT(*) AS ?n) { ?s a ?c ; ?p ?o . ?o a ?v } GROUP BY ?c ?p ?v",
        **{"default-graph-uri": GRAPH + name},
    )
    datatypes = rows(
        server,
        "SELECT ?c ?p ?v (COUNT(*) AS ?n) { ?s a ?c ; ?p ?o . FILTER(isLiteral(?o)) BIND(DATATYPE(?o) AS ?v) } GROUP BY ?c ?p ?v",
        **{"default-graph-uri": GRAPH + name},
    )
    assert values == {(row["c"], row["p"], row["v"]): int(row["n"]) for row in (*classes, *datatypes)}


def test_linksets_count_the_links(server: Server, void: rdflib.Graph, content: list[str]) -> None:
    found = {}
    for linkset in void.subjects(RDF.type, VOID.Linkset):
        target = void.value(linkset, VOID.objectsTarget)
        found[str(void.value(target, VOID.uriSpace)), str(void.value(linkset, VOID.linkPredicate))] = int(
            str(void.value(linkset, VOID.triples))
        )
    exact = "http://www.w3.org/2004/02/skos/core#exactMatch"
    for space in ("http://www.wikidata.org/entity/", "http://metadata.un.org/sdg/codes/geoArea/"):
        query = f"SELECT (COUNT(*) AS ?n) {{ ?s <{exact}> ?o FILTER(STRSTARTS(STR(?o), '{space}')) }}"
        (counted,) = rows(server, query, **{"default-graph-uri": content})
        assert found[space, exact] == int(counted["n"]) > 0


def test_an_editor_finds_classes_and_their_properties_in_the_store(server: Server) -> None:
    found = rows(
        server,
        """PREFIX sd: <http://www.w3.org/ns/sparql-service-description#> PREFIX void: <http://rdfs.org/ns/void#>
        SELECT DISTINCT ?c ?p { ?graph sd:graph ?gd . ?gd void:classPartition ?cp . ?cp void:class ?c ; void:propertyPartition ?pp .
        ?pp void:property ?p }""",
    )
    lc = "https://w3id.org/labcoop/ns#"
    assert {"c": lc + "Passage", "p": lc + "quotedFrom"} in found


def test_an_editor_finds_the_canned_queries_and_prefixes_in_the_store(server: Server) -> None:
    found = rows(
        server,
        """PREFIX sh: <http://www.w3.org/ns/shacl#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
        SELECT ?sq ?c ?query { ?sq a sh:SPARQLExecutable ; rdfs:comment ?c ; sh:select|sh:ask|sh:construct ?query }""",
    )
    names = {query["name"] for query in json.loads(server.ask("/queries").body)["queries"]}
    assert {re.split("[/#]", row["sq"])[-1] for row in found} == names
    prefixes = rows(server, "PREFIX sh: <http://www.w3.org/ns/shacl#> SELECT ?p ?ns { [] sh:prefix ?p ; sh:namespace ?ns }")
    assert {"p": "lc", "ns": "https://w3id.org/labcoop/ns#"} in prefixes


def test_nothing_is_inferred_from_the_description(server: Server) -> None:
    query = f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{GRAPH}inferred> {{ ?s ?p ?o FILTER(STRSTARTS(STR(?s), '{DATASET}sparql')) }} }}"
    assert rows(server, query) == [{"n": "0"}]


@pytest.mark.parametrize("path", ["/sparql", "/sparql/"])
def test_the_service_description_names_this_endpoint_and_the_sizes_of_its_graphs(server: Server, snapshot: Snapshot, path: str) -> None:
    said = graph_of(server, path)
    assert set(said.subject_objects(SD.endpoint)) == {(rdflib.URIRef(server.sparql), rdflib.URIRef(server.sparql))}
    sizes = {str(said.value(named, SD.name)): said.value(said.value(named, SD.graph), VOID.triples) for named in said.subjects(SD.name)}
    assert {name: int(str(size)) for name, size in sizes.items()} == snapshot.graphs
    (default,) = said.objects(None, SD.defaultGraph)
    (counted,) = rows(server, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    assert int(str(said.value(default, VOID.triples))) == int(counted["n"])


def test_the_catalogue_has_the_dataset_in_three_languages_and_each_file_with_its_size_and_hash(server: Server) -> None:
    said = graph_of(server, "/catalog")
    catalog = rdflib.URIRef(f"{server.url}/catalog")
    assert (catalog, RDF.type, DCAT.Catalog) in said
    assert (catalog, DCAT.dataset, DATASET) in said
    for property in (DCTERMS.title, DCTERMS.description):
        assert {text.language for text in said.objects(DATASET, property)} >= {"en", "fr", "es"}  # type: ignore[attr-defined]
    assert said.value(DATASET, DCTERMS.license)
    listed = {entry["url"].rsplit("/", 1)[1]: entry for entry in json.loads(server.ask("/downloads/").body)["files"]}
    addresses = {file: str(said.value(file, DCAT.downloadURL)) for file in said.objects(None, DCAT.distribution)}
    files = {address.rsplit("/", 1)[1]: file for file, address in addresses.items() if address.startswith(server.url)}
    assert set(listed) == set(files)
    for name, entry in listed.items():
        assert int(str(said.value(files[name], DCAT.byteSize))) == entry["bytes"]
        assert str(said.value(said.value(files[name], SPDX.checksum), SPDX.checksumValue)).lower() == entry["sha256"]
    services = {str(said.value(service, DCAT.endpointURL)) for service in said.objects(catalog, DCAT.service)}
    assert services == {server.sparql, f"{server.url}/queries"}


def test_the_catalogue_says_what_places_and_years_the_data_are_about(server: Server) -> None:
    said = graph_of(server, "/catalog")
    places = rows(server, "SELECT DISTINCT ?p { ?s <http://purl.org/dc/terms/spatial> ?p FILTER(?s != <https://w3id.org/labcoop/>) }")
    assert {str(place) for place in said.objects(DATASET, DCTERMS.spatial)} == {row["p"] for row in places} != set()
    (period,) = said.objects(DATASET, DCTERMS.temporal)
    assert (period, RDF.type, DCTERMS.PeriodOfTime) in said
    activities = "?s a <http://www.w3.org/ns/prov#Activity> ; <https://w3id.org/labcoop/ns#%sDate> ?d"
    for end, first in (("start", "MIN"), ("end", "MAX")):
        (counted,) = rows(server, f"SELECT ({first}(STR(?d)) AS ?date) {{ {activities % end} }}")
        assert str(said.value(period, DCAT[f"{end}Date"])) == counted["date"]


def catalogue(server: Server) -> rdflib.Graph:
    """The catalogue of this service, without that of the same kind in the graph: no file can tell when it was written."""
    said = graph_of(server, "/catalog")
    said.remove((rdflib.URIRef(f"{DATASET}catalog"), None, None))
    return said


def test_the_catalogue_has_all_that_dcat_ap_makes_mandatory_or_recommends(server: Server) -> None:
    shapes = rdflib.Graph().parse(Path(__file__).parent / "dcat-ap.ttl")
    conforms, _, report = pyshacl.validate(catalogue(server), shacl_graph=shapes)
    assert conforms, report


def test_the_shapes_of_dcat_ap_find_what_is_missing(server: Server) -> None:
    shapes = rdflib.Graph().parse(Path(__file__).parent / "dcat-ap.ttl")
    said = catalogue(server)
    said.remove((None, DCAT.contactPoint, None))
    said.remove((None, DCAT.endpointURL, None))
    conforms, report, _ = pyshacl.validate(said, shacl_graph=shapes)
    assert isinstance(report, rdflib.Graph)
    assert {str(path) for path in report.objects(None, SHACL.resultPath)} == {str(DCAT.contactPoint), str(DCAT.endpointURL)}
    assert not conforms


@pytest.mark.parametrize("path", ["/.well-known/void", "/catalog", "/sparql"])
@pytest.mark.parametrize("accept", ["text/turtle", "application/n-triples", "application/rdf+xml"])
def test_descriptions_come_in_the_accepted_format(server: Server, path: str, accept: str) -> None:
    answer = server.ask(path, Accept=accept)
    assert (answer.status, answer.headers["content-type"].split(";")[0]) == (200, accept)


def test_data_that_do_not_say_what_they_are_stay_as_they_are_and_are_described_beside_them(
    start: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory
) -> None:
    data = tmp_path_factory.mktemp("mine") / "mine.ttl"
    data.write_text("<http://e/a> a <http://e/C> ; <http://e/p> 1 .")
    other = start("--data", str(data), "--ontology", "none", "--queries", "none", "--reasoning", "none")
    assert rows(other, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == [{"n": "2"}]
    said = graph_of(other, "/.well-known/void")
    nobodys = rdflib.URIRef("https://graph.invalid/")
    assert int(str(said.value(nobodys, VOID.triples))) == 2
    assert rdflib.URIRef(other.sparql) in set(said.objects(None, SD.endpoint))
    assert said.value(nobodys, DCTERMS.license) is None
