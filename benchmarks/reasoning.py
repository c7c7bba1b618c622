"""How fast the closure is, on made-up data in the shape of the project's own: `make bench`, or `python -m benchmarks.reasoning`.

Prints a Markdown table. Each measurement runs in a process of its own, so that its peak memory is its own. Before anything is timed,
the closure is held against owlrl's on the smallest graph: a wrong answer has no speed.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import owlrl
import pyoxigraph as ox
import rdflib
import reasonable

from benchmarks.projects import made_up, ontology
from graph_service.reasoning.closure import close
from graph_service.reasoning.knowledge import infer, read
from graph_service.reasoning.second_opinion import second_opinion
from graph_service.settings import bundled
from graph_service.snapshot import snapshot
from graph_service.sources.sources import Sources

SIZES_OF_ALL = (5_000, 25_000)
SIZES_OF_OURS = (5_000, 25_000, 250_000, 2_500_000)
OURS = "this project"


@dataclass(frozen=True)
class Input:
    """What an engine gets: the ontology and the data, as files."""

    ontology: Path
    data: Path

    @property
    def files(self) -> tuple[Path, Path]:
        """Both files."""
        return self.ontology, self.data

    def quads(self, file: Path) -> list[ox.Quad]:
        """The triples of one of the files."""
        return list(ox.parse(path=str(file), format=ox.RdfFormat.N_TRIPLES))


#: Makes ready, and returns what is timed: it returns how many triples there are that were not said, or None if that is not known.
Engine = Callable[[Input], Callable[[], int | None]]


def _ours(given: Input) -> Callable[[], int]:
    ontology, data = map(given.quads, given.files)
    return lambda: len(close(ontology, data).inferred)


def _owlrl(given: Input) -> Callable[[], None]:
    graph = rdflib.Graph()
    for file in given.files:
        graph.parse(file, format="nt")
    return lambda: owlrl.DeductiveClosure(owlrl.OWLRL_Semantics, axiomatic_triples=False, datatype_axioms=False).expand(graph)


def _reasonable(given: Input) -> Callable[[], None]:
    engine = reasonable.PyReasoner()
    for file in given.files:
        engine.load_file(str(file))

    def run() -> None:
        engine.reason()

    return run


def _graph(_: Input) -> Callable[[], int]:
    """The project's own graph: from its source files to a snapshot on disk, without the checks of the knowledge."""

    def run() -> int:
        knowledge = read(Sources.find([bundled("ontology")], [bundled("data")]), lambda _: None)
        inferred, space = infer(knowledge).triples, knowledge.sources.space
        graph = ox.NamedNode(space.graph_inferred)
        quads = [*knowledge.asserted, *(ox.Quad(t.subject, t.predicate, t.object, graph) for t in inferred)]
        with tempfile.TemporaryDirectory() as folder:
            snapshot.write(Path(folder), "measured", space, knowledge.sources.roles, quads)
        return len(inferred)

    return run


ENGINES: dict[str, Engine] = {OURS: _ours, "owlrl": _owlrl, "reasonable": _reasonable, "own graph": _graph}


@dataclass(frozen=True)
class Measured:
    """What a run took: seconds on the clock and of the processors, peak memory in MB, and how many triples were inferred."""

    seconds: float
    cpu: float
    peak: float
    inferred: int | None


def measure(engine: str, given: Input) -> Measured:
    """What an engine takes, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.reasoning", "--one", engine, *map(str, given.files)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def _measure_here(engine: str, given: Input) -> Measured:
    run = ENGINES[engine](given)
    clock, cpu = time.perf_counter(), time.process_time()
    inferred = run()
    seconds, busy = time.perf_counter() - clock, time.process_time() - cpu
    return Measured(seconds, busy, _peak(), inferred)


def _peak() -> float:
    """The peak memory of this process in MB: not by getrusage, which begins with the memory of the process that started this one."""
    [line] = re.findall(r"^VmHWM:\s+(\d+) kB$", Path("/proc/self/status").read_text(encoding="ascii"), re.MULTILINE)
    return int(line) / 1024


def compare(given: Input) -> None:
    """Raises SystemExit if the closure is not that of owlrl."""
    ontology, data = map(given.quads, given.files)
    closure = close(ontology, data)
    inferred, errors = second_opinion(ontology, data)
    if set(closure.inferred) != inferred or errors or closure.clashes:
        sys.exit(f"The closure differs from that of owlrl: {len(closure.inferred)} triples and not {len(inferred)}; {errors}")


def main(largest: int) -> None:
    """Measure everything up to a size and print the table."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        inputs = dict(_inputs(Path(name), largest))
        compare(inputs[min(inputs)])
        print(f"At {min(inputs):,} triples the closure is that of owlrl.\n")
        _row("engine", "said", "inferred", "seconds", "CPU seconds", "said/s", "peak MB", "times the CPU")
        _row("---", *["--:"] * 7)
        found = measure("own graph", inputs[min(inputs)])
        _row("own graph, from its files to a snapshot", "", *_figures(found), "")
        for size, given in inputs.items():
            ours = measure(OURS, given)
            for engine in (OURS, "owlrl", "reasonable") if size in SIZES_OF_ALL else (OURS,):
                found = ours if engine == OURS else measure(engine, given)
                _row(engine, f"{size:,}", *_figures(found, size), f"{found.cpu / ours.cpu:.1f}")


def _figures(found: Measured, size: int = 0) -> list[str]:
    inferred = "" if found.inferred is None else f"{found.inferred:,}"
    speed = f"{size / found.seconds:,.0f}" if size else ""
    return [inferred, f"{found.seconds:.2f}", f"{found.cpu:.2f}", speed, f"{found.peak:,.0f}"]


def _row(*cells: str) -> None:
    print("|", " | ".join(cells), "|", flush=True)


def _inputs(folder: Path, largest: int) -> Iterator[tuple[int, Input]]:
    path = folder / "ontology.ttl"
    ox.serialize(ontology(), str(path), ox.RdfFormat.N_TRIPLES)
    for size in SIZES_OF_OURS:
        if size <= largest:
            data = folder / f"{size}.ttl"
            with data.open("w", encoding="utf-8") as file:
                file.writelines(made_up(size))
            yield size, Input(path, data)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--largest", type=int, default=max(SIZES_OF_OURS), help="leave out graphs with more triples")
    parser.add_argument("--one", nargs=3, metavar=("ENGINE", "ONTOLOGY", "DATA"), help="measure one engine in this process; prints JSON")
    arguments = parser.parse_args()
    if arguments.one:
        engine, *files = arguments.one
        print(json.dumps(vars(_measure_here(engine, Input(*map(Path, files))))))
    else:
        main(arguments.largest)
