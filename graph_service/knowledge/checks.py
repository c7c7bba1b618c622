"""Rules about the knowledge, one SPARQL query a file: a row is a violation.

A rule is a `.rq` file in the ontology's folder `checks/`. Its first comment line is the rule as a sentence. The first column of a
row is the thing at fault, `?value` (if there is one) what is wrong with it; `?expected` and `?found` (if there are such) what would be
right in its place, and what is there. Rules run on what the sources say, before anything is
inferred.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from graph_service.errors import SourceError
from graph_service.knowledge.sources import Sources
from graph_service.words.names import curie


@dataclass(frozen=True)
class Finding:
    """A rule that is broken: where (`file:line`), the rule's name and sentence, the thing, the offending value if any, and a hint."""

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
    """The rule files of the ontology's folders, sorted."""
    return sorted(path for root in ontology if root.is_dir() for path in root.rglob("checks/*.rq"))


def shapes(ontology: Iterable[Path]) -> list[Path]:
    """The files with shapes in the ontology's folders, sorted (see `shapes`)."""
    return sorted(path for root in ontology if root.is_dir() for path in root.rglob("shapes/*.ttl"))


def check(sources: Sources, quads: Iterable[ox.Quad], rule_files: Iterable[Path]) -> list[Finding]:
    """All violations of the rules in the quads. Raises SourceError for a rule that is not a SELECT query with a sentence."""
    store = ox.Store()
    store.bulk_extend(quads)
    findings = []
    for path in rule_files:
        text = path.read_text(encoding="utf-8-sig")
        sentence = text.partition("\n")[0].removeprefix("#").strip()
        if not text.startswith("#") or not sentence:
            raise SourceError(f"{path}:1: the first line of a rule is a comment that says the rule")
        try:
            solutions = store.query(text, use_default_graph_as_union=True)
        except SyntaxError as error:
            raise SourceError(f"{path}: {error.msg}") from error
        if not isinstance(solutions, ox.QuerySolutions) or not solutions.variables:
            raise SourceError(f"{path}: a rule is a SELECT query")
        columns = {variable.value for variable in solutions.variables[1:]}
        for solution in solutions:
            thing = solution[0]
            value = solution["value"] if "value" in columns else None
            told = None if value is None else _written(value)
            hint = ""
            if isinstance(thing, ox.NamedNode):
                near = sources.near(thing.value)
                hint = f"Is {curie(near)} meant?" if near else ""
                where, told = placed(sources, thing.value, value.value if isinstance(value, ox.NamedNode | ox.Literal) else None, told)
            else:
                where = "(no file)"
            if "expected" in columns:
                hint = f"{_written(solution['expected'])} is expected, not {_written(solution['found'])}. {hint}".strip()
            findings.append(Finding(where, path.stem, sentence, _written(thing), told, hint))
    return sorted(findings, key=str)


def placed(sources: Sources, iri: str, value: str | None, told: str | None) -> tuple[str, str | None]:
    """Where a thing is at fault (`file:line`), and what is told beside it: `told`, or what has it as a value if nothing is said of it."""
    mention = sources.mention(iri)
    if mention is None or not isinstance(mention.subject, ox.NamedNode):
        return sources.where(iri, value), told
    subject = mention.subject.value
    return sources.where(subject, iri), told or f"a value of {curie(mention.predicate.value)} of {curie(subject)}"


def _written(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> str:
    """An IRI by its shortest name, a literal without quotation marks and datatype."""
    return str(term) if isinstance(term, ox.BlankNode | ox.Triple) else curie(term.value)
