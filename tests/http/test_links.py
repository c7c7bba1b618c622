"""From any answer a program finds the rest: other formats, licence, version, source, and the thing itself (RFC 8288, FAIR Signposting)."""

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable

import pytest
import rdflib

from graph_service.snapshot.snapshot import Snapshot
from tests.conftest import Answer, Server

pytestmark = pytest.mark.live

DATASET = "https://w3id.org/labcoop/"
ILO = "https://w3id.org/labcoop/id/organisation/ilo"


def links(answer: Answer) -> dict[str, list[tuple[str, str | None]]]:
    """Relation -> the targets, each with its type."""
    found: dict[str, list[tuple[str, str | None]]] = {}
    for target, rel, _, media in re.findall(r'<([^>]*)>; rel="([^"]*)"(; type="([^"]*)")?', answer.headers.get("link", "")):
        found.setdefault(rel, []).append((target, media or None))
    return found


@pytest.mark.parametrize("path", ["/data/organisation/ilo", "/ns", "/vocab/status", "/graph/news-2022", "/catalog", "/.well-known/void"])
def test_a_document_says_which_one_it_is_and_where_the_others_are(server: Server, path: str) -> None:
    answer = server.ask(path, Accept="application/rdf+xml")
    assert answer.headers["content-location"] == f"{path}.rdf"
    others = links(answer)["alternate"]
    assert {"text/turtle", "application/ld+json", "application/n-triples"} <= {media for _, media in others}
    for target, media in others:
        other = server.ask(target.removeprefix(server.url), Accept=str(media))
        assert (other.status, other.headers["content-type"].split(";")[0]) == (200, media), target
    assert server.ask(f"{path}.rdf").body == answer.body


@pytest.mark.parametrize(
    "path",
    ["/sparql?query=ASK%20%7B%7D", "/queries/projects-by-country", "/data/organisation/ilo", "/page/organisation/ilo", "/graph/news-2022"],
)
def test_any_answer_leads_to_licence_version_and_description(server: Server, snapshot: Snapshot, path: str) -> None:
    found = links(server.ask(path))
    assert ("https://creativecommons.org/licenses/by/4.0/", None) in found["license"]
    assert (f"{server.url}/downloads/{snapshot.id}/", None) in found["via"]
    for rel in ("via", "version-history", "describedby"):
        for target, _ in found[rel]:
            assert server.ask(target.removeprefix(server.url)).status == 200


@pytest.mark.parametrize("accept", ["text/html", "application/json", "text/turtle"])
def test_the_landing_page_is_signposted(server: Server, accept: str) -> None:
    found = links(server.ask("/", Accept=accept))
    assert found["cite-as"] == [(DATASET, None)]
    assert {target for target, _ in found["type"]} == {"https://schema.org/AboutPage", "https://schema.org/Dataset"}
    assert {"license", "author", "describedby", "item", "linkset"} <= set(found)
    for rel in ("describedby", "item"):
        for target, media in found[rel]:
            answer = server.ask(target.removeprefix(server.url), "HEAD")
            assert (answer.status, answer.headers["content-type"].split(";")[0]) == (200, media)


def test_a_file_leads_back_to_its_dataset(server: Server, snapshot: Snapshot) -> None:
    found = links(server.ask(f"/downloads/{snapshot.id}/dataset.ttl", "HEAD"))
    assert found["collection"] == [(server.url + "/", None)]
    assert {"license", "describedby", "type"} <= set(found)


@pytest.mark.parametrize(
    ("page", "linkset"), [("/", "/linkset"), ("/page/organisation/ilo", "/linkset/organisation/ilo")], ids=["dataset", "thing"]
)
def test_the_link_set_holds_what_the_headers_say_and_so_does_the_page(server: Server, page: str, linkset: str) -> None:
    answer = server.ask(page, Accept="text/html")
    found = links(answer)
    assert found["linkset"] == [(server.url + linkset, media) for media in ("application/linkset+json", "application/linkset")]
    told = server.ask(linkset)
    assert told.headers["content-type"] == 'application/linkset+json; profile="https://signposting.org/FAIR/"'
    sets = {entry["anchor"]: entry for entry in json.loads(told.body)["linkset"]}
    for rel in ("cite-as", "type", "license", "describedby"):
        assert {target["href"] for target in sets[server.url + page][rel]} >= {target for target, _ in found[rel]} - {
            f"{server.url}/.well-known/void"
        }
        for target in sets[server.url + page][rel]:
            assert f'<link rel="{rel}" href="{target["href"]}"' in answer.text


@pytest.mark.parametrize("path", ["/linkset", "/linkset/organisation/ilo", "/.well-known/api-catalog"])
def test_a_link_set_comes_as_text_with_the_same_links(server: Server, path: str) -> None:
    told = server.ask(path, Accept="application/linkset")
    assert told.headers["content-type"].startswith("application/linkset;")
    as_text = set(re.findall(r'<([^>]*)>; rel="([^"]*)"(?:; type="([^"]*)")?; anchor="([^"]*)"', told.text))
    sets = json.loads(server.ask(path).body)["linkset"]
    as_json = {
        (target["href"], rel, target.get("type", ""), entry["anchor"])
        for entry in sets
        for rel, targets in entry.items()
        if rel != "anchor"
        for target in targets
    }
    assert as_text == as_json
    assert len(as_text) > 5


def test_a_page_of_a_thing_is_signposted(server: Server) -> None:
    found = links(server.ask("/page/organisation/ilo", Accept="text/html"))
    assert found["cite-as"] == [(ILO, None)]
    assert (DATASET, None) in found["collection"]
    assert ("https://w3id.org/labcoop/ns#Organisation", None) in found["type"] or len(found["type"]) > 1


def test_the_apis_are_catalogued(server: Server) -> None:
    answer = server.ask("/.well-known/api-catalog")
    assert answer.headers["content-type"] == 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'
    entries = {entry["anchor"]: entry for entry in json.loads(answer.body)["linkset"]}
    for api in ("/sparql", "/queries"):
        for rel in ("service-desc", "service-doc"):
            for target in entries[server.url + api][rel]:
                assert server.ask(target["href"].removeprefix(server.url)).status == 200


def test_crawlers_are_told_what_to_read_and_what_there_is(server: Server) -> None:
    robots = server.ask("/robots.txt").text
    assert "Disallow: /sparql?" in robots
    assert f"Sitemap: {server.url}/sitemap.xml" in robots
    namespace = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    entries = list(ET.fromstring(server.ask("/sitemap.xml").text))
    places = [str(entry.findtext(f"{namespace}loc")) for entry in entries]
    assert f"{server.url}/page/organisation/ilo" in places
    assert all(entry.findtext(f"{namespace}lastmod") for entry in entries)
    assert len(places) == len(set(places))
    for place in places[:: max(1, len(places) // 60)]:
        assert server.ask(place.removeprefix(server.url), Accept="text/html").status == 200, place


@pytest.mark.parametrize("path", ["/sparql?query=ASK%20%7B%7D", "/queries/projects-by-country?country=CRI", "/rdf-graph-store?default"])
def test_answers_to_one_question_are_not_for_search_engines(server: Server, path: str) -> None:
    assert server.ask(path).headers["x-robots-tag"] == "noindex"
    assert "x-robots-tag" not in server.ask("/page/organisation/ilo").headers


@pytest.mark.parametrize("path", ["/", "/downloads/"])
def test_pages_tell_search_engines_of_the_dataset(server: Server, path: str) -> None:
    text = server.ask(path, Accept="text/html").text
    (script,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    dataset = json.loads(script)
    assert (dataset["@type"], dataset["@id"], dataset["name"]) == ("Dataset", DATASET, "Labour cooperation graph")
    assert dataset["license"]
    assert dataset["distribution"]


def test_data_of_a_thing_name_what_is_linked_and_say_which_graph_says_it(server: Server) -> None:
    dataset = rdflib.Dataset()
    dataset.parse(data=server.ask("/data/place/CRI.trig?graphs=true").text, format="trig")
    reference = dataset.graph(rdflib.URIRef("https://w3id.org/labcoop/graph/reference"))
    place = rdflib.URIRef("https://w3id.org/labcoop/id/place/CRI")
    assert (place, rdflib.URIRef("https://w3id.org/labcoop/ns#iso3"), rdflib.Literal("CRI")) in reference
    plain = rdflib.Graph().parse(data=server.ask("/data/place/CRI.ttl").text, format="turtle")
    linked = {o for _, p, o in plain.triples((place, None, None)) if str(o).startswith("https://w3id.org/labcoop/id/")}
    assert linked
    assert all(plain.value(thing, rdflib.RDFS.label) for thing in linked)
    assert "said in" in server.ask("/page/place/CRI").text


def test_what_was_withdrawn_is_gone_and_leads_to_what_stands_in_its_place(
    start: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory
) -> None:
    data = tmp_path_factory.mktemp("withdrawn") / "facts.ttl"
    data.write_text(
        """@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix dcterms: <http://purl.org/dc/terms/> .
        @prefix project: <https://w3id.org/labcoop/id/project/> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
        project:old rdfs:label "Old"@en ; owl:deprecated true ; dcterms:isReplacedBy project:new . project:new rdfs:label "New"@en ."""
    )
    other = start(
        "--data", str(data), "--base", "https://w3id.org/labcoop/", "--ontology", "none", "--queries", "none", "--reasoning", "none"
    )
    gone = other.ask("/id/project/old")
    assert gone.status == 410
    assert json.loads(gone.body)["replaced_by"] == ["https://w3id.org/labcoop/id/project/new"]
    page, document = other.ask("/page/project/old", Accept="text/html"), other.ask("/data/project/old.ttl")
    assert (page.status, document.status) == (410, 410)
    assert "New" in page.text
    assert len(rdflib.Graph().parse(data=document.text, format="turtle")) == 4
    assert other.ask("/id/project/new").status == 303
