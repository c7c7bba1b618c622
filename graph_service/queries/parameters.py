"""Parameters of canned queries: what a client may give, and how its text becomes terms.

A parameter is a `VALUES ?name { … }` row of the query. What stands in the row is the default; `UNDEF` makes the parameter
optional. The header's `params` say what may stand there instead.
"""

import re
import reprlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from math import inf
from typing import Any, overload
from unicodedata import normalize

from graph_service.errors import InvalidParameter, MalformedQuery, SourceError
from graph_service.queries.header import Text, read_text
from graph_service.queries.types import PARAMETER_TYPES
from graph_service.rdf import terms
from graph_service.rdf.prefixes import curie
from graph_service.sparql import syntax
from graph_service.sparql.tokens import form
from graph_service.text.folding import alike

_KEYS = frozenset({"type", "of", "choices", "label", "description", "many", "required", "enum", "pattern", "min", "max"})

#: The longest text that is held against a pattern of a header's: what a pattern costs may grow faster than the text.
LONGEST_MATCHED = 1000

#: So many things are listed where a person or a program is to choose from them; of more, one is named without a list.
MOST_LISTED = 500

#: So many things are named that a wrong value may have been meant for. A text is held against what things are called where it is not longer
#: and those are not more than this (some tenth of a second), and looked for within that where it is not shorter.
_NEAR, _LONGEST_COMPARED, _MOST_COMPARED, _SHORTEST_PART = 3, 100, 5000, 3

#: How what a client gave is told: cut, since it may be long.
_TOLD = reprlib.Repr()
_TOLD.maxstring, _TOLD.maxlist = 200, 10

#: A literal as it stands in a row, without escapes: its text, and perhaps a datatype or a language.
_LITERAL = re.compile(r'"([^"\\\n]*)"(?:\^\^\S+|@[A-Za-z0-9-]+)?')

#: The parameter of every query that has a row `VALUES ?lang { … }`.
_LANGUAGE: Mapping[str, Any] = {
    "type": "string",
    "enum": {
        "en": {"en": "English", "fr": "anglais", "es": "inglés"},
        "fr": {"en": "French", "fr": "français", "es": "francés"},
        "es": {"en": "Spanish", "fr": "espagnol", "es": "español"},
    },
    "label": {"en": "Language of names", "fr": "Langue des noms", "es": "Idioma de los nombres"},
    "description": {
        "en": "Where there is no name in the language, the English one is given.",
        "fr": "À défaut de nom dans cette langue, le nom anglais est donné.",
        "es": "Si no hay nombre en el idioma, se da el inglés.",
    },
}


def language_parameter(row: str) -> Mapping[str, Any]:
    """What the parameter `lang` of a query may be: a language of the pages, or the one that stands in its row."""
    own = _LITERAL.search(row)
    return {**_LANGUAGE, "enum": {**({own[1]: {"en": own[1]}} if own else {}), **_LANGUAGE["enum"]}}


@dataclass(frozen=True)
class Choice:
    """A thing that a parameter may be: its IRI and its names in all languages."""

    iri: str
    names: tuple[str, ...]

    @property
    def key(self) -> str:
        """The last part of the IRI: `CRI` of `place:CRI`."""
        return re.split(r"[/#]", self.iri)[-1]

    @property
    def called(self) -> frozenset[str]:
        """What a client may call this thing: its IRI, CURIE, key and names, as texts that read the same are compared (see `alike`).

        A key that is a number padded with noughts is one without them, too: `C029` is `C29` and `29`.
        """
        padded = re.fullmatch(r"([A-Za-z]?)0+([1-9]\d*)", self.key)
        short = (padded[1] + padded[2], padded[2]) if padded else ()
        return frozenset(map(alike, (self.iri, curie(self.iri), self.key, *short, *self.names)))


class Choices(Sequence[Choice]):
    """Things to choose from, found by what they are called without a look at each of them."""

    def __init__(self, choices: Iterable[Choice] = ()) -> None:
        self._choices = tuple(choices)
        self._called: dict[str, list[Choice]] = {}
        for choice in self._choices:
            for name in choice.called:
                self._called.setdefault(name, []).append(choice)

    @overload
    def __getitem__(self, place: int) -> Choice: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Choice]: ...

    def __getitem__(self, place: int | slice) -> Choice | Sequence[Choice]:
        return self._choices[place]

    def __len__(self) -> int:
        return len(self._choices)

    def called(self, text: str) -> Sequence[Choice]:
        """The things that a client's text means."""
        return self._called.get(_read(text), ())

    def near(self, text: str) -> Sequence[Choice]:
        """The few things that a client's text may have been meant for: those that are called something with it in it, the shortest first,
        and those that are called almost the same. None where looking for them would take long.
        """
        given = _read(text)
        if len(given) > _LONGEST_COMPARED or len(self._called) > _MOST_COMPARED:
            return ()
        within = sorted((name for name in self._called if given in name), key=len) if len(given) >= _SHORTEST_PART else []
        names = [*within[:_NEAR], *get_close_matches(given, self._called, _NEAR)]
        return list(dict.fromkeys(choice for name in names for choice in self._called[name]))[:_NEAR]

    def short(self, choice: Choice) -> str:
        """The shortest that a client may call a thing in any language: by a prefix, by its key where no other has it, or by its IRI."""
        name = curie(choice.iri)
        return choice.key if name == choice.iri and list(self.called(choice.key)) == [choice] else name


def _read(text: str) -> str:
    """A client's text as it is compared with what things are called."""
    return alike(text.strip().strip("<>"))


#: Stands for all things of a graph: of those none is listed, and each is found by what it is called.
ANYTHING = ""

#: Given a class, a SELECT query whose first column has them, or ANYTHING, the things that a parameter may be.
Lists = Callable[[str], Choices]


@dataclass(frozen=True)
class Parameter:
    """One parameter of a canned query."""

    name: str
    type: str
    label: Text
    description: Text
    default: str
    of: str | None = None
    choices: str | None = None
    many: bool = False
    required: bool = False
    enum: tuple[str, ...] = ()
    #: What the values of `enum` are called, where the header says so.
    names: Mapping[str, Text] = field(default_factory=dict)
    pattern: str | None = None
    min: float | None = None
    max: float | None = None
    #: The prefixes that the query declares itself.
    declared: Mapping[str, str] = field(default_factory=dict)
    #: How a text becomes a term, where that is not the way of the type.
    reads: Callable[[str], terms.Term] | None = None

    @property
    def listed(self) -> str | None:
        """What lists the things that this may be: a class or a SELECT query; None if anything of its type will do."""
        return self.of or self.choices

    @property
    def optional(self) -> bool:
        """Whether the query runs without a value, for anything."""
        return self.default == "UNDEF" and not self.required

    @property
    def usual(self) -> str:
        """The default as a client would write it: of a literal its text alone; empty where a value is needed or any will do."""
        if self.default == "UNDEF" or self.required:
            return ""
        literal = _LITERAL.fullmatch(self.default)
        return literal[1] if literal else self.default

    def bind(self, given: Sequence[str], lists: Lists) -> str:
        """The content of the parameter's VALUES row for what a client gave: terms in SPARQL syntax, or the default.

        Raises InvalidParameter naming the parameter, what was given and what is allowed.
        """
        values = [text for text in dict.fromkeys(given) if text.strip()]
        if not values:
            if self.required:
                kind = curie(self.of) if self.of else self.type
                told = f"{self.name} is missing: the query needs a value for it ({kind})."
                raise InvalidParameter(told, parameter=self.name, given=None, allowed=None)
            return self.default
        if len(values) > 1 and not self.many:
            raise self._invalid(values, "one value, not several")
        return " ".join(dict.fromkeys(terms.write(self.term(text, lists)) for text in values))

    def refuse_impossible(self, values: Sequence[str]) -> None:
        """Raise InvalidParameter for values that it cannot have, whatever is in the graph, and whatever a thing is called there."""
        if self.listed is None and not (self.type == "iri" and all(":" not in text for text in values)):
            self.bind(values, lambda _: Choices())
        elif len(values) > 1 and not self.many:
            raise self._invalid(values, "one value, not several")

    @property
    def form_field(self) -> dict[str, str]:
        """The attributes of the field of a form in which it is typed."""
        bounds = {name: f"{bound:g}" for name, bound in (("min", self.min), ("max", self.max)) if bound is not None}
        return {**PARAMETER_TYPES[self.type].form, **bounds, **({"pattern": self.pattern} if self.pattern else {})}

    def with_default(self, text: str) -> "Parameter":
        """The parameter with what a text means for its default. Raises InvalidParameter."""
        return replace(self, default=terms.write(self.term(text, lambda _: Choices())))

    def term(self, text: str, lists: Lists) -> terms.Term:
        """The term that one client's text means. Raises InvalidParameter."""
        if self.enum and text not in self.enum:
            # Texts that are canonically equal are one text, however it was typed.
            same = [value for value in self.enum if normalize("NFC", value) == normalize("NFC", text)]
            if not same:
                raise self._invalid(text, "one of " + ", ".join(self.enum), allowed=list(self.enum))
            text = same[0]
        if self.pattern is not None and (len(text) > LONGEST_MATCHED or not re.fullmatch(self.pattern, text)):
            raise self._invalid(text, f"text of the form {self.pattern}, of at most {LONGEST_MATCHED} characters")
        if self.listed is not None:
            return terms.iri(self._chosen(text, lists(self.listed)).iri)
        if self.type == "iri" and ":" not in text and (called := lists(ANYTHING).called(text)):
            return terms.iri(self._one_of(text, called).iri)
        try:
            term = self._read(text)
        except ValueError as error:
            wanted = f"{error}, or what a thing is called" if self.type == "iri" and ":" not in text else str(error)
            raise self._invalid(text, wanted) from error
        least, most = -inf if self.min is None else self.min, inf if self.max is None else self.max
        if (self.min is not None or self.max is not None) and not least <= float(terms.number(term.value)) <= most:
            bounds = [f"{words} {bound:g}" for words, bound in (("at least", self.min), ("at most", self.max)) if bound is not None]
            raise self._invalid(text, " and ".join(bounds))
        return term

    def _read(self, text: str) -> terms.Term:
        if self.reads is None and self.type == "iri":
            return terms.iri(text, self.declared)
        return (self.reads or PARAMETER_TYPES[self.type].reads)(text)

    def _chosen(self, text: str, choices: Choices) -> Choice:
        called = choices.called(text)
        if called:
            return self._one_of(text, called)
        kind = curie(self.of) if self.of else "things"
        near = choices.near(text)
        # What may have been meant stands before the others.
        known = dict.fromkeys([*map(choices.short, near), *sorted(map(choices.short, choices))])
        raise self._invalid(
            text,
            f"the IRI, key or exact name of one of the {len(choices)} things{f' of class {kind}' if self.of else ' to choose from'}",
            allowed=list(known)[:200],
            near=[choices.short(choice) for choice in near],
        )

    def _one_of(self, text: str, called: Sequence[Choice]) -> Choice:
        """The only thing that is called so. Raises InvalidParameter where there are several, and offers them."""
        if len(called) == 1:
            return called[0]
        names = [curie(choice.iri) for choice in called]
        kind = curie(self.of) if self.of else "things"
        raise self._invalid(text, f"one of the {kind} that are called so: {', '.join(names)}", allowed=names)

    def _invalid(self, given: object, wanted: str, allowed: list[str] | None = None, near: Sequence[str] = ()) -> InvalidParameter:
        meant = f" Is {' or '.join(near)} meant?" if near else ""
        detail = f"{self.name} must be {wanted}; {_TOLD.repr(given)} was given.{meant}"
        return InvalidParameter(detail, parameter=self.name, given=given, allowed=allowed)


def read_parameter(name: str, given: Mapping[str, Any], row: str | None, declared: Mapping[str, str], where: str) -> Parameter:
    """A parameter from its properties in the header and the content of its row; `declared` are the prefixes of its query.

    Raises SourceError beginning with `where`.
    """
    if row is None:
        raise SourceError(f"{where}: the query has no single row VALUES ?{name} {{ … }} to bind it in")
    unknown = sorted(set(map(str, given)) - _KEYS)
    if unknown:
        raise SourceError(f"{where}: unknown properties {', '.join(unknown)}; there are {', '.join(sorted(_KEYS))}")
    kind = given.get("type", "iri" if {"of", "choices"} & set(given) else "string")
    if kind not in PARAMETER_TYPES:
        raise SourceError(f"{where}: unknown type {kind!r}; types are {', '.join(PARAMETER_TYPES)}")
    for flag in ("many", "required"):
        if not isinstance(given.get(flag, False), bool):
            raise SourceError(f"{where}: {flag} must be true or false")
    for bound in ("min", "max"):
        if not isinstance(given.get(bound, 0), int | float):
            raise SourceError(f"{where}: {bound} must be a number")
        if bound in given and not PARAMETER_TYPES[kind].is_number:
            numbers = sorted(name for name, type in PARAMETER_TYPES.items() if type.is_number)
            raise SourceError(f"{where}: {bound} is for the types {', '.join(numbers)}")
    of = given.get("of")
    if of is not None:
        prefix, _, local = str(of).partition(":")
        if kind != "iri" or (prefix not in declared and not local.startswith("//")):
            raise SourceError(f"{where}: `of` is a class such as skos:Concept, of a parameter of type iri, with a prefix of the query")
        of = terms.iri(str(of), declared).value
    enum = given.get("enum", ())
    if not isinstance(enum, Mapping | list | tuple):
        raise SourceError(f"{where}: enum must be a list of values, or a map of values and what each is called")
    pattern = given.get("pattern")
    if pattern is not None:
        try:
            re.compile(pattern)
        except (re.error, TypeError, RecursionError, OverflowError) as error:
            raise SourceError(f"{where}: pattern must be a regular expression, as Python has them: {error}") from error
    listing = given.get("choices")
    if listing is not None:
        if kind != "iri" or of is not None or not isinstance(listing, str) or form(listing) != "SELECT":
            raise SourceError(f"{where}: `choices` is a SELECT query, of a parameter of type iri that has no `of`")
        try:
            syntax.check(listing)
        except MalformedQuery as fault:
            raise SourceError(f"{where}: choices: {fault.detail}") from fault
    return Parameter(
        name=name,
        type=kind,
        label=read_text(given.get("label", name), f"{where}: label"),
        description=read_text(given.get("description", {}), f"{where}: description"),
        default=" ".join(row.split()),
        declared=declared,
        of=of,
        choices=listing,
        many=given.get("many", False),
        required=given.get("required", False),
        enum=tuple(map(str, enum)),
        names={str(value): read_text(text, f"{where}: enum: {value}") for value, text in enum.items()} if isinstance(enum, Mapping) else {},
        pattern=pattern,
        min=given.get("min"),
        max=given.get("max"),
    )
