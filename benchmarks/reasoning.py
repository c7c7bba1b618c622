"""How fast the closure is, on made-up data in the shape of the project's own: `make bench`, or `python benchmarks/reasoning.py`.

Prints a Markdown table. Each measurement runs in a process of its own, so that its peak memory is its own. Before anything is timed,
the closure is held against owlrl's on the smallest graph: a wrong answer has no speed.
"""

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import owlrl
import pyoxigraph as ox
import rdflib
import reasonable

from graph_service.config import bundled
from graph_service.knowledge import snapshot
from graph_service.knowledge.closure import close
from graph_service.knowledge.knowledge import infer, read
from graph_service.knowledge.sources import Sources
from graph_service.words.names import GRAPH_INFERRED, NS, RDF, RDFS, SKOS, THING, VOCABULARY
from tests.knowledge.reference import reference

SEED = 2022
SIZES_OF_ALL = (5_000, 25_000)
SIZES_OF_OURS = (5_000, 25_000, 250_000, 2_500_000)
OURS = "this project"

TYPE = f"<{RDF}type>"


def made_up(triples: int, seed: int = SEED) -> Iterator[str]:
    """So many triples as lines of N-Triples, the same for the same seed: projects with all that hangs on them, in groups of about 600.

    A group is a country with its government and departments, a region with smaller areas, strategies, conventions and a dozen projects.
    Only a few things are shared by all: the continent, the groups of people, the agenda. So a graph ten times as large has ten times
    as much to infer, as in real life.
    """
    return islice(_groups(random.Random(seed)), triples)


def _groups(dice: random.Random) -> Iterator[str]:
    number = 0
    yield from _shared()
    while True:
        number += 1
        yield from _group(dice, str(number))


def _lc(name: str) -> str:
    return f"<{NS}{name}>"


def _thing(kind: str, key: str) -> str:
    return f"<{THING}{kind}/{key}>"


def _label(text: str) -> str:
    return f'"{text}"@en'


def _say(subject: str, *pairs: tuple[str, str]) -> Iterator[str]:
    for predicate, object_ in pairs:
        yield f"{subject} {TYPE if predicate == 'a' else predicate if predicate.startswith('<') else _lc(predicate)} {object_} .\n"


_BROADER, _LABEL = f"<{SKOS}broader>", f"<{RDFS}label>"
_KINDS_OF_PEOPLE = 60


def _shared() -> Iterator[str]:
    yield from _say(_thing("place", "world"), ("a", _lc("Region")), (_LABEL, _label("World")))
    yield from _say(_thing("framework", "agenda"), ("a", _lc("Agenda")), (_LABEL, _label("Agenda")))
    yield from _say(_thing("organisation", "union"), ("a", _lc("IntergovernmentalOrganisation")), (_LABEL, _label("Union")))
    for n in range(_KINDS_OF_PEOPLE):
        group = f"<{VOCABULARY}beneficiary-group/{n}>"
        yield from _say(group, ("a", _lc("BeneficiaryGroup")), (f"<{SKOS}prefLabel>", _label(f"People {n}")))
        if n:
            yield from _say(group, (_BROADER, f"<{VOCABULARY}beneficiary-group/{(n - 1) // 3}>"))


def _group(dice: random.Random, key: str) -> Iterator[str]:
    region, country, government = _thing("place", f"r{key}"), _thing("place", f"c{key}"), _thing("organisation", f"g{key}")
    strategy, process = _thing("framework", f"s{key}"), _thing("framework", f"p{key}")
    yield from _say(region, ("a", _lc("Region")), ("locatedIn", _thing("place", "world")), (_LABEL, _label(f"Region {key}")))
    yield from _say(country, ("a", _lc("Country")), ("locatedIn", region), (_LABEL, _label(f"Country {key}")))
    yield from _say(government, ("a", _lc("Government")), ("governmentOf", country), (_LABEL, _label(f"Government {key}")))
    yield from _say(process, ("a", _lc("RegionalProcess")), ("isPartOf", _thing("framework", "agenda")), (_LABEL, _label(f"Process {key}")))
    yield from _say(strategy, ("a", _lc("Strategy")), ("isPartOf", process), (_LABEL, _label(f"Strategy {key}")))
    areas = [_thing("place", f"a{key}-{n}") for n in range(4)]
    for n, area in enumerate(areas):
        inside = country if n < 2 else areas[n - 2]
        yield from _say(area, ("a", _lc("SubnationalArea")), ("locatedIn", inside), (_LABEL, _label(f"Area {key}-{n}")))
    departments = [_thing("organisation", f"d{key}-{n}") for n in range(4)]
    for n, department in enumerate(departments):
        above, kind = (government, "GovernmentDepartment") if n < 2 else (departments[n - 2], "OrganisationUnit")
        yield from _say(department, ("a", _lc(kind)), ("unitOf", above), (_LABEL, _label(f"Department {key}-{n}")))
    membership = _thing("membership", key)
    yield from _say(country, ("hasMembership", membership))
    yield from _say(membership, ("a", _lc("Membership")), ("ofOrganisation", _thing("organisation", "union")))
    for n in range(3):
        convention, ratification = _thing("standard", f"{key}-{n}"), _thing("instrument", f"{key}-{n}")
        category = f"<{VOCABULARY}convention-category/{dice.choice(['fundamental', 'governance', 'technical'])}>"
        yield from _say(convention, ("a", _lc("Convention")), ("conventionCategory", category), (_LABEL, _label(f"Convention {key}-{n}")))
        yield from _say(ratification, ("a", _lc("Ratification")), ("ratifyingState", country), ("ratifiedInstrument", convention))
    for n in range(12):
        yield from _project(dice, f"{key}-{n}", [country, *areas], departments, strategy)


def _project(dice: random.Random, key: str, places: list[str], departments: list[str], strategy: str) -> Iterator[str]:
    project, funding, participation = (_thing(kind, key) for kind in ("project", "funding", "participation"))
    people = [f"<{VOCABULARY}beneficiary-group/{dice.randrange(_KINDS_OF_PEOPLE)}>" for _ in range(2)]
    yield from _say(project, ("a", _lc("Project")), (_LABEL, _label(f"Project {key}")), ("hasFunding", funding))
    yield from _say(funding, ("a", _lc("Funding")), ("funder", dice.choice(departments)))
    yield from _say(project, ("inCollaborationWith", dice.choice(departments)), ("hasParticipation", participation))
    yield from _say(participation, ("a", _lc("Participation")), ("participant", dice.choice(departments)))
    yield from _say(project, ("takesPlaceIn", dice.choice(places)), ("implementsFramework", strategy))
    yield from _say(project, *(("targetsGroup", group) for group in people))
    yield from _say(project, ("startYear", f'"{dice.randrange(2000, 2024)}"^^<http://www.w3.org/2001/XMLSchema#integer>'))
    for n in range(4):
        activity, figure = _thing("activity", f"{key}-{n}"), _thing("figure", f"{key}-{n}")
        yield from _say(activity, ("a", _lc("ProjectActivity")), ("isPartOf", project), (_LABEL, _label(f"Activity {key}-{n}")))
        yield from _say(activity, ("takesPlaceIn", dice.choice(places)))
        yield from _say(figure, ("a", _lc("ReportedFigure")), ("figureAbout", activity))
        yield from _say(figure, ("value", f'"{dice.randrange(1, 5000)}"^^<http://www.w3.org/2001/XMLSchema#decimal>'))


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
    # The closure of the ontology alone is kept from build to build; the row of the own graph shows what the first one costs.
    keep = given.files[0].parent
    close(ontology, [], keep)
    return lambda: len(close(ontology, data, keep).inferred)


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
        inferred = infer(knowledge)
        graph = ox.NamedNode(GRAPH_INFERRED)
        quads = [*knowledge.asserted, *(ox.Quad(t.subject, t.predicate, t.object, graph) for t in inferred)]
        with tempfile.TemporaryDirectory() as folder:
            snapshot.write(Path(folder), "measured", quads)
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
    command = [sys.executable, __file__, "--one", engine, *map(str, given.files)]
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
    inferred, errors = reference(ontology, data)
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
    ontology = {quad.triple for file in Sources.find([bundled("ontology")], []).ontology for quad in file.quads}
    path = folder / "ontology.ttl"
    ox.serialize(sorted(ontology, key=str), str(path), ox.RdfFormat.N_TRIPLES)
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
