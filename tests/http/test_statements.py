"""Statements about statements (RDF 1.2): one in the data, and it is queried, shown and given back; a format that has none says so."""

import json
from collections.abc import Callable
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest

from tests.conftest import Server

pytestmark = pytest.mark.live

DATA = """VERSION "1.2"
PREFIX : <https://w3id.org/labcoop/id/organisation/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
:ilo :partner :gac ~ :claim {| :saidBy :brochure ; :since "2020"^^xsd:gYear |} ; :partner :nobody .
:claim rdfs:comment "كلام"@ar--rtl .
<< :gac :funds << :ilo :partner :gac >> >> :saidBy :nobody .
:report :states <<( :ilo :partner :gac )>> .
:ilo rdfs:label "ILO" . :gac rdfs:label "Global Affairs" . :brochure rdfs:label "The brochure" .
"""

HELD = {
    "ttl": ox.RdfFormat.TURTLE,
    "trig": ox.RdfFormat.TRIG,
    "nt": ox.RdfFormat.N_TRIPLES,
    "nq": ox.RdfFormat.N_QUADS,
    "rdf": ox.RdfFormat.RDF_XML,
}


@pytest.fixture(scope="module")
def statements(start: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory) -> Server:
    data = tmp_path_factory.mktemp("statements") / "data.ttl"
    data.write_text(DATA, encoding="utf-8")
    return start("--data", str(data), "--base", "https://w3id.org/labcoop/", "--ontology", "none", "--queries", "none")


def canonical(quads: ox.Dataset) -> set[str]:
    quads.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return {str(quad) for quad in quads}


@pytest.mark.parametrize("suffix", HELD)
def test_the_whole_comes_back_as_it_was_said(statements: Server, suffix: str) -> None:
    wanted = ox.Dataset(ox.parse(DATA, ox.RdfFormat.TURTLE))
    content = statements.ask(f"/downloads/dataset.{suffix}").body
    found = ox.Dataset(ox.Quad(*quad.triple) for quad in ox.parse(content, HELD[suffix]))
    assert canonical(found) == canonical(wanted)


def test_what_a_format_cannot_say_is_left_out_and_said_to_be(statements: Server) -> None:
    listing = json.loads(statements.ask("/downloads/", Accept="application/json").body)
    assert "triple term" in listing["leftOut"]["dataset.jsonld"]
    assert "dataset.jsonld" in statements.ask("/downloads/", Accept="text/html").text
    gone = statements.ask("/downloads/dataset.jsonld")
    assert (gone.status, "triple term" in gone.text) == (404, True)
    for path in (
        "/rdf-graph-store?default",
        "/graph/data",
        "/sparql?query=CONSTRUCT%20WHERE%7B?s%20?p%20?o%7D",
        "/data/organisation/report",
    ):
        refused = statements.ask(path, Accept="application/ld+json")
        assert (refused.status, "triple term" in refused.text) == (406, True), path


def test_queries_ask_about_statements_and_results_hold_them(statements: Server) -> None:
    query = """PREFIX : <https://w3id.org/labcoop/id/organisation/>
        SELECT ?said ?by { << :ilo :partner ?who ~ ?claim >> :saidBy ?by . BIND(<<( :ilo :partner ?who )>> AS ?said) }"""
    path = "/sparql?" + urlencode({"query": query})
    ((row,),) = [json.loads(statements.ask(path, Accept="application/sparql-results+json").body)["results"]["bindings"]]
    assert row["said"]["type"] == "triple"
    assert row["said"]["value"]["object"]["value"].endswith("/gac")
    xml = statements.ask(path, Accept="application/sparql-results+xml")
    assert "<triple><subject><uri>https://w3id.org/labcoop/id/organisation/ilo</uri>" in xml.text
    assert "<<( <https://w3id.org/labcoop/id/organisation/ilo>" in statements.ask(path, Accept="text/tab-separated-values").text
    page = statements.ask(path, Accept="text/html").text
    assert '<span class="statement" title="&lt;&lt;( ' in page
    assert ">ILO partner Global Affairs</span>" in page


def test_a_statement_about_a_statement_reads_as_one_with_it(statements: Server) -> None:
    page = statements.ask("/page/organisation/ilo", Accept="text/html").text
    fact = page[page.index("Global Affairs</a>") :]
    note = fact[: fact.index("</div>")]
    assert note.index("saidBy") < note.index("The brochure") < note.index("since") < note.index("2020")
    assert '<span lang="ar" dir="rtl">كلام</span>' in statements.ask("/page/organisation/claim", Accept="text/html").text
    assert statements.ask("/page/organisation/report", Accept="text/html").status == 200
