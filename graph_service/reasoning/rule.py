"""A rule over instances: if its body holds, so does its head. A rule without a head is a clash."""

from dataclasses import dataclass

import pyoxigraph as ox

from graph_service.reasoning.terminology import TYPE, Node, Value


@dataclass(frozen=True)
class Atom:
    """A triple pattern. Strings are variables; the predicate is always a term, and with rdf:type so is the object."""

    subject: Node | ox.Literal | str
    predicate: ox.NamedNode
    object: Value | str

    @property
    def variables(self) -> list[str]:
        """The variables, in order."""
        return [part for part in (self.subject, self.object) if isinstance(part, str)]


@dataclass(frozen=True)
class Rule:
    """If the body holds, so does the head; without a head, the body is a clash.

    `name` is the rule's name in the specification, `axiom` what the ontology says, for people. `different` are two variables that
    must not be the same term; in a clash, they must be two values: things that may turn out to be one are no clash. `one_value` are
    pairs of a variable and another or a literal, which must be literals of one value, however it is written (rule dt-eq).
    """

    name: str
    axiom: str
    head: Atom | None
    body: tuple[Atom, ...]
    different: tuple[str, str] | None = None
    one_value: tuple[tuple[str, str | ox.Literal], ...] = ()


def is_of(atom: Atom, node: Value) -> bool:
    """Whether an atom says that something is of a class."""
    return atom.predicate == TYPE and atom.object == node
