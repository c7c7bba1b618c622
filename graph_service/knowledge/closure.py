"""What follows: ontology and data -> inferred triples about instances.

`rules` turns the ontology's own part (classes, properties, axioms) into rules over instances, and Nemo, a Datalog engine, runs those
over the data: one predicate for each property and one for each class, terms as numbers, so that the time grows with what is inferred
and not with the square of what is there. What follows for instances is what the rules of OWL 2 RL give, no more and no less; the
tests hold it against owlrl, which runs those rules as they are written in the specification.

Kept is what is new about things and concepts and is no tautology: never a statement about a class or property of the ontology,
about a literal or a blank node.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyoxigraph as ox
import rdflib
from nmo_python import NemoEngine, load_string

from graph_service.errors import BuildError
from graph_service.knowledge.rules import SAME_AS, TYPE, Atom, Rule, compile_rules, equality, is_terminology, produces_equality
from graph_service.words.names import OWL, RDF, RDFS, XSD

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
    """The closure of ontology and data. Raises BuildError for an axiom that cannot be used.

    Axioms are the ontology's: among the data, a triple like one is a fact, and nothing follows from it.
    """
    said = list(ontology)
    terminology = terminology_of(quad.triple for quad in said)
    rules = compile_rules(terminology, terminology)
    facts = [*(quad for quad in said if quad.triple not in terminology), *data]
    terms = {triple.subject for triple in terminology}
    _refuse_facts_about_terms(facts, terms)
    inferred, clashes = _run(rules, facts, terms)
    return Closure(sorted(inferred, key=str), clashes, rules)


def terminology_of(ontology: Iterable[ox.Triple]) -> set[ox.Triple]:
    """The part of an ontology that is about classes and properties and from which something follows."""
    return set(filter(is_terminology, ontology))


def _refuse_facts_about_terms(facts: Iterable[ox.Quad], terms: set[Any]) -> None:
    """Refuse what makes an axiom of a fact: a class or property that is the same as another, a thing of an unnamed class."""
    for fact in facts:
        predicate = fact.predicate
        if (predicate == SAME_AS and not terms.isdisjoint((fact.subject, fact.object))) or (
            predicate == TYPE and isinstance(fact.object, ox.BlankNode) and fact.object in terms
        ):
            raise BuildError(f"The ontology has an axiom from which nothing can be inferred here: {fact.triple}.")


def _tells_something(t: ox.Triple, terms: set[Any]) -> bool:
    """Whether a triple is kept, if it is inferred; `terms` are those of the ontology."""
    return (
        _is_told_of(t.subject, terms)
        and not isinstance(t.object, ox.BlankNode)
        and not (t.predicate == TYPE and t.object in _TRIVIAL_TYPES)
        and not (t.predicate == SAME_AS and t.subject == t.object)
    )


def _is_told_of(subject: object, terms: set[Any]) -> bool:
    return isinstance(subject, ox.NamedNode) and subject not in terms and not subject.value.startswith(_LANGUAGES)


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


Relation = tuple[ox.NamedNode, object]


def _relation(atom: Atom | ox.Quad) -> Relation:
    """What an atom or a fact is about: a property, or rdf:type with a class."""
    predicate = atom.predicate
    return (predicate, atom.object if predicate == TYPE else None)


def _run(rules: list[Rule], facts: Sequence[ox.Quad], terms: set[Any]) -> tuple[list[ox.Triple], list[Clash]]:
    """The triples worth keeping that the rules add to the facts, and the clashes."""
    if produces_equality(rules) or any(fact.predicate == SAME_AS for fact in facts):
        relations = {*map(_relation, facts), *(_relation(atom) for rule in rules for atom in _atoms(rule))}
        predicates, classes = {p for p, _ in relations}, {c for _, c in relations if c is not None}
        rules = [*rules, *equality(sorted(predicates, key=str), sorted(classes, key=str))]  # type: ignore[type-var]
    numbers = _Numbers()
    places = {relation: place for place, relation in enumerate(dict.fromkeys(_relation(a) for r in rules for a in _atoms(r)))}
    derived = {relation: places[relation] for relation in dict.fromkeys(_relation(rule.head) for rule in rules if rule.head)}
    with TemporaryDirectory(prefix="graph-service-closure-") as folder:
        imports = _write(facts, places, numbers, Path(folder))
        engine = NemoEngine(load_string("\n".join([*imports, *_program(rules, places, derived, numbers)])))
        engine.reason()
    inferred: list[ox.Triple] = []
    kept = [_is_told_of(term, terms) for term in numbers.terms]
    for (predicate, kind), place in derived.items():
        if predicate == TYPE and kind not in _TRIVIAL_TYPES and not isinstance(kind, ox.BlankNode):
            inferred += (ox.Triple(numbers.terms[s], TYPE, kind) for (s,) in engine.result(f"new{place}") if kept[s])
        elif predicate != TYPE:
            for s, o in engine.result(f"new{place}"):
                if kept[s] and not isinstance(numbers.terms[o], ox.BlankNode) and not (predicate == SAME_AS and s == o):
                    inferred.append(ox.Triple(numbers.terms[s], predicate, numbers.terms[o]))
    found: dict[object, Clash] = {}
    for place, rule in enumerate(rules):
        for _, *row in engine.result(f"clash{place}") if rule.head is None else ():
            clash = _clash(rule, {name: numbers.terms[n] for name, n in zip(_variables(rule), row, strict=True)}, facts)
            if clash is not None:
                found.setdefault((rule, frozenset(clash.premises)), clash)
    return inferred, list(found.values())


def _write(facts: Iterable[ox.Quad], places: Mapping[Relation, int], numbers: _Numbers, folder: Path) -> Iterator[str]:
    """Write the facts of each relation as numbers into a file; the lines of Nemo's program that read them."""
    lines: list[list[str]] = [[] for _ in places]
    for fact in facts:
        place = places.get(relation := _relation(fact))
        if place is not None:
            subject = numbers.of(fact.subject)
            lines[place].append(f"{subject}\n" if relation[1] is not None else f"{subject},{numbers.of(fact.object)}\n")
    for (predicate, _), place in places.items():
        path = folder / f"{place}.csv"
        path.write_text("".join(lines[place]), encoding="ascii")
        yield f'@import said{place} :- csv{{resource="{path}", format=({"int" if predicate == TYPE else "int, int"})}} .'


def _program(rules: Sequence[Rule], places: Mapping[Relation, int], derived: Mapping[Relation, int], numbers: _Numbers) -> Iterator[str]:
    """Nemo's program: `said` are the facts of a relation, `all` what holds, `new` what holds and is not said."""

    def part(term: object) -> str:
        return f"?{term}" if isinstance(term, str) else str(numbers.of(term))

    def literal(atom: Atom) -> str:
        parts = [atom.subject] if atom.predicate == TYPE else [atom.subject, atom.object]
        return f"all{places[_relation(atom)]}({', '.join(map(part, parts))})"

    # Rules read no file themselves: Nemo 0.10.1 panics where two rules with one head project the same file (domain and range).
    for (predicate, kind), place in places.items():
        row = "(?x)" if predicate == TYPE else "(?x, ?y)"
        yield f"all{place}{row} :- said{place}{row} ."
        if (predicate, kind) in derived:
            yield f"new{place}{row} :- all{place}{row}, ~said{place}{row} .\n@output new{place} ."
    for place, rule in enumerate(rules):
        body = [literal(atom) for atom in rule.body]
        if rule.different:
            body.append(" != ".join(map(part, rule.different)))
        # A clash has its variables for a head, so that the result says for what it holds; it may have none, but a head needs a part.
        head = literal(rule.head) if rule.head else f"clash{place}({', '.join(['0', *map(part, _variables(rule))])})"
        yield f"{head} :- {', '.join(body)} ." if body else f"{head} ."
        if rule.head is None:
            yield f"@output clash{place} ."


def _atoms(rule: Rule) -> list[Atom]:
    return [*rule.body, *([rule.head] if rule.head else [])]


def _variables(rule: Rule) -> list[str]:
    return list(dict.fromkeys(variable for atom in rule.body for variable in atom.variables))


def _clash(rule: Rule, binding: Mapping[str, Any], facts: Iterable[ox.Quad]) -> Clash | None:
    """The clash of a rule, or None if it speaks of two values that are one."""
    if rule.different:
        one, other = (binding[name] for name in rule.different)
        if not isinstance(one, ox.Literal) or not isinstance(other, ox.Literal) or _value(one) == _value(other):
            return None
    premises: list[ox.Triple] = []
    for atom in rule.body:
        subject, object_ = (binding[part] if isinstance(part, str) else part for part in (atom.subject, atom.object))
        if isinstance(subject, ox.Literal):
            # No RDF can say this of a literal, but what gave it to something can be said.
            premises += [fact.triple for fact in facts if fact.object == subject]
        else:
            premises.append(ox.Triple(subject, atom.predicate, object_))
    return Clash(rule, tuple(dict.fromkeys(premises)))


def _value(literal: ox.Literal) -> object:
    """What a literal stands for: equal for `1`, `01` and `1.0`, whose types are all made from xsd:decimal."""
    value = rdflib.Literal(literal.value, datatype=literal.datatype.value).value if literal.language is None else None
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return Decimal(value)
    return (literal.datatype, literal.language, literal.value if value is None else value)
