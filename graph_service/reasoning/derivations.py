"""Derived values, such as the year of a date: CONSTRUCT queries for what OWL 2 RL rules cannot compute.

A derivation is a CONSTRUCT query in the ontology's folder `derivations/`. Its first line, a comment, says it in words. Its template is one
triple with the derived property; the triples of its WHERE clause are the premises. Its results are inferred triples, explained by the query
and those premises.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Literal, Node, URIRef, Variable

from graph_service.errors import SourceError
from graph_service.files import matching, sentence_of, text_of
from graph_service.rdf.namespaces import XSD
from graph_service.reasoning.datatype_values import is_one_value
from graph_service.reasoning.explanation import Step
from graph_service.reasoning.rule import Atom, Rule
from graph_service.reasoning.terminology import Value

#: Runs a SELECT query; each row as values by variable name.
Ask = Callable[[str], Iterable[Mapping[str, Value]]]

#: Explains a premise.
Explain = Callable[[ox.Triple], Step]


@dataclass(frozen=True)
class Derivation:
    """A derivation: its name, its sentence, its query, and the same as a rule, for people."""

    name: str
    sentence: str
    text: str
    rule: Rule

    @property
    def derives(self) -> ox.NamedNode:
        """The property that is derived."""
        assert self.rule.head is not None
        return self.rule.head.predicate

    def explain(self, triple: ox.Triple, ask: Ask, explain: Explain) -> Step | None:
        """Explain a triple of the property by this derivation; None if it does not give it."""
        head = self.rule.head
        assert head is not None
        assert isinstance(head.subject, str)
        for row in ask(f"{self._select} VALUES ?{head.subject} {{ {triple.subject} }}"):
            value = _filled(head.object, row)
            if value == triple.object or (isinstance(value, ox.Literal) and is_one_value(value, triple.object)):
                premises = (ox.Triple(_filled(a.subject, row), a.predicate, _filled(a.object, row)) for a in self.rule.body)  # type: ignore[arg-type]
                return Step(triple, self.rule, tuple(explain(premise) for premise in premises))
        return None

    @property
    def _select(self) -> str:
        before, _, rest = self.text.partition("CONSTRUCT")
        return f"{before}SELECT * WHERE{rest.partition('WHERE')[2]}"


def files(ontology: Iterable[Path]) -> list[Path]:
    """The derivations in the ontology's folders, sorted."""
    return matching(ontology, "derivations/*.rq")


def read(paths: Iterable[Path]) -> list[Derivation]:
    """Parse the derivations in files. Raises SourceError for an invalid one."""
    return [parse(path.stem, text_of(path), str(path)) for path in paths]


@lru_cache(maxsize=64)
def parse(name: str, text: str, where: str = "") -> Derivation:
    """Parse a derivation's text, an unchanged one only once. Raises SourceError prefixed with `where`."""
    sentence = sentence_of(text, "derivation", where)
    try:
        algebra = prepareQuery(text).algebra
    except Exception as error:  # rdflib raises what its grammar happens to raise
        raise SourceError(f"{where}: {error}") from error
    template = algebra.get("template") or []
    if len(template) != 1 or not isinstance(template[0][0], Variable) or not isinstance(template[0][1], URIRef):
        raise SourceError(f"{where}: a derivation is a CONSTRUCT query of one triple: a variable, a property and what is derived")
    patterns = list(_patterns(algebra))
    if not patterns or not all(isinstance(predicate, URIRef) for _, predicate, _ in patterns):
        raise SourceError(f"{where}: the body of a derivation has triples of named properties, without paths")
    head, body = _atom(template[0]), tuple(map(_atom, patterns))
    return Derivation(name, sentence, text, Rule(f"derivation {name}", sentence, head, body))


def derive(derivations: Iterable[Derivation], triples: Iterable[ox.Triple]) -> set[ox.Triple]:
    """The triples that the derivations give and that are not there yet."""
    derivations = list(derivations)
    # Only properties that a derivation reads or gives are loaded: few of very many triples.
    properties = {atom.predicate for d in derivations for atom in d.rule.body} | {d.derives for d in derivations}
    store = ox.Store()
    store.bulk_extend(ox.Quad(t.subject, t.predicate, t.object) for t in triples if t.predicate in properties)
    answers = [store.query(derivation.text) for derivation in derivations]
    found = {triple for answer in answers if isinstance(answer, ox.QueryTriples) for triple in answer}
    return {triple for triple in found if ox.Quad(*triple) not in store}


def _patterns(part: object) -> Iterator[tuple[Node, Node, Node]]:
    """The triple patterns of a query, in order."""
    if isinstance(part, CompValue):
        if part.name == "BGP":
            yield from part["triples"]
        for key, value in part.items():
            if key not in {"template", "_vars"}:
                yield from _patterns(value)
    elif isinstance(part, list | tuple):
        for value in part:
            yield from _patterns(value)


def _atom(triple: tuple[Node, Node, Node]) -> Atom:
    subject, predicate, object_ = map(_term, triple)
    return Atom(subject, predicate, object_)  # type: ignore[arg-type]


def _term(part: Node) -> Value | str:
    if isinstance(part, Variable):
        return str(part)
    if isinstance(part, Literal):
        return ox.Literal(str(part), language=part.language) if part.language else ox.Literal(str(part), datatype=_datatype(part))
    return ox.NamedNode(str(part))


def _datatype(part: Literal) -> ox.NamedNode:
    return ox.NamedNode(str(part.datatype or XSD + "string"))


def _filled(part: object, row: Mapping[str, Value]) -> Value | None:
    return row.get(part) if isinstance(part, str) else part  # type: ignore[return-value]
