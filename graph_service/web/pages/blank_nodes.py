"""Blank nodes as text: their triples in brackets, since they have no page."""

from collections.abc import Iterable, Mapping

from graph_service.rdf.namespaces import OWL, RDF
from graph_service.rdf.terms import AnyTerm, BlankNode, Literal, NamedNode, Quad
from graph_service.web.display.cells import Cell, cell

#: The greatest depth and length of the text; data have all.
_DEEPEST, _LONGEST = 4, 400

_FIRST, _REST, _NIL = RDF + "first", RDF + "rest", RDF + "nil"

#: Types that every such description has, so that they tell nothing.
_PLAIN = frozenset({OWL + "Restriction", OWL + "Class", RDF + "List"})


def sketch(node: BlankNode, said: Iterable[Quad], labels: Mapping[str, Literal]) -> Cell:
    """A blank node as text: `[on property: has topping; some values from: cheese]`, a list as `(a, b)`."""
    of: dict[AnyTerm, list[tuple[str, AnyTerm]]] = {}
    for quad in said:
        pair = (quad.predicate.value, quad.object)
        if pair not in of.setdefault(quad.subject, []):
            of[quad.subject].append(pair)
    text = _text(node, of, labels, 0)
    return Cell(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")


def _text(term: AnyTerm, of: Mapping[AnyTerm, list[tuple[str, AnyTerm]]], labels: Mapping[str, Literal], depth: int) -> str:
    if not isinstance(term, BlankNode):
        shown = cell(term, labels)
        return shown.text if shown else ""
    if depth > _DEEPEST or term not in of:
        return "[…]"
    if any(property == _FIRST for property, _ in of[term]):
        return f"({', '.join(_text(member, of, labels, depth + 1) for member in _members(term, of))})"
    pairs = [(p, o) for p, o in of[term] if not (p == RDF + "type" and isinstance(o, NamedNode) and o.value in _PLAIN)]
    described = sorted(f"{_text(NamedNode(p), of, labels, 0)}: {_text(o, of, labels, depth + 1)}" for p, o in pairs)
    return f"[{'; '.join(described)}]"


def _members(term: AnyTerm, of: Mapping[AnyTerm, list[tuple[str, AnyTerm]]]) -> Iterable[AnyTerm]:
    """The members of a list; a cyclic one ends where it repeats."""
    seen = set()
    while term in of and term not in seen:
        seen.add(term)
        yield from (value for property, value in of[term] if property == _FIRST)
        term = next((value for property, value in of[term] if property == _REST), NamedNode(_NIL))
