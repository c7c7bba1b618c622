"""The W3C's own tests of SPARQL 1.1, by HTTP: run where their data and the runner lie beside this repository."""

import json
import os
import shlex
import subprocess
import sys
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.ports import free_port

CONFORMANCE = ROOT.parent / "shared" / "conformance"

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(not (CONFORMANCE / "harness.py").exists(), reason="the W3C's tests are not there (../shared/conformance)"),
]

#: Seconds for the whole run; tests that it does not reach are skipped, and said to be. All take some two minutes of a processor.
BUDGET = int(os.environ.get("CONFORMANCE_SECONDS", "600"))

#: Tests that fail, by the reason. All are the engine's (Oxigraph 0.5.13).
KNOWN = {
    "literals are kept in canonical form, so that 01 and 1 are one term": (
        *("csv-tsv-res#tsv03", "expr-builtin#dawg-str-1", "expr-builtin#dawg-str-2", "expr-builtin#sameTerm-simple"),
        *("expr-builtin#sameTerm-eq", "expr-builtin#sameTerm-not-eq", "expr-equals#eq-graph-1", "expr-equals#eq-graph-2"),
        *("distinct#distinct-1", "distinct#distinct-9", "open-world#open-eq-01", "open-world#date-2", "open-world#date-3"),
    ),
    "the variable of GRAPH is seen inside it": (
        *("graph#graph-variable-scope", "graph#graph-optional", "bindings#graph", "negation#graph-minus"),
        "aggregates#agg-empty-group-count-graph",
    ),
    "paths of no length from a term that is not in the data": (
        *("property-path#zero_or_more_set_start", "property-path#zero_or_more_set_end"),
        *("property-path#zero_or_one_set_start", "property-path#zero_or_one_set_end"),
    ),
    "GROUP_CONCAT keeps a language": ("aggregates#agg-groupconcat-04", "aggregates#agg-groupconcat-06"),
    "one name of a blank node in two rows": ("functions#bnode01", "syntax-sparql3#syn-bad-26"),
}


@pytest.fixture(scope="module")
def verdicts(forked: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("conformance")
    port = free_port()
    flags = "--ontology none --queries none --reasoning none --default-graph plain --service-hosts invalid.endpoint.org"
    # In place of the shell, so that whoever ends it waits for the service and not for the shell.
    serve = f"exec {shlex.join([sys.executable, *forked])} serve --port {port} --data {{file}} {flags}"
    done = subprocess.run(
        [
            *(sys.executable, str(CONFORMANCE / "harness.py"), "--query", f"http://127.0.0.1:{port}/sparql"),
            *("--suite", "protocol,sd,results,query", "--json", str(folder / "out.json")),
            *("--budget", str(BUDGET), "--quiet", "--restart", serve),
        ],
        env={**os.environ, "GRAPH_SERVICE_SNAPSHOTS": str(folder / "snapshots")},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=BUDGET + 120,
    )
    assert (folder / "out.json").exists(), done.stdout[-2000:] + done.stderr[-2000:]
    return list(json.loads((folder / "out.json").read_text())["results"])


def test_no_test_fails_but_those_that_are_known(verdicts: list[dict[str, Any]]) -> None:
    known = {name for names in KNOWN.values() for name in names}
    failed = {verdict["test"]: verdict["reason"] for verdict in verdicts if verdict["status"] == "fail"}
    assert {name: reason for name, reason in failed.items() if name not in known} == {}


@pytest.mark.parametrize(("suite", "least"), [("protocol", 20), ("sd", 3), ("results", 9), ("query", 789)])
def test_as_many_pass_as_before(verdicts: list[dict[str, Any]], suite: str, least: int) -> None:
    mine = [verdict for verdict in verdicts if verdict["suite"] == suite]
    unreached = [verdict for verdict in mine if "budget" in verdict["reason"]]
    if unreached:
        pytest.skip(f"{len(unreached)} tests were not reached within {BUDGET} s")
    assert sum(verdict["status"] == "pass" for verdict in mine) >= least
