"""Whoever follows the links from the home page finds no dead one, and what is a page is data too."""

import re
from collections import deque
from collections.abc import Callable
from html import unescape
from urllib.parse import urldefrag, urljoin

import pytest

from tests.conftest import Answer, Server

pytestmark = pytest.mark.live

#: Addresses to visit at most: of each kind of page some, which are all made the same way.
MOST_OF_A_KIND = 6
MOST = 400

#: What was withdrawn says so, and is none that a link should not lead to.
GONE = re.compile("no longer to be used|<[^>]*deprecated")

#: Pages that are a form or an explanation and hold no data of their own.
ONLY_FOR_PEOPLE = ("/docs",)


def kind(path: str) -> str:
    """What an address is of: its first parts, without names and parameters."""
    parts = path.partition("?")[0].split("/")
    return "/".join(parts[:2]) + ("?" if "?" in path else "") + str(len(parts)) + path.rpartition(".")[2][:6] * ("." in parts[-1])


def leads_to(server: Server, path: str, answer: Answer) -> set[str]:
    """The addresses of this service in a page's links, and in the header Link."""
    found = re.findall(r"<([^>]*)>; rel=", answer.headers.get("link", ""))
    if answer.headers["content-type"].startswith("text/html"):
        found += [unescape(address) for address in re.findall(r'(?:href|src)="([^"]*)"', answer.text)]
    places = {urldefrag(urljoin(server.url + path, address))[0] for address in found}
    return {place.removeprefix(server.url) or "/" for place in places if place.startswith(server.url)}


def crawled(
    server: Server, most_of_a_kind: int = MOST_OF_A_KIND, look: Callable[[str, Answer], None] = lambda _path, _answer: None
) -> tuple[list[tuple[str, str, int]], list[str], set[str]]:
    """What is found from the home page on: dead links, pages that are not data too, and all addresses that were visited.

    `look` is shown each address with what it answers.
    """
    seen, counted, waiting = {"/"}, dict[str, int](), deque([("/", "")])
    dead, dumb = [], []
    while waiting:
        path, origin = waiting.popleft()
        if path.startswith("/admin/"):
            continue
        answer = server.ask(path, Accept="text/html,*/*;q=0.5")
        while answer.status in {301, 302, 303}:
            answer = server.ask(urljoin(path, answer.headers["location"]).removeprefix(server.url), Accept="text/html,*/*;q=0.5")
        if answer.status != 200 and not (answer.status == 410 and GONE.search(answer.text)):
            dead.append((path, origin, answer.status))
            continue
        look(path, answer)
        if answer.headers["content-type"].startswith("text/html") and path not in ONLY_FOR_PEOPLE:
            other = server.ask(path, Accept="text/turtle, application/json;q=0.9, application/sparql-results+json;q=0.9, */*;q=0.1")
            alternate = 'rel="alternate"' in answer.headers.get("link", "") or 'rel="alternate"' in answer.text
            if other.headers["content-type"].startswith("text/html") and not alternate:
                dumb.append(path)
        for place in sorted(leads_to(server, path, answer) - seen):
            of = kind(place)
            if counted.get(of, 0) < most_of_a_kind and len(seen) < MOST:
                counted[of] = counted.get(of, 0) + 1
                seen.add(place)
                waiting.append((place, path))
    return dead, dumb, seen


def test_no_link_is_dead_and_every_page_has_a_form_for_programs(server: Server) -> None:
    dead, dumb, seen = crawled(server)
    assert (dead, dumb) == ([], [])
    assert len(seen) > 60
