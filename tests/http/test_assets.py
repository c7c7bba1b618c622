"""Style and scripts are kept for good by browsers, and no page may ask another host for anything."""

import re

import pytest

from tests.conftest import Server

pytestmark = pytest.mark.live

PAGES = ("/", "/sparql", "/queries", "/queries/projects", "/downloads/", "/ns", "/page/organisation/ilo", "/changes", "/docs", "/nowhere")


def addresses(server: Server) -> list[str]:
    """The addresses of the style sheets and scripts of the home page."""
    return re.findall(r'(?:href|src)="(/static/[^"]+[.](?:css|js))"', server.ask("/", Accept="text/html").text)


def test_style_and_scripts_are_under_addresses_that_never_change(server: Server) -> None:
    found = addresses(server)
    assert {path.rsplit(".")[-1] for path in found} == {"css", "js"}
    for path in found:
        answer = server.ask(path, Accept_Encoding="br")
        assert answer.status == 200
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-encoding"] == "br"


def test_an_old_address_of_the_style_is_answered_and_not_kept_for_good(server: Server) -> None:
    answer = server.ask("/static/00000000/style.css")
    assert answer.status == 200
    assert "immutable" not in answer.headers["cache-control"]


@pytest.mark.parametrize("path", ["/static/built/nothing.js", "/static/00000000/nothing.css", "/static/built/..%2fstyle.css"])
def test_there_is_nothing_else_there(server: Server, path: str) -> None:
    assert server.ask(path).status == 404


def test_the_licences_of_what_is_bundled_are_beside_the_bundles(server: Server) -> None:
    assert server.ask("/static/built/licences.txt").status == 200


@pytest.mark.parametrize("path", PAGES)
def test_a_page_allows_nothing_from_other_hosts_and_nothing_inline(server: Server, path: str) -> None:
    headers = server.ask(path, Accept="text/html").headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


def test_data_has_no_policy_of_pages(server: Server) -> None:
    assert "content-security-policy" not in server.ask("/catalog", Accept="text/turtle").headers
