"""Checks the sources with rules, one SPARQL query a file: each row is a violation.

A rule is a `.rq` file in the ontology's folder `checks/`. Its first comment line is the rule as a sentence. The first column of a row is
the thing at fault, `?value` (if there is one) what is wrong with it. Optional further columns:

- `?expected` and `?found`: the right value, and the actual one;
- `?property`, with `?subject` (if that is not the thing) and `?object`: the statement at fault. The finding names its file and line;
  without an object, all statements with the property, since one of them must change;
- `?other`: another thing in conflict with it, which is named with its place.

Rules run on what the sources state, without inferences.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from graph_service.errors import SourceError
from graph_service.files import matching, sentence_of, text_of
from graph_service.rdf.prefixes import curie
from graph_service.sources.sources import Sources

#: A row of a rule: columns by name.
_Row = dict[str, ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple]

#: The most places of a statement that are listed.
_PLACES = 5


@dataclass(frozen=True)
class Finding:
    """A violation: its place (`file:line`), the rule's name and sentence, the thing, the wrong value if any, and a hint."""

    where: str
    rule: str
    sentence: str
    thing: str
    value: str | None = None
    hint: str = ""

    def __str__(self) -> str:
        value = "" if self.value is None else f" ({self.value})"
        hint = f" {self.hint}" if self.hint else ""
        return f"{self.where}: {self.thing}{value}: {self.sentence}{hint} [{self.rule}]"


def rules(ontology: Iterable[Path]) -> list[Path]:
    """The rule files in the ontology's folders, sorted."""
    return matching(ontology, "checks/*.rq")


def doubtful(ontology: Iterable[Path]) -> list[Path]:
    """The rule files in the ontology's folders whose findings are warnings."""
    return matching(ontology, "doubts/*.rq")


def shapes(ontology: Iterable[Path]) -> list[Path]:
    """The shape files in the ontology's folders, sorted (see `shapes`)."""
    return matching(ontology, "shapes/*.ttl")


def check(sources: Sources, quads: Iterable[ox.Quad], rule_files: Iterable[Path]) -> list[Finding]:
    """All violations of the rules. Raises SourceError for a file that is not a SELECT query with a sentence."""
    store = ox.Store()
    store.bulk_extend(quads)
    findings = []
    for path in rule_files:
        text = text_of(path)
        sentence = sentence_of(text, "rule", path)
        try:
            solutions = store.query(text, use_default_graph_as_union=True)
        except SyntaxError as error:
            raise SourceError(f"{path}: {error.msg}") from error
        if not isinstance(solutions, ox.QuerySolutions) or not solutions.variables:
            raise SourceError(f"{path}: a rule is a SELECT query")
        findings += [_finding(sources, path.stem, sentence, _row(solution, solutions.variables)) for solution in solutions]
    return sorted(findings, key=str)


def _row(solution: ox.QuerySolution, variables: Iterable[ox.Variable]) -> _Row:
    """The bound columns of a row, by name; the first is `thing`, whatever its name."""
    first, *others = variables
    named = [("thing", first), *((variable.value, variable) for variable in others)]
    return {name: value for name, variable in named if (value := solution[variable]) is not None}


def _finding(sources: Sources, rule: str, sentence: str, row: _Row) -> Finding:
    thing, value = row.get("thing"), row.get("value")
    shown = None if value is None else _written(value)
    if isinstance(thing, ox.BlankNode):
        return Finding(sources.where_blank(thing), rule, sentence, "a thing without IRI", shown)
    if not isinstance(thing, ox.NamedNode):
        return Finding("(no file)", rule, sentence, "nothing" if thing is None else _written(thing), shown)
    hints = []
    if "expected" in row and "found" in row:
        hints.append(f"{_written(row['expected'])} is expected, not {_written(row['found'])}.")
    near = sources.near(thing.value)
    hints += [f"Is {curie(near)} meant?"] if near else []
    subject, property, object_ = row.get("subject", thing), row.get("property"), row.get("object")
    places: list[str] = []
    if isinstance(subject, ox.NamedNode) and isinstance(property, ox.NamedNode):
        said = object_.value if isinstance(object_, ox.NamedNode | ox.Literal) else None
        places = sources.places(subject.value, property.value, said)
    if places:
        where = places[0]
        hints += filter(None, [also(places)])
    else:
        where, shown = placed(sources, thing.value, value.value if isinstance(value, ox.NamedNode | ox.Literal) else None, shown)
    other = row.get("other")
    hints += [f"The other is {curie(other.value)} at {sources.where(other.value)}."] if isinstance(other, ox.NamedNode) else []
    return Finding(where, rule, sentence, _written(thing), shown, " ".join(hints))


def also(places: Sequence[str]) -> str:
    """A sentence with the further places of a statement; empty if there are none."""
    return f"Also at {', '.join(places[1:_PLACES])}." if places[1:] else ""


def placed(sources: Sources, iri: str, value: str | None, shown: str | None) -> tuple[str, str | None]:
    """The place (`file:line`) of a thing at fault and its value: the given one, or the statement that mentions a thing which is never a
    subject.
    """
    mention = sources.mention(iri)
    if mention is None or not isinstance(mention.subject, ox.NamedNode):
        return sources.where(iri, value), shown
    subject = mention.subject.value
    return sources.where(subject, iri), shown or f"a value of {curie(mention.predicate.value)} of {curie(subject)}"


def _written(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> str:
    """An IRI as a CURIE, a literal without quotation marks and datatype."""
    return str(term) if isinstance(term, ox.BlankNode | ox.Triple) else curie(term.value)
