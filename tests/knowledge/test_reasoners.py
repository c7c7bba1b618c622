"""The third judge: the OWL API says that the ontology is OWL 2 RL, HermiT that it is sound and that the closure has what follows.

HermiT reasons by the direct semantics of OWL 2 DL, with another method and other code than the closure. On the project's own graph it
must come to the same classes and object property values of everything. Both jars are in owlready2; a JDK is needed to run them.
"""

import shutil
import subprocess
from collections import defaultdict
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path

import pyoxigraph as ox
import pytest

from graph_service.rdf.namespaces import OWL, RDF, XSD
from graph_service.reasoning.closure import close
from graph_service.reasoning.knowledge import Knowledge, read
from graph_service.reasoning.terminology import TYPE
from graph_service.settings import bundled
from graph_service.sources.sources import Sources
from tests.knowledge.reference import quads

SOURCE = Path(__file__).parent / "java" / "Judge.java"

#: The datatypes of the graph that OWL 2 knows. HermiT refuses others (xsd:date, xsd:gYear, …), so a text stands for those below: no axiom
#: is about them, so nothing is lost but the datatype.
DATATYPES = {f"{XSD}{name}" for name in ("string", "integer", "decimal", "boolean", "dateTime", "anyURI")} | {RDF + "langString"}

#: Kind of line -> the rest of each line of it, by its parts.
Verdict = dict[str, set[tuple[str, ...]]]
Judge = Callable[..., Verdict]


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    """Runs Judge.java over triples; "terms" leaves out what it says of individuals."""
    if shutil.which("javac") is None:
        pytest.skip("HermiT was not asked: there is no JDK (javac). On Debian: apt-get install default-jdk-headless")
    found = find_spec("owlready2")
    assert found is not None
    assert found.origin is not None, "owlready2 is part of the extra `test`"
    jar = Path(found.origin).parent / "hermit" / "HermiT.jar"
    folder = tmp_path_factory.mktemp("judge")
    subprocess.run(["javac", "-nowarn", "-d", str(folder), "-cp", str(jar), str(SOURCE)], check=True, timeout=600, capture_output=True)

    def run(triples: Iterable[ox.Triple], *arguments: str) -> Verdict:
        path = folder / "ontology.owl"
        ox.serialize(set(map(_for_owl, triples)), str(path), ox.RdfFormat.RDF_XML)
        done = subprocess.run(
            ["java", "-cp", f"{jar}:{folder}", "Judge", str(path), *arguments], check=True, timeout=600, capture_output=True, text=True
        )
        verdict: Verdict = defaultdict(set)
        for line in done.stdout.splitlines():
            kind, *parts = line.split("\t")
            verdict[kind].add(tuple(parts))
        return verdict

    return run


def _for_owl(triple: ox.Triple) -> ox.Triple:
    """A triple as HermiT can read it."""
    value = triple.object
    if isinstance(value, ox.Literal) and value.datatype.value not in DATATYPES:
        return ox.Triple(triple.subject, triple.predicate, ox.Literal(value.value))
    return triple


@pytest.fixture(scope="module")
def own() -> Knowledge:
    """The project's own ontology and data."""
    return read(Sources.find([bundled("ontology")], [bundled("data")]), lambda _: None)


@pytest.fixture(scope="module")
def ontology(own: Knowledge) -> set[ox.Triple]:
    """All files of the ontology in one. What they import is in it, so nothing is fetched from the network."""
    return {quad.triple for quad in own.ontology if quad.predicate != ox.NamedNode(OWL + "imports")}


def test_the_ontology_is_owl_2_rl_and_dl_and_no_class_is_empty(judge: Judge, ontology: set[ox.Triple]) -> None:
    verdict = judge(ontology, "terms")
    [(axioms,)] = verdict["axioms"]
    assert int(axioms) > 1000
    assert verdict["violation"] == set()
    assert verdict["consistent"] == {("true",)}
    assert verdict["unsatisfiable"] == set()


def test_the_closure_has_the_classes_and_values_that_hermit_finds(judge: Judge, own: Knowledge, ontology: set[ox.Triple]) -> None:
    said = ontology | {quad.triple for quad in own.data}
    verdict = judge(said)
    assert verdict["consistent"] == {("true",)}
    assert {violation for violation in verdict["violation"] if violation[0] == "DL"} == set()

    inferred = set(close(own.ontology, own.data).inferred)
    classes, properties = _terms(ontology, "Class"), _terms(ontology, "ObjectProperty")
    types = {(t.subject, t.object) for t in said | inferred if t.predicate == TYPE and t.object in classes}
    values = {(t.subject, t.predicate, t.object) for t in said | inferred if t.predicate in properties}
    # That everything is an owl:Thing is not worth a triple in the closure, and is left out of both.
    assert _iris(types) == {row for row in verdict["type"] if row[1] != OWL + "Thing"}
    assert _iris(values) == verdict["value"]
    # What is left are labels: OWL DL has no inferences for annotation properties, OWL 2 RL has.
    annotations = _terms(ontology, "AnnotationProperty") | {ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#label")}
    assert {t.predicate for t in inferred} <= properties | annotations | {TYPE}


def _terms(ontology: Iterable[ox.Triple], kind: str) -> set[ox.NamedNode]:
    return {
        t.subject for t in ontology if t.predicate == TYPE and t.object == ox.NamedNode(OWL + kind) and isinstance(t.subject, ox.NamedNode)
    }


def _iris(rows: Iterable[tuple[object, ...]]) -> set[tuple[str, ...]]:
    return {tuple(part.value for part in row if isinstance(part, ox.NamedNode)) for row in rows}


DECLARED = ":A a owl:Class . :B a owl:Class . :C a owl:Class . :p a owl:ObjectProperty . <http://e/> a owl:Ontology . "


@pytest.mark.parametrize(
    ("axioms", "expected"),
    [
        (":A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ; owl:someValuesFrom :B ] .", "violation"),
        (":A rdfs:subClassOf :B , :C . :B owl:disjointWith :C .", "unsatisfiable"),
        (":A owl:disjointWith :B . :x a owl:NamedIndividual , :A , :B .", "inconsistent"),
        (":A rdfs:subClassOf :B .", "nothing"),
    ],
)
def test_the_judges_notice_a_fault(judge: Judge, axioms: str, expected: str) -> None:
    verdict = judge({quad.triple for quad in quads(DECLARED + axioms)}, "terms")
    found = {kind for kind in ("violation", "unsatisfiable") if verdict[kind]}
    found |= {"inconsistent"} if verdict["consistent"] == {("false",)} else set()
    assert found == {expected} - {"nothing"}
