"""What checks and reasoning give for a graph. It depends on the graph's sources alone: while these are the same it is taken from a snapshot
that has it, and a change of canned queries costs neither.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pyoxigraph as ox

from graph_service.build.drafts import graph_of
from graph_service.checks import gates
from graph_service.errors import BuildError, Contradiction
from graph_service.reasoning.derivations import Derivation, derive
from graph_service.reasoning.knowledge import REASONING, Knowledge, infer
from graph_service.settings import Settings
from graph_service.sources.sources import Progress, Sources


@dataclass(frozen=True)
class Assessment:
    """The inferred triples, sorted; the contradiction in the sources, if they are served nevertheless; figures of the checks; warnings, for
    readers of the graph.
    """

    inferred: Sequence[ox.Triple] = ()
    contradiction: str = ""
    figures: Mapping[str, int | str] = field(default_factory=dict)
    warnings: Sequence[str] = ()


def assess(knowledge: Knowledge, settings: Settings, derivations: Sequence[Derivation], progress: Progress) -> Assessment:
    """The assessment of a graph: from a snapshot that has the same graph, or worked out.

    Raises BuildError for findings and, if it is not to be served, for a contradiction; SourceError for an invalid rule or shape.
    """
    return _known(settings, progress) or _worked_out(knowledge, settings, derivations, progress)


def _known(settings: Settings, progress: Progress) -> Assessment | None:
    """That in a snapshot of the same graph; None without one."""
    known = graph_of(settings)
    if known is None:
        return None
    progress(f"What is said is as in snapshot {known.id}: it is not checked again, and what follows from it is taken from there.")
    graph = ox.NamedNode(known.space.graph_inferred)
    inferred = [quad.triple for quad in known.quads() if quad.graph_name == graph]
    return Assessment(inferred, known.contradiction, known.figures, known.warnings)


def _worked_out(knowledge: Knowledge, settings: Settings, derivations: Sequence[Derivation], progress: Progress) -> Assessment:
    report = gates.Report() if settings.development else gates.guard(knowledge, settings)
    for warning in report.warnings:
        progress(warning)
    if report.findings:
        raise BuildError("\n".join(report.findings), findings=report.findings)
    inferred: list[ox.Triple] = []
    contradiction, further = "", list[str]()
    if settings.reasoning != "none" and knowledge.ontology:
        progress(f"Inferring what follows ({REASONING[settings.reasoning]}).")
        try:
            found = infer(knowledge, settings)
        except Contradiction as error:
            if settings.inconsistent == "stop":
                raise
            contradiction = f"{error.detail}\nNothing is inferred: the graph is served as it was said."
            further = [contradiction]
        else:
            further = list(found.warnings)
            inferred = sorted({*found.triples, *derive(derivations, [*knowledge.said, *found.triples])}, key=str)
        for warning in further:
            progress(warning)
    return Assessment(inferred, contradiction, report.figures, _for_readers([*report.warnings, *further], knowledge.sources))


def _for_readers(warnings: Iterable[str], sources: Sources) -> list[str]:
    """Warnings for who reads the graph, and need not know where on the machine of its makers each file lies."""
    names = {str(file.path): f"{file.path.resolve().parent.name}/{file.path.name}" for file in (*sources.files, *sources.about)}
    # A name that begins as another does comes before it.
    paths = re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True))) or r"\Z(?!)")
    return [paths.sub(lambda match: names[match[0]], warning) for warning in warnings]
