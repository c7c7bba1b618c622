"""The second reading of the documents: its tables name statements that stand in the sources, and a reason wherever there is none."""

import csv
import re

import pyoxigraph as ox
import pytest

from graph_service.checks.document_texts import passages
from graph_service.rdf.prefixes import curie, prefixes
from graph_service.reasoning.knowledge import Knowledge, read
from graph_service.settings import Settings
from graph_service.sources.sources import Sources
from tests.conftest import ROOT

#: A table for each document; that of the expected answers is another (`test_review_of_answers.py`).
TABLES = [ROOT / f"docs/readings/{document.name}.tsv" for document in sorted((ROOT / "data/sources").iterdir())]
ROWS = [
    row
    for table in TABLES
    for row in csv.DictReader(table.read_text(encoding="utf-8").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
]

#: A statement as a table writes it.
STATEMENT = re.compile(r'(?P<subject>\S+) (?P<property>\S+) (?:"(?P<text>.*)"(?:@(?P<language>[\w-]+))?|(?P<thing>\S+))', re.DOTALL)


@pytest.fixture(scope="module")
def knowledge(settings: Settings) -> Knowledge:
    return read(Sources.find(settings.ontology, settings.data), lambda _: None)


def named(name: str) -> str:
    prefix, _, local = name.partition(":")
    return prefixes()["rdf"] + "type" if name == "a" else prefixes()[prefix] + local


def test_every_claim_has_a_verdict_and_one_that_is_not_stated_a_reason() -> None:
    assert len(ROWS) > 550
    assert {row["verdict"] for row in ROWS} == {"stated", "in words", "not stated"}
    assert [row for row in ROWS if not row["claim"] or (row["verdict"] == "stated") == bool(row["reason"])] == []
    assert [row["claim"] for row in ROWS if row["verdict"] != "not stated" and not row["where"]] == []


def test_no_passage_is_left_out(knowledge: Knowledge) -> None:
    assert {curie(passage.iri) for passage in passages(knowledge.sources)} - {row["passage"] for row in ROWS} == set()


def test_every_statement_that_is_named_stands_in_the_sources(knowledge: Knowledge) -> None:
    said = {
        (t.subject.value, t.predicate.value, t.object.value, t.object.language if isinstance(t.object, ox.Literal) else None)
        for t in knowledge.said
        if isinstance(t.subject, ox.NamedNode) and isinstance(t.object, ox.NamedNode | ox.Literal)
    }
    assert [statement for row in ROWS for statement in filter(None, row["where"].split(" | ")) if parsed(statement) not in said] == []


def test_a_statement_that_does_not_stand_there_would_be_found() -> None:
    assert parsed('project:p lc:qualifierText "said \\"so\\""@en') == (
        prefixes()["project"] + "p",
        prefixes()["lc"] + "qualifierText",
        'said "so"',
        "en",
    )
    assert parsed("project:p a lc:Project") == (prefixes()["project"] + "p", prefixes()["rdf"] + "type", prefixes()["lc"] + "Project", None)


def parsed(statement: str) -> tuple[str, str, str, str | None]:
    found = STATEMENT.fullmatch(statement)
    assert found is not None, statement
    subject, property, text, language, thing = found.group("subject", "property", "text", "language", "thing")
    value = named(thing) if text is None else re.sub(r"\\(.)", r"\1", text)
    return named(subject), named(property), value, language
