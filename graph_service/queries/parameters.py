"""Parameters of canned queries: validating what a client sends, and parsing it to terms.

A parameter is a `VALUES ?name { … }` row of the query. The row's content is the default; `UNDEF` makes the parameter optional. The header's
`params` say what it may be replaced with.
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

#: The longest text that is matched against a header's pattern, whose time may grow faster than the text.
LONGEST_MATCHED = 1000

#: Up to so many choices are listed for people and programs; of more, one is found by its name.
MOST_LISTED = 500

#: How many suggestions an error gives for a wrong value. Texts are compared with names up to this length and this number of names (some
#: tenth of a second), and searched within names from this length on.
_NEAR, _LONGEST_COMPARED, _MOST_COMPARED, _SHORTEST_PART = 3, 100, 5000, 3

#: Shortens a client's values in errors.
_BRIEF = reprlib.Repr()
_BRIEF.maxstring, _BRIEF.maxlist = 200, 10

#: A literal in a row, without escapes: its text, and perhaps a datatype or a language.
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
    """The values of a query's parameter `lang`: the languages of the pages, and the one in its row."""
    own = _LITERAL.search(row)
    return {**_LANGUAGE, "enum": {**({own[1]: {"en": own[1]}} if own else {}), **_LANGUAGE["enum"]}}


@dataclass(frozen=True)
class Choice:
    """A thing that can be a parameter's value: its IRI and its labels in all languages."""

    iri: str
    names: tuple[str, ...]

    @property
    def key(self) -> str:
        """The last part of the IRI: `CRI` of `place:CRI`."""
        return re.split(r"[/#]", self.iri)[-1]

    @property
    def called(self) -> frozenset[str]:
        """What a client may call this thing: its IRI, CURIE, key and labels, normalised (see `alike`).

        A key that is a zero-padded number also counts without the zeros: `C029` is `C29` and `29`.
        """
        padded = re.fullmatch(r"([A-Za-z]?)0+([1-9]\d*)", self.key)
        short = (padded[1] + padded[2], padded[2]) if padded else ()
        return frozenset(map(alike, (self.iri, curie(self.iri), self.key, *short, *self.names)))


class Choices(Sequence[Choice]):
    """The choices of a parameter, with an index by name."""

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
        """The choices that a client's text names."""
        return self._called.get(_read(text), ())

    def near(self, text: str) -> Sequence[Choice]:
        """A few choices that a client may have meant: names that contain the text, shortest first, then similar ones. None if the search
        would take long.
        """
        given = _read(text)
        if len(given) > _LONGEST_COMPARED or len(self._called) > _MOST_COMPARED:
            return ()
        within = sorted((name for name in self._called if given in name), key=len) if len(given) >= _SHORTEST_PART else []
        names = [*within[:_NEAR], *get_close_matches(given, self._called, _NEAR)]
        return list(dict.fromkeys(choice for name in names for choice in self._called[name]))[:_NEAR]

    def short(self, choice: Choice) -> str:
        """The shortest unique name of a choice in any language: a CURIE, else its key, else its IRI."""
        name = curie(choice.iri)
        return choice.key if name == choice.iri and list(self.called(choice.key)) == [choice] else name


def _read(text: str) -> str:
    """A client's text normalised for comparison with names."""
    return alike(text.strip().strip("<>"))


#: Stands for all things of a graph: they are not listed, and each is found by its name.
ANYTHING = ""

#: A function from a class, a SELECT query whose first column has the choices, or ANYTHING, to a parameter's choices.
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
    #: Labels of the values of `enum`, if the header has them.
    names: Mapping[str, Text] = field(default_factory=dict)
    pattern: str | None = None
    min: float | None = None
    max: float | None = None
    #: The prefixes that the query declares.
    declared: Mapping[str, str] = field(default_factory=dict)
    #: How a text is parsed, if not as the type does.
    reads: Callable[[str], terms.Term] | None = None

    @property
    def listed(self) -> str | None:
        """What lists the choices: a class or a SELECT query; None if any value of the type will do."""
        return self.of or self.choices

    @property
    def optional(self) -> bool:
        """Whether the query runs without a value, for anything."""
        return self.default == "UNDEF" and not self.required

    @property
    def usual(self) -> str:
        """The default as a client would write it: a literal's text; empty if the parameter is required or has no default."""
        if self.default == "UNDEF" or self.required:
            return ""
        literal = _LITERAL.fullmatch(self.default)
        return literal[1] if literal else self.default

    def bind(self, given: Sequence[str], lists: Lists) -> str:
        """The content of the parameter's VALUES row: the client's values as SPARQL terms, or the default.

        Raises InvalidParameter with the parameter, what was given and what is allowed.
        """
        values = [text for text in dict.fromkeys(given) if text.strip()]
        if not values:
            if self.required:
                kind = curie(self.of) if self.of else self.type
                detail = f"{self.name} is missing: the query needs a value for it ({kind})."
                raise InvalidParameter(detail, parameter=self.name, given=None, allowed=None)
            return self.default
        if len(values) > 1 and not self.many:
            raise self._invalid(values, "one value, not several")
        return " ".join(dict.fromkeys(terms.write(self.term(text, lists)) for text in values))

    def refuse_impossible(self, values: Sequence[str]) -> None:
        """Raise InvalidParameter for values that are wrong whatever is in the graph and whatever its things are called."""
        if self.listed is None and not (self.type == "iri" and all(":" not in text for text in values)):
            self.bind(values, lambda _: Choices())
        elif len(values) > 1 and not self.many:
            raise self._invalid(values, "one value, not several")

    @property
    def form_field(self) -> dict[str, str]:
        """The attributes of its field in an HTML form."""
        bounds = {name: f"{bound:g}" for name, bound in (("min", self.min), ("max", self.max)) if bound is not None}
        return {**PARAMETER_TYPES[self.type].form, **bounds, **({"pattern": self.pattern} if self.pattern else {})}

    def with_default(self, text: str) -> "Parameter":
        """A copy with a text, parsed, as its default. Raises InvalidParameter."""
        return replace(self, default=terms.write(self.term(text, lambda _: Choices())))

    def term(self, text: str, lists: Lists) -> terms.Term:
        """Parse one text of a client. Raises InvalidParameter."""
        if self.enum and text not in self.enum:
            # Canonically equivalent texts are the same, however they were typed.
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
        # Suggestions come before the others.
        known = dict.fromkeys([*map(choices.short, near), *sorted(map(choices.short, choices))])
        raise self._invalid(
            text,
            f"the IRI, key or exact name of one of the {len(choices)} things{f' of class {kind}' if self.of else ' to choose from'}",
            allowed=list(known)[:200],
            near=[choices.short(choice) for choice in near],
        )

    def _one_of(self, text: str, called: Sequence[Choice]) -> Choice:
        """The only choice of that name. Raises InvalidParameter, which lists them, if there are several."""
        if len(called) == 1:
            return called[0]
        names = [curie(choice.iri) for choice in called]
        kind = curie(self.of) if self.of else "things"
        raise self._invalid(text, f"one of the {kind} that are called so: {', '.join(names)}", allowed=names)

    def _invalid(self, given: object, wanted: str, allowed: list[str] | None = None, near: Sequence[str] = ()) -> InvalidParameter:
        meant = f" Is {' or '.join(near)} meant?" if near else ""
        detail = f"{self.name} must be {wanted}; {_BRIEF.repr(given)} was given.{meant}"
        return InvalidParameter(detail, parameter=self.name, given=given, allowed=allowed)


def read_parameter(name: str, given: Mapping[str, Any], row: str | None, declared: Mapping[str, str], where: str) -> Parameter:
    """A parameter from its properties in the header and the content of its row; `declared` are the query's prefixes.

    Raises SourceError prefixed with `where`.
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
