"""A Datalog rule over instances: its body implies its head. A rule without a head is a contradiction."""

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
    """The body implies the head; without a head, a match of the body is a contradiction.

    `name` is the rule's name in the specification, `axiom` what the ontology says, for people. `different` are two variables that must be
    bound to different terms; in a contradiction, to two values: things that may be the same are none. `one_value` are pairs of a variable
    and another or a literal that must have the same value, in any lexical form (rule dt-eq).
    """

    name: str
    axiom: str
    head: Atom | None
    body: tuple[Atom, ...]
    different: tuple[str, str] | None = None
    one_value: tuple[tuple[str, str | ox.Literal], ...] = ()


def is_of(atom: Atom, node: Value) -> bool:
    """Whether an atom says that something is a member of a class."""
    return atom.predicate == TYPE and atom.object == node
