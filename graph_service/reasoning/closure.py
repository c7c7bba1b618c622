"""Materialisation: ontology and data -> inferred triples about instances.

`rules` compiles the ontology (classes, properties, axioms) into rules over instances, and Nemo, a Datalog engine, runs them over the data:
a predicate for each property and each class, terms as numbers, so that the time is linear in what is inferred and not quadratic in the
data. The inferences for instances are exactly those of OWL 2 RL; tests compare them with owlrl, which runs the rules as the specification
has them. Constructs that no rule uses are left out and reported (see `supported`).

Only new triples about things and concepts are kept: no tautologies, and nothing about a class or property of the ontology, a literal or a
blank node.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyoxigraph as ox
from nmo_python import NemoEngine, load_string

from graph_service.rdf.namespaces import OWL, RDF, RDFS, XSD
from graph_service.reasoning.datatype_values import differ, value_of
from graph_service.reasoning.owl_profile import LeftOut, refuse, sort_out
from graph_service.reasoning.rule import Atom, Rule, relation_of
from graph_service.reasoning.rules import equality, produces_equality, rules_of, rules_of_rdfs
from graph_service.reasoning.terminology import DECLARATIONS, SAME_AS, TYPE, members_of_unnamed, terminology_of

_LANGUAGES = (RDF, RDFS, OWL, XSD)
#: Types that are not kept: membership in them is trivial, or says that a thing is a term of an ontology.
_TRIVIAL_TYPES = DECLARATIONS | {ox.NamedNode(iri) for iri in (OWL + "Thing", RDFS + "Resource", OWL + "NamedIndividual")}


#: The relation of a triple: a property, or rdf:type with a class.
Relation = tuple[ox.NamedNode, Any]

Facts = Mapping[Relation, Sequence[ox.Quad]]


@dataclass(frozen=True)
class Clash:
    """A contradiction: a rule without a head, and the triples that match its body."""

    rule: Rule
    premises: tuple[ox.Triple, ...]


@dataclass(frozen=True)
class Closure:
    """The inferred triples, sorted; the contradictions; the rules, and the constructs that no rule uses."""

    inferred: Sequence[ox.Triple]
    clashes: Sequence[Clash] = ()
    rules: Sequence[Rule] = field(default_factory=tuple)
    left_out: Sequence[LeftOut] = ()


def close(
    ontology: Iterable[ox.Quad],
    data: Iterable[ox.Quad],
    *,
    reasoning: str = "owl-rl",
    strict: bool = False,
    bound: AbstractContextManager[None] | None = None,
) -> Closure:
    """Materialise ontology and data by the rules of OWL 2 RL, or of RDFS (`rdfs`), which has no equality and no contradictions.

    With `strict`, raises BuildError for the first part of the ontology that no rule uses. The rules are compiled within `bound`. Only the
    ontology has axioms: a triple like one in the data is a fact without consequences.
    """
    said = list(ontology)
    terminology = terminology_of(quad.triple for quad in said)
    facts = _by_relation(chain((quad for quad in said if quad.triple not in terminology), data))
    terms = {triple.subject for triple in terminology}
    with bound or nullcontext():
        usable, left_out = sort_out(terminology, reasoning)
        if reasoning != "rdfs":
            left_out += _without_equal_terms(facts, terms)
        if strict and left_out:
            raise refuse(terminology, left_out[0])
        if reasoning == "rdfs":
            rules = rules_of_rdfs(usable)
        else:
            members = members_of_unnamed((quad.triple for quad in said), terminology)
            rules = _with_equality(rules_of(usable, left_out, {triple.object for triple in members}), facts)
    program = _Program(rules, facts)
    return Closure(program.inferred(terms), program.clashes(), rules, left_out)


def _by_relation(facts: Iterable[ox.Quad]) -> dict[Relation, list[ox.Quad]]:
    found: defaultdict[Relation, list[ox.Quad]] = defaultdict(list)
    for fact in facts:
        found[relation_of(fact)].append(fact)
    return dict(found)


def _without_equal_terms(facts: dict[Relation, list[ox.Quad]], terms: set[Any]) -> list[LeftOut]:
    """Remove owl:sameAs facts about classes and properties, which would act as axioms; returns them as left out."""
    relation = (SAME_AS, None)
    equal = {fact for fact in facts.get(relation, ()) if not terms.isdisjoint((fact.subject, fact.object))}
    left = [fact for fact in facts.pop(relation, ()) if fact not in equal]
    if left:
        facts[relation] = left
    return [LeftOut("owl:sameAs of a class or property", triple) for triple in sorted({fact.triple for fact in equal}, key=str)]


def is_kept(t: ox.Triple, terms: set[Any]) -> bool:
    """Whether an inferred triple is kept; `terms` are those of the ontology."""
    return (
        _is_kept(t.subject, terms)
        and not isinstance(t.object, ox.BlankNode)
        and not (t.predicate == TYPE and t.object in _TRIVIAL_TYPES)
        and not (t.predicate == SAME_AS and t.subject == t.object)
    )


def _is_kept(subject: object, terms: set[Any]) -> bool:
    return isinstance(subject, ox.NamedNode) and subject not in terms and not subject.value.startswith(_LANGUAGES)


def _with_equality(rules: list[Rule], facts: Facts) -> list[Rule]:
    """The rules, with those of equality if anything may be the same as another thing."""
    if not produces_equality(rules) and (SAME_AS, None) not in facts:
        return rules
    relations = {*facts, *(relation_of(atom) for rule in rules for atom in rule.atoms)}
    predicates, classes = {p for p, _ in relations}, {c for _, c in relations if c is not None}
    return [*rules, *equality(sorted(predicates, key=str), sorted(classes, key=str))]


def _usable(rules: Sequence[Rule], facts: Facts) -> list[Rule]:
    """The rules that may match: those whose body has facts, or heads of other such rules."""
    known, found, left = set(facts), set[Rule](), list(rules)
    while now := {rule for rule in left if known.issuperset(map(relation_of, rule.body))}:
        known.update(relation_of(rule.head) for rule in now if rule.head)
        found |= now
        left = [rule for rule in left if rule not in now]
    return [rule for rule in rules if rule in found]


def _values(rules: Sequence[Rule], facts: Facts) -> dict[ox.Literal, int]:
    """The literals that rules compare by value, each with a number for its value; empty if no value has two lexical forms."""
    relations, more = set[Relation](), {relation_of(atom) for rule in rules if rule.one_value for atom in rule.body}
    while more > relations:
        relations = set(more)
        more |= {relation_of(atom) for rule in rules if rule.head and relation_of(rule.head) in relations for atom in rule.body}
    compared: set[Any] = {fact.object for relation in relations for fact in facts.get(relation, ())}
    compared |= {atom.object for rule in rules for atom in rule.atoms}
    compared |= {of for rule in rules for _, of in rule.one_value}
    numbers: dict[object, int] = {}
    found = {term: numbers.setdefault(value_of(term) or term, len(numbers)) for term in compared if isinstance(term, ox.Literal)}
    return found if len(numbers) < len(found) else {}


class _Program:
    """Runs the rules with Nemo over the facts: terms as numbers, and three predicates for each relation.

    `said` are its facts, `all` is what holds, `new` what holds and is not stated.
    """

    def __init__(self, rules: Sequence[Rule], facts: Facts) -> None:
        self._facts = facts
        self._values = _values(rules, facts)
        self._rules = [rule for rule in _usable(rules, facts) if self._values or not rule.one_value]
        self._places = {
            relation: place for place, relation in enumerate(dict.fromkeys(relation_of(a) for r in self._rules for a in r.atoms))
        }
        self._numbers: defaultdict[Any, int] = defaultdict()
        self._numbers.default_factory = self._numbers.__len__
        with TemporaryDirectory(prefix="graph-service-closure-") as folder:
            self._engine = NemoEngine(load_string("\n".join([*self._imports(Path(folder)), *map(self._line, range(len(self._rules)))])))
            self._engine.reason()
        self._terms = list(self._numbers)

    def inferred(self, terms: set[Any]) -> list[ox.Triple]:
        """The inferred triples that are kept, sorted; `terms` are those of the ontology."""
        # A triple is encoded as one number, of its terms' ranks in sort order: sorting millions takes little time and memory.
        names = sorted({*self._terms, *chain.from_iterable(self._derived)} - {None}, key=str)
        order = dict(zip(names, range(len(names)), strict=True))
        rank = [order[term] for term in self._terms]
        kept, named = [_is_kept(term, terms) for term in self._terms], [not isinstance(term, ox.BlankNode) for term in self._terms]
        size = len(names)
        found: list[int] = []
        for relation in self._derived:
            predicate, kind = relation
            rows = self._engine.result(f"new{self._places[relation]}")
            if predicate == TYPE:
                if kind not in _TRIVIAL_TYPES and not isinstance(kind, ox.BlankNode):
                    rest = order[TYPE] * size + order[kind]
                    found += (rank[s] * size * size + rest for (s,) in rows if kept[s])
            else:
                is_same, rest = predicate == SAME_AS, order[predicate] * size
                found += (rank[s] * size * size + rest + rank[o] for s, o in rows if kept[s] and named[o] and not (is_same and s == o))
        found.sort()
        return [ox.Triple(names[n // size // size], names[n // size % size], names[n % size]) for n in found]

    def clashes(self) -> list[Clash]:
        """The contradictions, each once, in the order of the rules."""
        found: dict[object, Clash] = {}
        for place, rule in enumerate(self._rules):
            for _, *row in self._engine.result(f"clash{place}") if rule.head is None else ():
                clash = self._clash(rule, {name: self._terms[number] for name, number in zip(rule.variables, row, strict=True)})
                if clash is not None:
                    found.setdefault((rule, frozenset(clash.premises)), clash)
        return list(found.values())

    @property
    def _derived(self) -> list[Relation]:
        return list(dict.fromkeys(relation_of(rule.head) for rule in self._rules if rule.head))

    def _imports(self, folder: Path) -> Iterator[str]:
        """Write the facts of each relation to a file, and yield the program's lines that import them."""
        numbers, derived = self._numbers, set(self._derived)
        for relation, place in self._places.items():
            path = folder / f"{place}.csv"
            facts = self._facts.get(relation, ())
            if relation[0] == TYPE:
                columns, row = "int", "(?x)"
                path.write_text("".join(f"{numbers[fact.subject]}\n" for fact in facts), encoding="ascii")
            else:
                columns, row = "int, int", "(?x, ?y)"
                path.write_text("".join(f"{numbers[fact.subject]},{numbers[fact.object]}\n" for fact in facts), encoding="ascii")
            yield f'@import said{place} :- csv{{resource="{path}", format=({columns})}} .'
            # No rule reads a file itself: Nemo 0.10.1 panics where two with one head do so (a domain and a range).
            yield f"all{place}{row} :- said{place}{row} ."
            if relation in derived:
                yield f"new{place}{row} :- all{place}{row}, ~said{place}{row} .\n@output new{place} ."
        if any(rule.one_value for rule in self._rules):
            path = folder / "values.csv"
            path.write_text("".join(f"{numbers[literal]},{place}\n" for literal, place in self._values.items()), encoding="ascii")
            yield f'@import value :- csv{{resource="{path}", format=(int, int)}} .'

    def _line(self, place: int) -> str:
        """A rule in Nemo's syntax."""
        rule = self._rules[place]
        body = [self._literal(atom) for atom in rule.body]
        if rule.different:
            body.append(" != ".join(map(self._part, rule.different)))
        for n, pair in enumerate(rule.one_value):
            body += [f"value({self._part(writing)}, ?value{n})" for writing in pair]
        if rule.head is not None:
            head, output = self._literal(rule.head), ""
        else:
            # A contradiction's head has its variables, to say what it holds for; without variables it needs a constant.
            head, output = f"clash{place}({', '.join(['0', *map(self._part, rule.variables)])})", f"\n@output clash{place} ."
        return f"{head} :- {', '.join(body)} .{output}" if body else f"{head} .{output}"

    def _literal(self, atom: Atom) -> str:
        parts = [atom.subject] if atom.predicate == TYPE else [atom.subject, atom.object]
        return f"all{self._places[relation_of(atom)]}({', '.join(map(self._part, parts))})"

    def _part(self, term: object) -> str:
        return f"?{term}" if isinstance(term, str) else str(self._numbers[term])

    def _clash(self, rule: Rule, binding: Mapping[str, Any]) -> Clash | None:
        """The contradiction for a match; None if its two values are the same, or its literals identical, which another rule covers."""
        if rule.one_value and all(binding[name] == (binding[of] if isinstance(of, str) else of) for name, of in rule.one_value):
            return None
        if rule.different:
            one, other = (binding[name] for name in rule.different)
            if not isinstance(one, ox.Literal) or not isinstance(other, ox.Literal) or not differ(one, other):
                return None
        premises: list[ox.Triple] = []
        for atom in rule.body:
            subject, object_ = atom.ends(binding)
            if isinstance(subject, ox.Literal):
                # RDF has no triple with a literal as subject; the triples with it as object are the premises.
                premises += [fact.triple for facts in self._facts.values() for fact in facts if fact.object == subject]
            else:
                premises.append(ox.Triple(subject, atom.predicate, object_))
        return Clash(rule, tuple(dict.fromkeys(premises)))
