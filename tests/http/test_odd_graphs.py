"""Graphs that are odd, and nevertheless RDF: every page is there, says what was said, and lets nothing run."""

import re
from collections.abc import Callable
from urllib.parse import quote

import pyoxigraph as ox
import pytest

from tests.conftest import Answer, Server
from tests.http.test_crawl import crawled

pytestmark = pytest.mark.live

MARKUP = "<script>alert(1)</script><b>bold</b>&amp;"

#: A circle of classes, a class below itself; names that are markup; IRIs that would run, and with signs; a property used with things and
#: with texts; a name without words, one of very many, one read from right to left; one name for two things; a list that is its own rest.
ODD = f"""
@prefix e: <http://odd.example/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
e:A a owl:Class ; rdfs:subClassOf e:B ; rdfs:label "{MARKUP}" . e:B a owl:Class ; rdfs:subClassOf e:C .
e:C a owl:Class ; rdfs:subClassOf e:A .
e:Self a owl:Class ; rdfs:subClassOf e:Self ; rdfs:label "" .
e:p a owl:ObjectProperty , owl:DatatypeProperty ; rdfs:label "both"@en , "{MARKUP}"@fr .
e:a a e:A ; rdfs:label "{MARKUP}"@en ; e:p e:b , "a text" , 3 , <javascript:alert(1)> , <data:text/html,x> .
e:b a e:A , e:Self ; rdfs:label "{"very " * 3000}long" ; rdfs:comment "{MARKUP}" ; e:p e:b .
e:c a e:C ; rdfs:label "عربي"@ar , "same" . e:d a e:C ; rdfs:label "same" .
<http://odd.example/é%20(x)?a=b&c='d'#f> a e:A ; e:p "q" . <javascript:alert(2)> a e:A ; rdfs:label "runs" . <urn:x:y> a e:A .
e:k a skos:Concept ; skos:inScheme e:s ; skos:broader e:l . e:l a skos:Concept ; skos:inScheme e:s ; skos:broader e:k .
e:s a skos:ConceptScheme .
e:list e:p _:l . _:l rdf:first 1 ; rdf:rest _:l .
e:q a owl:ObjectProperty ; rdfs:subPropertyOf e:r ; owl:inverseOf e:q . e:r a owl:ObjectProperty ; rdfs:subPropertyOf e:q .
"""


@pytest.fixture(scope="module")
def odd(start: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory) -> Server:
    file = tmp_path_factory.mktemp("odd") / "odd.ttl"
    file.write_text(ODD, encoding="utf-8")
    return start(str(file))


def test_every_page_is_there_and_nothing_on_it_runs(odd: Server) -> None:
    faults: list[str] = []

    def look(path: str, answer: Answer) -> None:
        if answer.headers["content-type"].startswith("text/html"):
            if "<script>alert" in answer.text or "<b>bold" in answer.text:
                faults.append(f"{path}: markup of the graph is markup of the page")
            faults.extend(f"{path}: {href}" for href in re.findall(r'href="((?:javascript|data):[^"]*)"', answer.text))

    dead, dumb, seen = crawled(odd, 12, look)
    assert (dead, dumb, faults) == ([], [], [])
    assert len(seen) > 60


@pytest.mark.parametrize("iri", ["http://odd.example/é%20(x)?a=b&c='d'#f", "javascript:alert(2)", "urn:x:y", "http://odd.example/b"])
def test_whatever_it_is_called_a_thing_has_a_page_and_data(odd: Server, iri: str) -> None:
    asked = f"?iri={quote(iri, safe='')}"
    assert odd.ask(f"/page{asked}", Accept="text/html").status == 200
    assert f"<{iri}>" in odd.ask(f"/data.nt{asked}").text


def test_all_that_was_said_is_given_out(odd: Server) -> None:
    said, given = (
        ox.Dataset(ox.Quad(*quad.triple) for quad in ox.parse(text, format))
        for text, format in ((ODD, ox.RdfFormat.TURTLE), (odd.ask("/downloads/asserted.nt").text, ox.RdfFormat.N_TRIPLES))
    )
    for quads in (said, given):
        quads.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    assert given == said
