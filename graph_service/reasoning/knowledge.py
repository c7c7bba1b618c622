"""Reads the sources and infers from them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import pyoxigraph as ox

from graph_service.errors import Contradiction, NotFound, OutOfTime, ResultTooLarge
from graph_service.formats.rdf_writer import write_readably
from graph_service.reasoning.bounds import bounded
from graph_service.reasoning.closure import Clash, close
from graph_service.reasoning.explanation import Explainer
from graph_service.reasoning.owl_profile import LeftOut
from graph_service.reasoning.unsupported_axioms import warnings_of
from graph_service.settings import Settings
from graph_service.sources.evidence import evidence
from graph_service.sources.sources import Progress, Sources
from graph_service.sources.unreadable_files import refuse_unreadable

#: Kinds of reasoning: value of the setting -> name for people.
REASONING = {"owl-rl": "OWL 2 RL", "rdfs": "RDFS"}

#: Messages for an ontology that exceeds the limits, by kind of reasoning.
_TOO_MUCH = {
    "owl-rl": "The ontology is too large to reason over within the limits: --reasoning rdfs uses less of it, --reasoning none nothing; "
    "--ontology-deadline and --ontology-memory set the limits.",
    "rdfs": "The ontology is too large to reason over within the limits: --reasoning none leaves that out; "
    "--ontology-deadline and --ontology-memory set the limits.",
}

#: Seconds for explaining a contradiction, and the most contradictions that are reported.
_EXPLANATION_SECONDS = 10
_REPORTED = 50


@dataclass(frozen=True)
class Knowledge:
    """The parsed sources, before inference and checks."""

    sources: Sources
    ontology: list[ox.Quad]
    data: list[ox.Quad]
    evidence: list[ox.Quad]

    @cached_property
    def asserted(self) -> list[ox.Quad]:
        """All quads, each once, in a stable order."""
        return sorted({*self.ontology, *self.data, *self.evidence}, key=str)

    @cached_property
    def said(self) -> frozenset[ox.Triple]:
        """The triples of ontology and data, without the records of evidence: the input of reasoning."""
        return frozenset(quad.triple for quad in (*self.ontology, *self.data))


def read(sources: Sources, progress: Progress) -> Knowledge:
    """Parse all files and make the records of evidence. Raises SourceError."""
    progress(f"Reading {len(sources.files)} files.")
    refuse_unreadable((*sources.files, *sources.about))
    sources.adopt_prefixes()
    for warning in sources.warnings():
        progress(warning)
    return Knowledge(
        sources=sources,
        ontology=[quad for file in sources.ontology for quad in file.quads],
        data=[quad for file in sources.data for quad in file.quads],
        evidence=[quad for file in sources.data for quad in evidence(sources.space, sources.roles, file)],
    )


@dataclass(frozen=True)
class Inferred:
    """The inferred triples, sorted; the constructs that no rule uses, and warnings about them with file and line."""

    triples: list[ox.Triple]
    left_out: list[LeftOut]
    warnings: list[str]


def infer(knowledge: Knowledge, settings: Settings | None = None) -> Inferred:
    """Infer from the sources, by the rules of the setting `reasoning`: OWL 2 RL, or RDFS.

    Raises Contradiction: each contradiction with its axiom, its individuals, and the places of the triples that it rests on; BuildError for
    an ontology that takes too much time or memory, and, if the settings are `strict`, for the first part of it that no rule uses.
    """
    settings = settings or Settings()
    reasoning = settings.reasoning
    bound = bounded(settings.ontology_deadline, settings.ontology_memory, _TOO_MUCH[reasoning])
    closure = close(knowledge.ontology, knowledge.data, reasoning=reasoning, strict=settings.strict, bound=bound)
    if closure.clashes:
        store = ox.Store()
        store.bulk_extend(ox.Quad(t.subject, t.predicate, t.object) for t in (*knowledge.said, *closure.inferred))
        explainer = Explainer(closure.rules, partial(_match, store), knowledge.said.__contains__)
        clashes = [_report(clash, explainer, knowledge.sources) for clash in closure.clashes[:_REPORTED]]
        if len(closure.clashes) > _REPORTED:
            clashes.append(f"So it does in {len(closure.clashes) - _REPORTED:,} more ways.")
        raise Contradiction("\n".join(["The graph contradicts itself.", *clashes]), clashes=clashes)
    return Inferred(list(closure.inferred), list(closure.left_out), warnings_of(closure.left_out, knowledge.sources, REASONING[reasoning]))


def _match(store: ox.Store, subject: ox.NamedNode | ox.BlankNode | None, predicate: ox.NamedNode, object_: Any) -> Iterator[ox.Triple]:  # noqa: ANN401 - any term, or None for any
    return (quad.triple for quad in store.quads_for_pattern(subject, predicate, object_, None))


def _report(clash: Clash, explainer: Explainer, sources: Sources) -> str:
    """A contradiction as text: its place and thing, its axiom, the contradicting triples, and their sources."""
    lines: list[str] = []
    first = ""
    for premise in clash.premises:
        lines.append(f"  {write_readably(premise)}")
        try:
            leaves = explainer.explain(premise, seconds=_EXPLANATION_SECONDS).leaves
        except (NotFound, OutOfTime, ResultTooLarge) as error:
            lines.append(f"    {error.detail}")
            continue
        for leaf in leaves:
            first = first or next(iter(sources.where_said(leaf)), "")
            because = "" if leaf == premise else f"because {write_readably(leaf)} "
            lines.append(f"    {because}at {', '.join(sources.where_said(leaf)) or '(nowhere)'}")
    thing = f"{write_readably(clash.premises[0]).partition(' ')[0]}: " if clash.premises else ""
    axiom = f"{clash.rule.axiom} ({clash.rule.name}). These cannot stand together, one has to go:"
    return "\n".join([f"{first and first + ': '}{thing}{axiom}", *lines])
