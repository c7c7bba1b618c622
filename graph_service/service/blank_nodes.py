"""What is said of the blank nodes that a thing leads to, such as the restrictions of a class, a list, or an address without a name.

They are a part of what is said of the thing: nobody can ask for them by a name (concise bounded description,
https://www.w3.org/submissions/CBD/). Only the embedded engine knows a blank node again.
"""

from collections.abc import Callable, Iterable

from graph_service.engine.result import Query, Result
from graph_service.rdf.terms import BlankNode, DefaultGraph, Literal, Quad, Triple

#: So many nodes are asked about in one query; what is said of more than so many of one thing is not followed.
_AT_ONCE, MOST = 50, 1_000


def said_of_nameless(ask: Callable[[Query], Result], triples: Iterable[Triple], infer: bool = True) -> list[Quad]:
    """What is said of the blank nodes in some triples, and of those that these lead to, with the graphs that say it."""
    todo = _nameless(term for triple in triples for term in (triple.subject, triple.object))
    found: list[Quad] = []
    seen: set[BlankNode] = set()
    while todo and len(seen) < MOST:
        nodes, todo = todo[:_AT_ONCE], todo[_AT_ONCE:]
        seen.update(nodes)
        parts = (f"{{ ?n{i} ?p ?o BIND({i} AS ?i) OPTIONAL {{ GRAPH ?g {{ ?n{i} ?p ?o }} }} }}" for i in range(len(nodes)))
        names = [(f"n{i}", node.value) for i, node in enumerate(nodes)]
        # What stands for a node is among the columns, or pyoxigraph takes none for it.
        text = f"SELECT ?i ?p ?o ?g {' '.join(f'?{name}' for name, _ in names)} WHERE {{ {' UNION '.join(parts)} }}"
        rows = ask(Query(text, infer=infer, nodes=names)).rows()
        told = [Quad(nodes[int(i.value)], p, o, g or DefaultGraph()) for i, p, o, g, *_ in rows if isinstance(i, Literal)]  # type: ignore[arg-type]
        found += told
        todo += [node for node in _nameless(quad.object for quad in told) if node not in seen and node not in todo]
    return found


def _nameless(terms: Iterable[object]) -> list[BlankNode]:
    return sorted({term for term in terms if isinstance(term, BlankNode)}, key=str)
