"""Warnings about the constructs of an ontology that reasoning ignores: how often each occurs, and where first."""

from collections.abc import Iterable, Sequence

import pyoxigraph as ox

from graph_service.reasoning.owl_profile import LeftOut
from graph_service.reasoning.terminology import FIRST, REST, TYPE
from graph_service.sources.source_file import SourceFile
from graph_service.sources.sources import Sources

#: How many places of a construct are listed.
_PLACES = 3


def warnings_of(left_out: Iterable[LeftOut], sources: Sources, rules: str) -> list[str]:
    """A sentence for each construct, most frequent first, beginning with `file:line`. `rules` is the name of the rule set."""
    found: dict[str, list[ox.Triple]] = {}
    for left in left_out:
        found.setdefault(left.construct, []).append(left.place or left.triple)
    places = _Places(sources)
    return [
        _sentence(construct, len(triples), [places.of(triple) for triple in triples[:_PLACES]], rules)
        for construct, triples in sorted(found.items(), key=lambda item: -len(item[1]))
    ]


def _sentence(construct: str, count: int, places: Sequence[str], rules: str) -> str:
    first, *more = dict.fromkeys(places)
    also = f"; also at {', '.join(more)}" if more else ""
    return f"{first}: {construct} is left out: no rule of {rules} uses it ({count} {'time' if count == 1 else 'times'}{also})."


class _Places:
    """Finds the place of a triple; that of a blank node by the properties that lead to it from an IRI."""

    def __init__(self, sources: Sources) -> None:
        self._files: dict[ox.Triple, SourceFile] = {}
        self._leading: dict[object, ox.Triple] = {}
        for file in sources.files:
            for quad in file.quads:
                self._files.setdefault(quad.triple, file)
                if isinstance(quad.object, ox.BlankNode):
                    self._leading.setdefault(quad.object, quad.triple)

    def of(self, triple: ox.Triple) -> str:
        """`file:line` of a triple, as far as known; `(nowhere)` if no file has it."""
        if triple not in self._files:
            return "(nowhere)"
        file, steps = self._files[triple], [triple]
        while (before := self._leading.get(steps[0].subject)) is not None and before not in steps:
            steps.insert(0, before)
        subject = steps[0].subject
        parts = [step.predicate.value for step in steps if step.predicate not in {FIRST, REST, TYPE}]
        said = triple.object.value if isinstance(triple.object, ox.NamedNode | ox.Literal) else None
        line = file.line_of(subject.value, *parts, said) if isinstance(subject, ox.NamedNode) else None
        return f"{file.path}:{line or 1}"
