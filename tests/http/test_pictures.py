"""Pictures show what their canned queries answer, all of it and nothing else, and say it in words."""

import csv
import io
import json
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest

from graph_service.snapshot.snapshot import Snapshot
from tests.conftest import Server

pytestmark = pytest.mark.live

SVG = "{http://www.w3.org/2000/svg}"

#: Picture -> the canned query that it is drawn from, and the columns whose things are in it.
PICTURES = {
    "projects-by-country": ("projects-by-country", ("country",)),
    "network": ("network", ("source", "target")),
    "timeline": ("projects-and-commitments", ("item",)),
    "contributions": ("contributions", ("contribution",)),
    "beneficiary-groups": ("group-tree", ("group",)),
}

every_picture = pytest.mark.parametrize("name", PICTURES)


def drawn(server: Server, path: str) -> ElementTree.Element:
    answer = server.ask(path)
    assert (answer.status, answer.headers["content-type"]) == (200, "image/svg+xml"), answer.text
    return ElementTree.fromstring(answer.body)


def rows(server: Server, query: str, asked: str = "") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(server.ask(f"/queries/{query}.csv{asked}").body.decode("utf-8-sig"))))


def things(svg: ElementTree.Element) -> set[str]:
    return {thing for element in svg.iter() if (thing := element.get("data-thing"))}


def hrefs(svg: ElementTree.Element) -> set[str]:
    return {href for element in svg.iter() if (href := element.get("href"))}


def test_the_gallery_lists_every_picture_with_its_query_and_data(server: Server) -> None:
    listed = {picture["name"]: picture for picture in json.loads(server.ask("/pictures").text)["pictures"]}
    assert {name: picture["query"].removeprefix(server.url + "/queries/") for name, picture in listed.items()} == {
        name: query for name, (query, _) in PICTURES.items()
    }
    for picture in listed.values():
        for address in ("page", "svg", "query", "csv", "json"):
            assert server.ask(picture[address].removeprefix(server.url)).status == 200
    page = server.ask("/pictures", Accept="text/html").text
    assert all(f'href="/pictures/{name}"' in page for name in PICTURES)


@every_picture
def test_a_picture_has_all_that_its_query_answers_and_nothing_else(server: Server, name: str) -> None:
    query, columns = PICTURES[name]
    assert things(drawn(server, f"/pictures/{name}.svg")) == {row[column] for row in rows(server, query) for column in columns}


def test_the_network_has_a_line_for_each_pair_that_is_tied(server: Server) -> None:
    ends = {element.get("data-ends") for element in drawn(server, "/pictures/network.svg").iter(SVG + "path")} - {None}
    assert ends == {f"{row['source']} {row['target']}" for row in rows(server, "network")}


def test_the_map_names_the_projects_of_each_country(server: Server) -> None:
    svg = drawn(server, "/pictures/projects-by-country.svg")
    told = {link.get("data-thing"): link.findtext(SVG + "title") or "" for link in svg.iter(SVG + "a") if link.get("data-thing")}
    for row in rows(server, "projects-by-country"):
        assert row["project_label"] in told[row["country"]]
    # No country's outline is missing: each is drawn as a path, or as a ring where it is too small.
    shapes = [link for link in svg.iter(SVG + "a") if link.get("aria-hidden") == "true"]
    assert len(shapes) == len(told)


def test_a_bar_is_as_long_as_the_lower_bound_that_is_stated(server: Server) -> None:
    svg = drawn(server, "/pictures/contributions.svg")
    lengths = {}
    for link in svg.iter(SVG + "a"):
        for bar in link.findall(SVG + "rect"):
            lengths[link.get("data-thing")] = float(bar.get("width") or 0)
    bounds = {row["contribution"]: float(row["at_least"]) for row in rows(server, "contributions") if row["at_least"]}
    assert set(lengths) == set(bounds)
    scales = [lengths[iri] / bound for iri, bound in bounds.items()]
    assert max(scales) == pytest.approx(min(scales), rel=0.01)


@every_picture
def test_a_picture_says_in_words_what_one_sees(server: Server, name: str) -> None:
    svg = drawn(server, f"/pictures/{name}.svg")
    described = json.loads(server.ask(f"/pictures/{name}.json").text)
    title, words = svg.find(SVG + "title"), svg.find(SVG + "desc")
    assert title is not None
    assert words is not None
    assert (title.text, words.text) == (described["title"], described["words"])
    assert (svg.get("aria-labelledby"), svg.get("aria-describedby")) == (title.get("id"), words.get("id"))
    # The words are about these data: they name things of them.
    query, columns = PICTURES[name]
    names = {row[f"{column}_label"] for row in rows(server, query) for column in columns}
    assert sum(label in described["words"] for label in names) >= 3


@every_picture
def test_a_pages_picture_words_and_table_are_of_one_answer(server: Server, name: str) -> None:
    page = server.ask(f"/pictures/{name}", Accept="text/html").text
    query, columns = PICTURES[name]
    found = rows(server, query)
    body = page[page.index("<tbody>") : page.index("</tbody>")]
    assert body.count("<tr") == len(found)
    inline = ElementTree.fromstring(page[page.index("<svg xmlns=") : page.index("</svg>", page.index("<desc id=")) + 6])
    assert things(inline) == {row[column] for row in found for column in columns}
    assert f"/queries/{query}.csv" in page
    # Colours are the page's own, so that they change with it, and nothing needs a style that the policy forbids.
    assert "var(--accent)" in page
    assert " style=" not in page


@every_picture
def test_a_file_needs_nothing_beside_it(server: Server, name: str) -> None:
    light, dark = (server.ask(f"/pictures/{name}.svg{asked}").text for asked in ("", "?theme=dark"))
    assert light != dark
    for text in (light, dark):
        assert not re.search(r"var\(|style=|<style|<script|<image|@import", text)
    # Links in it lead to this service from wherever the file is.
    assert all(href.startswith("http://") for href in hrefs(ElementTree.fromstring(light)))


@pytest.mark.parametrize(("language", "source"), [("en", "Source: "), ("fr", "Source : "), ("es", "Fuente: ")])
def test_a_file_says_what_it_shows_and_whose_it_is(server: Server, snapshot: Snapshot, language: str, source: str) -> None:
    path = f"/pictures/contributions.svg?lang={language}"
    drawing, bare = drawn(server, path), drawn(server, f"{path}&caption=false")
    title = drawing.findtext(f"{SVG}title")
    texts, others = (["".join(text.itertext()) for text in svg.iter(f"{SVG}text")] for svg in (drawing, bare))
    assert texts[0] == title
    told = "\n".join(texts[-4:])
    assert source in told
    for part in (snapshot.id, "https://creativecommons.org/licenses/by/4.0/", f"{server.url}/pictures/contributions"):
        assert part in told
        assert part not in "\n".join(others)
    assert float(drawing.get("height", "")) > float(bare.get("height", ""))
    assert server.ask(f"{path}&caption=perhaps").status == 400


@every_picture
def test_every_link_of_a_picture_leads_somewhere(server: Server, name: str) -> None:
    found = hrefs(drawn(server, f"/pictures/{name}.svg"))
    assert found
    assert {server.ask(href.removeprefix(server.url)).status for href in found} <= {200, 303}


def test_a_picture_is_the_same_bytes_from_any_process(server: Server, start: Callable[..., Server]) -> None:
    other = start("--workers", "1")
    for name in PICTURES:
        path = f"/pictures/{name}.svg?lang=fr"
        assert other.ask(path).text.replace(other.url, server.url) == server.ask(path).text


def test_a_picture_is_narrowed_by_the_parameters_of_its_query(server: Server) -> None:
    asked = "?project=project:forteress-tunisia"
    found = rows(server, "network", asked)
    assert things(drawn(server, f"/pictures/network.svg{asked}")) == {row[column] for row in found for column in ("source", "target")}
    page = server.ask(f"/pictures/network{asked}", Accept="text/html").text
    assert "/pictures/network.svg?project=project%3Aforteress-tunisia" in page
    assert "/queries/network.csv?project=project%3Aforteress-tunisia" in page


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/pictures/nothing", 404),
        ("/pictures/network.gif", 404),
        ("/pictures/network?project=nowhere", 422),
        ("/pictures/network?planet=mars", 400),
        ("/pictures/network.svg?theme=pink", 400),
        ("/pictures/network?infer=perhaps", 400),
    ],
)
def test_what_is_no_picture_is_a_problem(server: Server, path: str, status: int) -> None:
    answer = server.ask(path)
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json")


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("image/avif,image/webp,image/svg+xml,image/*,*/*;q=0.8", "image/svg+xml"),
        ("application/json", "application/json"),
        ("*/*", "image/svg+xml"),
    ],
)
def test_what_is_accepted_decides_the_form_of_a_picture(server: Server, accept: str, media: str) -> None:
    answer = server.ask("/pictures/timeline", Accept=accept)
    assert (answer.status, answer.headers["content-type"]) == (200, media)
    assert "accept" in answer.headers["vary"].lower()
    assert f'<{server.url}/queries/projects-and-commitments>; rel="describedby"' in answer.headers["link"]


def test_a_picture_is_kept_and_compressed(server: Server) -> None:
    first = server.ask("/pictures/projects-by-country.svg", Accept_Encoding="br")
    assert first.headers["content-encoding"] == "br"
    assert len(first.body) < 40_000
    assert server.ask("/pictures/projects-by-country.svg", Accept_Encoding="br", If_None_Match=first.headers["etag"]).status == 304


def test_names_in_a_picture_are_in_the_language_that_is_asked_for(server: Server) -> None:
    svg = drawn(server, "/pictures/projects-by-country.svg?lang=fr")
    assert "Tunisie" in "".join(svg.itertext())
    assert server.ask("/pictures/projects-by-country.svg?lang=fr").headers["content-language"] == "fr"


def test_data_of_which_nothing_can_be_drawn_still_have_pages(start: Callable[..., Server], tmp_path: Path) -> None:
    data = tmp_path / "mine.ttl"
    data.write_text("<http://example.org/a> <http://example.org/knows> <http://example.org/b> .", encoding="utf-8")
    other = start("--data", str(data), "--ontology", "none", "--reasoning", "none")
    for name in PICTURES:
        assert things(drawn(other, f"/pictures/{name}.svg")) == set()
        assert other.ask(f"/pictures/{name}", Accept="text/html").status == 200


def test_any_query_that_says_so_is_drawn(start: Callable[..., Server], tmp_path: Path) -> None:
    header = "#+ summary: Who knows whom\n#+ picture: {kind: network, name: friends, left: They, middle: {en: We, fr: Nous}}\n"
    (tmp_path / "known.rq").write_text(
        header + "SELECT ?source ?target { ?source <http://e/knows> ?target } ORDER BY ?source", encoding="utf-8"
    )
    (tmp_path / "mine.ttl").write_text("<http://e/ann> <http://e/knows> <http://e/ben> , <http://e/cid> .")
    other = start("--data", str(tmp_path / "mine.ttl"), "--ontology", "none", "--reasoning", "none", "--queries", str(tmp_path))
    (told,) = json.loads(other.ask("/pictures").text)["pictures"]
    assert (told["name"], told["title"]) == ("friends", "Who knows whom")
    svg = drawn(other, "/pictures/friends.svg?lang=fr")
    assert things(svg) == {"http://e/ann", "http://e/ben", "http://e/cid"}
    assert {"They", "Nous"} <= set(svg.itertext())
    assert other.ask("/pictures/known").status == 404


def svgs(page: str) -> list[ElementTree.Element]:
    return [ElementTree.fromstring(text) for text in re.findall(r"<svg xmlns=.*?</svg>(?=</div>)", page, re.DOTALL)]


def test_a_things_page_shows_what_it_is_connected_with(server: Server) -> None:
    page = server.ask("/page/project/forteress-tunisia", Accept="text/html").text
    surroundings = svgs(page)[0]
    shown = things(surroundings)
    assert {
        f"https://w3id.org/labcoop/id/{thing}" for thing in ("organisation/gac", "organisation/government-of-tunisia", "place/TUN")
    } <= shown
    facts = page[: page.index("<svg xmlns=")] + page[page.index("</svg></div>") :]
    for href in hrefs(surroundings):
        assert f'href="{href}"' in facts


@pytest.mark.parametrize(
    ("path", "places"),
    [
        ("place/TUN", {"TUN"}),
        ("project/forteress-tunisia", {"TUN"}),
        ("project/venezuelan-integration-colombia-panama", {"COL", "PAN"}),
        ("place/beja", {"TUN"}),
        ("organisation/al-hayat", {"TUN"}),
    ],
)
def test_a_things_page_shows_on_a_map_the_countries_where_it_is(server: Server, path: str, places: set[str]) -> None:
    drawn = svgs(server.ask(f"/page/{path}", Accept="text/html").text)[-1]
    assert things(drawn) == {f"https://w3id.org/labcoop/id/place/{place}" for place in places}


def test_what_is_nowhere_has_no_map(server: Server) -> None:
    assert 'id="location"' not in server.ask("/page/framework/global-compact-for-migration", Accept="text/html").text


def test_what_is_reported_to_be_over_is_not_drawn_as_going_on(server: Server) -> None:
    text = unescape(server.ask("/pictures/timeline", Accept="text/html").text)
    assert "since 2021, completed by August 16, 2022" in re.sub(r"\s+", " ", text)
    listed = unescape(server.ask("/things/projects", Accept="text/html").text)
    row = next(row for row in listed.split("<tr") if "employability and labour market integration" in row)
    assert "≤ 2022" in row
