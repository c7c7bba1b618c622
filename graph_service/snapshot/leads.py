"""Leads: the sentence at the top of the page of a thing of some class, as a graph defines it (docs/presentation.md).

    "{kind}[ in {place}| near {area}][, since {start}]."

A name in braces is a trait of the lead, and stands for its values. A part in brackets is left out if one of its traits has no value; of
several, separated by `|`, the first that is complete is taken. An invalid lead is left out and reported.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter

from graph_service.rdf.namespaces import VIEW
from graph_service.rdf.terms import Triple
from graph_service.snapshot.definitions import (
    Definition,
    Fault,
    Unfit,
    by_language,
    by_subject,
    classes_of,
    named,
    of_class,
    pattern_of,
    prologue_of,
    read_each,
    text_of,
    variable_of,
)

#: The trait of every lead: the asserted classes of the thing.
KIND = "kind"

_TOKENS = re.compile(r"\{[^{}]*\}|[\[\]|]|[^{}\[\]|]+|.", re.DOTALL)


@dataclass(frozen=True)
class Slot:
    """Where the values of a trait stand."""

    name: str


@dataclass(frozen=True)
class Alternatives:
    """A part in brackets: its alternatives, of which the first complete one is taken."""

    alternatives: tuple["Sentence", ...]


#: A sentence pattern: texts, slots and parts in brackets, in their order.
Sentence = tuple[str | Slot | Alternatives, ...]


@dataclass(frozen=True)
class LeadTrait:
    """A trait: its name in braces, its pattern from `?thing` to `?value`, and the property (IRI) by which the description calls its values.

    Without such a property, or where it has no text in the reader's language, values are called by their labels.
    """

    name: str
    pattern: str
    called: str = ""


@dataclass(frozen=True)
class Lead:
    """The sentence for things of some classes (IRIs), by language; `prologue` declares the prefixes of the patterns."""

    classes: tuple[str, ...]
    sentences: Mapping[str, Sentence]
    traits: tuple[LeadTrait, ...]
    prologue: str


def read_leads(said: Iterable[Triple]) -> tuple[list[Lead], list[Fault]]:
    """Parse the leads in a description, in their order; and the faults of those that are left out."""
    things = by_subject(said)
    prologue = prologue_of(things)
    faults: list[Fault] = []
    leads = read_each(things, of_class(things, "Lead"), lambda given: _lead(things, given, prologue), faults)
    return [lead for _, lead in sorted(leads, key=itemgetter(0))], faults


def _lead(things: Mapping[str, Definition], given: Definition, prologue: str) -> Lead:
    classes = classes_of(given, "a lead")
    traits = tuple(_trait(things[trait], prologue) for trait in named(given.get(VIEW + "trait", ())))
    texts = by_language(given.get(VIEW + "sentence", ()))
    if not texts:
        raise Unfit("a lead has a sentence (view:sentence)")
    sentences = {tag: parse(text) for tag, text in texts.items()}
    unknown = next(
        (name for sentence in sentences.values() for name in names(sentence) if name not in {KIND, *(t.name for t in traits)}), None
    )
    if unknown is not None:
        raise Unfit(f"there is no trait {unknown!r}, which the sentence names")
    return Lead(classes, sentences, traits, prologue)


def _trait(given: Definition, prologue: str) -> LeadTrait:
    return LeadTrait(variable_of(given), pattern_of(given, prologue), text_of(given, VIEW + "called"))


def parse(text: str) -> Sentence:
    """Parse a sentence pattern. Raises Unfit for brackets or braces without their other half."""
    tokens = _TOKENS.findall(text)
    sentence, rest = _parts(tokens, 0, nested=False)
    assert rest == len(tokens)
    return sentence


def names(sentence: Sentence) -> Iterator[str]:
    """The names of the traits in a sentence pattern."""
    for part in sentence:
        if isinstance(part, Slot):
            yield part.name
        elif isinstance(part, Alternatives):
            yield from chain.from_iterable(map(names, part.alternatives))


def _parts(tokens: Sequence[str], at: int, nested: bool) -> tuple[Sentence, int]:
    """The parts from a mark on, as far as what ends them: the end of the text, or `|` and `]` within brackets."""
    parts: list[str | Slot | Alternatives] = []
    while at < len(tokens):
        mark = tokens[at]
        if nested and mark in {"|", "]"}:
            return tuple(parts), at
        if mark == "[":
            choice, at = _in_brackets(tokens, at + 1)
            parts.append(choice)
            continue
        if mark in {"{", "}", "]"}:
            raise Unfit(f"{mark} in a sentence has no other half")
        parts.append(Slot(mark[1:-1].strip()) if mark.startswith("{") else mark)
        at += 1
    if nested:
        raise Unfit("[ in a sentence has no other half")
    return tuple(parts), at


def _in_brackets(tokens: Sequence[str], at: int) -> tuple[Alternatives, int]:
    alternatives = []
    while True:
        parts, at = _parts(tokens, at, nested=True)
        alternatives.append(parts)
        at += 1
        if tokens[at - 1] == "]":
            return Alternatives(tuple(alternatives)), at
