"""The review of the expected answers: each was held against the documents, and a line of its table says what was found."""

import csv
from collections import Counter
from collections.abc import Callable, Iterable

import pytest

from graph_service.checks.document_texts import passages
from graph_service.rdf.prefixes import prefixes
from graph_service.reasoning.knowledge import read
from graph_service.settings import Settings
from graph_service.sources.sources import Sources
from tests.conftest import ROOT

#: The columns of the table, as docs/readings/README.md explains them.
COLUMNS = ["query", "answer", "verdict", "passages", "remark"]

#: The verdicts with which an answer may stay: one that is found wrong is mended, and then reviewed again.
VERDICTS = {"as the documents say", "as the reference data say", "a reading", "of the graph itself"}

Row = dict[str, str]


def reviewed() -> list[Row]:
    """The table's rows."""
    lines = (ROOT / "docs/readings/answers.tsv").read_text(encoding="utf-8").splitlines()
    table = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    assert table.fieldnames == COLUMNS
    return list(table)


def expected() -> set[str]:
    """The expected answers, each as `query/file`."""
    return {f"{case.parent.name}/{case.name}" for case in (ROOT / "tests/queries").glob("*/*") if case.suffix in {".csv", ".nt"}}


def faults(rows: Iterable[Row], answers: set[str], known: set[str]) -> list[str]:
    """What is wrong with a review: a sentence each, with the answer that it is about.

    `answers` are the expected answers, `known` the keys of the passages.
    """
    found = []
    lines: Counter[str] = Counter()
    for row in rows:
        answer = f"{row['query']}/{row['answer']}"
        lines[answer] += 1
        named = row["passages"].split()
        found += [f"{answer} names the passage {key}, which there is not" for key in named if key not in known]
        if row["verdict"] not in VERDICTS:
            found.append(f'{answer} has the verdict "{row["verdict"]}"')
        if row["verdict"] == "a reading" and not row["remark"]:
            found.append(f"{answer} is a reading, and nothing says of what")
        if row["verdict"] != "of the graph itself" and not named and not row["remark"]:
            found.append(f"{answer} names no passage, and nothing says why")
    found += [f"{answer} has no line" for answer in sorted(answers - lines.keys())]
    found += [f"{answer} is reviewed and is no expected answer" for answer in sorted(lines.keys() - answers)]
    found += [f"{answer} has {count} lines" for answer, count in lines.items() if count > 1]
    return found


@pytest.fixture(scope="module")
def known(settings: Settings) -> set[str]:
    """The keys of the passages of both documents."""
    sources = read(Sources.find(settings.ontology, settings.data), lambda _: None).sources
    return {passage.iri.removeprefix(prefixes()["passage"]) for passage in passages(sources)}


def test_every_expected_answer_was_held_against_the_documents(known: set[str]) -> None:
    rows = reviewed()
    assert len(known) > 100
    assert len(rows) >= 160
    assert rows == sorted(rows, key=lambda row: (row["query"], row["answer"]))
    assert faults(rows, expected(), known) == []


def without(row: Row) -> list[Row]:
    return []


def renamed(row: Row) -> list[Row]:
    return [row | {"answer": "no-such-answer.csv"}]


def twice(row: Row) -> list[Row]:
    return [row, row]


def elsewhere(row: Row) -> list[Row]:
    return [row | {"passages": row["passages"] + " brochure-2023-no-such-passage"}]


def wrong(row: Row) -> list[Row]:
    return [row | {"verdict": "wrong"}]


def unknown(row: Row) -> list[Row]:
    return [row | {"verdict": "as somebody said"}]


def unexplained(row: Row) -> list[Row]:
    return [row | {"verdict": "a reading", "remark": ""}]


def unfounded(row: Row) -> list[Row]:
    return [row | {"passages": "", "remark": ""}]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (without, ["funding/all.csv has no line"]),
        (renamed, ["funding/all.csv has no line", "funding/no-such-answer.csv is reviewed and is no expected answer"]),
        (twice, ["funding/all.csv has 2 lines"]),
        (elsewhere, ["funding/all.csv names the passage brochure-2023-no-such-passage, which there is not"]),
        (wrong, ['funding/all.csv has the verdict "wrong"']),
        (unknown, ['funding/all.csv has the verdict "as somebody said"']),
        (unexplained, ["funding/all.csv is a reading, and nothing says of what"]),
        (unfounded, ["funding/all.csv names no passage, and nothing says why"]),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_review_that_lacks_something_is_told_of(known: set[str], change: Callable[[Row], list[Row]], told: list[str]) -> None:
    rows = [
        changed for row in reviewed() for changed in (change(row) if (row["query"], row["answer"]) == ("funding", "all.csv") else [row])
    ]
    assert faults(rows, expected(), known) == told


def test_a_new_answer_needs_its_line(known: set[str]) -> None:
    assert faults(reviewed(), expected() | {"funding/new.csv"}, known) == ["funding/new.csv has no line"]
