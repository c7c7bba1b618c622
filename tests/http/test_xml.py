"""Every XML that leaves the house is read by a strict parser and says what was said, whatever is in the data."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from urllib.parse import urlencode

import pytest

from tests.conftest import Server

pytestmark = pytest.mark.live

ORGANISATION = "https://w3id.org/labcoop/id/organisation/"
#: Marks of XML, characters that it has not, and a carriage return that a reader would take for a line feed.
HOSTILE = "a\\u0001\\u000B\\r<b>&amp;]]>\\\"'\\uFFFF\\u2028"
DATA = f"""PREFIX : <{ORGANISATION}>
PREFIX lc: <https://w3id.org/labcoop/ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX graph: <https://w3id.org/labcoop/graph/>
<https://w3id.org/labcoop/> rdfs:label "{HOSTILE}" .
:a a lc:Organisation ; rdfs:label "{HOSTILE}" ; lc:partner :b ; <http://e/a²> "{HOSTILE}" .
:b a lc:Organisation ; rdfs:label "b" .
:plain rdfs:label "x\\ry" .
"""

PATHS = (
    "/sitemap.xml",
    "/feed.atom",
    "/opensearch.xml",
    "/opensearch.xml?lang=fr",
    "/pictures/organisations.svg",
    "/ns.rdf",
    "/catalog.rdf",
)


@pytest.fixture(scope="module")
def hostile(start: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory) -> Server:
    data = tmp_path_factory.mktemp("hostile") / "data.ttl"
    data.write_text(DATA, encoding="utf-8")
    return start("--data", str(data), "--base", "https://w3id.org/labcoop/", "--ontology", "none")


def test_every_document_in_xml_is_read_or_refused(hostile: Server) -> None:
    pictures = re.findall(r'href="(/pictures/[^"?]+?\.svg)', hostile.ask("/pictures", Accept="text/html").text)
    things = [f"/data/organisation/{key}.rdf" for key in ("a", "b", "plain")]
    asked = [*PATHS, *pictures, *things, "/page/organisation/a"]
    asked += ["/sparql?" + urlencode({"query": q}) for q in ("SELECT * { ?s ?p ?o }", "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }", "ASK {}")]
    read = 0
    for path in asked:
        for media in ("application/rdf+xml", "application/sparql-results+xml", "image/svg+xml", "application/xml", "*/*"):
            answer = hostile.ask(path, Accept=media)
            assert answer.status in {200, 303, 404, 406, 410}, (path, media, answer.text)
            if answer.status == 200 and re.match(r"[\w/.+-]+[/+]xml\b", answer.headers["content-type"]):
                ET.fromstring(answer.body)
                read += 1
    assert read > 10


def test_what_can_be_said_is_said_exactly(hostile: Server) -> None:
    query = f"SELECT ?x {{ <{ORGANISATION}plain> <http://www.w3.org/2000/01/rdf-schema#label> ?x }}"
    document = ET.fromstring(hostile.ask("/sparql?" + urlencode({"query": query}), Accept="application/sparql-results+xml").body)
    assert [literal.text for literal in document.iter("{http://www.w3.org/2005/sparql-results#}literal")] == ["x\ry"]
    thing = ET.fromstring(hostile.ask("/data/organisation/plain.rdf").body)
    assert [label.text for label in thing.iter("{http://www.w3.org/2000/01/rdf-schema#}label")] == ["x\ry"]
