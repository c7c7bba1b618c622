"""Things, terms, concepts and graphs answer under their own paths; the whole can be taken away."""

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

import pytest
import rdflib
from rdflib.compare import isomorphic

from graph_service.snapshot.snapshot import Snapshot
from tests.conftest import SPACE, Server

pytestmark = pytest.mark.live

ILO = rdflib.URIRef("https://w3id.org/labcoop/id/organisation/ilo")
SYNTAXES = {"ttl": "turtle", "nt": "nt", "rdf": "xml", "jsonld": "json-ld", "nq": "nquads", "trig": "trig"}


@pytest.mark.parametrize(
    ("accept", "place"),
    [
        ("text/html", "/page/organisation/ilo"),
        ("text/turtle", "/data/organisation/ilo.ttl"),
        ("application/ld+json", "/data/organisation/ilo.jsonld"),
        ("application/rdf+xml", "/data/organisation/ilo.rdf"),
        ("*/*", "/data/organisation/ilo.ttl"),
    ],
)
def test_a_thing_leads_to_its_page_or_its_data(server: Server, accept: str, place: str) -> None:
    answer = server.ask("/id/organisation/ilo", Accept=accept)
    assert (answer.status, answer.headers["location"]) == (303, place)
    assert "accept" in answer.headers["vary"].lower()
    assert server.ask(place).status == 200


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "format", "place"),
    [
        (BROWSER, "ttl", "/data/organisation/ilo.ttl"),
        (BROWSER, "application/ld+json", "/data/organisation/ilo.jsonld"),
        ("text/turtle", "html", "/page/organisation/ilo"),
        (BROWSER, "", "/page/organisation/ilo"),
    ],
)
def test_a_format_in_the_address_of_a_thing_beats_accept(server: Server, accept: str, format: str, place: str) -> None:
    answer = server.ask("/id/organisation/ilo?" + urlencode({"format": format}), Accept=accept)
    assert (answer.status, answer.headers["location"]) == (303, place)


@pytest.mark.parametrize("suffix", ["ttl", "nt", "rdf", "jsonld"])
def test_data_of_a_thing_says_what_is_said_of_it_and_to_it(server: Server, suffix: str) -> None:
    answer = server.ask(f"/data/organisation/ilo.{suffix}")
    graph = rdflib.Graph().parse(data=answer.text, format=SYNTAXES[suffix])
    assert (ILO, rdflib.RDFS.label, rdflib.Literal("International Labour Organization", lang="en")) in graph
    assert any(graph.subjects(None, ILO))


def test_a_page_of_a_thing_shows_facts_words_and_what_is_inferred(server: Server) -> None:
    text = server.ask("/page/project/triangle-in-asean").text
    assert "TRIANGLE in ASEAN" in text
    assert "The programme works nationally across six countries" in text
    assert "inferred" in text


def test_a_scheme_is_told_with_its_concepts(server: Server) -> None:
    told = server.ask("/vocab/status.ttl").text
    assert '"It is to begin after the date of the report."@en' in told
    assert "skos:broader orgtype:social-partners" in server.ask("/vocab/organisation-type.ttl").text


@pytest.mark.parametrize("path", ["/ns", "/ns/0.2.0", "/vocab/beneficiary-group/migrants", "/vocab/beneficiary-group", "/graph/news-2022"])
@pytest.mark.parametrize("accept", ["text/turtle", "application/ld+json", "application/rdf+xml", "application/n-triples"])
def test_terms_concepts_and_graphs_answer_as_rdf(server: Server, path: str, accept: str) -> None:
    answer = server.ask(path, Accept=accept)
    assert (answer.status, answer.headers["content-type"].split(";")[0]) == (200, accept)
    syntax = {"text/turtle": "turtle", "application/ld+json": "json-ld", "application/rdf+xml": "xml", "application/n-triples": "nt"}[
        accept
    ]
    assert len(rdflib.Graph().parse(data=answer.text, format=syntax)) > 3


@pytest.mark.parametrize("path", ["/", "/ns", "/vocab/beneficiary-group/migrants", "/queries", "/downloads/", "/sparql", "/problems"])
def test_a_browser_gets_a_page(server: Server, path: str) -> None:
    answer = server.ask(path, Accept="text/html")
    assert (answer.status, answer.headers["content-type"].split(";")[0]) == (200, "text/html")


def test_health_and_readiness_tell_the_truth(server: Server, snapshot: Snapshot) -> None:
    assert json.loads(server.ask("/health").body)["status"] == "ok"
    ready = json.loads(server.ask("/ready").body)
    assert (ready["status"], ready["snapshot"], ready["triples"]) == ("ready", snapshot.id, snapshot.triples)


@pytest.fixture(scope="module")
def read(snapshot: Snapshot) -> Callable[[str], rdflib.Dataset]:
    """The whole graph's dump in a format, as rdflib reads it."""

    @cache
    def dump(suffix: str) -> rdflib.Dataset:
        dataset = rdflib.Dataset()
        dataset.parse(snapshot.folder / "dumps" / f"dataset.{suffix}", format=SYNTAXES[suffix])
        return dataset

    return dump


def parted(dataset: rdflib.Dataset) -> tuple[set[tuple[rdflib.term.Node, ...]], rdflib.Graph]:
    """The triples without blank nodes, whatever graphs they stand in; and those with some, whose names say nothing."""
    plain, others = set[tuple[rdflib.term.Node, ...]](), rdflib.Graph()
    for s, p, o, _ in dataset.quads():
        if isinstance(s, rdflib.BNode) or isinstance(o, rdflib.BNode):
            others.add((s, p, o))
        else:
            plain.add((s, p, o))
    return plain, others


@pytest.mark.parametrize("suffix", SYNTAXES)
def test_every_dump_read_back_by_another_tool_is_the_graph(read: Callable[[str], rdflib.Dataset], suffix: str) -> None:
    (plain, others), (original, with_blanks) = parted(read(suffix)), parted(read("nq"))
    assert plain == original
    assert others
    assert isomorphic(others, with_blanks)


@pytest.mark.parametrize("suffix", ["trig", "jsonld"])
def test_a_dump_with_graphs_keeps_them(snapshot: Snapshot, read: Callable[[str], rdflib.Dataset], suffix: str) -> None:
    names = {str(graph.identifier) for graph in read("nq").graphs() if len(graph)}
    assert {str(graph.identifier) for graph in read(suffix).graphs() if len(graph)} == names
    for name in names:
        assert len(read(suffix).graph(rdflib.URIRef(name))) == snapshot.graphs[name]


def test_the_ontology_is_drawn_from_itself(server: Server) -> None:
    """Every class of the ontology stands in the picture, and each name in it leads to a term on the page."""
    page = server.ask("/ns", Accept="text/html").text
    figure = page[page.index('<figure class="picture">') :]
    drawing = figure[: figure.index("</svg>")]
    ontology = rdflib.Graph().parse(data=server.ask("/ns", Accept="text/turtle").text, format="turtle")
    own = "https://w3id.org/labcoop/ns#"
    classes = {str(c).removeprefix(own) for c in ontology.subjects(rdflib.RDF.type, rdflib.OWL.Class) if str(c).startswith(own)}
    targets = set(re.findall(r'href="#([^"]+)"', drawing))
    assert classes <= targets
    assert targets <= set(re.findall(r'id="([^"]+)"', page))


def test_what_rdf_xml_cannot_hold_is_not_acceptable_in_it_and_is_there_in_other_formats(
    start: Callable[..., Server], tmp_path: Path
) -> None:
    """RDF 1.1 XML Syntax, section 6.1.2: a property is an element, which cannot begin with a digit; XML 1.0, section 2.2: no U+0007"""
    place = "https://w3id.org/labcoop/id/place/"
    lines = [f'<{place}digit> <http://e/1> "v" .', f'<{place}bell> <http://e/a> "x\\u0007" .', f'<{place}fine> <http://e/a> "v" .']
    # Of a thing of which much is said, the engine writes it.
    lines += [f'<{place}large> <http://e/1> "{number}" .' for number in range(1500)]
    (tmp_path / "mine.nt").write_text("\n".join(lines) + "\n")
    bare = ("--ontology", "none", "--queries", "none", "--reasoning", "none")
    server = start("--data", str(tmp_path / "mine.nt"), "--base", SPACE.base, *bare)
    for key in ("digit", "bell", "large"):
        for answer in (server.ask(f"/data/place/{key}.rdf"), server.ask(f"/data/place/{key}", Accept="application/rdf+xml")):
            assert (answer.status, answer.headers["content-type"]) == (406, "application/problem+json"), key
        for format in ("ttl", "nt", "jsonld", "trig"):
            assert server.ask(f"/data/place/{key}.{format}").status == 200
    assert server.ask("/data/place/fine.rdf").status == 200
    told = server.ask("/data/place/large.trig?graphs=true")
    assert (told.status, json.loads(told.body)["limit"]) == (413, 1000)
    assert server.ask("/data/place/digit.trig?graphs=true").status == 200


def test_a_things_own_description_is_in_the_default_graph_in_every_format(server: Server) -> None:
    said = {suffix: rdflib.Dataset(default_union=False) for suffix in SYNTAXES}
    for suffix, syntax in SYNTAXES.items():
        said[suffix].parse(data=server.ask(f"/data/place/CRI.{suffix}", Accept="*/*").text, format=syntax)
        assert not [graph for graph in said[suffix].graphs() if len(graph) and graph.identifier != rdflib.graph.DATASET_DEFAULT_GRAPH_ID]
    graphs = rdflib.Dataset()
    graphs.parse(data=server.ask("/data/place/CRI.nq?graphs=true").text, format="nquads")
    assert len([graph for graph in graphs.graphs() if len(graph)]) > 1
    assert len({(s, p, o) for s, p, o, _ in graphs.quads()}) == len(said["nq"].default_graph) > 20
