"""Thousands of long values that are never the same: what the serving process remembers of them is bounded."""

import http.client
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.conftest import Server
from tests.faults.beside import serving
from tests.faults.conftest import Start

pytestmark = pytest.mark.live

#: Requests, a tenth of each kind, with 20,000 long values between them; and by how many bytes memory may have grown after them.
REQUESTS, GROWTH = 3_600, 50 * 2**20

#: A canned query whose pages are counted.
COUNTED = """#+ summary: Counted
#+ params:
#+   text: {type: string}
SELECT ?s { VALUES ?text { UNDEF } ?s ?p ?o FILTER(STR(?o) = ?text) } ORDER BY ?s"""

DIRECT = "application/sparql-query"
FORM = "application/x-www-form-urlencoded"


def requests(number: int) -> list[tuple[str, str, bytes | None, dict[str, str]]]:
    """One request of each kind, with values that no other number gives."""
    long = f"{number}-" + 1500 * "é"
    value = f"{number}-" + 3000 * "x"
    update = f"INSERT DATA {{ <http://e/{number}> <http://e/p> '{100 * value}' }}"
    bound = urlencode({"query": f"SELECT ?x {{ ?x ?y '{20 * value}' }}", "$x": f"<urn:{value}>"})
    return [
        ("GET", "/sparql?" + urlencode({"query": f"ASK {{}} # {long}"}), None, {}),
        ("POST", "/sparql", update.encode(), {"Content-Type": DIRECT}),
        ("POST", "/sparql", bound.encode(), {"Content-Type": FORM}),
        ("GET", "/queries/counted?" + urlencode({"text": value, "page": "1"}), None, {"Accept": "text/csv"}),
        ("GET", "/search?" + urlencode({"q": value[:150]}), None, {"Accept": f"application/json;x={value}"}),
        ("GET", f"/id/{value}/{number}", None, {"Accept": f"text/turtle;q=0.5, x/{value}"}),
        ("GET", "/health", None, {"Accept-Language": f"fr-{value}", "Accept-Encoding": f"br, {value}", "Traceparent": value}),
        ("GET", f"/?utm={value}", None, {"If-None-Match": f'"{value}"', "Host": f"h{number}.example", "Range": f"bytes={value}"}),
        ("GET", "/sparql?" + urlencode({"query": "ASK {}", f"${value[:900]}": f"'{value}'"}), None, {"Cookie": f"a={value}"}),
        ("GET", "/explain?" + urlencode({"s": f"<urn:{value}>", "p": "rdf:type", "o": f"'{value}'"}), None, {"Accept": "*/*"}),
    ]


def ask(server: Server, numbers: range) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=30)
    for number in numbers:
        for kind, (method, path, body, headers) in enumerate(requests(number)):
            other = f"{number}-{kind}-" + 1000 * "y"
            beside = {"Accept-Language": f"x-{other}", "If-None-Match": f'"{other}"', "Cookie": f"b={other}", "Referer": other}
            connection.request(method, path, body, {**beside, **headers})
            answer = connection.getresponse()
            answer.read()
            assert answer.status < 500 or answer.status == 503, (answer.status, path[:100])
    connection.close()


def resident(pid: int) -> int:
    return int(next(line.split()[1] for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))) * 1024


def rest(pid: int) -> None:
    """Wait until a process does next to nothing: what it makes before it is asked for has been made."""
    until = time.monotonic() + 60
    spent = -1
    while time.monotonic() < until:
        before, spent = spent, sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]))
        # In hundredths of a second.
        if spent - before < 5 and before >= 0:
            return
        time.sleep(0.5)


def test_long_values_that_are_never_the_same_take_no_memory_for_long(start: Start, tmp_path: Path, chain: tuple[str, ...]) -> None:
    (tmp_path / "counted.rq").write_text(COUNTED)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("GRAPH_SERVICE_CACHE_SIZE", "4 MiB")
        server = start(*chain, "--queries", str(tmp_path))
    pid = serving(server)
    ask(server, range(100))
    rest(pid)
    before = resident(pid)
    with ThreadPoolExecutor(4) as pool:
        each = REQUESTS // 10 // 4
        for done in [pool.submit(ask, server, range(1000 + part * each, 1000 + (part + 1) * each)) for part in range(4)]:
            done.result()
    assert serving(server) == pid
    assert resident(pid) - before < GROWTH
