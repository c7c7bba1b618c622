"""The triples of blank nodes that a thing leads to, such as a class's restrictions, a list, or an unnamed address.

They belong to the thing's description, since nobody can ask for them by name (concise bounded description,
https://www.w3.org/submissions/CBD/). Only the embedded engine keeps blank node labels across queries.
"""

from collections.abc import Callable, Iterable

from graph_service.engine.result import Query, Result
from graph_service.rdf.terms import BlankNode, DefaultGraph, Literal, Quad, Triple

#: Blank nodes in one query, and the most that are followed for one thing.
_AT_ONCE, MOST = 50, 1_000


def said_of_nameless(ask: Callable[[Query], Result], triples: Iterable[Triple], infer: bool = True) -> list[Quad]:
    """The quads about the blank nodes in some triples, and about those that these lead to."""
    todo = _nameless(term for triple in triples for term in (triple.subject, triple.object))
    found: list[Quad] = []
    seen: set[BlankNode] = set()
    while todo and len(seen) < MOST:
        nodes, todo = todo[:_AT_ONCE], todo[_AT_ONCE:]
        seen.update(nodes)
        parts = (f"{{ ?n{i} ?p ?o BIND({i} AS ?i) OPTIONAL {{ GRAPH ?g {{ ?n{i} ?p ?o }} }} }}" for i in range(len(nodes)))
        names = [(f"n{i}", node.value) for i, node in enumerate(nodes)]
        # pyoxigraph substitutes a variable only if it is selected.
        text = f"SELECT ?i ?p ?o ?g {' '.join(f'?{name}' for name, _ in names)} WHERE {{ {' UNION '.join(parts)} }}"
        rows = ask(Query(text, infer=infer, nodes=names)).rows()
        new = [Quad(nodes[int(i.value)], p, o, g or DefaultGraph()) for i, p, o, g, *_ in rows if isinstance(i, Literal)]  # type: ignore[arg-type]
        found += new
        todo += [node for node in _nameless(quad.object for quad in new) if node not in seen and node not in todo]
    return found


def _nameless(terms: Iterable[object]) -> list[BlankNode]:
    return sorted({term for term in terms if isinstance(term, BlankNode)}, key=str)
