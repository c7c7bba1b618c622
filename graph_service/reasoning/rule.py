"""A Datalog rule over instances: its body implies its head. A rule without a head is a contradiction."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import pyoxigraph as ox

from graph_service.reasoning.terminology import TYPE, Node, Value

T = TypeVar("T")


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

    def ends(self, binding: Mapping[str, T]) -> "tuple[Node | ox.Literal | T, Value | T]":
        """Subject and object, the variables as they are bound. Raises KeyError for one that is not."""
        subject = binding[self.subject] if isinstance(self.subject, str) else self.subject
        return subject, binding[self.object] if isinstance(self.object, str) else self.object


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

    @property
    def atoms(self) -> tuple[Atom, ...]:
        """The body and the head."""
        return (*self.body, self.head) if self.head else self.body

    @property
    def variables(self) -> list[str]:
        """The variables of the body, each once, in order."""
        return list(dict.fromkeys(variable for atom in self.body for variable in atom.variables))


def relation_of(said: Atom | ox.Quad) -> tuple[ox.NamedNode, Any]:
    """The relation of an atom or a fact: its property, or rdf:type with the class."""
    predicate = said.predicate
    return (predicate, said.object if predicate == TYPE else None)


def is_of(atom: Atom, node: Value) -> bool:
    """Whether an atom says that something is a member of a class."""
    return atom.predicate == TYPE and atom.object == node
