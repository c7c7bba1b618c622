"""Explanations by the engine: a derivation by rules or queries down to asserted triples, and the sources of those."""

import time
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from graph_service.arrival import began
from graph_service.engine.result import Query, Result
from graph_service.errors import OutOfTime
from graph_service.rdf.namespaces import OWL
from graph_service.rdf.terms import AnyTerm, Literal, NamedNode, Triple
from graph_service.reasoning.derivations import parse
from graph_service.reasoning.explanation import Explainer, Step
from graph_service.reasoning.provenance import Explanation, Origin, Passage
from graph_service.reasoning.rules import compile_rules, produces_equality
from graph_service.reasoning.terminology import Value, members_of_unnamed, terminology_of
from graph_service.snapshot.snapshot import Snapshot
from graph_service.sparql.pattern import Pattern

_SOURCES = """
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX oa: <http://www.w3.org/ns/oa#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
SELECT DISTINCT ?graph ?passage ?words ?document ?language {compared} WHERE {{
  {{ GRAPH ?graph {{ {triple} }} }} UNION {{
    ?record rdf:subject {s} ; rdf:predicate {p} ; rdf:object {o} ; {evidence} ?passage .
    ?passage oa:exact ?words ; {quoted_from} ?document .
    OPTIONAL {{ ?document dcterms:language ?language }}
  }}
}} ORDER BY ?graph ?document ?passage {limit}"""


class Reasons:
    """Explains the triples of one graph, with queries to its engine."""

    def __init__(self, ask: Callable[[Query], Result], snapshot: Snapshot) -> None:
        """`ask` runs a query over the snapshot; what no derivation of it derives is inferred by the rules of its reasoning."""
        self._ask, self._snapshot = ask, snapshot
        self._derivations = [parse(name, text) for name, text in snapshot.derivations.items()]

    def explain(self, triple: Triple, seconds: float) -> Explanation:
        """Explain a triple: a derivation, and for each asserted triple in it its graphs and passages.

        Raises NotFound if the graph does not have it, OutOfTime if it takes longer than `seconds` from the arrival of the request,
        ResultTooLarge for too many steps.
        """
        end = began() + seconds
        step = self._explained(triple, end)
        origins = {}
        for leaf in step.leaves:
            if time.monotonic() > end:
                raise OutOfTime(f"The origins of what explains {triple} were not found in time.")
            origins[leaf] = self._origin(leaf)
        return Explanation(step, origins)

    def _explained(self, triple: Triple, end: float) -> Step:
        """Explain a triple by a derivation query, if its property is derived and it is not asserted; else by the rules."""

        def explain(triple: Triple) -> Step:
            return self._explainer.explain(triple, end - time.monotonic())

        derivations = [derivation for derivation in self._derivations if derivation.derives == triple.predicate]
        if derivations and not self._is_asserted(triple):
            for derivation in derivations:
                step = derivation.explain(triple, self._named_rows, explain)
                if step is not None:
                    return step
        return explain(triple)

    def _named_rows(self, text: str) -> Iterator[dict[str, Value]]:
        result = self._ask(Query(text))
        columns = result.columns
        return ({name: term for name, term in zip(columns, row, strict=True) if term is not None} for row in result.rows())

    def _origin(self, triple: Triple) -> Origin:
        """The graphs and passages that state a triple."""
        pattern = Pattern(*triple)
        s, p, o = pattern.texts
        # Without the limit if solutions must be filtered afterwards, since it could cut off the right ones.
        limit = "" if pattern.compared else "LIMIT 200"
        given = {"s": s, "p": p, "o": o, "triple": f"{s} {p} {o}", "compared": " ".join(pattern.compared), "limit": limit}
        text = _SOURCES.format(**given, **self._snapshot.roles.paths)
        graphs, passages = [], []
        for graph, passage, words, document, spoken, *compared in self._ask(Query(text, nodes=pattern.nodes)).rows():
            if not pattern.fits(compared):
                continue
            if isinstance(graph, NamedNode) and graph.value != self._snapshot.space.graph_inferred:
                graphs.append(graph.value)
            if isinstance(passage, NamedNode) and isinstance(words, Literal) and isinstance(document, NamedNode):
                tag = spoken.value if isinstance(spoken, Literal) else None
                passages.append(Passage(passage.value, words.value, document.value, tag))
        return Origin(tuple(graphs), tuple(passages))

    @cached_property
    def _explainer(self) -> Explainer:
        axioms, reasoning = self._snapshot.ontology_graphs, self._snapshot.reasoning
        said = [*self._matching(Pattern(None, None, None), axioms)] if axioms else []
        ontology = terminology_of(said)
        rules = compile_rules(ontology, reasoning, {triple.object for triple in members_of_unnamed(said, ontology)})
        equality = reasoning != "rdfs" and (produces_equality(rules) or bool(self._ask(Query(f"ASK {{ ?one <{OWL}sameAs> ?other }}"))))

        def match(subject: AnyTerm | None, predicate: NamedNode, object_: AnyTerm | None) -> Iterator[Triple]:
            return self._matching(Pattern(subject, predicate, object_))

        return Explainer(rules, match, self._is_asserted, {triple.subject for triple in ontology}, equality)

    def _is_asserted(self, triple: Triple) -> bool:
        pattern = Pattern(*triple)
        if pattern.compared:
            return any(self._matching(pattern, infer=False))
        return bool(self._ask(Query(f"ASK {{ {' '.join(pattern.texts)} }}", infer=False)))

    def _matching(self, pattern: Pattern, graphs: Sequence[str] | None = None, infer: bool = True) -> Iterator[Triple]:
        """The triples that match a pattern, in the whole graph or in some named graphs."""
        text = " ".join(pattern.texts)
        query = Query(f"CONSTRUCT {{ {text} }} WHERE {{ {text} }}", default_graphs=graphs, infer=infer, nodes=pattern.nodes)
        return (Triple(*row) for row in self._ask(query).rows() if pattern.fits_triple(row))  # type: ignore[arg-type]
