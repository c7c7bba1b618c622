"""The questions in `docs/questions.md` are answered at their addresses, by what the documents say."""

import csv
import io
import re
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from tests.conftest import ROOT, Server

pytestmark = pytest.mark.live

TEXT = Path(ROOT / "docs" / "questions.md").read_text(encoding="utf-8")


def table(heading: str) -> list[list[str]]:
    """The rows of the table below a heading of the page, without its own two head rows."""
    lines = [line for line in TEXT.partition(f"## {heading}\n")[2].partition("\n## ")[0].splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


QUESTIONS, FURTHER = table("Twenty-five"), table("Fifteen that portals are made for")


def rows(server: Server, address: str) -> list[str]:
    """The rows of a table as lines of text."""
    path, _, query = address.strip("`").partition("?")
    answer = server.ask(f"{path}.csv?{query}".replace(" ", "%20"))
    assert answer.status == 200, answer.text
    return [" | ".join(row) for row in csv.reader(io.StringIO(answer.text))][1:]


def asked(address: str) -> tuple[str, frozenset[tuple[str, str]]]:
    """The path of an address and its parameters but the language."""
    path, _, query = address.partition("?")
    return path, frozenset(pair for pair in parse_qsl(query) if pair[0] != "lang")


@pytest.mark.parametrize("row", QUESTIONS, ids=lambda row: row[0])
def test_a_question_has_its_answer_at_one_address(server: Server, row: list[str]) -> None:
    _, _, _, address, count, found = row
    answered = rows(server, address)
    assert len(answered) == int(count)
    whole = "\n".join(answered)
    assert [text for text in re.split("; ", found) if text not in whole] == []
    assert server.ask(address.strip("`").replace(" ", "%20"), Accept="text/html").status == 200


@pytest.mark.parametrize("row", FURTHER, ids=lambda row: row[0])
def test_a_further_question_has_an_answer_or_a_reason(server: Server, row: list[str]) -> None:
    _, _, address, reason = row
    assert rows(server, address) if address else reason


def test_there_are_as_many_questions_as_are_said() -> None:
    assert (len(QUESTIONS), len(FURTHER)) == (25, 15)
    assert [row[0] for row in QUESTIONS] == [str(number) for number in range(1, 26)]


def test_every_question_leads_from_the_page_of_queries_to_its_answer(server: Server) -> None:
    """In each language, since a question is a text of its query's header."""
    addresses = {asked(address.strip("`")) for address in (*(row[3] for row in QUESTIONS), *(row[2] for row in FURTHER)) if address}
    for language in ("en", "fr", "es"):
        page = server.ask(f"/queries?lang={language}", Accept="text/html").text
        assert addresses - {asked(unescape(address)) for address in re.findall(r'<li><a href="([^"]*)"', page)} == set()
