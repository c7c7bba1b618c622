"""The outline of a query: its form, and the dataset that its FROM clauses choose, without parsing the rest.

A remote engine parses the query; what stands here is what must be known before it is sent. The text is handed on without its FROM
clauses, so that a dataset can go with it as parameters: servers differ in what they do when they are given both.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from urllib.parse import urljoin

from graph_service.errors import MalformedQuery
from graph_service.rdf.prefixes import prefixes
from graph_service.sparql.tokens import Token, decoded, replaced, tokens

FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")

#: How many characters a query's prefixes and bases may have together, each counted as often as it is used.
_WRITTEN = 2**20

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")

#: Characters that end or begin something in the grammar: an escape that stands for one of them is left as it is.
_MARKS = frozenset("\"'\\<>{}()[]#\n\r\t ")


@dataclass(frozen=True)
class Outline:
    """What a query is: its form; its text without its FROM clauses, and their `default_graphs` and `named_graphs`, None without any.

    `graphs` are the IRIs that stand behind GRAPH, with where they begin and end in the text. `distinct` says whether no row may come twice.
    """

    form: str
    text: str
    default_graphs: Sequence[str] | None = None
    named_graphs: Sequence[str] | None = None
    graphs: Sequence[tuple[int, int, str]] = ()
    distinct: bool = False

    def within(self, graphs: Collection[str], nothing: str) -> str:
        """The text with `nothing` for each IRI behind GRAPH that is not of `graphs`.

        Such a graph has no triples. Servers do not agree on that (see `remote`).
        """
        return replaced(self.text, [(start, end, f"<{nothing}>") for start, end, iri in self.graphs if iri not in graphs])


@dataclass
class Names:
    """The prefixes and the base of a query, and what they make of its names."""

    base: str = ""
    prefixes: dict[str, str] = field(default_factory=dict)
    _written: int = 0

    def iri(self, token: Token) -> str | None:
        """The IRI that a token writes; None where it writes none. Raises MalformedQuery if the query's IRIs become too long."""
        if token.kind == "iri":
            return self.joined(token.text[1:-1])
        prefix, _, local = token.text.partition(":")
        if token.kind == "name" and prefix in self.prefixes:
            self._count(len(self.prefixes[prefix]))
            return self.prefixes[prefix] + re.sub(r"\\(.)", r"\1", local)
        return None

    def joined(self, iri: str) -> str:
        """An IRI that may be relative, in full. Raises MalformedQuery."""
        if _ABSOLUTE.match(iri):
            return iri
        self._count(len(self.base))
        # `urljoin` would lose an empty fragment, which a namespace often ends with.
        return urljoin(self.base, iri) + ("#" if iri.endswith("#") else "")

    def _count(self, characters: int) -> None:
        """A short name for a long IRI, used often, would make much of little text."""
        self._written += characters
        if self._written > _WRITTEN:
            raise MalformedQuery(f"The prefixes and bases of the query, written in full, have more than {_WRITTEN} characters.")


def outline(text: str, base: str | None = None) -> Outline:
    """The outline of a query. Raises MalformedQuery if the text does not begin as a query does, or a FROM clause names no IRI."""
    text = plain(text)
    stream = list(tokens(text))
    names, first = prologue(stream, base or "")
    if first == len(stream):
        raise MalformedQuery("The query is empty." if not stream else "The query ends after its prologue.")
    form = stream[first].text.upper()
    if form not in FORMS:
        raise malformed(text, stream[first], f"expected one of {', '.join(FORMS)}")
    default: list[str] = []
    named: list[str] = []
    clauses: list[tuple[int, int, str]] = []
    head = f"BASE <{base}> " if base and any(token.kind == "iri" and not _ABSOLUTE.match(token.text[1:]) for token in stream) else ""
    graphs: list[tuple[int, int, str]] = []
    for place, token in enumerate(stream):
        if token.is_word("GRAPH") and place + 1 < len(stream):
            target = stream[place + 1]
            iri = names.iri(target)
            if iri is not None:
                graphs.append((len(head) + target.start, len(head) + target.end, iri))
        if token.is_word("FROM"):
            is_named = place + 1 < len(stream) and stream[place + 1].is_word("NAMED")
            target = stream[min(place + 1 + is_named, len(stream) - 1)]
            iri = names.iri(target)
            if iri is None:
                raise malformed(text, target, "expected the IRI of a graph, with a prefix that is declared")
            (named if is_named else default).append(iri)
            clauses.append((token.start, target.end, re.sub(r"[^\n\r]", " ", text[token.start : target.end])))
    text = head + replaced(text, clauses)
    distinct = form == "SELECT" and first + 1 < len(stream) and stream[first + 1].is_word("DISTINCT")
    return Outline(form, text, default if clauses else None, named if clauses else None, graphs, distinct)


def declared(text: str) -> dict[str, str]:
    """The prefixes that a query's names may have: those that are known here, and those that it declares itself (prefix -> namespace)."""
    names, _ = prologue(list(tokens(text)), "")
    return {**prefixes(), **names.prefixes}


def prologue(stream: Sequence[Token], base: str) -> tuple[Names, int]:
    """The prefixes and the base of a query, and the place of the first token behind its prologue. Raises MalformedQuery."""
    names = Names(base)
    place = 0
    while place < len(stream):
        following = [token.kind for token in stream[place + 1 : place + 3]]
        if stream[place].is_word("BASE") and following[:1] == ["iri"]:
            names.base = names.joined(stream[place + 1].text[1:-1])
            place += 2
        elif stream[place].is_word("PREFIX") and following == ["name", "iri"]:
            names.prefixes[stream[place + 1].text[:-1]] = names.joined(stream[place + 2].text[1:-1])
            place += 3
        else:
            break
    return names, place


def plain(text: str) -> str:
    """The text with its code point escapes decoded, as far as that is sure not to move the borders of strings and IRIs.

    Raises MalformedQuery if what is left of them, decoded, would make other words and names of the text: what is looked at here
    must be what the server reads.
    """
    text = decoded(text, _MARKS)
    view = decoded(text)
    if view != text and [(t.kind, _kept(t)) for t in tokens(view)] != [(t.kind, _kept(t)) for t in tokens(text)]:
        raise MalformedQuery("Escapes of characters that have a meaning in the grammar (quotes, brackets, spaces) are not taken here.")
    return text


def _kept(token: Token) -> str:
    return "" if token.kind == "string" else token.text


def malformed(text: str, token: Token, reason: str) -> MalformedQuery:
    """The error for a token of a text: where it stands, and why it cannot stand there."""
    line = text.count("\n", 0, token.start) + 1
    column = token.start - (text.rfind("\n", 0, token.start) + 1) + 1
    return MalformedQuery(f"Line {line}, column {column}, at {token.text[:24]!r}: {reason}.", line=line, column=column)
