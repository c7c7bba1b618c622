"""Canonical labels for blank nodes, so that the same graph read twice is the same text.

A blank node's label means nothing outside its file (RDF 1.1 Concepts, section 3.4). Quads that share blank nodes form a component, labelled
independently of all others, so that a change elsewhere changes no label. Labels are hashes by colour refinement: a node's own triples
first, then its blank neighbours', from the leaves of lists and trees up and down again, in time proportional to the quads. Nodes that
remain alike are separated by RDFC-1.0 (W3C Recommendation, 2024), whose time grows exponentially with their number: beyond a limit each
keeps its own label, and a diff may then report a change where there is none.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

import pyoxigraph as ox

from graph_service.rdf.terms import mapped

#: The most nodes that RDFC-1.0 is run on, and the most of them that are alike.
_NODES = 30
_ALIKE = 5

#: Rounds of colour refinement over nodes in cycles.
_ROUNDS = 16

_Colours = dict[ox.BlankNode, str]


def canonical(lines: Iterable[str]) -> dict[str, str]:
    """N-Quads lines by the same lines with canonical blank node labels."""
    found: dict[str, str] = {}
    blank: list[tuple[str, ox.Quad]] = []
    for line in lines:
        if "_:" in line:
            (quad,) = ox.parse(line, ox.RdfFormat.N_QUADS)
            if any(_nodes(quad)):
                blank.append((line, quad))
                continue
        found[line] = line
    seen: Counter[str] = Counter()
    for part in _parts(blank):
        colours = _told_apart([quad for _, quad in part])
        named = {_line(_renamed(quad, colours.__getitem__)): line for line, quad in part}
        # Identical components are numbered; within a file their order does not matter.
        key = _hash(*sorted(named))
        seen[key] += 1
        apart = {node: ox.BlankNode(f"b{_hash(colour, key, str(seen[key]))}") for node, colour in colours.items()}
        found |= {_line(_renamed(quad, lambda node: apart[node].value)): line for line, quad in part}  # noqa: B023 - called at once
    return found


def _parts(blank: list[tuple[str, ox.Quad]]) -> Iterator[list[tuple[str, ox.Quad]]]:
    """The quads in connected components: groups that share no blank node."""
    above: dict[ox.BlankNode, ox.BlankNode] = {}

    def top(node: ox.BlankNode) -> ox.BlankNode:
        while above.setdefault(node, node) != node:
            above[node] = node = above[above[node]]
        return node

    for _, quad in blank:
        first, *others = _nodes(quad)
        for other in others:
            above[top(other)] = top(first)
    groups: dict[ox.BlankNode, list[tuple[str, ox.Quad]]] = defaultdict(list)
    for line, quad in blank:
        groups[top(next(_nodes(quad)))].append((line, quad))
    yield from groups.values()


def _told_apart(quads: list[ox.Quad]) -> _Colours:
    """Each blank node with a label of its own that depends only on the quads' content."""
    colours = _coloured(quads)
    alike = sum(count for count in Counter(colours.values()).values() if count > 1)
    if not alike:
        return colours
    if len(colours) > _NODES or alike > _ALIKE:
        return {node: _hash(colour, node.value) for node, colour in colours.items()}
    counted = Counter(colours.values())
    return colours | _by_rdfc(quads, [node for node, colour in colours.items() if counted[colour] > 1], colours)


def _by_rdfc(quads: list[ox.Quad], alike: list[ox.BlankNode], colours: _Colours) -> _Colours:
    """Labels for nodes that are alike: they are marked one by one, each time the one that gives the graph the least canonical form.

    Nodes that give the same form are interchangeable, so that either may be taken.
    """
    marked: list[ox.Quad] = []
    found: _Colours = {}
    while alike:
        place = ox.NamedNode(f"urn:x-graph-service:{len(marked)}")
        forms = {}
        for node in alike:
            dataset = ox.Dataset([*quads, *marked, ox.Quad(node, place, place, place)])
            dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
            forms[node] = (colours[node], *sorted(map(_line, dataset)))
        first = min(alike, key=forms.__getitem__)
        found[first] = _hash(colours[first], place.value)
        marked.append(ox.Quad(first, place, place, place))
        alike = [node for node in alike if node != first]
    return found


def _coloured(quads: list[ox.Quad]) -> _Colours:
    """The blank nodes with colours: equal if neither their triples nor their neighbours' differ."""
    own: dict[ox.BlankNode, list[str]] = defaultdict(list)
    below: dict[ox.BlankNode, list[tuple[str, ox.BlankNode]]] = defaultdict(list)
    over: dict[ox.BlankNode, list[tuple[str, ox.BlankNode]]] = defaultdict(list)
    for quad in quads:
        nodes = list(dict.fromkeys(_nodes(quad)))
        for place, node in enumerate(nodes):
            shape = _line(_renamed(quad, lambda other: "self" if other == node else "other"))  # noqa: B023 - called at once
            own[node].append(shape)
            for other in nodes[place + 1 :]:
                below[node].append((shape, other))
                over[other].append((shape, node))
    colours = {node: _hash(*sorted(said)) for node, said in own.items()}
    # From the leaves up, then down; nodes in cycles keep their colour until the refinement rounds.
    order = _leaves_first(below, over, colours)
    for nodes, beside in ((order, below), (order[::-1], over)):
        for node in nodes:
            colours[node] = _hash(colours[node], *sorted(f"{shape}{colours[other]}" for shape, other in beside[node]))
    for _ in range(_ROUNDS):
        if len(set(colours.values())) == len(colours):
            break
        colours = {
            node: _hash(
                colour,
                *sorted(f"<{shape}{colours[other]}" for shape, other in below[node]),
                *sorted(f">{shape}{colours[other]}" for shape, other in over[node]),
            )
            for node, colour in colours.items()
        }
    return colours


def _leaves_first(
    below: Mapping[ox.BlankNode, list[tuple[str, ox.BlankNode]]],
    over: Mapping[ox.BlankNode, list[tuple[str, ox.BlankNode]]],
    nodes: Iterable[ox.BlankNode],
) -> list[ox.BlankNode]:
    """The nodes from which no cycle is reached, leaves first (topological order)."""
    waiting = {node: len(below.get(node, ())) for node in nodes}
    ready = [node for node, count in waiting.items() if not count]
    for node in ready:
        for _, upper in over.get(node, ()):
            waiting[upper] -= 1
            if not waiting[upper]:
                ready.append(upper)
    return ready


def _nodes(quad: ox.Quad) -> Iterator[ox.BlankNode]:
    """The blank nodes of a quad in order, also those within triple terms."""
    waiting: list[object] = [quad.graph_name, quad.object, quad.subject]
    while waiting:
        term = waiting.pop()
        if isinstance(term, ox.BlankNode):
            yield term
        elif isinstance(term, ox.Triple):
            waiting += [term.object, term.subject]


def _renamed(quad: ox.Quad, name: Callable[[ox.BlankNode], str]) -> ox.Quad:
    def change(term: object) -> object:
        return ox.BlankNode(name(term)) if isinstance(term, ox.BlankNode) else term

    subject, graph = change(quad.subject), change(quad.graph_name)
    return ox.Quad(subject, quad.predicate, mapped(quad.object, change), graph)  # type: ignore[arg-type]


def _line(quad: ox.Quad) -> str:
    return f"{quad} ."


def _hash(*parts: str) -> str:
    return "c" + hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
