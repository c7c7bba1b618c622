"""The gates: runs all checks, with figures of what they cover and the findings.

`guard` has the checks that every build must pass. `check` adds those of the project: that the ontology entails exactly what it must, that
its axioms are all needed for that, and that the canned queries are valid.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from graph_service.checks import entailments, mutants, quotations, shapes, sparql_rules, term_forms
from graph_service.checks.document_texts import passages
from graph_service.checks.doubts import doubts, unread
from graph_service.checks.uncovered_words import carried, unsaid
from graph_service.checks.undeclared import undeclared
from graph_service.errors import BuildError, Contradiction, SourceError
from graph_service.queries.catalogue import Catalogue
from graph_service.rdf.prefixes import curie
from graph_service.reasoning.knowledge import Knowledge, infer
from graph_service.reasoning.second_opinion import MOST, disagreements
from graph_service.reasoning.terminology import terminology_of
from graph_service.settings import Settings, bundled
from graph_service.snapshot.expectations import read_expectations
from graph_service.snapshot.leads import read_leads
from graph_service.snapshot.lists import read_lists
from graph_service.sources.evidence import TYPE, statement_iri
from graph_service.sources.imports import missing
from graph_service.sources.roles import Role
from graph_service.sources.sources import Progress, Sources


@dataclass(frozen=True)
class Report:
    """Figures of what the checks covered, by name, and the findings, each as a sentence with file and line."""

    figures: dict[str, int | str] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)
    #: Possible mistakes, likewise.
    warnings: list[str] = field(default_factory=list)
    #: Remarks for the reader of a single document or passage.
    notes: list[str] = field(default_factory=list)

    def add(self, findings: Sequence[object], figures: Mapping[str, int | str]) -> None:
        """Add a check's findings and figures."""
        self.figures.update(figures)
        self.findings.extend(map(str, findings))


def guard(knowledge: Knowledge, settings: Settings) -> Report:
    """The checks of a build on the sources: rules, shapes, term forms and quotations. Raises SourceError for an invalid rule or shape."""
    sources, asserted = knowledge.sources, knowledge.asserted
    rules, shape_graph = sparql_rules.rules(settings.ontology), shapes.read(sparql_rules.shapes(settings.ontology))
    report = Report()
    report.add((), {"statements with a passage": _recorded(knowledge), "coverage": _coverage(knowledge)})
    report.add(quotations.check(sources), {"quotations": len(passages(sources))})
    # Term forms are checked only where an ontology has rules for its data; other graphs are served as they are.
    if rules:
        sources.check_prefixes()
    malformed = term_forms.check(sources, term_forms.vocabularies(settings.ontology)) if rules else []
    report.add(malformed, {})
    report.warnings.extend((*unread(sources), *missing(sources)))
    report.warnings.extend(doubts(sources) if rules else ())
    report.add(sparql_rules.check(sources, asserted, rules), {"rules": len(rules)})
    report.warnings.extend(_left_out(sources))
    # An ill-typed value is reported once, even if a shape finds it, too.
    once = {(finding.thing, (finding.value or "").rpartition(" for ")[0]) for finding in malformed}
    unlike = [finding for finding in shapes.check(sources, asserted, shape_graph) if (finding.thing, finding.value) not in once]
    report.add(unlike, {"shapes": len(shapes.names(shape_graph))})
    return report


def check(knowledge: Knowledge, settings: Settings, progress: Progress, *, fast: bool = False) -> Report:
    """All checks; `fast` leaves out mutation testing of the ontology, which takes the longest. Raises SourceError for an invalid rule or
    shape.
    """
    report, guarded = Report(), guard(knowledge, settings)
    report.add((), {"files": len(knowledge.sources.files), "stated triples": len({quad.triple for quad in knowledge.asserted})})
    report.add(guarded.findings, guarded.figures)
    report.warnings.extend(guarded.warnings)
    reading = second_reading(knowledge, settings)
    report.add((), reading.figures)
    report.warnings.extend(reading.warnings)
    _add_shapes(report, knowledge)
    if settings.reasoning != "none":
        try:
            _add_inferred(report, knowledge, settings, count=not guarded.findings)
            _add_entailments(report, knowledge, settings, progress, fast=fast)
            if settings.reasoning == "owl-rl" and not fast and not guarded.findings:
                _add_second_opinion(report, knowledge, progress)
        except Contradiction as error:
            clashes = error.members["clashes"]
            assert isinstance(clashes, list)
            (report.findings if settings.inconsistent == "stop" else report.warnings).extend(clashes)
        except BuildError as error:
            report.add([error.detail], {})
    if not any(report.figures.get(name) for name in ("rules", "shapes", "shapes among the sources", "entailments")):
        report.notes.append("there are no rules, shapes or entailments here: only the files are looked at, and what their ontology says.")
    catalogue = Catalogue.read(settings.queries)
    report.add([fault.detail for fault in catalogue.faults], {"canned queries": len(catalogue.queries)})
    return report


def second_reading(knowledge: Knowledge, settings: Settings) -> Report:
    """Checks that a build does not need: the ontology's doubts as warnings, and which words of the passages no statement has, as notes with
    a percentage. Raises SourceError for an invalid doubt.
    """
    found = unsaid(knowledge)
    figures: dict[str, int | str] = {"words carried": carried(found)} if found else {}
    doubts = sparql_rules.check(knowledge.sources, knowledge.asserted, sparql_rules.doubtful(settings.ontology))
    # An ontology's own rules take the place of these checks.
    own = () if sparql_rules.rules(settings.ontology) else undeclared(knowledge.sources, term_forms.vocabularies(settings.ontology))
    warnings = [*map(str, doubts), *own]
    return Report(figures, warnings=warnings, notes=[str(one) for one in found if one.left])


def _add_shapes(report: Report, knowledge: Knowledge) -> None:
    """Check the sources by the shapes that they contain themselves."""
    files = shapes.among(knowledge.sources)
    if files:
        shape_graph = shapes.read(files)
        report.add((), {"shapes among the sources": shapes.count(shape_graph)})
        try:
            report.add(shapes.check(knowledge.sources, knowledge.asserted, shape_graph), {})
        except SourceError as error:
            report.warnings.append(f"{files[0]}: {error.detail}.")


def _left_out(sources: Sources) -> Iterator[str]:
    """Faults in the graph's definitions of lists, leads and expectations, with file and line."""
    said = [quad.triple for file in sources.about for quad in file.quads]
    readings = {"the lists": read_lists(said), "the leads": read_leads(said), "the expectations": read_expectations(said)}
    for among, (_, faults) in readings.items():
        for fault in faults:
            file = next((file for file in sources.about if file.says(fault.thing)), sources.about[0])
            yield f"{file.path}:{file.line_of(fault.thing) or 1}: {curie(fault.thing)} is left out of {among}: {fault.reason}."


def _add_inferred(report: Report, knowledge: Knowledge, settings: Settings, *, count: bool) -> None:
    """The number of inferred triples, if `count`, and the constructs left out of the inference: none may be in the bundled ontology."""
    report.add((), {"inferred": 0})
    if count:
        found = infer(knowledge, replace(settings, strict=settings.strict or settings.ontology == (bundled("ontology"),)))
        report.add((), {"inferred": len(found.triples), "left out": len(found.left_out)})
        report.warnings.extend(found.warnings)


def _add_entailments(report: Report, knowledge: Knowledge, settings: Settings, progress: Progress, *, fast: bool) -> None:
    cases = entailments.read(entailments.files(settings.ontology))
    findings = entailments.check(knowledge.ontology, cases)
    report.add(
        findings,
        {
            "entailments": sum(len(case.follows) for case in cases),
            "non-entailments": sum(len(case.does_not_follow) for case in cases),
            "contradictions": sum(bool(case.contradicts) for case in cases),
        },
    )
    # A mutant is detected by a case that begins to fail, so all cases must pass before.
    if cases and not findings and not fast:
        progress("Taking the axioms of the ontology away, one at a time.")
        outcome = mutants.mutate(knowledge.ontology, cases)
        noticed = len(outcome.noticed)
        report.add(outcome.findings(knowledge.sources), {"mutants": f"{noticed}/{noticed + len(outcome.unnoticed)}"})


def _add_second_opinion(report: Report, knowledge: Knowledge, progress: Progress) -> None:
    if len(terminology_of(quad.triple for quad in knowledge.ontology)) > MOST:
        report.warnings.append(f"owlrl is not asked what follows from the ontology: it has more than {MOST:,} axioms.")
        return
    progress("Asking owlrl what follows from the ontology.")
    found = disagreements(knowledge.ontology)
    report.add(found, {"differences from owlrl": len(found)})


def _recorded(knowledge: Knowledge) -> int:
    """How many triples have a record of their passages."""
    return len(
        {quad.subject for quad in knowledge.evidence if quad.predicate == TYPE and quad.object == knowledge.sources.roles.node(Role.RECORD)}
    )


def _coverage(knowledge: Knowledge) -> str:
    """The percentage, rounded down, of statements in document graphs that have a passage there."""
    roles = knowledge.sources.roles
    kind, quoted_from = roles.node(Role.PASSAGE), roles.node(Role.QUOTED_FROM)
    passages = {quad.subject: quad.graph_name for quad in knowledge.data if quad.predicate == TYPE and quad.object == kind}
    documents = {quad.object for quad in knowledge.data if quad.subject in passages and quad.predicate == quoted_from}
    graphs = set(passages.values())
    statements = {q for q in knowledge.data if q.graph_name in graphs and q.subject not in passages and q.subject not in documents}
    records = {(quad.subject, quad.graph_name) for quad in knowledge.evidence}
    recorded = sum((statement_iri(knowledge.sources.space, q.subject, q.predicate, q.object), q.graph_name) in records for q in statements)
    return f"{100 * recorded // len(statements)} %" if statements else "no statements"
