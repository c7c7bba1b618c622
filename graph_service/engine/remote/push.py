"""`graph-service push`: upload a snapshot to another server by the SPARQL 1.1 Graph Store HTTP Protocol.

Each graph is replaced as a whole (PUT), so a push may be repeated. The state graph is changed first and written last: in between, and after
a failed push, the remote engine does not answer from that server.
"""

import hashlib
import http.client
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import groupby
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlencode

import pyoxigraph as ox

from graph_service.engine.remote.http import Call, Peer
from graph_service.engine.remote.layout import ASSERTED, IDENTIFIER, STATE, UNION, UNNAMED
from graph_service.errors import BadGateway, ServiceError
from graph_service.snapshot.snapshot import Snapshot

#: Seconds for the upload of one graph.
_DEADLINE = 3600

_MEDIA = "application/n-triples"


def push(snapshot: Snapshot, store: Peer, say: Callable[[str], None]) -> None:
    """Upload a snapshot to the graph store at the peer's address. `say` gets a line of progress for each graph.

    Raises Unavailable if the server is down, OutOfTime if it is too slow, and BadGateway if it refuses, or does not store what it is sent.
    """
    with _files(snapshot) as files:
        # A small request first, so that the server asks for credentials before a large body is sent.
        _send(store, STATE, "GET", None, allow_missing=True)
        put(store, STATE, _state(b"loading"))
        for graph, (file, triples) in files.items():
            if triples or graph != UNNAMED:
                say(f"{graph}: {triples:,} triples")
                put(store, graph, file)
            else:
                _send(store, graph, "DELETE", None, allow_missing=True)
        state = _state(snapshot.id.encode())
        put(store, STATE, state)
        if _get(store, STATE) != list(ox.parse(state, ox.RdfFormat.N_TRIPLES)):
            raise BadGateway(f"{store.name} took the graphs and does not give them back; is it the address of a graph store?")


def _state(state: bytes) -> bytes:
    return f"<{STATE}> <{IDENTIFIER}> ".encode() + b'"' + state + b'" .\n'


@contextmanager
def _files(snapshot: Snapshot) -> Iterator[dict[str, tuple[Path, int]]]:
    """Each graph to push: IRI -> its N-Triples file, and its number of triples. The files are temporary."""
    with tempfile.TemporaryDirectory(prefix="graph-service-push-") as folder:
        places = {graph: Path(folder) / f"{number}.nt" for number, graph in enumerate([*snapshot.graphs, ASSERTED, UNNAMED])}
        counts = dict.fromkeys(places, 0)
        # Only a digest of each asserted triple is in memory.
        asserted: set[bytes] = set()
        for place in places.values():
            place.touch()
        with places[ASSERTED].open("wb") as whole:
            # One open file at a time, however many graphs there are: the quads are nearly grouped by graph.
            for graph, quads in groupby(snapshot.quads(), _graph):
                if graph not in places:
                    raise BadGateway(f"The graph {graph} is named by a blank node: another server has no address for it.")
                with places[graph].open("ab") as output:
                    for quad in quads:
                        line = f"{quad.triple} .\n".encode()
                        output.write(line)
                        counts[graph] += 1
                        digest = hashlib.blake2b(line, digest_size=16).digest()
                        if graph != snapshot.space.graph_inferred and digest not in asserted:
                            asserted.add(digest)
                            whole.write(line)
        counts[ASSERTED] = len(asserted)
        yield {
            **{graph: (place, counts[graph]) for graph, place in places.items()},
            UNION: (snapshot.path_of("nt"), snapshot.triples),
        }


def _graph(quad: ox.Quad) -> str:
    return UNNAMED if isinstance(quad.graph_name, ox.DefaultGraph) else quad.graph_name.value


def put(store: Peer, graph: str, content: Path | bytes) -> None:
    """Replace a graph by N-Triples, from a file or bytes. Raises what `push` raises."""
    _send(store, graph, "PUT", content)


def _get(store: Peer, graph: str) -> list[ox.Quad]:
    content = _send(store, graph, "GET", None)
    try:
        return list(ox.parse(content, ox.RdfFormat.N_TRIPLES))
    except SyntaxError:
        return []


def _send(store: Peer, graph: str, method: str, content: Path | bytes | None, allow_missing: bool = False) -> bytes:
    address = store.url + ("&" if "?" in store.url else "?") + urlencode({"graph": graph})

    def make() -> urllib.request.Request:
        # For a replaced graph Virtuoso can answer in HTML only.
        headers = {"Accept": _MEDIA if method == "GET" else "*/*", "User-Agent": "graph-service"}
        data: bytes | BinaryIO | None = None
        if content is not None:
            size = content.stat().st_size if isinstance(content, Path) else len(content)
            headers |= {"Content-Type": _MEDIA, "Content-Length": str(size)}
            data = stack.enter_context(content.open("rb")) if isinstance(content, Path) else content
        return urllib.request.Request(address, data, headers, method=method)  # noqa: S310 - a Peer's address is http or https

    with ExitStack() as stack, Call(_DEADLINE) as call:
        try:
            with store.open(make, call) as response:
                return response.read()
        except (OSError, http.client.HTTPException, ServiceError) as error:
            if allow_missing and getattr(error, "code", None) == http.HTTPStatus.NOT_FOUND:
                return b""
            meant = store.explain(error, call)
            meant.detail = " ".join([f"{method} of <{graph}> at {store.name}: {meant.detail}", *getattr(meant, "__notes__", ())])
            raise meant from error
