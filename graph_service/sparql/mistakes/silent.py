"""Mistakes that no parser finds, since the query is valid: a term that the graph does not use, a variable without a value, a text without
its language. They make a result empty, or its columns.
"""

import difflib
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Protocol

from graph_service.errors import MalformedQuery
from graph_service.rdf.labels import distance
from graph_service.rdf.namespaces import RDF
from graph_service.rdf.prefixes import prefixes
from graph_service.sparql.mistakes.mistake import Mistake, here
from graph_service.sparql.mistakes.uses import Position, Use, uses
from graph_service.sparql.outline import Names, prologue
from graph_service.sparql.tokens import Token, tokens, uses_keyword

#: In a longer query nothing is looked for, as in `finding`.
_TOKENS = 1000

#: How many mistakes are told.
_MOST = 8

_TYPE = RDF + "type"

#: Where a term may stand that the graph does not use: the name of a graph, what CONSTRUCT makes.
_ANY = frozenset({Position.PLACE, Position.NAMED, Position.SELECTED})

#: Where a variable gets a value.
_BINDS = frozenset({Position.SUBJECT, Position.PREDICATE, Position.OBJECT, Position.PLACE, Position.NAMED})


class TermsInUse(Protocol):
    """What a graph uses."""

    def is_property(self, iri: str) -> bool:
        """Whether a triple has this predicate."""

    def is_class(self, iri: str) -> bool:
        """Whether a thing is of this class."""

    def unused(self, iris: Sequence[str]) -> Sequence[str]:
        """Those that are in no triple."""

    def near(self, iri: str, role: str, classes: tuple[str, ...] = ()) -> Sequence[str]:
        """The IRIs that may be meant by one that is not in use, likeliest first; `role` is property, class or thing, `classes` are those of
        the things that are said to have the property.
        """

    def forms(self, property: str) -> Sequence[str]:
        """How the property's literals end, most frequent first: `@en` and the like, or the IRI of their datatype."""

    def tagged(self, property: str, words: str) -> Sequence[str]:
        """`@en` and the like, with which the property has these words as a value; else all that its values have."""


def silent(text: str, vocabulary: TermsInUse, language: str = "en", plain: bool = False) -> list[Mistake]:
    """The silent mistakes in a query, in order; none in one that is not valid.

    Of texts in several languages those in the reader's `language` are proposed first. `plain` is whether the default graph, which the
    vocabulary is of, lacks what stands in named graphs.
    """
    stream = list(islice(tokens(text), _TOKENS + 1))
    if len(stream) > _TOKENS or "<<" in text or "{|" in text or "\\" in text:
        return []
    try:
        names, _ = prologue(stream, "")
        reading = _Question(list(uses(stream)), names, vocabulary, stream, language)
        looks: list[Callable[[], Iterator[Mistake]]] = [reading.unbound, reading.untagged]
        if not (plain and (uses_keyword(text, "GRAPH") or uses_keyword(text, "FROM"))):
            looks.append(reading.unused)
        found = [mistake for look in looks for mistake in look()]
    except MalformedQuery:
        return []
    return sorted(found, key=lambda mistake: mistake.start)[:_MOST]


class _Question:
    """A query as it is looked at: the uses of its terms, and its names."""

    def __init__(self, found: Sequence[Use], names: Names, vocabulary: TermsInUse, stream: Sequence[Token], language: str) -> None:
        self._uses, self._names, self._vocabulary, self._stream, self._language = found, names, vocabulary, stream, language
        # A prefix that the graph knows can still be declared.
        self._declared = dict(names.prefixes)
        names.prefixes.update({prefix: iri for prefix, iri in prefixes().items() if prefix not in names.prefixes})

    def unbound(self) -> Iterator[Mistake]:
        """Variables that are selected or compared, and that no pattern has."""
        bound = {use.token.text[1:] for use in self._uses if use.token.kind == "variable" and use.position in _BINDS}
        said: set[str] = set()
        for use in self._uses:
            name = use.token.text[1:]
            if use.token.kind == "variable" and name not in bound and name not in said:
                said.add(name)
                near = difflib.get_close_matches(name, sorted(bound), n=2, cutoff=0.6)
                yield _with(here(use.token, "unbound"), [f"{use.token.text[0]}{other}" for other in near])

    def unused(self) -> Iterator[Mistake]:
        """Terms that the graph does not use, or not as what they are here."""
        things: dict[str, Token] = {}
        said: set[str] = set()
        for use in self._uses:
            iri = self._names.iri(use.token)
            if iri is None or iri in said or use.elsewhere or use.optional or use.position in _ANY:
                continue
            if use.position is Position.PREDICATE:
                if not self._vocabulary.is_property(iri):
                    said.add(iri)
                    yield self._unused(use.token, iri, "property", self._classes(use.subject))
            elif use.position is Position.OBJECT and self._is_type(use.predicate):
                if not self._vocabulary.is_class(iri):
                    said.add(iri)
                    yield self._unused(use.token, iri, "class")
            else:
                things.setdefault(iri, use.token)
        for iri in self._vocabulary.unused(list(things)):
            yield self._unused(things[iri], iri, "thing")

    def untagged(self) -> Iterator[Mistake]:
        """Texts that no value of their property equals, since they lack its language tag or datatype, or have another tag."""
        properties: dict[str, list[str]] = {}
        for use in self._uses:
            iri = self._property(use)
            if iri is not None and use.token.kind == "variable":
                properties.setdefault(use.token.text[1:], []).append(iri)
            elif iri is not None and use.token.kind in {"string", "number"}:
                yield from self._compared(use.token, [iri])
        for before, sign, behind in zip(self._stream, self._stream[1:], self._stream[2:], strict=False):
            # `?label = "water"`; the other way round only a text without a tag stands before the sign.
            if sign.text == "=" and {before.kind, behind.kind} == {"variable", "string"}:
                variable, text = (before, behind) if before.kind == "variable" else (behind, before)
                yield from self._compared(text, properties.get(variable.text[1:], []))

    def _compared(self, token: Token, properties: Sequence[str]) -> Iterator[Mistake]:
        """The mistake in a literal that is compared with the values of some properties."""
        place = self._stream.index(token)
        behind = self._stream[place + 1] if place + 1 < len(self._stream) else None
        forms = [form for property in properties for form in self._vocabulary.forms(property)]
        if not forms or (behind is not None and behind.text == "^"):
            return
        tag = behind.text if behind is not None and behind.kind == "tag" and behind.start == token.end else ""
        named = self._short(properties[0])
        tags = [form for form in forms if form.startswith("@")]
        if tag and tag.lower() not in {form.lower() for form in tags} and behind is not None:
            found = token.text + tag
            mistake = Mistake("tag-wrong", token.start, behind.end, {"found": found, "property": named})
            yield _with(mistake, [token.text + other for other in self._tagged(properties[0], token)] if tags else [token.text])
        elif not tag and token.kind == "string" and len(tags) == len(forms):
            mistake = here(token, "tag-missing", property=named)
            yield _with(mistake, [token.text + other for other in self._tagged(properties[0], token)])
        elif not tag and len(set(forms)) == 1 and not tags and not _fits(token, forms[0]):
            text = token.text if token.kind == "string" else f'"{token.text}"'
            yield _with(here(token, "type-missing", property=named, type=self._short(forms[0])), [f"{text}^^{self._short(forms[0])}"])

    def _tagged(self, property: str, token: Token) -> Sequence[str]:
        quotes = 3 if token.text[:3] in {'"""', "'''"} else 1
        found = self._vocabulary.tagged(property, token.text[quotes:-quotes])
        return sorted(found, key=lambda tag: distance(tag[1:], self._language))

    def _property(self, use: Use) -> str | None:
        """The IRI of the property of which an object is a value."""
        return None if use.predicate is None or use.position is not Position.OBJECT or use.elsewhere else self._names.iri(use.predicate)

    def _is_type(self, predicate: Token | None) -> bool:
        return predicate is not None and (predicate.text == "a" or self._names.iri(predicate) == _TYPE)

    def _classes(self, subject: Token | None) -> tuple[str, ...]:
        """The classes that the query states of a subject."""
        found = (
            self._names.iri(use.token)
            for use in self._uses
            if subject is not None and use.subject is not None and use.subject.text == subject.text and self._is_type(use.predicate)
        )
        return tuple(sorted({iri for iri in found if iri is not None}))

    def _unused(self, token: Token, iri: str, role: str, classes: tuple[str, ...] = ()) -> Mistake:
        kind = {"property": "unused-property", "class": "unused-class", "thing": "unused"}[role]
        return _with(here(token, kind), [self._short(near) for near in self._vocabulary.near(iri, role, classes)])

    def _short(self, iri: str) -> str:
        """An IRI as the query would write it."""
        spaces = [*self._declared.items(), *self._names.prefixes.items()]
        for prefix, space in spaces:
            local = iri.removeprefix(space)
            if local != iri and local.replace("_", "").replace("-", "").isalnum():
                return f"{prefix}:{local}"
        return f"<{iri}>"


def _fits(token: Token, datatype: str) -> bool:
    """Whether a literal without a datatype is of one."""
    name = datatype.rpartition("#")[2]
    if token.kind == "string":
        return name == "string"
    return name in {"double"} if "e" in token.text.lower() else name == ("decimal" if "." in token.text else "integer")


def _with(mistake: Mistake, proposals: Sequence[str]) -> Mistake:
    return Mistake(mistake.kind, mistake.start, mistake.end, mistake.values, mistake.mend, tuple(proposals))
