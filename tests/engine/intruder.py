"""Worker processes that somebody has taken over, for the tests of the walls around them.

`main` makes a worker that runs the text of a query as Python, with all that a worker has, and answers with what that leaves in `said`.
`unguarded` makes one that does not look for SERVICE.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pytest

from graph_service.engine import tasks, wire, worker
from graph_service.engine.embedded import EmbeddedEngine
from graph_service.engine.result import Query, ResultKind
from graph_service.formats.media_types import TABLE_FORMATS, Format
from graph_service.settings import Settings

LIMITS = Settings(workers=1, queue=8, query_deadline=5, query_memory=256 * 2**20, result_limit=2**20)


@contextmanager
def engine(graph: Path, monkeypatch: pytest.MonkeyPatch, main: str = "main") -> Iterator[EmbeddedEngine]:
    """An engine whose workers are taken over."""
    monkeypatch.setattr("graph_service.engine.pool.FORK_SERVER", f"from tests.engine.intruder import {main}; {main}()")
    engine = EmbeddedEngine(graph, LIMITS)
    try:
        yield engine
    finally:
        engine.close()


def said(engine: EmbeddedEngine, code: str) -> object:
    """What some code says inside a worker."""
    return json.loads(engine.run(Query(code)).read())


def main() -> None:
    """A fork server of workers that run Python."""
    tasks.Tasks.run = _run  # type: ignore[method-assign]
    worker.main()


def unguarded() -> None:
    """A fork server of workers that let a call to another server pass."""
    vars(tasks)["refuse"] = lambda text: None
    worker.main()


def _run(self: tasks.Tasks, tag: bytes, content: bytes, input: BinaryIO, output: BinaryIO) -> tuple[ResultKind, Format, bool]:
    names: dict[str, object] = {"said": None, "attempt": _attempt}
    exec(wire.read_query(content)[0].text, names)
    output.write(json.dumps(names["said"]).encode())
    return ResultKind.TABLE, TABLE_FORMATS[0], False


def _attempt(what: object, *arguments: object) -> str:
    """What becomes of a call."""
    try:
        return f"done: {what(*arguments)}"  # type: ignore[operator]
    except Exception as error:
        return type(error).__name__
