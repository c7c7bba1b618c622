"""Home and the pages about the graph: what is here, the ways in, how it is made and checked; and all of it small."""

import gzip
import json
import re
from html import unescape
from itertools import pairwise

import pytest

from graph_service.snapshot.snapshot import Snapshot
from tests.conftest import Server

pytestmark = pytest.mark.live

#: One page of each kind.
PAGES = (
    *("/", "/things", "/things/projects", "/page/project/triangle-in-asean", "/page/place/CAN", "/documents", "/documents/brochure-2023"),
    *(
        "/things/frameworks",
        "/about",
        "/ns",
        "/vocab/beneficiary-group",
        "/queries",
        "/queries/projects-by-country",
        "/downloads/",
        "/changes",
    ),
    *("/problems", "/nowhere"),
)

#: What a first view may weigh, compressed: the page with its style, script and pictures.
LIMIT = 200_000


def page(server: Server, path: str) -> str:
    return server.ask(path, Accept="text/html").text


@pytest.mark.parametrize("path", PAGES)
def test_a_first_view_is_small(server: Server, path: str) -> None:
    text = page(server, path)
    assets = set(re.findall(r'<link rel="stylesheet" href="(/[^"]+)"|<(?:script|img)[^>]* src="(/[^"]+)"', text))
    parts = [server.ask((style or source).replace("&amp;", "&")).body for style, source in assets]
    weight = sum(len(gzip.compress(part)) for part in (text.encode(), *parts))
    assert weight < LIMIT


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_one_heading_landmarks_and_no_style_or_script_of_its_own(server: Server, path: str) -> None:
    text = page(server, path)
    assert len(re.findall(r"<h1\b", text)) == 1
    ranks = [int(rank) for rank in re.findall(r"<h([1-6])\b", text)]
    assert all(later <= earlier + 1 for earlier, later in pairwise(ranks)), ranks
    assert all(f"<{landmark}" in text for landmark in ("header", "main", "nav", "footer"))
    assert 'class="skip" href="#main"' in text
    assert not re.search(r"<style\b|\sstyle=|\son\w+=", text)
    assert all("application/ld+json" in tag or "src=" in tag or "application/json" in tag for tag in re.findall(r"<script[^>]*>", text))
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert len(ids) == len(set(ids)), [identifier for identifier in ids if ids.count(identifier) > 1]


def test_home_counts_what_is_here_and_leads_to_it(server: Server, snapshot: Snapshot) -> None:
    text = page(server, "/")
    kinds = {entry["kind"]: entry["things"] for entry in json.loads(server.ask("/things").body)["kinds"]}
    for kind, count in kinds.items():
        assert re.search(rf'href="/things/{kind}"><span class="what">[^<]+</span> <span class="count">{count:,}</span>', text)
    assert f"{snapshot.triples:,}" in text
    for way in ("/things", "/documents", "/things/frameworks", "/pictures", "/queries", "/sparql", "/downloads/", "/docs", "/ns"):
        assert f'href="{way}"' in text
    assert f'href="/downloads/{snapshot.id}/"' in text


def test_the_figures_of_the_checks_are_those_of_the_build(server: Server, snapshot: Snapshot) -> None:
    assert {"rules", "shapes", "quotations", "coverage"} <= set(snapshot.figures)
    told = json.loads(server.ask("/about").body)
    assert told["figures"] | snapshot.figures == told["figures"]
    assert told["version"] == snapshot.id
    text = page(server, "/about")
    assert f'<dd class="count">{snapshot.figures["rules"]}</dd>' in text
    assert "Every statement leads to the words" in text
    assert f"version {snapshot.id}" in text


def test_what_is_not_found_can_be_searched_for(server: Server) -> None:
    answer = server.ask("/page/project/unicorn-farm", Accept="text/html")
    assert answer.status == 404
    main = answer.text[answer.text.index("<main") :]
    assert 'action="/search"' in main
    assert 'value="unicorn farm"' in main


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/", "Canada"),
        ("/page/framework/mirps", "Regional protection framework, published in 2017; members:"),
        ("/queries/projects", "The projects and programmes of the cooperation"),
        ("/about", "About · Labour cooperation graph"),
    ],
)
def test_a_page_says_to_search_engines_what_it_is_about(server: Server, path: str, told: str) -> None:
    answer = server.ask(path, Accept="text/html")
    assert told in unescape(re.findall(r'<meta name="description" content="([^"]*)"', answer.text)[0])
    assert "x-robots-tag" not in answer.headers


def test_the_answers_of_a_canned_query_are_not_for_search_engines(server: Server) -> None:
    for path, accept in (("/queries/projects.csv", "*/*"), ("/queries/projects-by-country?country=TUN", "text/html")):
        assert server.ask(path, Accept=accept).headers["x-robots-tag"] == "noindex"


def test_queries_stand_in_the_order_in_which_people_ask(server: Server) -> None:
    page = server.ask("/queries", Accept="text/html").text
    subjects = re.findall(r'<h2 id="about-(\w+)"', page)
    assert subjects[0] == "projects"
    assert subjects[-2:] == ["rdf", "upkeep"]
    assert subjects.index("funding") < subjects.index("standards")
    editor = server.ask("/sparql", Accept="text/html").text
    labels = re.findall(r'<optgroup label="([^"]+)"', editor)
    assert (labels[0], labels[-1]) == ("projects", "upkeep")


def test_queries_are_found_by_the_words_of_their_questions_without_scripts(server: Server) -> None:
    found = server.ask("/queries?q=ratifi%C3%A9+convention", Accept="text/html", Accept_Language="fr").text
    names = re.findall(r'<article class="query" id="([\w-]+)"', found)
    assert "ratifications" in names
    assert "funding" not in names
    assert 'value="ratifié convention"' in found
    nothing = server.ask("/queries?q=zeppelin", Accept="text/html").text
    assert "No query has these words." in nothing
    assert "<article" not in nothing
