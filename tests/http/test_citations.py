"""Pages say how to cite what they are about, with version and date, and lead to the neighbours of a thing in its list."""

import json
import re
from html import unescape

import pytest

from tests.conftest import Server

pytestmark = pytest.mark.live


def citation(server: Server, path: str, key: str) -> str:
    page = server.ask(path, Accept="text/html").text
    (text,) = re.findall(rf'<code id="cite-{key}">(.*?)</code>', page, re.DOTALL)
    return unescape(text)


def made(server: Server) -> tuple[str, str]:
    """The version that is served, and its day."""
    about = json.loads(server.ask("/about", Accept="application/json").text)
    return about["version"], about["made"][:10]


@pytest.mark.parametrize(
    ("path", "title", "address"),
    [
        ("/page/place/CRI", "Costa Rica", "https://w3id.org/labcoop/id/place/CRI"),
        ("/queries/projects", "Projects and programmes", "/queries/projects"),
        ("/about", "Labour cooperation graph", "https://w3id.org/labcoop/"),
    ],
)
def test_things_queries_and_the_dataset_are_cited_with_version_and_date(server: Server, path: str, title: str, address: str) -> None:
    version, day = made(server)
    (told,) = json.loads(citation(server, path, "csl"))
    assert (told["title"], told["version"]) == (title, version)
    assert "-".join(f"{part:02}" for part in told["issued"]["date-parts"][0]) == day
    assert told["URL"].endswith(address)
    ris = citation(server, path, "ris").split("\n")
    assert ris[0] == "TY  - DATA"
    assert f"DA  - {day.replace('-', '/')}" in ris
    assert f"ET  - {version}" in ris
    assert ris[-1] == "ER  - "
    bibtex = citation(server, path, "bibtex")
    assert f"title = {{{{{title}}}}}," in bibtex
    assert bibtex.count("{") == bibtex.count("}")
    assert f"(Version {version}) [Data set]. " in citation(server, path, "apa")


def test_a_thing_leads_to_those_before_and_after_it_in_its_list(server: Server) -> None:
    page = server.ask("/page/place/CRI", Accept="text/html", Accept_Language="fr").text
    neighbours = dict(re.findall(r'<a rel="(prev|next)" href="(/id/place/\w+)', page))
    assert neighbours == {"prev": "/id/place/COL", "next": "/id/place/CUW"}
    first = server.ask("/page/place/ARG", Accept="text/html", Accept_Language="en").text
    assert 'rel="next"' in first
    assert 'rel="prev"' not in first
