"""The embedded engine: pyoxigraph, the whole snapshot in memory.

Three things that the store does not do by itself are arranged here. The default graph holds a copy of what it stands for, so that
FROM keeps its meaning and a triple that two graphs say counts once. A second copy, without the inferred triples, serves
`infer=False`; it is kept in a named graph of its own that no query can enumerate. And a query that would call another server is
refused before the store sees it, since the store has no switch for that.
"""

from collections.abc import Iterable

import pyoxigraph as ox

from graph_service.engine.result import Query, Result
from graph_service.errors import Forbidden, MalformedQuery, MalformedRequest
from graph_service.words.names import GRAPH_INFERRED
from graph_service.words.tokens import is_update, uses_keyword

_Graph = ox.NamedNode | ox.BlankNode | ox.DefaultGraph

_ASSERTED = ox.NamedNode("urn:x-graph-service:asserted")


class EmbeddedEngine:
    """Runs queries over quads that never change."""

    def __init__(self, quads: Iterable[ox.Quad], union: bool = True) -> None:
        """Load the quads. The default graph is the union of all graphs, or else only what stands in no named graph."""
        self._store = ox.Store()
        self._store.bulk_extend(_arranged(quads, union))
        self._graphs = [graph for graph in self._store.named_graphs() if graph != _ASSERTED]
        self._asserted_graphs = [graph for graph in self._graphs if graph.value != GRAPH_INFERRED]

    def __len__(self) -> int:
        """How many distinct triples the default graph holds."""
        return sum(1 for _ in self._store.quads_for_pattern(None, None, None, ox.DefaultGraph()))

    def run(self, query: Query) -> Result:
        """Run a query.

        Raises MalformedQuery with line and column for text that is not SPARQL, Forbidden for an update or a SERVICE clause, and
        MalformedRequest for a dataset that cannot be.
        """
        if is_update(query.text):
            raise Forbidden("This endpoint is read-only: SPARQL Update is not accepted. The data is changed in its source files.")
        if uses_keyword(query.text, "SERVICE"):
            raise Forbidden("Federated queries are not run here: SERVICE would call another server.", keyword="SERVICE")
        default, named = self._dataset(query)
        try:
            return Result(self._store.query(query.text, base_iri=query.base, default_graph=default, named_graphs=named))
        except SyntaxError as error:
            raise MalformedQuery.from_parser(str(error.msg), query.text) from error
        except ValueError as error:
            raise MalformedRequest(str(error)) from error

    def _dataset(self, query: Query) -> tuple[list[_Graph] | None, list[ox.NamedNode | ox.BlankNode] | None]:
        if query.default_graphs is not None or query.named_graphs is not None:
            return [*_named_nodes(query.default_graphs or ())], [*_named_nodes(query.named_graphs or ())]
        if uses_keyword(query.text, "FROM"):
            return None, None
        if query.infer:
            return None, [*self._graphs]
        return [_ASSERTED], [*self._asserted_graphs]


def _arranged(quads: Iterable[ox.Quad], union: bool) -> Iterable[ox.Quad]:
    for quad in quads:
        yield quad
        in_default = isinstance(quad.graph_name, ox.DefaultGraph)
        if union and not in_default:
            yield ox.Quad(quad.subject, quad.predicate, quad.object)
        if (union or in_default) and quad.graph_name != ox.NamedNode(GRAPH_INFERRED):
            yield ox.Quad(quad.subject, quad.predicate, quad.object, _ASSERTED)


def _named_nodes(iris: Iterable[str]) -> list[ox.NamedNode]:
    nodes = []
    for iri in iris:
        try:
            nodes.append(ox.NamedNode(iri))
        except ValueError as error:
            raise MalformedRequest(f"A graph is named by an absolute IRI, and {iri!r} is none.") from error
    return nodes
