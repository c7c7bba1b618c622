"""What follows: ontology and data -> inferred triples about instances.

The ontology's own part (classes, properties, axioms) is closed by owlrl, the reference for OWL 2 RL. `rules` turns it into rules
over instances, and Nemo, a Datalog engine, runs those over the data: one predicate for each property and one for each class, terms
as numbers, so that the time grows with what is inferred and not with the square of what is there.

Kept is what is new about things and concepts and is no tautology: never a statement about a class or property of the ontology,
about a literal or a blank node.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import owlrl
import pyoxigraph as ox
import rdflib
from nmo_python import NemoEngine, load_string

from graph_service.errors import BuildError
from graph_service.knowledge.rules import SAME_AS, TYPE, Atom, Rule, compile_rules, equality, produces_equality
from graph_service.words.names import DCTERMS, OWL, RDF, RDFS, SKOS, XSD

#: What the ontology says about its terms to people. Nothing follows from it.
_FOR_PEOPLE = frozenset(
    {f"{RDFS}{name}" for name in ("label", "comment", "isDefinedBy", "seeAlso")}
    | {f"{SKOS}{name}" for name in ("definition", "example", "scopeNote", "note", "editorialNote", "notation")}
    | {f"{SKOS}{name}" for name in ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")}
    | {f"{DCTERMS}{name}" for name in ("title", "description", "license", "creator", "created", "modified")}
)
_LANGUAGES = (RDF, RDFS, OWL, XSD)
_TRIVIAL_TYPES = frozenset(ox.NamedNode(iri) for iri in (OWL + "Thing", RDFS + "Resource", OWL + "NamedIndividual"))


@dataclass(frozen=True)
class Clash:
    """A contradiction: the rule that must not hold, and the triples for which it does."""

    rule: Rule
    premises: tuple[ox.Triple, ...]


@dataclass(frozen=True)
class Closure:
    """What follows from ontology and data: the new triples, sorted; the clashes; and the rules that were used."""

    inferred: Sequence[ox.Triple]
    clashes: Sequence[Clash] = ()
    rules: Sequence[Rule] = field(default_factory=tuple)


def close(ontology: Iterable[ox.Quad], data: Iterable[ox.Quad]) -> Closure:
    """The closure of ontology and data. Raises BuildError for an axiom that cannot be used and for a contradictory ontology."""
    said = {quad.triple for quad in ontology}
    terminology = terminology_of(said)
    rules = compile_rules(terminology, close_terminology(terminology))
    facts = {quad.triple for quad in data} | {triple for triple in said if triple not in terminology}
    terms = {triple.subject for triple in terminology}
    inferred, clashes = _run(rules, facts)
    return Closure(sorted((t for t in inferred if _tells_something(t, terms)), key=str), clashes, rules)


def terminology_of(ontology: Iterable[ox.Triple]) -> set[ox.Triple]:
    """The part of an ontology that is about classes and properties and from which something follows."""
    triples = set(ontology)
    owl_kinds = {
        t.subject for t in triples if t.predicate == TYPE and isinstance(t.object, ox.NamedNode) and t.object.value.startswith(OWL)
    }
    schema = (OWL, RDFS)
    related = {t.subject for t in triples if t.predicate.value.startswith(schema) and t.predicate.value not in _FOR_PEOPLE}
    subjects = owl_kinds | related
    return {t for t in triples if (t.subject in subjects or isinstance(t.subject, ox.BlankNode)) and t.predicate.value not in _FOR_PEOPLE}


def close_terminology(terminology: Iterable[ox.Triple]) -> list[ox.Triple]:
    """The OWL 2 RL closure of classes, properties and axioms, by owlrl. Raises BuildError if they contradict each other."""
    graph = rdflib.Graph()
    graph.parse(data=ox.serialize(terminology, format=ox.RdfFormat.N_TRIPLES), format="nt")
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics, axiomatic_triples=False, datatype_axioms=False).expand(graph)
    error = rdflib.URIRef("http://www.daml.org/2002/03/agents/agent-ont#error")
    faults = sorted({str(message) for message in graph.objects(None, error)})
    if faults:
        raise BuildError("The ontology contradicts itself. " + " ".join(faults), clashes=faults)
    # owlrl also writes triples with a literal for a subject, which no RDF syntax can say.
    for literal in [subject for subject in graph.subjects(unique=True) if isinstance(subject, rdflib.Literal)]:
        graph.remove((literal, None, None))
    closed = ox.parse(graph.serialize(format="nt", encoding="utf-8"), ox.RdfFormat.N_TRIPLES)
    return [quad.triple for quad in closed]


def _tells_something(t: ox.Triple, terms: set[ox.NamedNode | ox.BlankNode | ox.Triple]) -> bool:
    return (
        isinstance(t.subject, ox.NamedNode)
        and not isinstance(t.object, ox.BlankNode)
        and t.subject not in terms
        and not t.subject.value.startswith(_LANGUAGES)
        and not (t.predicate == TYPE and t.object in _TRIVIAL_TYPES)
        and not (t.predicate == SAME_AS and t.subject == t.object)
    )


class _Numbers:
    """Terms as numbers and back: what Nemo computes with."""

    def __init__(self) -> None:
        self.terms: list[Any] = []
        self._numbers: dict[object, int] = {}

    def of(self, term: object) -> int:
        number = self._numbers.setdefault(term, len(self.terms))
        if number == len(self.terms):
            self.terms.append(term)
        return number


def _relation(atom: Atom) -> tuple[ox.NamedNode, object]:
    """What an atom is about: a property, or rdf:type with a class."""
    return (atom.predicate, atom.object if atom.predicate == TYPE else None)


def _run(rules: list[Rule], facts: set[ox.Triple]) -> tuple[list[ox.Triple], list[Clash]]:
    """The triples that the rules add to the facts, and the clashes."""
    if produces_equality(rules) or any(fact.predicate == SAME_AS for fact in facts):
        predicates = {fact.predicate for fact in facts} | {atom.predicate for rule in rules for atom in _atoms(rule)}
        classes = {f.object for f in facts if f.predicate == TYPE} | {a.object for r in rules for a in _atoms(r) if a.predicate == TYPE}
        rules = [*rules, *equality(sorted(predicates, key=str), sorted((c for c in classes if not isinstance(c, str)), key=str))]
    numbers, relations = _Numbers(), dict[tuple[ox.NamedNode, object], int]()
    for rule in rules:
        for atom in _atoms(rule):
            relations.setdefault(_relation(atom), len(relations))
    rows: list[set[tuple[int, ...]]] = [set() for _ in relations]
    for fact in facts:
        is_type = fact.predicate == TYPE
        place = relations.get((fact.predicate, fact.object if is_type else None))
        if place is not None:
            subject = numbers.of(fact.subject)
            rows[place].add((subject,) if is_type else (subject, numbers.of(fact.object)))
    with TemporaryDirectory(prefix="graph-service-closure-") as folder:
        program = []
        for (predicate, _), place in relations.items():
            path = Path(folder) / f"{place}.csv"
            path.write_text("".join(",".join(map(str, row)) + "\n" for row in rows[place]), encoding="ascii")
            columns = "int" if predicate == TYPE else "int, int"
            program.append(f'@import r{place} :- csv{{resource="{path}", format=({columns})}} .\n@output r{place} .')
        program += [_datalog(rule, place, relations, numbers) for place, rule in enumerate(rules)]
        engine = NemoEngine(load_string("\n".join(program)))
        engine.reason()
        inferred = []
        for (predicate, kind), place in relations.items():
            for row in engine.result(f"r{place}"):
                if tuple(row) not in rows[place]:
                    object_: Any = numbers.terms[row[1]] if kind is None else kind
                    inferred.append(ox.Triple(numbers.terms[row[0]], predicate, object_))
        clashes = [
            Clash(rule, tuple(_filled(atom, dict(zip(_variables(rule), row, strict=True)), numbers) for atom in rule.body))
            for place, rule in enumerate(rules)
            if rule.head is None
            for row in engine.result(f"clash{place}")
        ]
    return inferred, clashes


def _atoms(rule: Rule) -> list[Atom]:
    return [*rule.body, *([rule.head] if rule.head else [])]


def _variables(rule: Rule) -> list[str]:
    return list(dict.fromkeys(variable for atom in rule.body for variable in atom.variables))


def _filled(atom: Atom, binding: dict[str, int], numbers: _Numbers) -> ox.Triple:
    subject, object_ = (numbers.terms[binding[part]] if isinstance(part, str) else part for part in (atom.subject, atom.object))
    return ox.Triple(subject, atom.predicate, object_)  # type: ignore[arg-type]


def _datalog(rule: Rule, place: int, relations: dict[tuple[ox.NamedNode, object], int], numbers: _Numbers) -> str:
    """A rule in Nemo's syntax; a clash has its variables for a head, so that the result says for what it holds."""

    def part(term: object) -> str:
        return f"?{term}" if isinstance(term, str) else str(numbers.of(term))

    def literal(atom: Atom) -> str:
        parts = [atom.subject] if atom.predicate == TYPE else [atom.subject, atom.object]
        return f"r{relations[_relation(atom)]}({', '.join(map(part, parts))})"

    body = [literal(atom) for atom in rule.body]
    if rule.different:
        body.append(" != ".join(map(part, rule.different)))
    head = literal(rule.head) if rule.head else f"clash{place}({', '.join(map(part, _variables(rule)))})"
    output = "" if rule.head else f"\n@output clash{place} ."
    return f"{head} :- {', '.join(body)} .{output}" if body else f"{head} ."
