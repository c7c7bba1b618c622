"""What the reasoning leaves out of an ontology, told: how often by each construct, and where the first of them stand."""

from collections.abc import Iterable, Sequence

import pyoxigraph as ox

from graph_service.reasoning.supported import LeftOut
from graph_service.reasoning.terminology import FIRST, REST, TYPE
from graph_service.sources.source_file import SourceFile
from graph_service.sources.sources import Sources

#: How many places of one construct are told.
_PLACES = 3


def told(left_out: Iterable[LeftOut], sources: Sources, rules: str) -> list[str]:
    """A sentence for each construct, the most frequent first, which begins with `file:line`. `rules` names the rules that do not use it."""
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
    """Where triples are said, those about what has no name, too: by the properties that lead to it from a name."""

    def __init__(self, sources: Sources) -> None:
        self._files: dict[ox.Triple, SourceFile] = {}
        self._leading: dict[object, ox.Triple] = {}
        for file in sources.files:
            for quad in file.quads:
                self._files.setdefault(quad.triple, file)
                if isinstance(quad.object, ox.BlankNode):
                    self._leading.setdefault(quad.object, quad.triple)

    def of(self, triple: ox.Triple) -> str:
        """`file:line` of a triple, as far as it is known; `(nowhere)` if no file says it."""
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
