"""Each canned query has an expected answer, reached by reading the documents, and gives it."""

import json
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib.plugins.sparql import prepareQuery

from graph_service.engine.result import ResultKind
from graph_service.formats.media_types import named
from graph_service.service.service import Service

FOLDER = Path(__file__).parent / "queries"
CASES = sorted(FOLDER.glob("*/*.json"))
QUERIES = Path(__file__).parent.parent / "queries"


def test_every_query_has_a_case_and_every_case_a_query() -> None:
    assert {case.parent.name for case in CASES} == {path.stem for path in QUERIES.glob("*.rq")}
    assert len(CASES) >= 12


def test_no_query_file_has_a_fault(service: Service) -> None:
    assert [fault.detail for fault in service.catalogue.faults] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.stem}")
def test_a_query_gives_its_expected_answer(service: Service, case: Path) -> None:
    formats = {kind: format for kind in ResultKind if (format := named("csv", kind.formats) or named("nt", kind.formats)) is not None}
    result = service.canned.run(case.parent.name, json.loads(case.read_text(encoding="utf-8")), formats=formats)
    if result.kind is ResultKind.GRAPH:
        expected = {quad.triple for quad in ox.parse(path=str(case.with_suffix(".nt")))}
        assert {quad.triple for quad in ox.parse(result.read(), ox.RdfFormat.N_TRIPLES)} == expected
    else:
        expected_rows = case.with_suffix(".csv").read_text(encoding="utf-8").splitlines()
        assert result.read().decode("utf-8").splitlines() == expected_rows


def test_another_implementation_of_sparql_reads_every_query(service: Service) -> None:
    for query in service.catalogue.queries.values():
        assert prepareQuery(query.text).algebra
