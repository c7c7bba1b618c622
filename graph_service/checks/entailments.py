"""Entailment tests of an ontology: cases that say what must follow, what must not, and what must be a contradiction.

A case is several graphs of a TriG file in the ontology's folder `entailments/`, named after the case and their role:

    @prefix : <#whose-parent-is-a-parent/> .
    :given { :anna ex:hasMother :berta . :berta ex:hasMother :clara }
    :follows { :anna ex:hasGrandmother :clara }
    :does-not-follow { :anna ex:hasMother :clara }

`:contradicts` has triples, given or inferred, that must contradict each other. A case uses only its own individuals, so that all cases are
materialised in one run without influence on each other.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from graph_service.checks.sparql_rules import Finding
from graph_service.errors import SourceError
from graph_service.files import matching
from graph_service.formats.rdf_writer import write_readably
from graph_service.rdf.namespaces import OWL, RDF, RDFS, XSD
from graph_service.reasoning.closure import Clash, Closure, close
from graph_service.sources.source_file import SourceFile

_LANGUAGES = (RDF, RDFS, OWL, XSD)
_GRAPHS = ("given", "follows", "does-not-follow", "contradicts")

#: Rule -> its sentence in findings.
RULES = {
    "entailment-terms": "A case uses only terms that the ontology has.",
    "entailment-follows": "What a case says must follow, follows, and is not given already.",
    "entailment-does-not-follow": "What a case says must not follow does not, and is not given either.",
    "entailment-contradicts": "What a case says contradicts itself does.",
    "entailment-consistent": "A case contradicts itself nowhere but where it says so.",
}


@dataclass(frozen=True)
class Case:
    """A case: its file, the IRI prefix of its individuals, and its graphs."""

    file: SourceFile
    iri: str
    given: frozenset[ox.Triple]
    follows: frozenset[ox.Triple]
    does_not_follow: frozenset[ox.Triple]
    contradicts: frozenset[ox.Triple]

    @property
    def name(self) -> str:
        """The case's name in its file."""
        return self.iri.partition("#")[2].rstrip("/")

    @property
    def where(self) -> str:
        """`file:line` of the case's prefix declaration."""
        match = re.search(rf"<#{re.escape(self.name)}/".encode(), self.file.text)
        return f"{self.file.path}:{1 if match is None else self.file.line_at(match.start())}"

    def written(self, triple: ox.Triple) -> str:
        """A triple for people, with the case's individuals as in the file."""
        return write_readably(triple).replace(self.iri, ":")

    def owns(self, clash: Clash) -> bool:
        """Whether a contradiction is about individuals of this case."""
        return any(isinstance(t.subject, ox.NamedNode) and t.subject.value.startswith(self.iri) for t in clash.premises)


def files(ontology: Iterable[Path]) -> list[Path]:
    """The entailment files in the ontology's folders, sorted."""
    return matching(ontology, "entailments/*.trig")


def read(case_files: Iterable[Path]) -> list[Case]:
    """Parse the cases, in order of file and name. Raises SourceError for a file without cases and for an invalid case."""
    return [case for path in case_files for case in _read(SourceFile(path, None))]


def check(ontology: Sequence[ox.Quad], cases: Sequence[Case]) -> list[Finding]:
    """All differences between what the ontology entails and what the cases say, in order of case. Raises BuildError as `closure.close`
    does.
    """
    if not cases:
        return []
    closure = close(ontology, given(cases))
    inferred = set(closure.inferred)
    known = {part for quad in ontology for part in quad.triple if isinstance(part, ox.NamedNode)}
    return [finding for case in cases for finding in (*_unknown(case, known), *_unexpected(case, closure, inferred))]


def given(cases: Iterable[Case]) -> list[ox.Quad]:
    """The given triples of all cases, as data."""
    return [ox.Quad(t.subject, t.predicate, t.object) for case in cases for t in case.given]


def clashes(case: Case, found: Iterable[Clash]) -> list[Clash]:
    """The contradictions that the case expects."""
    return [clash for clash in found if case.contradicts.issuperset(clash.premises)]


def _read(file: SourceFile) -> Iterator[Case]:
    base = file.path.resolve().as_uri() + "#"
    graphs: dict[str, dict[str, set[ox.Triple]]] = {}
    for quad in file.quads:
        graph = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""
        iri, _, kind = graph.rpartition("/")
        if not re.fullmatch(re.escape(base) + r"[a-z0-9-]+", iri) or kind not in _GRAPHS:
            raise SourceError(
                f"{file.path}: {graph.removeprefix(base.removesuffix('#')) or 'the default graph'}: "
                f"the graph of a case is named <#name/…>, … being {', '.join(_GRAPHS)}"
            )
        _refuse_what_is_not_its_own(file, iri + "/", quad.triple)
        graphs.setdefault(iri + "/", {name: set() for name in _GRAPHS})[kind].add(quad.triple)
    if not graphs:
        raise SourceError(f"{file.path}: has no cases")
    for iri, triples in sorted(graphs.items()):
        case = Case(file, iri, *(frozenset(triples[name]) for name in _GRAPHS))
        if not case.given:
            raise SourceError(f"{case.where}: {case.name}: has no premises")
        if not case.follows and not case.does_not_follow and not case.contradicts:
            raise SourceError(f"{case.where}: {case.name}: does not say what follows")
        yield case


def _refuse_what_is_not_its_own(file: SourceFile, iri: str, triple: ox.Triple) -> None:
    if not isinstance(triple.subject, ox.NamedNode) or not triple.subject.value.startswith(iri):
        raise SourceError(f"{file.path}: {write_readably(triple)}: the subjects of a case have IRIs that begin with its own, <{iri}>")
    if isinstance(triple.object, ox.BlankNode):
        raise SourceError(f"{file.path}: {write_readably(triple)}: a case has no blank nodes")


def _unknown(case: Case, known: set[ox.NamedNode]) -> Iterator[Finding]:
    triples = (*case.given, *case.follows, *case.does_not_follow, *case.contradicts)
    terms = {part for triple in triples for part in triple if isinstance(part, ox.NamedNode)}
    for term in sorted(terms - known, key=str):
        if not term.value.startswith((case.iri, *_LANGUAGES)):
            yield _finding("entailment-terms", case, term.value)


def _unexpected(case: Case, closure: Closure, inferred: set[ox.Triple]) -> Iterator[Finding]:
    for triple in sorted(case.follows - (inferred - case.given), key=str):
        yield _finding("entailment-follows", case, case.written(triple))
    for triple in sorted(case.does_not_follow & (inferred | case.given), key=str):
        yield _finding("entailment-does-not-follow", case, case.written(triple))
    expected = clashes(case, closure.clashes)
    for triple in sorted(case.contradicts - {premise for clash in expected for premise in clash.premises}, key=str):
        yield _finding("entailment-contradicts", case, case.written(triple))
    at_fault = {triple.subject for triple in case.contradicts}
    for clash in closure.clashes:
        if case.owns(clash) and not at_fault.intersection(premise.subject for premise in clash.premises):
            yield _finding("entailment-consistent", case, " and ".join(map(case.written, clash.premises)))


def _finding(rule: str, case: Case, value: str) -> Finding:
    return Finding(where=case.where, rule=rule, sentence=RULES[rule], thing=case.name, value=value)
