"""How fast queries are answered, beside other servers: `make bench`, or `python -m benchmarks.serving`.

Prints Markdown tables. All servers run on loopback, hold the same triples and are asked in turns, so that what else the machine does
falls on all of them alike; figures are medians, and the last column holds them against Oxigraph's. Before anything is timed, all must
give the same answers. A repeated question may be answered from a cache; every other question is a new text each time.
"""

import argparse
import itertools
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from benchmarks import load, servers
from benchmarks.projects import made_up, ontology
from benchmarks.questions import ANALYTIC, EXPORT, RUNAWAY, canned_path, canned_text, compare
from benchmarks.servers import Server
from graph_service.rdf.space import Space
from graph_service.reasoning.closure import close
from tests.engine.others import WITHOUT_VIRTUOSO

SIZES = (250_000, 2_500_000)

#: rdflib and Virtuoso are asked over the smaller graph only: loading the larger one takes them many minutes.
SIZE_OF_ALL = 250_000

#: rdflib answers the canned query over a twelfth of the smaller graph in a minute.
_WITHOUT_CANNED = frozenset({"rdflib-endpoint"})

#: How many of a hundred triples are said; the others follow from them and the ontology.
_SAID = 28.8

_CANNED = "canned query, new each time"

_ROUNDS = 3
_SECONDS = 2
_RUNAWAYS = 4

_new = itertools.count()


@dataclass(frozen=True)
class Data:
    """A graph as a file: quads in their graphs; and how many triples and groups of projects it has."""

    quads: Path
    triples: int
    groups: int


def make(size: int, folder: Path) -> Data:
    """A graph of about so many triples, with what follows from them."""
    said = list(made_up(int(size * _SAID / 100)))
    groups = sum("/id/project/" in line and "-0> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type>" in line for line in said) - 1
    data = list(ox.parse("".join(said).encode(), format=ox.RdfFormat.N_TRIPLES))
    terms = [ox.Quad(*triple) for triple in ontology()]
    inferred = close(terms, data).inferred
    path, space = folder / f"{size}.nq", Space("https://w3id.org/labcoop/")

    def quads() -> Iterator[ox.Quad]:
        parts = {space.graphs + "made-up": data, space.graph_ontology: terms, space.graph_inferred: inferred}
        for name, statements in parts.items():
            graph = ox.NamedNode(name)
            yield from (ox.Quad(s.subject, s.predicate, s.object, graph) for s in statements)

    ox.serialize(quads(), str(path), ox.RdfFormat.N_QUADS)
    return Data(path, len({quad.triple for quad in quads()}), groups)


def main(sizes: Sequence[int]) -> None:
    """Measure at each size and print the tables."""
    missing = load.missing()
    if missing:
        sys.exit(missing)
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        for size in sizes:
            _measure(size, Path(name))


def _measure(size: int, folder: Path) -> None:
    data = make(size, folder)
    began = time.perf_counter()
    snapshot = servers.build(data.quads, folder / "snapshots")
    built = time.perf_counter() - began
    triples = snapshot / "dumps" / "dataset.nt"
    print(f"\n### {data.triples:,} triples\n\nThe snapshot of this service was built in {built:.0f} s.\n")
    with ExitStack() as stack:
        running = [stack.enter_context(servers.ours(data.quads, folder / "snapshots")), stack.enter_context(servers.oxigraph(triples))]
        if size <= SIZE_OF_ALL:
            if WITHOUT_VIRTUOSO is None:
                running.append(stack.enter_context(servers.virtuoso_server(triples, Path(tempfile.mkdtemp(dir=folder)))))
            running.append(stack.enter_context(servers.rdflib_endpoint(triples)))
        table = Table(running)
        table.row("first answer after start, s", [server.started for server in running], smaller=True)
        table.row("memory, MB", [server.memory for server in running], smaller=True)
        for server in running[1:]:
            compare(server, running[0], [*ANALYTIC.values(), *([] if server.name in _WITHOUT_CANNED else [canned_text()])])
        _times(table, data)
        _throughput(table, data)
        table.row("memory after that, MB", [server.memory for server in running], smaller=True)
        _runaways(table, data)


class Table:
    """A table with a column for each server, and one that holds the first against the second."""

    def __init__(self, running: Sequence[Server]) -> None:
        self.servers = running
        #: Those that did not answer in time: what they were asked keeps them busy, and they are asked no more.
        self.lost: set[str] = set()
        self._print("", *(server.name for server in running), "times as good as Oxigraph")
        self._print("---", *["--:"] * (len(running) + 1))

    def row(self, name: str, figures: Sequence[float | None], smaller: bool = False) -> None:
        """Print the figures of all servers, None for one that has none; `smaller` is whether a smaller one is better."""
        ours, peer = figures[:2]
        times = "" if not ours or not peer else f"{(peer / ours if smaller else ours / peer):.2f}"
        self._print(name, *("—" if figure is None else _shown(figure) for figure in figures), times)

    def _print(self, *cells: str) -> None:
        print("|", " | ".join(cells), "|", flush=True)


def _throughput(table: Table, data: Data) -> None:
    """Questions that take a short time, from several clients at once."""
    loads: dict[str, Callable[[Server], load.Load]] = {
        **{
            f"lookups, {clients} client{'s' if clients > 1 else ''}": lambda server, clients=clients: load.look_up(  # type: ignore[misc]
                server, data.groups, clients, _SECONDS
            )
            for clients in (1, 8, 64)
        },
        "canned query, repeated, 8 clients": lambda server: load.repeat(server, canned_path(server), 8, _SECONDS),
    }
    for name, run in loads.items():
        found: dict[str, list[load.Load]] = {server.name: [] for server in table.servers}
        for _, server in itertools.product(range(_ROUNDS), table.servers):
            if server.name not in table.lost and not (name.startswith("canned") and server.name in _WITHOUT_CANNED):
                try:
                    found[server.name].append(run(server))
                except ValueError:
                    table.lost.add(server.name)
        medians = [load.median(loads) if loads else None for loads in found.values()]
        table.row(f"{name}: answers/s", [one.rate if one else None for one in medians])
        table.row(f"{name}: p50, ms", [one.p50 if one else None for one in medians], smaller=True)
        table.row(f"{name}: p99, ms", [one.p99 if one else None for one in medians], smaller=True)


def _times(table: Table, data: Data) -> None:
    """Questions that take long, one at a time."""
    asked: dict[str, Callable[[Server], object]] = {
        name: lambda server, text=text: server.ask(f"{text} # {next(_new)}")  # type: ignore[misc]
        for name, text in {**ANALYTIC, _CANNED: canned_text()}.items()
    }
    asked["all triples by CONSTRUCT"] = lambda server: _whole(server.ask(f"{EXPORT} # {next(_new)}", "application/n-triples"), data)
    for name, ask in asked.items():
        found: dict[str, list[float]] = {server.name: [] for server in table.servers}
        for turn, server in itertools.product(range(_ROUNDS), table.servers):
            # One answer tells enough of a server that takes long for it.
            slow = turn and (not found[server.name] or found[server.name][0] > 5)
            if slow or server.name in table.lost or (name == _CANNED and server.name in _WITHOUT_CANNED):
                continue
            began = time.perf_counter()
            try:
                ask(server)
                found[server.name].append(time.perf_counter() - began)
            except TimeoutError:
                table.lost.add(server.name)
            except (OSError, ValueError):
                pass
        table.row(f"{name}, ms", [statistics.median(times) * 1000 if times else None for times in found.values()], smaller=True)


def _whole(content: bytes, data: Data) -> None:
    if content.count(b"\n") != data.triples:
        raise ValueError("the answer is cut off")


def _runaways(table: Table, data: Data) -> None:
    """Lookups while queries run that never end; the last that is done to a server, since some do not come back from it."""
    found: list[float | None] = []
    for server in table.servers:
        threads = [threading.Thread(target=_run_away, args=(server,)) for _ in range(_RUNAWAYS)]
        for thread in threads:
            thread.start()
        time.sleep(1)
        try:
            found.append(None if server.name in table.lost else load.look_up(server, data.groups, 8, 6).p99)
        except ValueError:
            found.append(None)
        for thread in threads:
            thread.join()
    table.row(f"lookups, 8 clients, beside {_RUNAWAYS} runaway queries: p99, ms", found, smaller=True)


def _run_away(server: Server) -> None:
    with suppress(OSError):
        server.ask(f"{RUNAWAY} # {next(_new)}", timeout=10)


def _shown(figure: float) -> str:
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.1f}" if figure >= 10 else f"{figure:.2f}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="of how many triples the graphs are")
    main(parser.parse_args().sizes)
