"""Wherever a client may put a text, the serving process takes time in proportion to its length, whatever the text.

A request with a hostile text is compared with one that has an ordinary text of the same length in the same place: by the time of this
process's processor, so that other programs and the processes that run queries do not count.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from urllib.parse import quote, urlencode

import pytest
from prometheus_client import CollectorRegistry

from graph_service.build.build import build
from graph_service.errors import ServiceError
from graph_service.service.service import Service
from graph_service.settings import Settings
from graph_service.web.app import create_app
from graph_service.web.middleware import encodings
from graph_service.web.middleware.cache import Cache, CacheCounts
from graph_service.web.middleware.compute_turns import Turns
from graph_service.web.middleware.limits import RequestLimits
from graph_service.web.middleware.request import IncomingRequest
from graph_service.web.processes.generations import Generation
from tests.faults.beside import write

#: How many times as long as with an ordinary text a request may take, and how many seconds more.
FACTOR, SLACK = 10, 0.05

PIECES = (
    *("'\\", '"', '"""\\', "<a", "<<( ", "a.", "_:", "1.", "@a-", "\\u0053", "{", "%", "&a=", ";", "a;q=0.1,", '",', 'a/b;x="'),
    *("0-1,", "../", " ", "é", "$"),
)

COUNTED = """#+ summary: Counted
#+ params:
#+   text: {type: string, many: true}
#+   number: {type: decimal}
SELECT ?s { VALUES ?text { UNDEF } VALUES ?number { UNDEF } ?s ?p ?o FILTER(STR(?o) = ?text || ?o = ?number) } ORDER BY ?s"""

#: Sizes in bytes: of what stands in an address, in a header, in a body.
ADDRESS, HEADER, BODY = 30_000, 4_000, 100_000

FORM, DIRECT = "application/x-www-form-urlencoded", "application/sparql-query"


def address(path: str, **parameters: str) -> Callable[[str], IncomingRequest]:
    """A request with the text in a parameter, percent-encoded or, as far as that can be sent, as it is."""
    name = next(name for name, value in parameters.items() if value == "?")
    others = urlencode({other: value for other, value in parameters.items() if other != name})
    return lambda text: IncomingRequest("GET", path, f"{others}&{name}={quote(text)[:ADDRESS]}")


def header(name: str, path: str = "/sparql", query: str = "query=ASK%7B%7D") -> Callable[[str], IncomingRequest]:
    return lambda text: IncomingRequest("GET", path, query, [("host", "x"), (name, text[:HEADER])])


def body(media: str, path: str, before: str = "") -> Callable[[str], IncomingRequest]:
    def asked(text: str) -> IncomingRequest:
        asked = IncomingRequest("POST", path, "", [("host", "x"), ("content-type", media), ("content-length", "1")])
        asked.body = (before + (quote(text) if media == FORM else text))[:BODY].encode()
        return asked

    return asked


PLACES: dict[str, Callable[[str], IncomingRequest]] = {
    "query": address("/sparql", query="?"),
    "query as a page": lambda text: IncomingRequest("GET", "/sparql", f"query={quote(text)[:ADDRESS]}", [("accept", "text/html")]),
    "value of a variable": address("/sparql", **{"query": "ASK{}", "$x": "?"}),
    "name of a variable": lambda text: IncomingRequest("GET", "/sparql", f"query=ASK%7B%7D&${quote(text)[:ADDRESS]}=1"),
    "graph": address("/sparql", **{"query": "ASK{}", "default-graph-uri": "?"}),
    "format": address("/sparql", query="ASK{}", format="?"),
    "timeout": address("/sparql", query="ASK{}", timeout="?"),
    "language": address("/about", lang="?"),
    "text of a canned query": address("/queries/counted", text="?"),
    "number of a canned query": address("/queries/counted", number="?"),
    "page": address("/queries/counted.csv", page="?"),
    "search": address("/search", q="?"),
    "subject": address("/explain", s="?", p="rdf:type", o="place:CRI"),
    "object": address("/explain", s="place:CRI", p="rdf:type", o="?"),
    "named graph": address("/rdf-graph-store", graph="?"),
    "an unknown parameter": address("/sparql", query="ASK{}", utm="?"),
    "query string": lambda text: IncomingRequest("GET", "/sparql", text[:ADDRESS]),
    "path": lambda text: IncomingRequest("GET", "/" + text[:ADDRESS]),
    "path of a thing": lambda text: IncomingRequest("GET", "/id/project/" + text[:ADDRESS]),
    "path of a query": lambda text: IncomingRequest("GET", "/queries/" + text[:ADDRESS]),
    **{name: header(name) for name in ("accept", "accept-language", "accept-encoding", "cookie", "if-none-match", "content-type", "host")},
    **{name: header(name) for name in ("traceparent", "authorization", "x-forwarded-host", "if-modified-since")},
    "range": header("range", "/downloads/dataset.nq", ""),
    "if-range": header("if-range", "/downloads/dataset.nq", ""),
    "query in a body": body(DIRECT, "/sparql"),
    "query in a form": body(FORM, "/sparql", "query="),
    "form": body(FORM, "/sparql"),
    "form of a canned query": body(FORM, "/queries/counted", "text="),
}


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[IncomingRequest], None]]:
    """What the serving process does with a request, in this one."""
    folder = tmp_path_factory.mktemp("linear")
    write(folder / "data.ttl", 100)
    (folder / "counted.rq").write_text(COUNTED)
    places = {"data": (folder / "data.ttl",), "queries": (folder / "counted.rq",), "ontology": (), "snapshots": folder / "snapshots"}
    settings = replace(Settings(), reasoning="none", **places)  # type: ignore[arg-type]
    snapshot = build(settings, lambda _: None)
    with Service.open(snapshot, settings) as service:
        flask = create_app(service, settings, CollectorRegistry())
        generation = Generation(flask, service, Turns(2, 10), Cache(snapshot, settings, CacheCounts()))
        limits = RequestLimits(settings)

        def work(asked: IncomingRequest) -> None:
            with suppress(ServiceError):
                limits.refuse_long_head(asked)
                asked.leave_out_what_nobody_reads()
                encodings.choose(asked.headers.get("accept-encoding", ""))
                if generation.cache.known(asked) is None:
                    generation.answer(asked)

        yield work


def seconds(answer: Callable[[IncomingRequest], None], asked: IncomingRequest) -> float:
    """How long this process's processor takes for a request."""
    began = time.process_time()
    answer(asked)
    return time.process_time() - began


# A long answer is a file that is closed with its last reference.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("place", PLACES)
def test_no_text_takes_longer_than_its_length_says(answer: Callable[[IncomingRequest], None], place: str) -> None:
    def long(piece: str) -> IncomingRequest:
        return PLACES[place](piece * (BODY // len(piece)))

    # An ordinary text has letters that are sent as they are, and some that are not.
    plain = max(seconds(answer, long(ordinary)) for ordinary in ("x", "é "))
    most = FACTOR * plain + SLACK
    # Once more where it took long: other threads of this process may have work of their own.
    slow = {piece for piece in PIECES if seconds(answer, long(piece)) > most and seconds(answer, long(piece)) > most}
    assert not slow, f"an ordinary text takes {plain:.3f} s"
