"""Evidence: every statement of a document leads to its passages, in that document; nothing that is inferred has any."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox
import pytest

from graph_service.errors import SourceError
from graph_service.rdf.namespaces import RDF
from graph_service.settings import Settings
from graph_service.snapshot.snapshot import Snapshot
from graph_service.sources.evidence import TYPE, evidence, statement_iri
from graph_service.sources.source_file import SourceFile
from tests.conftest import NS, ROLES, SPACE

PASSAGE, SOURCED_STATEMENT = (ox.NamedNode(NS + name) for name in ("Passage", "SourcedStatement"))
EVIDENCE, QUOTED_FROM = (ox.NamedNode(NS + name) for name in ("evidence", "quotedFrom"))

HEADING = ox.NamedNode(NS + "Heading")

DOCUMENTS = ("news-2022", "brochure-2023")
REIFIED = [ox.NamedNode(RDF + part) for part in ("subject", "predicate", "object")]

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
each_document = pytest.mark.parametrize("document", DOCUMENTS)


@dataclass(frozen=True)
class Graph:
    """The triples of one named graph, and the values of each property of each subject in it."""

    triples: set[ox.Triple]
    values: dict[tuple[Term, ox.NamedNode], set[Term]]

    @cached_property
    def records(self) -> set[Term]:
        return {triple.subject for triple in self.triples if triple.predicate == TYPE and triple.object == SOURCED_STATEMENT}

    @cached_property
    def said(self) -> dict[Term, tuple[Term, ...]]:
        """Each record and the triple that it is about. Fails for a record without exactly one."""
        return {record: tuple(self.only(record, part) for part in REIFIED) for record in self.records}

    def only(self, subject: Term, property: ox.NamedNode) -> Term:
        """The value of a property that has exactly one."""
        (value,) = self.values[subject, property]
        return value


@pytest.fixture(scope="module")
def graphs(snapshot: Snapshot) -> dict[str, Graph]:
    """The named graphs of the built snapshot, by the last part of their names."""
    found: dict[str, Graph] = defaultdict(lambda: Graph(set(), defaultdict(set)))
    for quad in snapshot.quads():
        assert isinstance(quad.graph_name, ox.NamedNode)
        graph = found[quad.graph_name.value.removeprefix(SPACE.graphs)]
        graph.triples.add(quad.triple)
        graph.values[quad.subject, quad.predicate].add(quad.object)
    return dict(found)


@pytest.fixture(scope="module")
def described(settings: Settings) -> dict[str, set[ox.Triple]]:
    """What the `document.ttl` of each document says: of the document as a whole, and from no passage of it."""
    (data,) = settings.data
    files = {name: SourceFile(data / "sources" / name / "document.ttl", SPACE.graphs + name) for name in DOCUMENTS}
    return {name: {quad.triple for quad in file.quads} for name, file in files.items()}


# Coverage


@each_document
def test_every_statement_of_a_document_has_a_record(document: str, graphs: dict[str, Graph], described: dict[str, set[ox.Triple]]) -> None:
    graph = graphs[document]
    passages = {triple.subject for triple in graph.triples if triple.predicate == TYPE and triple.object == PASSAGE}
    not_statements = passages | graph.records
    statements = {
        triple for triple in graph.triples - described[document] if triple.subject not in not_statements and triple.predicate != EVIDENCE
    }
    recorded = set(graph.said.values())
    assert statements
    assert [triple for triple in statements if (triple.subject, triple.predicate, triple.object) not in recorded] == []


@each_document
def test_every_record_is_of_a_statement_of_its_document(document: str, graphs: dict[str, Graph]) -> None:
    graph = graphs[document]
    stated = {(triple.subject, triple.predicate, triple.object) for triple in graph.triples}
    assert [said for said in graph.said.values() if said not in stated] == []


@each_document
def test_every_record_leads_to_passages_of_its_document_alone(document: str, graphs: dict[str, Graph]) -> None:
    graph = graphs[document]
    for record in graph.records:
        passages = graph.values[record, EVIDENCE]
        assert passages
        assert {graph.only(passage, QUOTED_FROM) for passage in passages} == {ox.NamedNode(SPACE.things + "document/" + document)}
        assert all(PASSAGE in graph.values[passage, TYPE] for passage in passages)


@each_document
def test_every_thing_that_a_document_gives_a_type_leads_to_a_passage(
    document: str, graphs: dict[str, Graph], described: dict[str, set[ox.Triple]]
) -> None:
    graph = graphs[document]
    kinds = {PASSAGE, HEADING, SOURCED_STATEMENT}
    typed = {t.subject for t in graph.triples - described[document] if t.predicate == TYPE and t.object not in kinds}
    assert [thing for thing in typed if not graph.values[thing, EVIDENCE]] == []


@each_document
def test_nobody_writes_records_or_evidence_into_a_document(document: str, settings: Settings) -> None:
    (data,) = settings.data
    for path in sorted((data / "sources" / document).glob("*.ttl")):
        for quad in SourceFile(path, None).quads:
            assert quad.predicate != EVIDENCE, path
            assert quad.object != SOURCED_STATEMENT, path


def test_a_record_is_named_by_its_triple(graphs: dict[str, Graph]) -> None:
    for document in DOCUMENTS:
        assert [record for record, said in graphs[document].said.items() if record != statement_iri(SPACE, *said)] == []


# What is inferred


def test_records_stay_outside_of_what_is_reasoned_over(graphs: dict[str, Graph]) -> None:
    inferred = graphs[SPACE.graph_inferred.removeprefix(SPACE.graphs)].triples
    assert inferred
    for triple in inferred:
        assert not str(triple.subject).startswith(f"<{SPACE.things + 'statement/'}")
        assert not str(triple.object).startswith(f"<{SPACE.things + 'statement/'}")
        assert triple.predicate not in (EVIDENCE, *REIFIED)
        assert triple.object != SOURCED_STATEMENT


def test_nothing_that_is_only_inferred_has_a_record(graphs: dict[str, Graph]) -> None:
    inferred = graphs[SPACE.graph_inferred.removeprefix(SPACE.graphs)].triples
    asserted: set[ox.Triple] = set().union(*(graph.triples for name, graph in graphs.items() if name != "inferred"))
    records = set().union(*(graph.records for graph in graphs.values()))
    assert [triple for triple in inferred - asserted if statement_iri(SPACE, *triple) in records] == []


def test_records_are_in_the_graphs_of_documents_alone(graphs: dict[str, Graph]) -> None:
    assert {name for name, graph in graphs.items() if graph.records} == set(DOCUMENTS)


# Both documents


def test_what_both_documents_say_has_one_record_with_evidence_of_both(graphs: dict[str, Graph]) -> None:
    news, brochure = (graphs[document] for document in DOCUMENTS)
    shared = news.records & brochure.records
    said_by_both = set(news.said.values()) & set(brochure.said.values())
    assert shared == {record for record, said in news.said.items() if said in said_by_both}
    for record in shared:
        assert news.said[record] == brochure.said[record]
        assert not news.values[record, EVIDENCE] & brochure.values[record, EVIDENCE]


def test_both_documents_say_that_the_fair_recruitment_project_works_in_costa_rica(graphs: dict[str, Graph]) -> None:
    record = statement_iri(
        SPACE,
        ox.NamedNode(SPACE.things + "project/fair-recruitment-central-america"),
        ox.NamedNode(NS + "worksNationallyIn"),
        ox.NamedNode(SPACE.things + "place/CRI"),
    )
    passages = {document: {str(passage) for passage in graphs[document].values[record, EVIDENCE]} for document in DOCUMENTS}
    assert f"<{SPACE.things}passage/news-2022-fair-recruitment-project>" in passages["news-2022"]
    assert f"<{SPACE.things}passage/brochure-2023-fair-recruitment-places>" in passages["brochure-2023"]


# One file

FILE = """@prefix lc: <https://w3id.org/labcoop/ns#> .
@prefix ex: <http://example.org/> .
"""


def records_of(tmp_path: Path, text: str) -> list[ox.Quad]:
    path = tmp_path / "10-passage.ttl"
    path.write_text(FILE + text, encoding="utf-8")
    return list(evidence(SPACE, ROLES, SourceFile(path, SPACE.graphs + "note")))


def test_a_file_without_a_passage_has_no_records(tmp_path: Path) -> None:
    assert records_of(tmp_path, "ex:a lc:partner ex:b .") == []


def test_a_statement_has_a_record_and_what_has_a_type_leads_to_the_passage(tmp_path: Path) -> None:
    quads = records_of(tmp_path, "ex:p a lc:Passage ; lc:quotedFrom ex:d . ex:a a lc:Project . ex:a lc:partner ex:b .")
    a, p, b = (ox.NamedNode(f"http://example.org/{x}") for x in ("a", "p", "b"))
    partner = ox.NamedNode(NS + "partner")
    records = {statement_iri(SPACE, a, TYPE, ox.NamedNode(NS + "Project")), statement_iri(SPACE, a, partner, b)}
    assert {quad.subject for quad in quads} == {a, *records}
    assert {(quad.subject, quad.object) for quad in quads if quad.predicate == EVIDENCE} == {(thing, p) for thing in (a, *records)}
    assert {quad.graph_name for quad in quads} == {ox.NamedNode(SPACE.graphs + "note")}


def test_two_passages_in_a_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(
        SourceError, match=r"10-passage\.ttl:\d+: \S+: one file holds one passage and what it says; this one describes 2 passages"
    ):
        records_of(tmp_path, "ex:p a lc:Passage . ex:q a lc:Passage .")


def test_a_blank_node_beside_a_passage_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"10-passage\.ttl:\d+: .*: a statement with a passage cannot have a blank node"):
        records_of(tmp_path, "ex:p a lc:Passage . ex:a lc:partner [] .")
