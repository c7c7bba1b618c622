"""Two to four things stand side by side, property by property, without scripts."""

import re
from html import unescape

import pytest

from tests.conftest import Server

pytestmark = pytest.mark.live

TWO = "/compare?thing=project:forteress-tunisia&thing=project:opening-doors-peru"


def lines(page: str) -> dict[str, list[str]]:
    """Property -> the text of each cell beside it."""
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', page, re.DOTALL)
    return {
        " ".join(unescape(re.sub("<[^>]+>", "", name)).split()): [
            unescape(re.sub("<[^>]+>", " ", cell)) for cell in re.findall(r"<td[^>]*>(.*?)</td>", cells, re.DOTALL)
        ]
        for name, cells in rows
    }


def test_things_are_compared_by_what_is_stated_of_them(server: Server) -> None:
    told = lines(server.ask(TWO, Accept="text/html", Accept_Language="en").text)
    tunisia, peru = told["works nationally in"]
    assert ("Tunisia" in tunisia, "Peru" in peru) == (True, True)
    assert "in collaboration with the same" in told, "both are with Global Affairs Canada"
    assert "–" in told["works locally in"][1]
    assert "name" not in told


def test_a_page_leads_to_the_comparison_with_what_is_similar(server: Server) -> None:
    page = unescape(server.ask("/page/project/forteress-tunisia", Accept="text/html").text)
    (way,) = re.findall(r'class="compare" href="([^"]*opening-doors-peru)"', page)
    assert server.ask(way, Accept="text/html").status == 200


@pytest.mark.parametrize("language", ["fr", "es"])
def test_one_thing_or_none_gets_a_form(server: Server, language: str) -> None:
    page = server.ask("/compare?thing=place:CRI", Accept="text/html", Accept_Language=language).text
    assert page.count('name="thing"') == 4
    assert 'value="https://w3id.org/labcoop/id/place/CRI"' in page
    assert "<table" not in page


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("thing=no+iri&thing=place:CRI", 400),
        ("thing=place:ATLANTIS&thing=place:CRI", 404),
        ("&".join(f"thing=place:{c}" for c in ("CRI", "TUN", "PER", "CAN", "JOR")), 422),
    ],
)
def test_what_cannot_be_compared_is_refused(server: Server, query: str, status: int) -> None:
    assert server.ask(f"/compare?{query}").status == status
