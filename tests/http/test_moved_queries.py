"""A canned query that another one has taken the place of: its address leads there, with its parameters and what it stood for."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from graph_service.errors import NotFound
from graph_service.service.service import Service
from tests.conftest import Server, catalogue

pytestmark = pytest.mark.live

MOVED = sorted(catalogue().successors)


@pytest.mark.parametrize("name", MOVED)
def test_an_old_address_leads_to_an_answer_with_rows(server: Server, name: str) -> None:
    answer = server.ask(f"/queries/{name}.csv")
    assert answer.status == 308
    there = server.ask(answer.headers["location"].removeprefix(server.url))
    assert there.status == 200
    assert len(there.text.splitlines()) > 1


def test_parameters_are_kept_and_come_before_what_the_query_stood_for(server: Server) -> None:
    answer = server.ask("/queries/things-only-in-document?kind=lc:Framework&lang=fr&document=")
    address = urlsplit(answer.headers["location"])
    assert (answer.status, address.path) == (308, "/queries/things-by-document")
    assert parse_qs(address.query) == {"kind": ["lc:Framework"], "lang": ["fr"], "document": ["document:news-2022"]}


def test_a_form_is_sent_again_by_its_client(server: Server) -> None:
    form = b"kind=lc%3AFramework&format=csv"
    answer = server.ask("/queries/things-in-several-documents", "POST", form, content_type="application/x-www-form-urlencoded")
    assert (answer.status, urlsplit(answer.headers["location"]).query) == (308, "least=2")
    again = server.ask(answer.headers["location"].removeprefix(server.url), "POST", form, content_type="application/x-www-form-urlencoded")
    assert "Quito Process" in again.text


def test_whoever_asks_without_http_is_told_the_new_name(service: Service) -> None:
    with pytest.raises(NotFound, match="answered by things-by-document kind=lc:Project least=2 now"):
        service.canned.run("things-in-several-documents", {})


def test_a_query_that_is_there_is_not_led_away(start: Callable[..., Server], tmp_path: Path) -> None:
    (tmp_path / "old.rq").write_text("#+ summary: Old\nSELECT ?s { ?s ?p ?o }\n")
    (tmp_path / "new.rq").write_text("#+ summary: New\n#+ replaces: {old: {}, older: {}}\nSELECT ?s { ?s ?p ?o }\n")
    (tmp_path / "mine.ttl").write_text("<http://e/a> <http://e/p> 1 .")
    other = start("--data", str(tmp_path / "mine.ttl"), "--ontology", "none", "--queries", str(tmp_path), "--reasoning", "none")
    assert other.ask("/queries/old.csv").status == 200
    assert other.ask("/queries/older.csv").headers["location"].removeprefix(other.url) == "/queries/new.csv"
