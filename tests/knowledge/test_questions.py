"""The forty questions: each is asked of a live endpoint, in the published vocabulary, and must have the answer written beside it."""

import json
import re
from pathlib import Path
from typing import Any, cast

import pytest
from SPARQLWrapper import JSON, POST, SPARQLWrapper

FOLDER = Path(__file__).parent / "questions"
QUERIES = sorted(FOLDER.glob("*.rq"))

Rows = list[tuple[str, ...]]

each_query = pytest.mark.parametrize("query", QUERIES, ids=lambda path: path.stem)


def test_there_are_forty_questions_each_with_its_query_and_its_answer() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {f"QO{number:02d}{end}" for number in range(1, 41) for end in (".rq", ".json")}


@each_query
def test_the_query_opens_with_its_question(query: Path) -> None:
    assert query.read_text(encoding="utf-8").splitlines()[0] == f"# {_expected(query)['question']}"


@each_query
def test_the_query_does_not_hold_its_answer(query: Path) -> None:
    lines = query.read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.startswith(("#", "PREFIX")))
    cells = [cell for row in _rows(query) for cell in row if cell]
    assert [cell for cell in cells if re.search(rf"\b{re.escape(cell)}\b", text)] == []


@pytest.mark.live
@each_query
def test_the_endpoint_gives_the_expected_answer(query: Path, endpoint: str) -> None:
    columns, rows = _ask(endpoint, query.read_text(encoding="utf-8"))
    assert columns == _expected(query)["columns"]
    assert sorted(rows) == sorted(_rows(query))


def _expected(query: Path) -> dict[str, Any]:
    return cast(dict[str, Any], json.loads(query.with_suffix(".json").read_text(encoding="utf-8")))


def _rows(query: Path) -> Rows:
    """The expected rows, each value as SPARQL writes it, "" where nothing is bound."""
    return [tuple(json.dumps(cell) if isinstance(cell, bool) else str(cell) for cell in row) for row in _expected(query)["rows"]]


def _ask(endpoint: str, text: str) -> tuple[list[str], Rows]:
    """The columns and rows of the answer; an ASK has no columns and one row of one value."""
    client = SPARQLWrapper(endpoint, returnFormat=JSON)
    client.setMethod(POST)
    client.setQuery(text)
    result = cast(dict[str, Any], client.queryAndConvert())
    if "boolean" in result:
        return [], [(json.dumps(result["boolean"]),)]
    columns: list[str] = result["head"]["vars"]
    return columns, [tuple(row[column]["value"] if column in row else "" for column in columns) for row in result["results"]["bindings"]]
