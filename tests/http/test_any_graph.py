"""A graph that knows nothing of this service is found, named and shown like the service's own."""

import json
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from urllib.parse import quote, urlencode

import pyoxigraph as ox
import pytest
from markupsafe import escape

from graph_service.rdf.namespaces import DCTERMS, RDFS
from graph_service.rdf.terms import Literal, NamedNode, Triple
from graph_service.web.pages.facts import explanation
from tests.conftest import Server
from tests.http.test_crawl import crawled

pytestmark = pytest.mark.live

FILE = Path(__file__).parent / "pizza.ttl"

MENU = "http://example.org/menu/"


@pytest.fixture(scope="module")
def pizza(start: Callable[..., Server]) -> Server:
    """A server over a graph of others, with no ontology and no query."""
    return start("--data", str(FILE), "--ontology", "none", "--queries", "none")


@pytest.mark.parametrize(
    ("words", "iri", "name"),
    [
        ("topping", "http://example.org/pizza#Topping", "Topping"),
        ("配料", "http://example.org/pizza#Topping", "Topping"),
        ("kase", "http://example.org/pizza#Cheese", "Käse"),
        ("margherita", MENU + "margherita", "Margherita"),
        ("queen", MENU + "margherita", "Margherita"),
        ("bufala", MENU + "mozzarella", None),
        ("rosa", MENU + "cook", "Rosa Esposito"),
        ("libro della", MENU + "book", "Il libro della pizza"),
        ("receitas", MENU + "book", "Il libro della pizza"),
        ("vecchio", MENU + "old-book", "Vecchio libro"),
        ("note", MENU + "note", "A note to the cook"),
        ("quente", MENU + "hot", "hot"),
        ("mouth", MENU + "hot", "hot"),
        ("scorching", MENU + "very-hot", "scorching"),
        ("urn", "urn:isbn:978-0-00-000000-2", "An URN is an IRI"),
    ],
)
def test_things_are_found_by_every_usual_name_and_description(pizza: Server, words: str, iri: str, name: str | None) -> None:
    found = json.loads(pizza.ask(f"/search?q={quote(words)}&format=json").body)["results"][0]
    assert found["iri"] == iri
    assert name in {None, found["name"]}


@pytest.mark.parametrize(
    "name",
    ["Margherita", "Rosa Esposito", "Il libro della pizza", "Vecchio libro", "A note to the cook", "scorching", "Käse", "An URN is an IRI"],
)
def test_a_table_shows_things_by_their_names(pizza: Server, name: str) -> None:
    page = pizza.ask(f"/sparql?query={quote('SELECT DISTINCT ?thing { ?thing ?p ?o }')}", Accept="text/html").text
    assert f">{name}</" in page


def address(iri: str, path: str = "/page", **parameters: str) -> str:
    return f"{path}?{urlencode({'iri': iri, **parameters})}"


IRIS = [
    MENU + "margherita",
    MENU + "nameless",
    "http://example.org/pizza#Pizza",
    "http://example.org/pizza",
    "urn:isbn:978-0-00-000000-2",
    "http://example.org/odd?x=1&y=2#a%20b'c",
    "javascript:alert(1)",
]


@pytest.mark.parametrize("iri", IRIS)
def test_any_iri_has_a_page_and_is_data_in_every_format(pizza: Server, iri: str) -> None:
    page = pizza.ask(address(iri), Accept="text/html")
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert escape(iri) in page.text
    for name, media in (
        ("ttl", "text/turtle"),
        ("jsonld", "application/ld+json"),
        ("rdf", "application/rdf+xml"),
        ("nt", "application/n-triples"),
    ):
        place = address(iri, f"/data.{name}")
        assert f'href="{escape(place)}"' in page.text
        answer = pizza.ask(place)
        assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (200, media)
        chosen = pizza.ask(address(iri, "/data"), Accept=media)
        assert chosen.body == answer.body
        assert chosen.headers["content-location"] == place
    told = ox.parse(pizza.ask(address(iri, "/data.nt")).body, ox.RdfFormat.N_TRIPLES)
    assert ox.NamedNode(iri) in {quad.subject for quad in told}


@pytest.mark.parametrize(("accept", "path"), [("text/html", "/page"), ("text/turtle", "/data.ttl"), ("*/*", "/data.ttl")])
def test_an_iri_leads_to_its_page_or_its_data(pizza: Server, accept: str, path: str) -> None:
    answer = pizza.ask(address(MENU + "margherita", "/id"), Accept=accept)
    assert (answer.status, answer.headers["location"]) == (303, address(MENU + "margherita", path))
    assert "accept" in answer.headers["vary"].lower()


def test_a_page_tells_facts_with_links_to_pages_here_and_what_points_there(pizza: Server) -> None:
    page = pizza.ask(address(MENU + "margherita"), Accept="text/html").text
    assert "Margherita</h1>" in page
    for iri, text in (
        (MENU + "mozzarella", "Büffelmozzarella"),
        ("http://example.org/pizza#hasTopping", "has topping"),
        (MENU + "cook", "Rosa Esposito"),
        ("urn:isbn:978-0-00-000000-2", "An URN is an IRI"),
        ("javascript:alert(1)", "Evil &lt;script&gt;alert(1)&lt;/script&gt;"),
    ):
        assert re.search(rf'<a href="{re.escape(escape(address(iri)))}"[^>]*>{re.escape(text)}</a>', page), iri
    # Of what is only named here nothing is known: it is where it says.
    assert '<a href="http://example.org/elsewhere" title="http://example.org/elsewhere" rel="external">' in page


@pytest.mark.parametrize(
    ("iri", "summary"),
    [
        (MENU + "margherita", "The pizza of a queen"),
        ("http://example.org/pizza#Pizza", "Flat bread with a topping."),
        (MENU + "book", '<span lang="pt">Receitas antigas do forno</span>'),
    ],
)
def test_a_page_begins_with_what_describes_the_thing(pizza: Server, iri: str, summary: str) -> None:
    page = pizza.ask(address(iri), Accept="text/html").text
    assert summary in page[page.index('<p class="summary">') :].partition("</p>")[0]


def test_links_lead_from_every_place_to_pages_here(pizza: Server) -> None:
    here = f'href="{address(MENU + "margherita")}"'
    query = quote(f"SELECT ?thing {{ ?thing ?p ?o FILTER(?thing = <{MENU}margherita>) }}")
    for path in ("/search?q=margherita", f"/sparql?query={query}", address(MENU + "cook")):
        assert here in pizza.ask(path, Accept="text/html").text, path
    found = json.loads(pizza.ask("/search?q=margherita&format=json").body)["results"][0]
    assert pizza.ask(found["url"].removeprefix(pizza.url), Accept="text/html").status == 200


@pytest.mark.parametrize("iri", IRIS)
def test_no_address_is_one_that_runs(pizza: Server, iri: str) -> None:
    answer = pizza.ask(address(iri), Accept="text/html")
    assert not re.search(r'(?:href|src|action|cite)="\s*(?:javascript|data):', answer.text, re.IGNORECASE)
    assert "<javascript:" not in answer.headers["link"]
    assert "<script>alert" not in answer.text


def test_a_fact_of_any_thing_is_explained(pizza: Server) -> None:
    for triple in (
        Triple(NamedNode(MENU + "margherita"), NamedNode("http://example.org/pizza#hasTopping"), NamedNode(MENU + "mozzarella")),
        Triple(NamedNode("urn:isbn:978-0-00-000000-2"), NamedNode(DCTERMS + "references"), NamedNode(MENU + "margherita")),
        Triple(NamedNode("javascript:alert(1)"), NamedNode(RDFS + "label"), Literal("Evil <script>alert(1)</script>")),
    ):
        answer = pizza.ask(explanation(triple), Accept="text/html")
        assert answer.status == 200, answer.text
        assert "graph/pizza" in answer.text


def test_what_has_no_name_is_written_short(pizza: Server) -> None:
    page = pizza.ask(address(MENU + "nameless"), Accept="text/html").text
    assert "nameless</h1>" in page
    assert f'<a href="{address("http://example.org/pizza#price")}" title="http://example.org/pizza#price">price</a>' in page
    table = pizza.ask(f"/sparql?query={quote('SELECT DISTINCT ?class { ?thing a ?class }')}", Accept="text/html").text
    assert ">sdo:Book</a>" in table
    assert ">foaf:Person</a>" in table


def test_what_was_withdrawn_says_so_and_leads_on(pizza: Server) -> None:
    answer = pizza.ask(address(MENU + "old-book"), Accept="text/html")
    assert answer.status == 410
    assert "withdrawn" in answer.text
    assert f'href="{address(MENU + "book")}"' in answer.text
    assert pizza.ask(address(MENU + "old-book", "/data.ttl")).status == 410
    gone = pizza.ask(address(MENU + "old-book", "/id"), Accept="application/json")
    assert (gone.status, json.loads(gone.body)["replaced_by"]) == (410, [MENU + "book"])


@pytest.mark.parametrize("path", ["/page", "/data", "/data.ttl", "/id"])
def test_an_iri_of_which_nothing_is_said_is_not_found(pizza: Server, path: str) -> None:
    answer = pizza.ask(address(MENU + "calzone", path), Accept="application/json")
    assert answer.status == 404
    assert json.loads(answer.body)["detail"] == f"Nothing is said of {MENU}calzone."


@pytest.mark.parametrize("iri", ["", "no IRI", "http://a b/", "relative/path", "http://example.org/<x>"])
def test_what_is_no_iri_is_refused(pizza: Server, iri: str) -> None:
    for path in ("/page", "/data.nt", "/id"):
        answer = pizza.ask(address(iri, path), Accept="application/json")
        assert (answer.status, json.loads(answer.body)["parameter"]) == (400, "iri")


def test_an_iri_of_the_service_answers_at_its_own_address(server: Server) -> None:
    for path in ("/page", "/data", "/data.ttl", "/id"):
        answer = server.ask(address("https://w3id.org/labcoop/id/place/CRI", path), Accept="text/html")
        assert (answer.status, answer.headers["location"]) == (303, "/id/place/CRI")


def test_a_value_that_is_only_named_has_a_page_of_what_points_there(pizza: Server) -> None:
    page = pizza.ask(address("http://example.org/elsewhere"), Accept="text/html")
    assert page.status == 200
    assert f'href="{address(MENU + "margherita")}"' in page.text


#: What only a graph of documents or frameworks, or the service's own, may speak of.
OF_OTHERS = ("abour", "ILO", "assage", "ocument", "ramework", "words that say it", "quoted", "Documents", "Queries")


@pytest.mark.parametrize(
    "path", ["/", "/about", "/things", "/search", "/search?q=pizza", "/sparql", "/explain", address(MENU + "margherita")]
)
def test_no_page_speaks_of_what_is_not_there(pizza: Server, path: str) -> None:
    page = pizza.ask(path, Accept="text/html").text
    shown = unescape(re.sub(r"<script.*?</script>|<[^>]+>", " ", page[page.index("<body") :], flags=re.DOTALL))
    assert not [word for word in OF_OTHERS if word in shown.replace("SPARQL Protocol", "")]


def test_the_menu_has_what_has_content(pizza: Server, server: Server) -> None:
    def menu(asked: Server) -> list[str]:
        page = asked.ask("/", Accept="text/html").text
        return re.findall(r'<li><a href="(/[^"]*)"', page[page.index('aria-label="Main"') : page.index('aria-label="Languages"')])

    assert menu(pizza) == ["/things", "/sparql", "/ns", "/downloads/", "/about"]
    every = ["/things", "/documents", "/things/frameworks", "/pictures", "/queries", "/sparql", "/ns", "/downloads/", "/about"]
    assert menu(server) == every
    for asked, missing in ((pizza, {"documents", "pictures"}), (server, set())):
        links = json.loads(asked.ask("/", Accept="application/json").body)["links"]
        assert missing == {"things", "documents", "pictures", "ns"} - links.keys()


@pytest.mark.parametrize(("language", "title"), [("en", "Pizza ontology"), ("fr", "Pizza ontology")])
def test_the_graph_is_called_as_its_ontology_is(pizza: Server, language: str, title: str) -> None:
    page = pizza.ask("/", Accept="text/html", Accept_Language=language).text
    assert f"<title>{title}</title>" in page
    assert f"{title}</span></a>" in page
    assert f"<title>Margherita · {title}</title>" in pizza.ask(address(MENU + "margherita"), Accept="text/html").text
    assert json.loads(pizza.ask("/", Accept="application/json").body)["title"] == title
    assert json.loads(pizza.ask("/openapi.json").body)["info"]["title"] == title
    assert f"<LongName>{title}</LongName>" in pizza.ask("/opensearch.xml").text


def test_whoever_follows_the_links_comes_to_every_thing_and_finds_none_dead(pizza: Server) -> None:
    dead, dumb, seen = crawled(pizza, most_of_a_kind=60)
    assert (dead, dumb) == ([], [])
    assert {address(iri) for iri in IRIS} <= seen


def test_search_engines_are_told_of_every_thing(pizza: Server) -> None:
    text = pizza.ask("/sitemap.xml").text
    assert all(escape(pizza.url + address(iri)) in text for iri in IRIS if iri != "javascript:alert(1)")
    assert "/things</loc>" in text
    assert "/documents" not in text


def test_the_page_of_the_ontology_has_the_terms_of_anybody(pizza: Server) -> None:
    page = pizza.ask("/ns", Accept="text/html").text
    for text in ("Käse", "Flat bread with a topping.", "has topping", "The classes and properties that the graph declares"):
        assert text in page
    assert "labcoop" not in page[page.index("<main") : page.index("</main")]
    # What a thing is stands before a note on the word.
    assert page.index("Flat bread with a topping.") < page.index("A word of menus.")


def test_a_graph_without_a_title_is_called_as_its_file(start: Callable[..., Server], tmp_path: Path) -> None:
    file = tmp_path / "cats.ttl"
    file.write_text("<http://e/tom> <http://e/likes> <http://e/milk> .")
    cats = start("--data", str(file), "--ontology", "none", "--queries", "none")
    page = cats.ask("/", Accept="text/html").text
    assert "<title>cats</title>" in page
    assert "/things" not in page
    assert cats.ask(address("http://e/tom"), Accept="text/html").status == 200


@pytest.mark.parametrize("words", ["Cheese", "chee"])
def test_a_thing_is_found_by_what_its_iri_ends_with(pizza: Server, words: str) -> None:
    """The class has a name in German alone."""
    found = json.loads(pizza.ask(f"/search?q={quote(words)}", Accept="application/json").body)["results"]
    assert any(result["iri"].endswith("Cheese") for result in found), found


def test_a_namespace_of_others_answers_below_the_path_of_the_service(start: Callable[..., Server], tmp_path: Path) -> None:
    (tmp_path / "menu.ttl").write_text(
        "@prefix m: <http://menu.example/> . m:pizza a m:Dish ; m:with <http://menu.example/on/top/cheese#fresh> , m:été . "
        "m:été m:of m:pizza . <http://menu.example/on/top/cheese#fresh> m:of m:pizza ."
    )
    server = start(str(tmp_path / "menu.ttl"), "--base", "http://menu.example/")
    answer = server.ask("/pizza", Accept="text/turtle")
    assert (answer.status, answer.headers["location"]) == (303, "/data.ttl?iri=http%3A%2F%2Fmenu.example%2Fpizza")
    assert "<http://menu.example/Dish>" in server.ask(answer.headers["location"]).text.replace("m:Dish", "<http://menu.example/Dish>")
    page = server.ask(server.ask("/pizza", Accept="text/html").headers["location"], Accept="text/html")
    assert page.status == 200
    for link in re.findall(r'href="(/page[^"]*)"', page.text):
        assert server.ask(link.replace("&amp;", "&"), Accept="text/html").status == 200, link
    assert "cheese%23fresh" in page.text
    assert server.ask(f"/{quote('été')}", Accept="text/turtle").status == 303
    assert server.ask("/nothing", Accept="text/turtle").status == 404


@pytest.mark.parametrize(
    "said",
    [
        "e:it geo:lat 36.8 ; geo:long '10.2' .",
        "e:it geo:location [ geo:lat 36.8 ; geo:long 10.2 ] .",
        "e:it schema:geo [ schema:latitude '36.8' ; schema:longitude '10.2' ] .",
        "e:it s:location [ s:geo [ s:latitude 36.8 ; s:longitude 10.2 ] ] .",
        "e:it gsp:hasGeometry [ gsp:asWKT 'POINT(10.2 36.8)'^^gsp:wktLiteral ] .",
    ],
)
def test_a_thing_with_coordinates_is_on_the_map(start: Callable[..., Server], tmp_path: Path, said: str) -> None:
    (tmp_path / "place.ttl").write_text(
        "@prefix e: <http://e/> . @prefix geo: <http://www.w3.org/2003/01/geo/wgs84_pos#> . @prefix s: <http://schema.org/> . "
        "@prefix gsp: <http://www.opengis.net/ont/geosparql#> . @prefix schema: <https://schema.org/> . "
        f"@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . e:it a e:Well ; rdfs:label 'The well' . {said} e:other a e:Well ."
    )
    server = start(str(tmp_path / "place.ttl"))
    page = server.ask("/page?iri=http://e/it", Accept="text/html").text
    assert "On the map: The well." in page
    assert "On the map" not in server.ask("/page?iri=http://e/other", Accept="text/html").text
    asked = f"/sparql?{urlencode({'query': 'SELECT ?thing { ?thing a <http://e/Well> }'})}"
    assert "On the map: The well." in server.ask(asked, Accept="text/html").text


def test_short_names_are_taken_and_what_is_unknown_is_told(start: Callable[..., Server], tmp_path: Path) -> None:
    (tmp_path / "short.ttl").write_text(
        "@prefix e: <http://e/> . @prefix geo: <http://www.w3.org/2003/01/geo/wgs84_pos#> . "
        "@prefix owl: <http://www.w3.org/2002/07/owl#> . e:Cat a owl:Class . e:tom a e:Cat ; e:at <geo:37.8,-122.4> . "
        "<geo:37.8,-122.4> a e:Place ."
    )
    server = start(str(tmp_path / "short.ttl"))
    assert server.ask("/id?iri=e:tom", Accept="text/turtle").headers["location"] == "/data.ttl?iri=http%3A%2F%2Fe%2Ftom"
    assert "<geo:37.8,-122.4> a" in server.ask("/data.ttl?iri=geo:37.8,-122.4").text
    assert server.ask("/data.ttl?iri=e:jerry").status == 404
    kind = server.ask("/search?q=tom&kind=e:Catt", Accept="application/json")
    assert (kind.status, "Is e:Cat meant?" in kind.text) == (422, True)
    why = server.ask("/explain?s=e:tom&p=rdf:type&o=e:Dog", Accept="application/json")
    assert (why.status, "Nothing here speaks of e:Dog." in why.text) == (404, True)


def test_pictures_of_hosts_that_are_named_are_shown_and_others_are_links(start: Callable[..., Server], tmp_path: Path) -> None:
    (tmp_path / "pictures.ttl").write_text(
        "@prefix e: <http://e/> . @prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix schema: <https://schema.org/> . "
        "e:it foaf:name 'Ana' ; foaf:depiction <https://pictures.example/ana.jpg> , <https://elsewhere.example/ana.jpg> , "
        "<http://pictures.example/plain.jpg> , <https://pictures.example.evil.example/ana.jpg> , <https://[> . "
        "e:other schema:image [ schema:contentUrl 'https://pictures.example/content.png' ] ."
    )
    server = start(str(tmp_path / "pictures.ttl"), "--lenient", "true", "--image-hosts", "pictures.example")
    answer = server.ask("/page?iri=http://e/it", Accept="text/html")
    assert re.findall(r'<img src="([^"]*)" alt="([^"]*)"', answer.text) == [("https://pictures.example/ana.jpg", "Ana")]
    assert 'href="https://elsewhere.example/ana.jpg"' in answer.text
    assert answer.headers["content-security-policy"].endswith("img-src 'self' blob: https://pictures.example")
    assert 'src="https://pictures.example/content.png"' in server.ask("/page?iri=http://e/other", Accept="text/html").text
    plain = start(str(tmp_path / "pictures.ttl"), "--lenient", "true").ask("/page?iri=http://e/it", Accept="text/html")
    assert 'ana.jpg" alt' not in plain.text
    assert plain.headers["content-security-policy"].endswith("img-src 'self' blob:")


def test_an_ontology_that_is_served_as_a_file_is_data_at_its_address_too(start: Callable[..., Server], tmp_path: Path) -> None:
    head = (
        "@prefix e: <http://e/> . @prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . "
    )
    (tmp_path / "a.ttl").write_text(head + "e:Cat a owl:Class ; rdfs:subClassOf e:Animal .")
    (tmp_path / "b.ttl").write_text(head + "e:Dog a owl:Class ; rdfs:subClassOf e:Animal .")
    one = start(str(tmp_path / "a.ttl"))
    for accept in ("text/turtle", "application/rdf+xml", "application/ld+json", "application/n-triples"):
        assert one.ask("/ns", Accept=accept).status == 200, accept
    both = start(str(tmp_path / "a.ttl"), str(tmp_path / "b.ttl"))
    said = both.ask("/ns.nt").text
    assert "<http://e/Cat>" in said
    assert "<http://e/Dog>" in said
    (tmp_path / "c.ttl").write_text("@prefix e: <http://e/> . e:a e:b e:c .")
    assert start(str(tmp_path / "c.ttl")).ask("/ns.nt").status == 404
