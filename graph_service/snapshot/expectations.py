"""Expectations: what readers expect to be told of things of some class, as a graph defines it (docs/presentation.md).

Where the graph does not tell it, the page says so. An invalid expectation is left out and reported.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from graph_service.queries.header import Text
from graph_service.rdf.namespaces import SHACL
from graph_service.rdf.terms import Triple
from graph_service.snapshot.definitions import (
    Definition,
    Fault,
    Unfit,
    by_subject,
    label_of,
    named,
    of_class,
    pattern_of,
    place_of,
    prologue_of,
    text_of,
)


@dataclass(frozen=True)
class Expectation:
    """What is expected of things of some classes (IRIs), by language; a pattern from `?thing` to `?value`; and its place among the facts.

    `prologue` declares the prefixes of the pattern.
    """

    classes: tuple[str, ...]
    label: Text
    pattern: str
    group: str
    order: float
    prologue: str


def read_expectations(said: Iterable[Triple]) -> tuple[list[Expectation], list[Fault]]:
    """Parse the expectations in a description; and the faults of those that are left out."""
    things = by_subject(said)
    prologue = prologue_of(things)
    found, faults = [], []
    for iri in of_class(things, "Expectation"):
        try:
            found.append(_expectation(things[iri], prologue))
        except Unfit as why:
            faults.append(Fault(iri, str(why)))
    return found, faults


def _expectation(given: Definition, prologue: str) -> Expectation:
    classes = tuple(named(given.get(SHACL + "targetClass", ())))
    if not classes:
        raise Unfit("an expectation has the classes of its things (sh:targetClass)")
    return Expectation(classes, label_of(given), pattern_of(given, prologue), text_of(given, SHACL + "group"), place_of(given), prologue)
