"""What takes long to make is not made for each who asks for it in another way."""

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count, cycle

import pytest

from tests.conftest import Server
from tests.faults.beside import answers_beside

pytestmark = pytest.mark.live

#: Addresses of the largest answers, and what they are asked for in.
LARGE = (
    ("/rdf-graph-store?default", "application/ld+json"),
    ("/rdf-graph-store?default", "text/turtle"),
    ("/rdf-graph-store?default", "application/rdf+xml"),
    ("/rdf-graph-store?x", "application/trig"),
    ("/openapi.yaml?x", "*/*"),
    ("/openapi.json?x", "*/*"),
    ("/docs?x", "text/html"),
    ("/.well-known/void?x", "application/ld+json"),
    ("/catalog?x", "text/turtle"),
    ("/ns?x", "text/html"),
    ("/sparql/vocabulary?x", "*/*"),
    ("/documents?x", "text/html"),
    ("/?x", "text/html"),
    ("/sitemap.xml?x", "*/*"),
)


@pytest.mark.alone
def test_eight_clients_who_ask_for_large_answers_in_ever_new_ways_hold_up_nobody(tried: Server, idle: Server) -> None:
    numbers = count()
    host = tried.url.removeprefix("http://")

    def client(first: int) -> set[int]:
        seen = set()
        until = time.monotonic() + 4
        turns = cycle((*LARGE[first:], *LARGE[:first]))
        while time.monotonic() < until:
            path, media = next(turns)
            number = next(numbers)
            # Another parameter that nothing reads, a value that means nothing, another host: no cache of requests has any of these.
            answer = tried.ask(f"{path}&z={number}&output=z{number}", Accept=media, Host=host if number % 2 else f"h{number}.example")
            seen.add(answer.status)
        return seen

    with answers_beside(tried, idle), ThreadPoolExecutor(8) as pool:
        seen = set().union(*pool.map(client, range(8)))
    assert seen <= {200, 404, 503}
    assert 200 in seen
