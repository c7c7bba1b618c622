"""What becomes of graphs that others wrote, and in what time: the table of docs/graphs-of-others.md, by `python -m benchmarks.graphs`.

Each is built by a process of its own, from its files to a snapshot on disk, by the command that everybody uses.
"""

import re
import subprocess
import sys
import tempfile
import time

from tests.graphs import GRAPHS, Graph

_HEAD = ("graph", "what it is", "package", "licence", "said", "inferred", "seconds", "left out of reasoning")

_FIGURES = re.compile(r"\(([\d,]+) stated, ([\d,]+) inferred,")

_LEFT_OUT = re.compile(r": ([^:]+:[^:]+) is left out: no rule .* \((\d[\d,]*) time")


def _row(graph: Graph) -> tuple[str, ...]:
    """The cells of a graph. Raises FileNotFoundError for one that is not installed, CalledProcessError for one that is not built."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "graph_service", "build", *map(str, graph.paths), *graph.flags, "--out", folder],
            capture_output=True,
            text=True,
            check=True,
        )
        seconds = time.monotonic() - began
    said = done.stderr
    figures = _FIGURES.search(said)
    assert figures is not None, said
    parts = [f"{construct} ({count})" for construct, count in _LEFT_OUT.findall(said)]
    if "Nothing is inferred" in said:
        parts.insert(0, "everything: it contradicts itself")
    return graph.name, graph.kind, graph.package, graph.licence, *figures.groups(), f"{seconds:.1f}", ", ".join(parts) or "nothing"


def main() -> None:
    """Print the table, a row as soon as it is known."""
    for cells in (_HEAD, ("---", "---", "---", "---", "--:", "--:", "--:", "---"), *map(_row, GRAPHS)):
        print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
