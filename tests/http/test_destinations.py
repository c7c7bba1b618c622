"""Whatever the data say, a page leads to addresses of http, https and mailto alone, and loads nothing from elsewhere."""

import json
from collections.abc import Callable
from hashlib import sha256
from html.parser import HTMLParser
from urllib.parse import quote, urlencode

import pytest

from graph_service.snapshot.snapshot import Snapshot
from graph_service.web.display.destinations import destination
from tests.conftest import Server

pytestmark = pytest.mark.live

EVIL = ("javascript:alert(1)", "JavaScript:alert(2)", "data:text/html,x", "vbscript:x")

#: The passages that are the whole of a document, ten characters each.
WORDS = [f"evil word{number}" for number in range(len(EVIL))]

#: Attributes of HTML and SVG that are addresses.
ADDRESSES = frozenset({"href", "src", "action", "formaction", "cite", "xlink:href", "data", "poster", "srcset", "background"})


class Addresses(HTMLParser):
    """All addresses that stand in a page or a picture."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in ADDRESSES]


@pytest.fixture(scope="module")
def server(start: Callable[..., Server], snapshot: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Server:
    folder = tmp_path_factory.mktemp("evil")
    triples = []
    for number, evil in enumerate(EVIL):
        triples += [
            f"<{evil}> a <{evil}class>, owl:Class ; rdfs:label 'evil {number}' ; <{evil}property> <{evil}value> .",
            f"thing:t{number} a <{evil}class>, lc:Project ; rdfs:label 'thing {number}' ; <{evil}property> <{evil}value> .",
            f"thing:t{number} lc:fundedBy <{evil}> ; dcterms:license <{evil}> ; dcterms:source <{evil}source> .",
        ]
    hashes = f"lc:textLength 40 ; lc:textSha256 '{'0' * 64}' ; lc:normalisedTextSha256 '{sha256(''.join(WORDS).encode()).hexdigest()}'"
    triples.append(f"doc:d a lc:SourceDocument ; rdfs:label 'document' ; {hashes} .")
    prefixes = (
        "@prefix lc: <https://w3id.org/labcoop/ns#> . @prefix thing: <https://w3id.org/labcoop/id/project/> . "
        "@prefix doc: <https://w3id.org/labcoop/id/document/> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . "
        "@prefix dcterms: <http://purl.org/dc/terms/> . @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . "
        "@prefix oa: <http://www.w3.org/ns/oa#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
    )
    for number, evil in enumerate(EVIL):
        (folder / "d").mkdir(exist_ok=True)
        (folder / "d" / f"{number}.ttl").write_text(
            f"{prefixes}<{evil}passage> a lc:Passage ; lc:quotedFrom doc:d ; oa:exact '{WORDS[number]}' ; oa:start {10 * number} ; "
            f"oa:end {10 * number + 10} ; oa:prefix '{''.join(WORDS[:number])[-32:]}' ; oa:suffix '{''.join(WORDS[number + 1 :])[:32]}' .\n"
            f"thing:t{number} lc:stated 'x{number}' ; lc:worksWith <{evil}> ."
        )
    graphs = [f"<{graph}> {{ <http://e/a> <http://e/b> <http://e/c> }}" for graph in (*EVIL, "https://w3id.org/labcoop//evil.example/x")]
    (folder / "all.trig").write_text(
        f"{prefixes}<https://w3id.org/labcoop/graph/d> {{\n{chr(10).join(triples)}\n}}\n{chr(10).join(graphs)}"
    )
    given = [
        f"<https://w3id.org/labcoop/> dcterms:license <{evil}> ; dcterms:creator <{evil}> ; dcterms:publisher <{evil}> ." for evil in EVIL
    ]
    (folder / "dataset.ttl").write_text(f"{prefixes}{chr(10).join(given)}")
    return start("--data", str(folder), "--ontology", "none", "--reasoning", "none")


PATHS = (
    *(
        "/",
        "/about",
        "/docs",
        "/downloads/",
        "/changes",
        "/things",
        "/things/projects",
        "/documents",
        "/documents/d",
        "/things/frameworks",
        "/ns",
    ),
    *("/queries", "/pictures", "/pictures/network", "/pictures/network.svg", "/search?q=evil", "/search?q=thing", "/queries/projects"),
    *(f"/page/project/t{number}" for number in range(len(EVIL))),
    "/sparql?" + urlencode({"query": "SELECT * { ?s ?p ?o }"}),
    "/sparql?" + urlencode({"query": "CONSTRUCT WHERE { ?s ?p ?o }"}),
    *(f"/explain?{urlencode({'s': f'project:t{number}', 'p': 'lc:stated', 'o': json.dumps(f'x{number}')})}" for number in range(len(EVIL))),
    *(f"/explain?{urlencode({'s': '<' + evil + '>', 'p': 'rdf:type', 'o': 'owl:Class'})}" for evil in EVIL),
    *(f"/page?{urlencode({'iri': evil + kind})}" for evil in EVIL for kind in ("", "passage", "class", "property", "value")),
    f"/queries/projects-by-country?country={quote('javascript:alert(1)')}",
)


@pytest.mark.parametrize("path", PATHS)
def test_a_page_leads_nowhere_that_it_should_not(server: Server, path: str) -> None:
    answer = server.ask(path, Accept="text/html, image/svg+xml")
    assert answer.status < 500
    reader = Addresses()
    reader.feed(answer.text)
    assert not [found for found in reader.found if not (found.startswith(("/", "#", "?", "http://", "https://", "mailto:")) or found == "")]
    assert not [found for found in reader.found if found.startswith("//")]
    assert "None" not in reader.found


def test_what_is_not_followed_is_told_as_text(server: Server) -> None:
    for path in ("/about", "/downloads/", "/page/project/t0", "/search?q=evil"):
        assert "javascript:alert(1)" in server.ask(path, Accept="text/html").text or path == "/search?q=evil"
    assert "evil 0" in server.ask("/search?q=evil", Accept="text/html").text
    # What the graph tells of has a page, whatever its IRI would do as an address.
    found = json.loads(server.ask("/search?q=evil&format=json").text)["results"]
    assert {result["iri"] for result in found} >= set(EVIL)
    assert all(result["url"].startswith(f"{server.url}/page?iri=") for result in found if result["iri"] in EVIL)


def test_the_build_warns_of_what_a_browser_would_run(server: Server) -> None:
    said = server.log.read_text()
    assert "dataset.ttl:2: <javascript:alert(1)…> would run in a browser." in said
    assert "all.trig:3: <javascript:alert(1)…>" in said


def test_a_destination_is_here_or_elsewhere_or_nowhere() -> None:
    assert destination("https://graph.invalid/id/place/CRI") == "/id/place/CRI"
    assert destination("https://graph.invalid//evil.example/x") == "https://graph.invalid//evil.example/x"
    for followed in ("http://e/", "HTTPS://e/", "mailto:a@example.org"):
        assert destination(followed) == followed
    for other in (*EVIL, "urn:x:y", "tag:e,2020:x", "file:///etc/passwd", "x"):
        assert destination(other) is None
