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
    by_subject,
    classes_of,
    label_of,
    of_class,
    pattern_of,
    place_of,
    prologue_of,
    read_each,
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
    faults: list[Fault] = []
    found = read_each(things, of_class(things, "Expectation"), lambda given: _expectation(given, prologue), faults)
    return [expectation for _, expectation in found], faults


def _expectation(given: Definition, prologue: str) -> Expectation:
    classes = classes_of(given, "an expectation")
    return Expectation(classes, label_of(given), pattern_of(given, prologue), text_of(given, SHACL + "group"), place_of(given), prologue)
