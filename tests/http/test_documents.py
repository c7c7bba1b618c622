"""Documents with their passages in order and what each says."""

import csv
import io
import re
from html import unescape

import pytest

from tests.conftest import Server

pytestmark = pytest.mark.live


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def page(server: Server, path: str) -> str:
    answer = server.ask(path, Accept="text/html")
    assert answer.status == 200
    return answer.text


def passages(text: str) -> dict[str, str]:
    """Key -> what stands in the page for that passage, in the order of the page."""
    parts = re.split(r'<li id="([^"]+)">', text)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_document_is_listed_with_its_figures(server: Server) -> None:
    table = {row["document"].rpartition("/")[2]: row for row in rows(server.ask("/documents.csv").text)}
    assert set(table) == {"brochure-2023", "news-2022"}
    text = page(server, "/documents")
    for key, row in table.items():
        assert f'href="/documents/{key}"' in text
        assert int(row["passages"]) > 10
        assert "The licence of the document is not stated in its text." in text


def test_the_passages_of_a_document_stand_in_the_order_of_its_text(server: Server) -> None:
    shown = passages(page(server, "/documents/news-2022"))
    starts = [int(row["start"]) for row in rows(server.ask("/documents/news-2022.csv").text)]
    assert starts == sorted(starts)
    places = [int(re.sub(r"\D", "", found[1])) for text in shown.values() if (found := re.search(r"characters ([\d,]+) to", text))]
    assert places == sorted(places)
    assert len(places) == len(shown) == 18


def test_a_passage_stands_beside_what_it_says(server: Server) -> None:
    shown = passages(page(server, "/documents/brochure-2023"))["brochure-2023-triangle-partnership"]
    assert "is a partnership between GAC, the ILO and the Australian Department" in unescape(shown)
    assert "2016-2024" in shown
    for thing in ("/id/organisation/gac", "/id/organisation/dfat", "/id/place/asean-region"):
        assert f'href="{thing}"' in shown


def test_how_much_of_a_text_is_quoted_counts_no_character_twice(server: Server) -> None:
    (percent,) = re.findall(r"(\d+) % of the text is quoted below", page(server, "/documents/news-2022"))
    spans = {(int(row["start"]), int(row["end"])) for row in rows(server.ask("/documents/news-2022.csv").text)}
    quoted = {character for start, end in spans for character in range(start, end)}
    (document,) = (row for row in rows(server.ask("/documents.csv").text) if row["document"].endswith("news-2022"))
    assert int(percent) == round(100 * len(quoted) / int(document["characters"]))


def test_a_document_that_is_not_there_is_not_found(server: Server) -> None:
    assert server.ask("/documents/memoirs").status == 404
