"""An ontology that takes too much time or memory to be made into rules ends the build, which says what to switch off."""

import signal
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from graph_service.cli import main
from graph_service.errors import BuildError
from graph_service.reasoning.bounds import bounded
from graph_service.reasoning.knowledge import Knowledge, infer, read
from graph_service.settings import Settings
from graph_service.sources.sources import Sources

#: So many classes that exclude each other: some five million rules.
CLASSES = 3200


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("large") / "large.ttl"
    members = " ".join(f":C{n}" for n in range(CLASSES))
    path.write_text(
        "@prefix : <http://e/> . @prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        f"[] a owl:AllDisjointClasses ; owl:members ( {members} ) .\n:C1 rdfs:subClassOf :Thing . :x a :C1 .\n"
    )
    return path


@pytest.fixture(scope="module")
def knowledge(large: Path) -> Knowledge:
    return read(Sources.find([large], []), lambda _: None)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_ontology_that_takes_too_long_says_what_to_switch_off(knowledge: Knowledge) -> None:
    began = time.monotonic()
    with pytest.raises(BuildError, match=r"--reasoning rdfs .* --reasoning none .* more than 0\.5 seconds"):
        infer(knowledge, replace(Settings(), ontology_deadline=0.5))
    assert time.monotonic() - began < 30


# The limit may be noticed while Python collects garbage, where no exception goes on: it is raised again at the next look.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_ontology_that_takes_too_much_memory_says_so(knowledge: Knowledge) -> None:
    with pytest.raises(BuildError, match=r"--ontology-memory .* more than 100 MiB"):
        infer(knowledge, replace(Settings(), ontology_memory=100 * 2**20))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_limits_are_those_of_the_command_line(large: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flags = ("--ontology", str(large), "--data", "none", "--queries", "none", "--snapshots", str(tmp_path))
    assert main(["build", *flags, "--ontology-deadline", "0.5"]) == 1
    assert "--reasoning rdfs" in capsys.readouterr().err
    assert main(["build", *flags, "--ontology-deadline", "0.5", "--reasoning", "rdfs"]) == 0


def test_what_keeps_within_its_bounds_is_left_alone() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with bounded(10, 2**30, "Too much."):
        time.sleep(0.5)
    assert signal.getsignal(signal.SIGALRM) == before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_another_thread_has_no_bound_and_no_fault() -> None:
    done: list[bool] = []

    def work() -> None:
        with bounded(0.1, 1, "Too much."):
            time.sleep(0.4)
        done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done
