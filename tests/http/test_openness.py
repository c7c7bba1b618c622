"""Pages of others may read everything, and names come in the reader's language."""

import pytest

from tests.conftest import Server

pytestmark = pytest.mark.live


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/sparql", {"GET", "HEAD", "OPTIONS", "POST", "QUERY"}),
        ("/queries/projects-by-country", {"GET", "HEAD", "OPTIONS", "POST"}),
        ("/rdf-graph-store", {"GET", "HEAD", "OPTIONS"}),
        ("/data/organisation/ilo", {"GET", "HEAD", "OPTIONS"}),
        ("/downloads/", {"GET", "HEAD", "OPTIONS"}),
    ],
)
def test_a_preflight_request_is_answered_with_what_may_be_sent(server: Server, path: str, methods: set[str]) -> None:
    answer = server.ask(
        path,
        "OPTIONS",
        Origin="https://example.org",
        Access_Control_Request_Method="POST",
        Access_Control_Request_Headers="content-type, x-own",
    )
    assert (answer.status, answer.body) == (204, b"")
    assert set(answer.headers["allow"].split(", ")) == set(answer.headers["access-control-allow-methods"].split(", ")) == methods
    assert answer.headers["access-control-allow-headers"] == "content-type, x-own"
    assert int(answer.headers["access-control-max-age"]) > 0
    assert answer.headers["access-control-allow-origin"] == "*"


def test_options_of_nothing_is_not_found(server: Server) -> None:
    assert server.ask("/nowhere", "OPTIONS").status == 404


@pytest.mark.parametrize("path", ["/sparql?query=ASK%20%7B%7D", "/data/organisation/ilo.ttl", "/downloads/dataset.ttl", "/nowhere"])
def test_the_headers_that_matter_can_be_read_by_scripts(server: Server, path: str) -> None:
    exposed = {name.strip().lower() for name in server.ask(path).headers["access-control-expose-headers"].split(",")}
    wanted = "link, etag, location, retry-after, ratelimit, ratelimit-policy, server-timing, x-query-id, content-location"
    assert set(wanted.split(", ")) <= exposed


@pytest.mark.parametrize(
    ("accept", "heading", "language"),
    [
        ("fr", "Organisation internationale du Travail", "fr"),
        ("es-CR, en;q=0.5", "Organización Internacional del Trabajo", "es"),
        ("de, fr;q=0.8", "Organisation internationale du Travail", "fr"),
        ("de", "International Labour Organization (ILO)", "en"),
    ],
)
def test_names_come_in_the_language_that_is_accepted(server: Server, accept: str, heading: str, language: str) -> None:
    answer = server.ask("/page/organisation/ilo", Accept="text/html", Accept_Language=accept)
    assert f"{heading}</h1>" in answer.text
    assert answer.headers["content-language"].split(", ")[0] == language
    assert "accept-language" in answer.headers["vary"].lower()


def test_a_language_in_the_address_beats_the_accepted_one(server: Server) -> None:
    answer = server.ask("/page/organisation/ilo?lang=es", Accept="text/html", Accept_Language="fr")
    assert "Organización Internacional del Trabajo</h1>" in answer.text
    assert server.ask("/page/organisation/ilo?lang=x_y", Accept="text/html").status == 400
