"""The table of known deviations is true: each example gives what it says, and each test of the W3C that fails stands in it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from graph_service.build.build import build
from graph_service.engine.result import Query, ResultKind
from graph_service.errors import MalformedQuery
from graph_service.formats.media_types import TABLE_FORMATS, TRUTH_FORMATS, named
from graph_service.service.service import Service
from graph_service.settings import Settings
from tests.conftest import ROOT
from tests.engine.test_sparql12 import KNOWN as KNOWN_OF_1_2
from tests.http.test_conformance import KNOWN

TEXT = (ROOT / "docs" / "deviations.md").read_text(encoding="utf-8")


class Deviation(NamedTuple):
    """A row of the table."""

    what: str
    standard: str
    example: str
    here: str
    due: str
    tests: str
    since: str


def deviations() -> list[Deviation]:
    rows = [re.split(r"(?<!\\)\|", line.strip("|")) for line in TEXT.splitlines() if line.startswith("| ")][1:]
    return [Deviation(*(cell.strip(" ").replace(r"\|", "|") for cell in row)) for row in rows]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("deviations")
    found = re.search(r"```trig\n(.*?)```", TEXT, re.DOTALL)
    assert found is not None
    (folder / "data.trig").write_text(found[1])
    places: dict[str, Path | tuple[Path, ...]] = {"data": (folder / "data.trig",), "queries": (), "ontology": (), "snapshots": folder / "s"}
    settings = replace(Settings(), reasoning="none", default_graph="plain", workers=1, **places)  # type: ignore[arg-type]
    with Service.open(build(settings, lambda _: None), settings) as service:
        yield service


@pytest.mark.parametrize("deviation", deviations(), ids=lambda deviation: deviation.what)
def test_the_engine_still_does_what_is_said(service: Service, deviation: Deviation) -> None:
    tsv = named("tsv", TABLE_FORMATS)
    assert tsv is not None
    if deviation.here == "an error":
        with pytest.raises(MalformedQuery):
            service.sparql(Query(deviation.example.strip("`")))
        return
    with service.sparql(Query(deviation.example.strip("`")), {ResultKind.TABLE: tsv, ResultKind.TRUTH: TRUTH_FORMATS[0]}) as result:
        text = result.read().decode()
        if result.kind is ResultKind.TRUTH:
            assert f'"boolean":{deviation.here}' in text
            return
    rows = text.removesuffix("\n").split("\n")[1:]
    counted = re.fullmatch(r"(\d+) rows?", deviation.here)
    if counted:
        assert len(rows) == int(counted[1])
    else:
        assert rows == [deviation.here.strip("`")]
    assert deviation.here != deviation.due


def test_each_test_that_is_known_to_fail_stands_in_the_table() -> None:
    told = {name for deviation in deviations() for name in deviation.tests.split(", ") if name}
    known = [*KNOWN.values(), *KNOWN_OF_1_2.values()]
    assert told == {name for names in known for name in names}
